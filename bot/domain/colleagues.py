"""Colleagues' accounts as owners look after them: who is invited, as what, until when.

No owner ever knows or sets another's password. Whoever is invited, or whose account is reset,
gets a code to choose one with; the authenticator is asked for all the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.chat_review import end_chat_review
from bot.domain.codes import code_hash, spoken_code
from bot.domain.roles import Role
from bot.domain.sign_in_limit import SignInLimit, account, guesser
from bot.domain.staff import Colleague, fit_name, kept_password, plain_name
from bot.domain.staff_refusals import (
    LastOwner,
    NameTaken,
    NoSuchColleague,
    OwnAccount,
    UnfitUnit,
)
from bot.storage.tables import (
    Invitation,
    RecoveryCode,
    SecondFactor,
    Staff,
    StaffSession,
    Unit,
)

INVITED_FOR = timedelta(days=3)
"""How long a code of an invitation waits to be used."""


@dataclass(frozen=True)
class Account:
    """An account as its owners see it."""

    colleague: Colleague
    unit: str | None
    """The name of a secretary's unit."""
    created_at: datetime
    disabled_at: datetime | None
    has_authenticator: bool
    invited_until: datetime | None
    """While a code waits to be used, or has waited in vain: until when."""
    seen_at: datetime | None
    """The last request of the sign-ins that are open."""


class Colleagues:
    """All accounts, and what one owner (`by`, an id) does with those of others."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def all(self) -> list[Account]:
        """Every account: those that are open first, by name."""
        seen = (
            select(StaffSession.staff_id, func.max(StaffSession.last_seen_at).label("at"))
            .group_by(StaffSession.staff_id)
            .subquery()
        )
        rows = self._session.execute(
            select(Staff, Unit.name, SecondFactor.staff_id, Invitation.expires_at, seen.c.at)
            .outerjoin(Unit, Unit.id == Staff.unit_id)
            .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
            .outerjoin(Invitation, Invitation.staff_id == Staff.id)
            .outerjoin(seen, seen.c.staff_id == Staff.id)
        )
        accounts = [_account(*row) for row in rows]
        return sorted(accounts, key=lambda one: (one.disabled_at is not None, one.colleague.name))

    def account(self, staff_id: int) -> Account:
        """One account. Raises NoSuchColleague."""
        found = [one for one in self.all() if one.colleague.id == staff_id]
        if not found:
            raise NoSuchColleague
        return found[0]

    def invite(self, name: str, role: Role, unit_id: int | None, by: int) -> tuple[int, str]:
        """Make an account without a password; its id, and the code to choose one with.

        Raises UnfitName, NameTaken or UnfitUnit.
        """
        staff = Staff(
            name=fit_name(name), password_hash="", role=role, unit_id=self._unit(role, unit_id),
            created_at=self._now,
        )  # fmt: skip
        try:
            with self._session.begin_nested():
                self._session.add(staff)
        except IntegrityError as error:
            raise NameTaken from error
        self._record(by, "staff.invite", staff.id, role=role, unit=staff.unit_id)
        return staff.id, self._new_code(staff.id)

    def change_role(self, staff_id: int, role: Role, unit_id: int | None, by: int) -> None:
        """Let the account do other things from now on; its sign-ins end.

        Raises NoSuchColleague, OwnAccount, LastOwner or UnfitUnit.
        """
        staff = self._to_change(staff_id, by, stays_owner=role is Role.OWNER)
        before, after = (staff.role, staff.unit_id), (role, self._unit(role, unit_id))
        if before == after:
            return
        self._change(staff_id, role=role, unit_id=after[1])
        facts = {"before": before[0], "after": role, "unit_before": before[1], "unit": after[1]}
        self._record(by, "staff.role", staff_id, **facts)

    def disable(self, staff_id: int, by: int) -> None:
        """Close the account; its sign-ins and its review by chat end.

        Raises NoSuchColleague, OwnAccount or LastOwner.
        """
        if self._to_change(staff_id, by).disabled_at is None:
            self._withdraw_code(staff_id)
            self._begin_anew(staff_id, disabled_at=self._now)
            self._record(by, "staff.disable", staff_id)

    def reopen(self, staff_id: int, by: int) -> str:
        """Open a closed account again; the code to choose a new password with.

        Raises NoSuchColleague or OwnAccount.
        """
        self._to_change(staff_id, by, stays_owner=True)
        self._begin_anew(staff_id, disabled_at=None, password_hash="")
        self._record(by, "staff.reopen", staff_id)
        return self._new_code(staff_id)

    def reset(self, staff_id: int, by: int, *, authenticator: bool) -> str:
        """Let the colleague begin anew with the code that is returned.

        The sign-ins and the review by chat end. The password goes in any case: who has stolen it
        must not be the one who sets up the next authenticator. Raises NoSuchColleague or
        OwnAccount.
        """
        self._to_change(staff_id, by, stays_owner=True)
        if authenticator:
            for kind in (SecondFactor, RecoveryCode):
                self._session.execute(delete(kind).where(kind.staff_id == staff_id))
        self._begin_anew(staff_id, password_hash="")
        what = "staff.code_reset" if authenticator else "staff.password_reset"
        self._record(by, what, staff_id)
        return self._new_code(staff_id)

    def accept(self, name: str, code: str, password: str, address: str | None, secret: str) -> bool:
        """Choose a password with the code of an invitation; False for a wrong code.

        It opens nothing by itself. `address` and `secret` are those of
        `StaffRegister.begin_sign_in`, with whose tries this one counts until it has succeeded;
        commit it either way. Raises UnfitPassword or TooManyFailures.
        """
        name = plain_name(name)
        limit = SignInLimit(self._session, self._now)
        slots = limit.take(guesser(secret, address)), limit.take(account(secret, name))
        if (staff_id := self._invited(name, code)) is None:
            return False
        kept = kept_password(name, password)
        used = self._session.execute(delete(Invitation).where(Invitation.staff_id == staff_id))
        if not used.rowcount:  # type: ignore[attr-defined]
            return False
        self._begin_anew(staff_id, password_hash=kept)
        for slot in slots:
            limit.release(slot)
        self._record(staff_id, "staff.password", staff_id)
        return True

    def choose_password(self, staff_id: int, password: str) -> None:
        """Another password for one's own account; all sign-ins and the review by chat end.

        Raises UnfitPassword.
        """
        name = self._session.scalars(select(Staff.name).where(Staff.id == staff_id)).one()
        self._begin_anew(staff_id, password_hash=kept_password(name, password))
        self._record(staff_id, "staff.password", staff_id)

    # ------------------------------------------------------------ inside

    def _invited(self, name: str, code: str) -> int | None:
        """Whose code this is."""
        return self._session.scalar(
            select(Staff.id)
            .join(Invitation, Invitation.staff_id == Staff.id)
            .where(
                Staff.name == name,
                Staff.disabled_at.is_(None),
                Invitation.code_hash == code_hash(code),
                Invitation.expires_at > self._now,
            )
        )

    def _to_change(self, staff_id: int, by: int, *, stays_owner: bool = False) -> Staff:
        """The account, if `by` may change it and an owner is left after that."""
        owners = select(Staff.id).where(Staff.role == Role.OWNER, Staff.disabled_at.is_(None))
        # Two owners who close each other's accounts at once would leave none: the second waits.
        left = set(self._session.scalars(owners.order_by(Staff.id).with_for_update()))
        found = self._session.get(Staff, staff_id, populate_existing=True)
        if found is None:
            raise NoSuchColleague
        if staff_id == by:
            raise OwnAccount
        if not stays_owner and staff_id in left and left == {staff_id}:
            raise LastOwner
        return found

    def _change(self, staff_id: int, **values: object) -> None:
        """Change the account, then end its sign-ins; in this order, as StaffRegister does."""
        self._session.execute(update(Staff).where(Staff.id == staff_id).values(**values))
        self._session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))

    def _begin_anew(self, staff_id: int, **values: object) -> None:
        """Change the account; whoever has come in with what it was before is out."""
        self._change(staff_id, **values)
        end_chat_review(self._session, staff_id)

    def _unit(self, role: Role, unit_id: int | None) -> int | None:
        if role is not Role.SECRETARY and (role is not Role.JUDGE or unit_id is None):
            return None
        if unit_id is None or self._session.get(Unit, unit_id) is None:
            raise UnfitUnit
        return unit_id

    def _new_code(self, staff_id: int) -> str:
        self._withdraw_code(staff_id)
        code = spoken_code(4)
        row = {"code_hash": code_hash(code), "expires_at": self._now + INVITED_FOR}
        self._session.execute(insert(Invitation).values(staff_id=staff_id, **row))
        return code

    def _withdraw_code(self, staff_id: int) -> None:
        self._session.execute(delete(Invitation).where(Invitation.staff_id == staff_id))

    def _record(self, by: int, action: str, staff_id: int, **facts: str | int | None) -> None:
        subject = audit.staff(staff_id)
        audit.record(self._session, self._now, audit.staff(by), action, subject, facts)


def _account(
    staff: Staff,
    unit: str | None,
    authenticator: int | None,
    invited_until: datetime | None,
    seen_at: datetime | None,
) -> Account:
    colleague = Colleague(staff.id, staff.name, Role(staff.role), staff.unit_id)
    return Account(
        colleague, unit, staff.created_at, staff.disabled_at, authenticator is not None,
        invited_until, seen_at,
    )  # fmt: skip
