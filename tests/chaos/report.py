"""The figures of a run, to be read at once and kept as JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.chaos.history import Said
from tests.chaos.oracle import Violation


@dataclass
class Report:
    """What a run was, and what came of it."""

    name: str
    seed: int
    messages: int = 0
    deliveries: int = 0
    early: int = 0
    """Deliveries sent while another of the same message was under way."""
    seconds: float = 0.0
    a_second: float = 0.0
    kills: int = 0
    """Workers killed: at random, and at a step."""
    died_at: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    violations: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    busy: int = 0
    left: int = 0
    """Deliveries left to run out, so that the message comes again."""
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    recovery_p95_ms: float = 0.0
    looks: int = 0
    pages: int = 0
    bugs_caught: str = ""
    examples: list[str] = field(default_factory=list)

    def of_history(self, history: Sequence[Said], seconds: float) -> None:
        deliveries = [each for said in history for each in said.deliveries]
        answered = [each.seconds for each in deliveries if not each.fault] or [0.0]
        self.messages, self.deliveries = len(history), len(deliveries)
        self.early = sum(_overlap(said) for said in history)
        self.seconds, self.a_second = round(seconds, 1), round(len(history) / seconds, 1)
        self.unanswered = sum(said.unanswered for said in history)
        self.left = sum(said.afterwards.count("status 503") for said in history)
        self.busy = sum(said.busy for said in history)
        self.p50_ms, self.p99_ms = quantile(answered, 0.5), quantile(answered, 0.99)
        self.max_ms = quantile(answered, 1)

    def of_violations(self, violations: Sequence[Violation]) -> None:
        self.violations = dict(sorted(Counter(each.invariant for each in violations).items()))
        self.examples = [f"{each.invariant} {each.what}" for each in violations[:20]]

    def publish(self, folder: Path) -> None:
        """Print it, and leave it in the folder."""
        facts = asdict(self)
        name = self.name.replace(" ", "-")
        (folder / f"chaos-{name}.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1))
        lines = [f"  {key.replace('_', ' ')}: {value}" for key, value in facts.items() if value]
        print("\n" + "\n".join(lines))  # noqa: T201


def quantile(seconds: Sequence[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def _overlap(said: Said) -> int:
    spans = sorted((each.began, each.ended) for each in said.deliveries)
    return sum(later[0] < earlier[1] for earlier, later in pairwise(spans))
