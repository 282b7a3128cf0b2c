"""The `bot` program: serve, worker, simulator, db, demo, import, export, admin, operations.py."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar

import click

from bot import wording
from bot.commands.ending import fail as _fail
from bot.commands.operations import backup, doctor, restore, verify
from bot.domain.roles import Role
from bot.loading import loading
from bot.logs import configure_logs
from bot.settings import BadSettings, Settings, read_settings

# A command loads what it runs: the simulator knows no database, and starts in half the time.
if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from bot.domain.staff import StaffRegister
    from bot.storage.database import Sessions


Service = TypeVar("Service", contravariant=True)  # noqa: PLC0105


class Task(Protocol[Service]):
    """A file to be imported; both say with what the program ends."""

    def rehearse(self) -> int:
        """Report, and change nothing."""

    def perform(self, service: Service) -> int:
        """Import the file into what the service keeps."""


@click.group(help=wording.HELP)
@click.pass_context
def main(context: click.Context) -> None:
    """Everything the operator does from a shell."""
    # The doctor speaks of wrong settings itself, and a file of questions can be tried on a
    # computer that has none at all.
    if context.invoked_subcommand not in (doctor.name, "import"):
        context.obj = _start()


@main.command(help=wording.HELP_SERVE)
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve the webhook, the pages and the console."""
    with loading():
        from sqlalchemy.exc import SQLAlchemyError

        from bot.crew import CannotBegin
        from bot.serving import serve as keep_serving

    try:
        keep_serving(settings)
    except OSError as error:
        place = error.filename or f"{settings.host}:{settings.port}"
        _fail(wording.NO_PLACE.format(place=place, error=error.strerror))
    except SQLAlchemyError:
        _fail(wording.UNKNOWN_DATABASE)
    except CannotBegin:
        _fail(wording.CANNOT_BEGIN)


@main.command(help=wording.HELP_WORKER)
@click.pass_obj
def worker(settings: Settings) -> None:
    """Do what must happen without a message."""
    with loading():
        from bot.domain.tally import Board
        from bot.storage.database import database_clock
        from bot.storage.memory import Memory
        from bot.worker import duties, work

    board = Board(Memory(settings.redis_url.get_secret_value()))
    with _sessions(settings) as sessions, _patient_sessions(settings) as patient:
        url = settings.database_url.get_secret_value()
        work(duties(sessions, patient, database_clock, board, settings.data_dir, url))


@main.command(help=wording.HELP_SIMULATOR)
@click.option("--port", default=8001, show_default=True, help=wording.HELP_SIMULATOR_PORT)
@click.pass_obj
def simulator(settings: Settings, port: int) -> None:
    """Serve the pretend WeChat; development only."""
    with loading():
        from bot.simulator.app import run
        from bot.simulator.target import Production

    try:
        run(settings, port=port)
    except Production as refusal:
        _fail(str(refusal))


for _command in (doctor, verify, backup, restore):
    main.add_command(_command)


@main.group(help=wording.HELP_DB)
def db() -> None:
    """The database."""


@db.command("upgrade", help=wording.HELP_DB_UPGRADE)
@click.pass_obj
def db_upgrade(settings: Settings) -> None:
    """Bring the tables up to date."""
    from bot.storage.schema import TablesBusy, upgrade_in_use

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        revision = upgrade_in_use(settings.database_url.get_secret_value())
    except TablesBusy:
        _fail(wording.TABLES_BUSY)
    click.echo(wording.MIGRATED.format(revision=revision))


@db.command("grants", help=wording.HELP_DB_GRANTS)
@click.argument("user")
@click.pass_obj
def db_grants(settings: Settings, user: str) -> None:
    """Let a database user run the service, and add to the audit trail without changing it."""
    from sqlalchemy.exc import DBAPIError

    from bot.storage.grants import NoUsers, OwnsTables, grant
    from bot.storage.patient import open_migrating

    engine = open_migrating(settings.database_url.get_secret_value())
    try:
        grant(engine, user)
    except NoUsers:
        _fail(wording.NO_USERS)
    except OwnsTables:
        _fail(wording.OWNS_TABLES.format(user=user))
    except DBAPIError as error:
        _fail(wording.NOT_GRANTED.format(user=user, error=error.orig))
    finally:
        engine.dispose()
    click.echo(wording.GRANTED.format(user=user))


@main.command(help=wording.HELP_DEMO)
@click.option("--if-empty", is_flag=True, help=wording.HELP_IF_EMPTY)
@click.pass_obj
def demo(settings: Settings, if_empty: bool) -> None:
    """Load the sample campaign into an empty database."""
    from bot.domain.members import in_use
    from bot.storage.database import database_clock

    with _session(settings) as session:
        if in_use(session):
            if not if_empty:
                _fail(wording.DEMO_REFUSED)
            click.echo(wording.DEMO_SKIPPED)
            return
        from bot.demo import load_demo
        from quiz_bank import load_shipped

        loaded = load_demo(session, database_clock(session), settings, load_shipped())
    click.echo(
        wording.DEMO_LOADED.format(
            questions=loaded.questions,
            units=loaded.units,
            people=loaded.people,
            mottos=loaded.mottos,
        )
    )


@main.group("import", help=wording.HELP_IMPORT)
def import_() -> None:
    """Bring in questions and the like."""


@import_.command("questions", help=wording.HELP_IMPORT_QUESTIONS)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=wording.HELP_DRY_RUN)
@click.option("--json", "as_json", is_flag=True, help=wording.HELP_JSON)
@click.option("--leave-out", is_flag=True, help=wording.HELP_LEAVE_OUT)
@click.option("--revise", is_flag=True, help=wording.HELP_REVISE)
@click.option("--publish", is_flag=True, help=wording.HELP_PUBLISH)
def import_questions(
    file: Path, dry_run: bool, as_json: bool, leave_out: bool, revise: bool, publish: bool
) -> None:
    """Import a file of questions in any format we know, all or nothing."""
    from bot.domain.bank import QuestionBank
    from bot.importing import Import
    from bot.storage.database import database_clock

    task = Import(file, leave_out=leave_out, revise=revise, publish=publish, as_json=as_json)
    if dry_run:
        sys.exit(task.rehearse())
    settings = _start()
    with _session(settings) as session:
        outcome = task.perform(QuestionBank(session, database_clock(session)))
    sys.exit(outcome)


@import_.command("units", help=wording.HELP_IMPORT_UNITS)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=wording.HELP_DRY_RUN_UNITS)
def import_units(file: Path, dry_run: bool) -> None:
    """Import a file of units, all or nothing."""
    from bot.domain.unit_import import UnitImport
    from bot.unit_files.program import ImportUnits

    _bring(ImportUnits(file), UnitImport, dry_run)


@import_.command("roster", help=wording.HELP_IMPORT_ROSTER)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=wording.HELP_DRY_RUN_UNITS)
def import_roster(file: Path, dry_run: bool) -> None:
    """Import a file of people by unit, all or nothing."""
    from bot.domain.roster import Roster
    from bot.unit_files.roster_program import ImportRoster

    _bring(ImportRoster(file), Roster, dry_run)


def _bring(
    task: Task[Service], service: Callable[[Session, datetime], Service], dry_run: bool
) -> NoReturn:
    """Import a file into what the service keeps, or only report, which needs no database."""
    from bot.storage.database import database_clock

    if dry_run:
        sys.exit(task.rehearse())
    settings = _start()
    with _session(settings) as session:
        outcome = task.perform(service(session, database_clock(session)))
    sys.exit(outcome)


@main.group("export", help=wording.HELP_EXPORT)
def export() -> None:
    """Take out questions and the like."""


@export.command("questions", help=wording.HELP_EXPORT_QUESTIONS)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export_questions(settings: Settings, file: Path) -> None:
    """Write every question of the bank into a file, in the format of its ending."""
    from bot.domain.bank import QuestionBank
    from bot.storage.database import database_clock
    from quiz_bank.formats.exporting import FORMATS

    write = FORMATS.get(file.suffix.lower())
    if write is None:
        _fail(wording.EXPORT_FORMATS.format(formats="、".join(FORMATS)))
    with _session(settings) as session:
        questions = QuestionBank(session, database_clock(session)).questions()
    file.write_bytes(write(questions))
    click.echo(wording.QUESTIONS_OUT.format(count=len(questions), file=file))


@export.command("results", help=wording.HELP_EXPORT_RESULTS)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--contest", type=int, help=wording.HELP_CONTEST)
@click.option("--district", metavar="CODE", help=wording.HELP_DISTRICT)
@click.option("--full-names", is_flag=True, help=wording.HELP_FULL_NAMES)
@click.pass_obj
def export_results(
    settings: Settings, file: Path, contest: int | None, district: str | None, full_names: bool
) -> None:
    """Write the results of a contest into a file, in the form of its ending."""
    from bot.domain.results import NoSuchContest
    from bot.results.program import KINDS, export_to

    if file.suffix.lower() not in KINDS:
        _fail(wording.EXPORT_FORMATS.format(formats="、".join(KINDS)))
    try:
        with _sessions(settings) as sessions:
            url = settings.database_url.get_secret_value()
            people = export_to(file, sessions, url, contest, district, full_names)
    except NoSuchContest:
        _fail(wording.NO_SUCH_CONTEST)
    click.echo(wording.RESULTS_OUT.format(people=people, file=file))


@main.group(help=wording.HELP_ADMIN)
def admin() -> None:
    """The console's accounts."""


@admin.command("setup-code", help=wording.HELP_SETUP_CODE)
@click.pass_obj
def admin_setup_code(settings: Settings) -> None:
    """Print a one-time code while the console has no account."""
    with _staff(settings) as staff:
        code = staff.new_setup_code()
    click.echo(wording.SETUP_CODE.format(code=code) if code else wording.HAS_ACCOUNT)


@admin.command("add", help=wording.HELP_ADMIN_ADD)
@click.argument("name")
@click.option("--role", type=click.Choice(list(Role)), default=Role.MODERATOR, show_default=True)
@click.pass_obj
def admin_add(settings: Settings, name: str, role: Role) -> None:
    """Make an account with a random password, shown once."""
    password = secrets.token_urlsafe(12)
    with _staff(settings) as staff:
        staff.add(name, password, Role(role))
    click.echo(wording.ACCOUNT_ADDED.format(name=name, role=role, password=password))


@admin.command("password", help=wording.HELP_ADMIN_PASSWORD)
@click.argument("name")
@click.pass_obj
def admin_password(settings: Settings, name: str) -> None:
    """Give an account a new random password and end its sign-ins."""
    password = secrets.token_urlsafe(12)
    with _staff(settings) as staff:
        staff.change_password(name, password)
    click.echo(wording.PASSWORD_CHANGED.format(name=name, password=password))


@admin.command("authenticator", help=wording.HELP_ADMIN_AUTHENTICATOR)
@click.argument("name")
@click.pass_obj
def admin_authenticator(settings: Settings, name: str) -> None:
    """Forget an account's lost authenticator and end its sign-ins."""
    with _staff(settings) as staff:
        staff.remove_authenticator(name)
    click.echo(wording.AUTHENTICATOR_REMOVED.format(name=name))


@admin.command("disable", help=wording.HELP_ADMIN_DISABLE)
@click.argument("name")
@click.pass_obj
def admin_disable(settings: Settings, name: str) -> None:
    """Close an account and end its sign-ins; what it did stays in the trail."""
    with _staff(settings) as staff:
        staff.disable(name)
    click.echo(wording.ACCOUNT_DISABLED.format(name=name))


@contextmanager
def _staff(settings: Settings) -> Iterator[StaffRegister]:
    """The console's accounts; a refusal ends the program with its words."""
    from bot.domain.staff import StaffRegister
    from bot.domain.staff_refusals import StaffRefusal
    from bot.storage.database import database_clock

    try:
        with _session(settings) as session:
            yield StaffRegister(session, database_clock(session))
    except StaffRefusal as refusal:
        from bot.console.wording import explain

        _fail(explain(refusal))


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    """A session that commits at the end."""
    with _sessions(settings) as sessions, sessions.begin() as session:
        yield session


@contextmanager
def _sessions(settings: Settings) -> Iterator[Sessions]:
    """Sessions of a process of its own."""
    from bot.domain.audit import keep_chain
    from bot.storage.database import open_engine, open_sessions

    engine = open_engine(settings.database_url.get_secret_value())
    yield keep_chain(open_sessions(engine), settings.secret_key.get_secret_value())
    engine.dispose()


@contextmanager
def _patient_sessions(settings: Settings) -> Iterator[Sessions]:
    """Sessions for what takes longer than a turn may."""
    from bot.domain.audit import keep_chain
    from bot.storage.database import open_sessions
    from bot.storage.patient import open_patient

    engine = open_patient(settings.database_url.get_secret_value())
    yield keep_chain(open_sessions(engine), settings.secret_key.get_secret_value())
    engine.dispose()


def _start() -> Settings:
    """The settings, and logs as they say."""
    settings = _settings()
    configure_logs(settings.env)
    return settings


def _settings() -> Settings:
    try:
        return read_settings()
    except BadSettings as error:
        _fail("\n".join([wording.BAD_SETTINGS, *(f"  · {line}" for line in error.problems)]))
