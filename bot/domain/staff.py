"""Staff: who may sign in to the console, and the sign-ins that are open."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit, passwords
from bot.domain.chat_review import end_chat_review
from bot.domain.codes import code_hash, spoken_code
from bot.domain.roles import EDITING, Role
from bot.domain.sign_in_limit import SignInLimit, Slot, account, guesser
from bot.domain.staff_refusals import (
    AlreadySetUp,
    NameTaken,
    NoSuchColleague,
    UnfitName,
    UnfitPassword,
    WrongCode,
)
from bot.storage.tables import RecoveryCode, SecondFactor, SetupCode, Staff, StaffSession

CODE_LASTS = timedelta(minutes=30)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
"""How long a sign-in stays open without a request, and at all."""
LATELY = timedelta(minutes=1)
"""Within this a request need not be written down as the last one."""
FRESH = timedelta(minutes=5)
"""For how long password and code, once given, are good for a dangerous act."""
NAME_MOST = 32

_THE_CODE = 1

_SignIn = Row[int, str, str, int | None, datetime, datetime, datetime | None, int | None, str]
"""A colleague's id, name, role and unit; when this sign-in began, was last used and was proved;
the colleague's id once more if there is an authenticator; and how they want to see the console."""


@dataclass(frozen=True)
class Colleague:
    """Someone with an account of the console."""

    id: int
    name: str
    role: Role
    unit_id: int | None = None
    """Of a secretary: the unit, with all below it, that is theirs to see; of a judge: the own one,
    whose entries they never see."""

    @property
    def may_look(self) -> bool:
        """Whether what members wrote, votes and the bank are theirs to see."""
        return self.role not in (Role.SECRETARY, Role.JUDGE)

    @property
    def may_count(self) -> bool:
        """Whether it is theirs to see how many of a unit took part."""
        return self.role is not Role.JUDGE

    @property
    def may_judge(self) -> bool:
        """Whether the pages of judges are theirs to see; entries are given to judges alone."""
        return self.role in (Role.OWNER, Role.JUDGE)

    @property
    def may_decide(self) -> bool:
        """Whether what members wrote is theirs to decide."""
        return self.role in (Role.OWNER, Role.ORGANISER, Role.MODERATOR)

    @property
    def may_edit(self) -> bool:
        """Whether the bank of questions is theirs to change."""
        return self.role in EDITING

    @property
    def may_plan(self) -> bool:
        """Whether contests, selections and the units are theirs to set up."""
        return self.role in (Role.OWNER, Role.ORGANISER)

    @property
    def may_send_in(self) -> bool:
        """Whether entries are theirs to send in: a secretary's for the own unit and below."""
        return self.role in (Role.OWNER, Role.ORGANISER, Role.SECRETARY)

    @property
    def may_report(self) -> bool:
        """Whether results are theirs to take out, with names masked."""
        return self.role in (Role.OWNER, Role.ORGANISER, Role.MODERATOR, Role.EDITOR)

    @property
    def may_name(self) -> bool:
        """Whether they may take them out with full names."""
        return self.role in (Role.OWNER, Role.ORGANISER)

    @property
    def may_audit(self) -> bool:
        """Whether the trail is theirs to read."""
        return self.role in (Role.OWNER, Role.ORGANISER)

    @property
    def may_admit(self) -> bool:
        """Whether the accounts of colleagues are theirs to change."""
        return self.role is Role.OWNER


class Missing(Enum):
    """What a sign-in still lacks."""

    CODE = 1
    """The code of the authenticator."""
    AUTHENTICATOR = 2
    """There is none yet, and the role asks for one."""


class Look(StrEnum):
    """How somebody wants to see the console."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Present(Colleague):
    """A colleague at the console, and how far their sign-in has come."""

    missing: Missing | None = None
    """While something is, nothing is open but the page that asks for it."""
    fresh: bool = False
    """Whether all that the account asks for was given within the last five minutes."""
    has_authenticator: bool = False
    look: str = Look.AUTO


@dataclass(frozen=True)
class Attempt:
    """A try to sign in. It counts as a failure until `finish_sign_in` has seen it succeed."""

    staff_id: int | None
    kept: str | None = field(repr=False)
    """The stored password; None for a name that nobody has, or whose account is disabled."""
    slots: tuple[Slot, Slot]
    """Of the address and of the account."""

    def matches(self, password: str) -> bool:
        """Whether the password is right. Slow on purpose: call it outside a transaction."""
        return passwords.matches(self.kept, password)


class StaffRegister:
    """Accounts of the console, and who is signed in."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    # ------------------------------------------------------------ accounts

    def is_empty(self) -> bool:
        """Whether there is no account at all."""
        return self._session.scalar(select(Staff.id).limit(1)) is None

    def new_setup_code(self) -> str | None:
        """A code that makes the first account, once, within 30 minutes.

        It replaces the code given before. None when there is an account.
        """
        if not self.is_empty():
            return None
        code = spoken_code(4)
        self._session.execute(delete(SetupCode))
        self._session.execute(
            insert(SetupCode).values(
                id=_THE_CODE, code_hash=code_hash(code), expires_at=self._now + CODE_LASTS
            )
        )
        return code

    def set_up(self, code: str, name: str, password: str) -> Colleague:
        """Make the first account, an owner's.

        Raises WrongCode, AlreadySetUp, UnfitName or UnfitPassword.
        """
        self._use_code(code)
        if not self.is_empty():
            raise AlreadySetUp
        owner = self._enter(name, password, Role.OWNER)
        self._record(audit.staff(owner.id), "staff.set_up", owner.id)
        return owner

    def add(self, name: str, password: str, role: Role = Role.MODERATOR) -> Colleague:
        """Make an account, on the word of the operator.

        Raises UnfitName, NameTaken or UnfitPassword.
        """
        colleague = self._enter(name, password, role)
        self._record(audit.SYSTEM, "staff.add", colleague.id, role=role)
        return colleague

    def change_password(self, name: str, password: str) -> None:
        """Give the account another password; all its sign-ins and its review by chat end.

        Raises NoSuchColleague or UnfitPassword.
        """
        staff_id = self._change(name, password_hash=kept_password(name, password))
        self._record(audit.SYSTEM, "staff.password", staff_id)

    def disable(self, name: str) -> None:
        """Close the account for good; all its sign-ins and its review by chat end.

        Raises NoSuchColleague.
        """
        staff_id = self._change(name, disabled_at=self._now)
        self._record(audit.SYSTEM, "staff.disable", staff_id)

    def remove_authenticator(self, name: str) -> None:
        """Forget a lost authenticator; the next sign-in sets up another.

        All sign-ins and the review by chat end. Raises NoSuchColleague.
        """
        staff_id = self._change(name)
        for kind in (SecondFactor, RecoveryCode):
            self._session.execute(delete(kind).where(kind.staff_id == staff_id))
        self._record(audit.SYSTEM, "staff.code_reset", staff_id)

    def names(self) -> dict[str, str]:
        """Everybody's name, by how the audit trail names them (`staff:3`)."""
        rows = self._session.execute(select(Staff.id, Staff.name))
        return {audit.staff(id_): name for id_, name in rows}

    # ------------------------------------------------------------ signing in

    def begin_sign_in(self, name: str, address: str | None, secret: str) -> Attempt:
        """Count a try to sign in, before its password is compared.

        Commit it, ask `Attempt.matches`, then `finish_sign_in` in a transaction of its own:
        so that tries at the same instant all count, and no lock is held while comparing.
        `secret` keys the hashes under which name and address are counted. Raises
        TooManyFailures, and then has changed nothing that counts.
        """
        name = plain_name(name)
        limit = SignInLimit(self._session, self._now)
        slots = limit.take(guesser(secret, address)), limit.take(account(secret, name))
        row = self._session.execute(
            select(Staff.id, Staff.password_hash).where(
                Staff.name == name, Staff.disabled_at.is_(None)
            )
        ).first()
        return Attempt(row.id, row.password_hash, slots) if row else Attempt(None, None, slots)

    def finish_sign_in(self, attempt: Attempt, matched: bool, browser: str = "") -> str | None:
        """Open a sign-in and return its token; None when the password was not right.

        Whether it still lacks a code, `whose` tells.
        Only this try is taken off the count. Earlier failures stand, so that nobody clears
        the count of an address by signing in to an account of their own.
        """
        if not (matched and attempt.staff_id and self._still_opens(attempt)):
            whose = attempt.slots[0].subject.hex()[:12]
            self._record(audit.SYSTEM, "staff.sign_in_failed", attempt.staff_id, guesser=whose)
            return None
        for slot in attempt.slots:
            SignInLimit(self._session, self._now).release(slot)
        self._record(audit.staff(attempt.staff_id), "staff.sign_in", attempt.staff_id)
        return self.open_sign_in(attempt.staff_id, browser)

    def proves_password(self, attempt: Attempt, matched: bool) -> bool:
        """Whether the password was right; for somebody who is signed in and shows it again.

        Counts as `finish_sign_in` does, and opens nothing.
        """
        if not (matched and attempt.staff_id and self._still_opens(attempt)):
            return False
        for slot in attempt.slots:
            SignInLimit(self._session, self._now).release(slot)
        return True

    def prove(self, token: str) -> None:
        """Take note that all the account asks for was just given in this sign-in."""
        mine = StaffSession.token_hash == token_hash(token)
        self._session.execute(update(StaffSession).where(mine).values(proved_at=self._now))

    def renew(self, token: str) -> str:
        """The token that takes this one's place, which opens nothing any more."""
        new, mine = secrets.token_urlsafe(32), StaffSession.token_hash == token_hash(token)
        self._session.execute(update(StaffSession).where(mine).values(token_hash=token_hash(new)))
        return new

    def open_sign_in(self, staff_id: int, browser: str = "", *, proved: bool = False) -> str:
        """The token of a new sign-in: 256 random bits, of which SQL knows the hash alone.

        `proved` when a code was given, too; `browser` is what the list of sign-ins calls it.
        """
        token = secrets.token_urlsafe(32)
        self._session.execute(
            insert(StaffSession).values(
                token_hash=token_hash(token),
                staff_id=staff_id,
                signed_in_at=self._now,
                last_seen_at=self._now,
                proved_at=self._now if proved else None,
                browser=browser,
            )
        )
        return token

    def choose_look(self, staff_id: int, look: Look) -> None:
        """Show the colleague the console light, dark, or as the machine has it."""
        self._session.execute(update(Staff).where(Staff.id == staff_id).values(look=look))

    def whose(self, token: str) -> Present | None:
        """Who is signed in with this token, from now on idle for no time at all."""
        mine = StaffSession.token_hash == token_hash(token)
        if (row := self._sign_in(token)) is None:
            return None
        if self._has_ended(row):
            self._session.execute(delete(StaffSession).where(mine))
            return None
        self._session.execute(update(StaffSession).where(mine).values(last_seen_at=self._now))
        return self._present(row)

    def seen_lately(self, token: str) -> Present | None:
        """Who is signed in with this token and was here a moment ago; writes nothing.

        None when it takes `whose` to tell. So a sign-in may end up to a minute early.
        """
        row = self._sign_in(token)
        if row is None or self._has_ended(row) or self._now >= row.last_seen_at + LATELY:
            return None
        return self._present(row)

    def sign_out(self, token: str) -> None:
        """End this sign-in at once."""
        mine = StaffSession.token_hash == token_hash(token)
        staff_id = self._session.scalar(select(StaffSession.staff_id).where(mine))
        if staff_id is not None:
            self._session.execute(delete(StaffSession).where(mine))
            self._record(audit.staff(staff_id), "staff.sign_out", staff_id)

    def note_denied(self, colleague: Colleague, what: str) -> None:
        """Leave a trace of what a colleague tried without the right to."""
        self._record(audit.staff(colleague.id), "staff.denied", colleague.id, what=what)

    # ------------------------------------------------------------ inside

    def _use_code(self, code: str) -> None:
        used = self._session.execute(
            update(SetupCode)
            .where(
                SetupCode.id == _THE_CODE,
                SetupCode.code_hash == code_hash(code),
                SetupCode.used_at.is_(None),
                SetupCode.expires_at > self._now,
            )
            .values(used_at=self._now)
        )
        if not used.rowcount:  # type: ignore[attr-defined]
            raise WrongCode

    def _enter(self, name: str, password: str, role: Role) -> Colleague:
        name = fit_name(name)
        staff = Staff(
            name=name, password_hash=kept_password(name, password), role=role, created_at=self._now
        )
        try:
            with self._session.begin_nested():
                self._session.add(staff)
        except IntegrityError as error:
            raise NameTaken from error
        return Colleague(staff.id, name, role)

    def _change(self, name: str, **values: object) -> int:
        """Change an account, then end its sign-ins and its review by chat.

        In this order: whoever is signing in holds the row's lock, and once we have it we
        see the sign-in they opened.
        """
        staff_id = self._session.scalar(
            select(Staff.id).where(Staff.name == plain_name(name)).with_for_update()
        )
        if staff_id is None:
            raise NoSuchColleague
        if values:
            self._session.execute(update(Staff).where(Staff.id == staff_id).values(**values))
        self._session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
        end_chat_review(self._session, staff_id)
        return staff_id

    def _sign_in(self, token: str) -> _SignIn | None:
        return self._session.execute(
            select(
                Staff.id, Staff.name, Staff.role, Staff.unit_id, StaffSession.signed_in_at,
                StaffSession.last_seen_at, StaffSession.proved_at, SecondFactor.staff_id,
                Staff.look,
            )
            .join(Staff, StaffSession.staff_id == Staff.id)
            .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
            .where(StaffSession.token_hash == token_hash(token), Staff.disabled_at.is_(None))
        ).first()  # fmt: skip

    def _present(self, sign_in: _SignIn) -> Present:
        id_, name, role, unit_id, began, _, proved_at, authenticator, look = sign_in
        has_one, missing = authenticator is not None, None
        if proved_at is None and has_one:
            missing = Missing.CODE
        elif proved_at is None and role != Role.VIEWER:
            missing = Missing.AUTHENTICATOR
        fresh = missing is None and self._now < (proved_at or began) + FRESH
        return Present(id_, name, Role(role), unit_id, missing, fresh, has_one, look)

    def _has_ended(self, sign_in: _SignIn) -> bool:
        return bool(self._now >= min(sign_in.last_seen_at + IDLE, sign_in.signed_in_at + LONGEST))

    def _still_opens(self, attempt: Attempt) -> bool:
        """Whether the account has not changed while the password was compared."""
        kept = self._session.scalar(
            select(Staff.password_hash)
            .where(Staff.id == attempt.staff_id, Staff.disabled_at.is_(None))
            .with_for_update()
        )
        return kept == attempt.kept

    def _record(self, actor: str, action: str, staff_id: int | None, **facts: str) -> None:
        subject = audit.staff(staff_id) if staff_id else "staff"
        audit.record(self._session, self._now, actor, action, subject, facts)


def kept_password(name: str, password: str) -> str:
    """What is kept of a password for this name. Raises UnfitPassword."""
    if flaw := passwords.find_flaw(password, name):
        raise UnfitPassword(flaw)
    return passwords.keep(password)


def plain_name(name: str) -> str:
    """A name as it is kept and looked for: ＬＩ is LI, blanks at the ends are nothing."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def fit_name(name: str) -> str:
    """A name as it is kept. Raises UnfitName."""
    bare = plain_name(name)
    if not 1 <= len(bare) <= NAME_MOST or not bare.isprintable():
        raise UnfitName
    return bare


def token_hash(token: str) -> bytes:
    """What SQL knows of a token."""
    return hashlib.sha256(token.encode()).digest()
