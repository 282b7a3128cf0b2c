"""What keeps a campaign safe: doctor, verify, backup, restore."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import wording
from bot.commands.ending import fail
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.backup import Step


@click.command(help=wording.HELP_DOCTOR)
@click.option("--online", is_flag=True, help=wording.HELP_ONLINE)
@click.option("--json", "as_json", is_flag=True, help=wording.HELP_JSON)
def doctor(online: bool, as_json: bool) -> None:
    """Say what is right and what is not: exit 0 when nothing must be put right, else 1."""
    from bot.doctor import examine, is_well, to_json, to_lines

    findings = examine(online)
    click.echo(to_json(findings) if as_json else "\n".join(to_lines(findings)))
    sys.exit(0 if is_well(findings) else 1)


@click.command(help=wording.HELP_VERIFY)
@click.option("--anchor", metavar="SEQ:HEX", help=wording.HELP_ANCHOR)
@click.option("--json", "as_json", is_flag=True, help=wording.HELP_JSON)
@click.pass_obj
def verify(settings: Settings, anchor: str | None, as_json: bool) -> None:
    """Check the invariants: exit 0 when all hold, 1 when not, 2 when they can't be checked."""
    from bot.domain.chain import Head
    from bot.verify import show
    from bot.verify import verify as look

    try:
        written_down = Head.parse(anchor) if anchor else None
    except ValueError:
        fail(wording.ANCHOR_BAD, code=2)
    with _database_trouble(code=2):
        verdict = look(settings, written_down)
    click.echo(verdict.to_json()) if as_json else show(verdict)
    sys.exit(1 if verdict.violations else 0)


@click.command(help=wording.HELP_BACKUP)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(settings: Settings, file: Path | None) -> None:
    """Copy the database to a file while it is in use."""
    from bot.backup import WrongRevision, a_name, back_up, make_room
    from bot.storage.patient import open_survey

    now = datetime.now(UTC)
    target = file or a_name(settings.data_dir, now)
    survey = open_survey(settings.database_url.get_secret_value())
    try:
        with _database_trouble(), _progress() as step:
            manifest = back_up(survey, target, now, step)
    except FileExistsError:
        fail(wording.BACKUP_EXISTS.format(file=target))
    except WrongRevision:
        fail(wording.TABLES_OF_ANOTHER_REVISION)
    except OSError as error:
        fail(wording.BACKUP_NOT_WRITTEN.format(file=target, error=error.strerror))
    survey.dispose()
    if file is None:
        make_room(settings.data_dir)
    size = target.stat().st_size / 1_000_000
    click.echo(
        wording.BACKED_UP.format(
            file=target, size=size, rows=manifest.rows, tables=len(manifest.tables)
        )
    )


@click.command(help=wording.HELP_RESTORE)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to-empty", is_flag=True, help=wording.HELP_TO_EMPTY)
@click.pass_obj
def restore(settings: Settings, file: Path, to_empty: bool) -> None:
    """Put a backup into an empty database, and check it there."""
    from bot.backup import Damaged, NotEmpty, WrongRevision
    from bot.backup import restore as put_back
    from bot.storage.patient import open_patient
    from bot.verify import show
    from bot.verify import verify as look

    if not to_empty:
        fail(wording.RESTORE_TO_EMPTY)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_patient(settings.database_url.get_secret_value())
    try:
        with _database_trouble(), _progress() as step:
            manifest = put_back(engine, file, step)
    except Damaged:
        fail(wording.BACKUP_DAMAGED.format(file=file))
    except WrongRevision as refusal:
        fail(wording.BACKUP_OF_ANOTHER_REVISION.format(revision=refusal.found))
    except NotEmpty as refusal:
        fail(wording.DATABASE_NOT_EMPTY.format(table=refusal.table))
    engine.dispose()
    click.echo(
        wording.RESTORED.format(
            made_at=manifest.made_at, rows=manifest.rows, tables=len(manifest.tables)
        )
    )
    with _database_trouble():
        verdict = look(settings)
    show(verdict)
    if verdict.violations:
        fail(wording.RESTORED_BROKEN)


@contextmanager
def _database_trouble(code: int = 1) -> Iterator[None]:
    """A database that fails ends the program with a word about it."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        fail(wording.DATABASE_FAILED.format(error=type(error.orig).__name__), code)


@contextmanager
def _progress() -> Iterator[Step]:
    """Shows a person at a terminal how far it has got."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn(wording.PROGRESS))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("")
        yield lambda table, rows: progress.update(task, description=table, advance=rows)
