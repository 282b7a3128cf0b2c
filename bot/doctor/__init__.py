"""`bot doctor`: all that an operator can get wrong, each with the next step."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.doctor import account, campaign, machine, stores
from bot.doctor.finding import Finding, Mark, bad, good
from bot.doctor.wording import ILL, MARKS, STEP, WELL
from bot.settings import BadSettings, Settings, read_settings
from bot.storage.patient import open_survey

Check = Callable[[], Finding | None]


def examine(online: bool = False) -> list[Finding]:
    """All findings. No host but our own stores is asked, unless `online`: then our own address."""
    try:
        settings = read_settings()
    except BadSettings as error:
        return [
            *(bad("settings", "bad", problem=problem) for problem in error.problems),
            *_run([machine.env_file]),
        ]
    checks = _of_settings(settings, datetime.now(UTC))
    if online:
        checks.append(partial(account.online, settings))
    return [good("settings"), *_run(checks), *of_database(settings)]


def _of_settings(settings: Settings, now: datetime) -> list[Check]:
    alone = (
        machine.secret,
        machine.data_dir,
        machine.disk,
        account.public_url,
        account.mode,
        account.token,
        account.aes_key,
        account.app_id,
        account.account,
        account.sign_in,
        stores.redis,
    )
    timed = (machine.worker, machine.backup, machine.verified)
    return [
        machine.env_file,
        *(partial(check, settings) for check in alone),
        *(partial(check, settings, now) for check in timed),
    ]


def of_database(settings: Settings) -> list[Finding]:
    """What the database tells, or why it does not."""
    url = settings.database_url.get_secret_value()
    if missing := stores.missing_file(make_url(url)):
        return [missing]
    engine = open_survey(url)
    try:
        with engine.connect() as connection:
            return list(_of_connection(connection, settings))
    except DBAPIError as error:
        return [stores.unreachable(error)]
    finally:
        engine.dispose()


def _of_connection(connection: Connection, settings: Settings) -> Iterator[Finding]:
    schema = stores.schema(connection)
    yield from _run([partial(stores.database, connection)])
    yield schema
    session = Session(connection)
    checks: list[Check] = [
        partial(stores.clock, session),
        partial(stores.connections, connection, settings),
        partial(stores.sqlite, connection),
    ]
    if schema.mark is Mark.GOOD:
        now = datetime.now(UTC)
        asked = (campaign.staff, campaign.contest, campaign.round_)
        checks += [partial(check, session, now) for check in asked]
        checks.append(partial(stores.trail, connection))
    yield from _run(checks)


def _run(checks: list[Check]) -> Iterator[Finding]:
    """What the checks find; one that fails is a finding too, and keeps none from being made."""
    for check in checks:
        try:
            finding = check()
        except Exception as error:
            name = getattr(check, "func", check).__name__
            yield bad("check", "failed", name=name, error=type(error).__name__)
        else:
            if finding:
                yield finding


def is_well(findings: list[Finding]) -> bool:
    """Whether nothing must be put right."""
    return not any(finding.mark is Mark.BAD for finding in findings)


def to_json(findings: list[Finding]) -> str:
    """For programs."""
    facts = {"well": is_well(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(facts, ensure_ascii=False, indent=2)


def to_lines(findings: list[Finding]) -> list[str]:
    """For people: a line for each, and one more with what to do."""
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.mark]} {finding.said}")
        if finding.step:
            lines.append(STEP.format(step=finding.step))
    count = sum(finding.mark is Mark.BAD for finding in findings)
    return [*lines, ILL.format(count=count) if count else WELL]
