"""The gate: ten thousand messages, three hundred kills, and no promise broken."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from bot.storage.database import open_engine
from tests.chaos.campaign import lay_out
from tests.chaos.oracle import Violation
from tests.chaos.report import Report
from tests.chaos.site import Server, site
from tests.chaos.storm import Plan, Storm
from tests.stores import CrashSafePostgres, Valkey

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


def storm(
    plan: Plan, url: str, server: Server | None, valkey: Valkey, folder: Path, report: Report
) -> list[Violation]:
    engine = open_engine(url)
    campaign = lay_out(engine)
    engine.dispose()

    async def run() -> list[Violation]:
        async with site(url, server, valkey, folder) as found:
            return await Storm(found, campaign, plan, Random(report.seed), report).rage()

    try:
        return asyncio.run(run())
    finally:
        report.publish(folder)


def test_short(
    crash_safe_postgres: CrashSafePostgres, own_valkey: Valkey, tmp_path: Path, seed: int
) -> None:
    plan = Plan(messages=300, a_second=80, kills=5, deaths=0.02)
    report = Report("postgres", seed)
    url = crash_safe_postgres.fresh_url()
    violations = storm(plan, url, crash_safe_postgres, own_valkey, tmp_path, report)
    assert not violations
