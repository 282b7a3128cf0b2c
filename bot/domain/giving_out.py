"""Which judge marks which entry: the work shared evenly, and nothing of the own unit.

Nobody chooses: the panel's seed does, which nobody knows before the rule stands.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import blake2s
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.domain.districts import district_of
from bot.domain.entries import UNIT_OF_ENTRY, number_of
from bot.domain.families import approved, same_words
from bot.domain.pairwise import paired, parts
from bot.domain.panel_plan import PanelPlan
from bot.domain.panel_scoring import Method
from bot.domain.sealing import Sealing
from bot.storage.tables import Member, Motto, Panel, PanelJudge, Staff, Unit


@dataclass(frozen=True)
class Shares:
    """Who marks what."""

    sheets: list[dict[str, Any]]
    short: tuple[int, ...]
    """The numbers of entries that have fewer judges than the rule says."""
    lacking: tuple[int, ...]
    """Of these, those that the rule can't be applied to."""
    pairs: list[dict[str, Any]]
    """What is compared, where two are."""
    hands: list[dict[str, Any]]
    """For each sheet, the districts that had a hand in the entry, and the judge's own."""


def share_out(session: Session, now: datetime, round_id: int, plan: PanelPlan) -> Shares:
    """Each finalist to so many judges; no sheets where nothing is to be judged."""
    finalists = _finalists(session, now, round_id, plan.finalists)
    judges = _districts_of_judges(session, round_id)
    hands = _districts_of_entries(session, finalists)
    seed = session.scalars(select(Panel.seed).where(Panel.round_id == round_id)).one()
    free = {
        entry: [judge for judge, own in judges.items() if own not in hands[entry]]
        for entry in sorted(finalists, key=lambda id_: place_of(seed, 0, id_))
    }

    def sheet(judge: int, entry: int) -> dict[str, Any]:
        return {"round_id": round_id, "staff_id": judge, "motto_id": entry}

    place = partial(place_of, seed)
    share = _pairs if plan.method is Method.PAIRWISE else _sheets
    shares = share(free, plan, place, sheet)
    return replace(
        shares,
        hands=[
            one | {"entry_district": district, "judge_district": judges[one["staff_id"]]}
            for one in shares.sheets
            for district in sorted(hands[one["motto_id"]])
        ],
    )


_Place = Callable[[int, int], bytes]
_Sheet = Callable[[int, int], dict[str, Any]]


def _sheets(free: Mapping[int, list[int]], plan: PanelPlan, place: _Place, sheet: _Sheet) -> Shares:
    load: Counter[int] = Counter()
    chosen: dict[int, list[int]] = {}
    for entry, judges in free.items():
        by_load = sorted(judges, key=lambda judge: (load[judge], place(judge, entry)))
        chosen[entry] = by_load[: plan.per_entry]
        load.update(chosen[entry])
    sheets = [sheet(judge, entry) for entry, judges in chosen.items() for judge in judges]
    counts = {number_of(entry): len(judges) for entry, judges in chosen.items()}
    short = sorted(number for number, count in counts.items() if count < plan.per_entry)
    lacking = [number for number in short if counts[number] < plan.least]
    return Shares(sheets, tuple(short), tuple(lacking), [], [])


def _pairs(free: Mapping[int, list[int]], plan: PanelPlan, place: _Place, sheet: _Sheet) -> Shares:
    pairs = paired(free, plan.per_entry, place)
    compared = Counter(entry for _, *two in pairs for entry in two)
    short = sorted(number_of(entry) for entry in free if compared[entry] < plan.per_entry)
    apart = parts(free, (two for _, *two in pairs))
    # One alone is compared with nothing.
    lost = [number_of(entry) for part in apart[len(free) > 1 :] for entry in part]
    rows: list[dict[str, Any]] = []
    sheets: dict[tuple[int, int], dict[str, Any]] = {}
    for judge, first, second in pairs:
        sheets |= {(judge, entry): sheet(judge, entry) for entry in (first, second)}
        round_id = sheets[judge, first]["round_id"]
        rows.append(
            {
                "round_id": round_id, "staff_id": judge, "first_id": first, "second_id": second,
            }
        )  # fmt: skip
    return Shares(list(sheets.values()), tuple(short), tuple(sorted(lost)), rows, [])


def place_of(seed: bytes, judge: int, entry: int) -> bytes:
    """Where an entry stands in a judge's own order: at random, and always there."""
    return blake2s(f"{judge}:{entry}".encode(), key=seed).digest()


def _finalists(session: Session, now: datetime, round_id: int, most: int) -> list[int]:
    """The best entries by votes that are still there, with all that share the last place."""
    votes = Sealing(session, now).result(round_id).counted
    asked = select(Motto.id).where(Motto.round_id == round_id, approved(Motto))
    there = set(session.scalars(asked))
    counts = sorted((votes[id_] for id_ in votes.keys() & there), reverse=True)
    least = counts[:most][-1] if counts else 0
    return sorted(id_ for id_ in votes.keys() & there if votes[id_] >= least)


def _districts_of_judges(session: Session, round_id: int) -> dict[int, int | None]:
    rows = session.execute(
        select(Staff.id, district_of(Unit))
        .join(PanelJudge, PanelJudge.staff_id == Staff.id)
        .outerjoin(Unit, Unit.id == Staff.unit_id)
        .where(PanelJudge.round_id == round_id, Staff.disabled_at.is_(None))
    )
    return {staff: district for staff, district in rows}  # noqa: C416


def _districts_of_entries(session: Session, entries: Iterable[int]) -> dict[int, set[int]]:
    """By entry, the districts of all who signed it."""
    card = aliased(Motto)
    rows = session.execute(
        select(card.id, district_of(Unit))
        .select_from(Motto)
        .join(card, same_words(Motto, card))
        .outerjoin(Member, Member.member_key == Motto.author)
        .join(Unit, Unit.id == UNIT_OF_ENTRY)
        .where(card.id.in_(list(entries)), approved(Motto))
    )
    hands: defaultdict[int, set[int]] = defaultdict(set)
    for entry, district in rows:
        hands[entry].add(district)
    return hands
