"""The second factor: codes of an authenticator, each good once, and codes for when it is lost.

Time-based one-time passwords (RFC 6238) as every authenticator makes them: six digits, a new
code each 30 seconds. The code before and the one after count too, since clocks differ. The seed
is kept sealed with AES-GCM under a key derived from BOT_SECRET_KEY, which the database does not
have; of recovery codes a keyed hash is kept.
"""

import hmac
import secrets
import unicodedata
from base64 import b32encode
from datetime import datetime, timedelta

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.codes import bare_code, spoken_code
from bot.domain.sign_in_limit import SignInLimit, code_of
from bot.domain.staff_refusals import WrongCode
from bot.storage.tables import PhoneCode, RecoveryCode, SecondFactor, StaffSession

DIGITS, STEP = 6, 30
RECOVERY_CODES = 10
LIMITS = ((5, timedelta(minutes=5)), (20, timedelta(hours=1)), (50, timedelta(days=1)))
"""Wrong codes of one account, and in how long, before the next is refused unheard."""

_SEED_BYTES, _NONCE_BYTES = 20, 12


def seed_of(secret: str, token: str) -> str:
    """The seed that a sign-in offers to an authenticator, in base 32.

    It follows from the sign-in's token, so that nothing is stored before a code has shown that
    the authenticator has it; and another sign-in offers another.
    """
    digest = hmac.digest(secret.encode(), f"authenticator {token}".encode(), "sha256")
    return b32encode(digest[:_SEED_BYTES]).decode()


def code_at(seed: str, now: datetime) -> str:
    """The code that an authenticator with this seed shows."""
    return pyotp.TOTP(seed).generate_otp(_step(now))


class SecondFactors:
    """The authenticators of all colleagues. `secret` is BOT_SECRET_KEY wherever it is asked for."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def set_up(self, staff_id: int, seed: str, typed: str, secret: str) -> list[str]:
        """Take the authenticator that shows this code; its recovery codes, told only now.

        It takes the place of the one before, and all sign-ins end; a code that links a phone is
        good no more, and a phone that is linked sleeps (bot/domain/phones.py). Raises WrongCode.
        """
        if (step := self._step_of(seed, typed)) is None:
            raise WrongCode
        self._forget(staff_id)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + _cipher(secret).encrypt(nonce, seed.encode(), _whose(staff_id))
        row = {
            "staff_id": staff_id, "sealed": sealed, "last_step": step, "made_at": self._now,
            "proved_at": self._now,
        }  # fmt: skip
        self._session.execute(insert(SecondFactor).values(row))
        for kind in (StaffSession, PhoneCode):
            self._session.execute(delete(kind).where(kind.staff_id == staff_id))
        self._record(staff_id, "staff.authenticator")
        return self._new_recovery_codes(staff_id, secret)

    def renew_recovery_codes(self, staff_id: int, secret: str) -> list[str]:
        """New recovery codes, told only now; those before open nothing any more."""
        self._session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
        self._record(staff_id, "staff.recovery_codes")
        return self._new_recovery_codes(staff_id, secret)

    def recovery_codes_left(self, staff_id: int) -> int:
        """How many recovery codes can still be used."""
        count = select(func.count()).where(RecoveryCode.staff_id == staff_id)
        return self._session.scalar(count) or 0

    def accepts(self, staff_id: int, typed: str, secret: str) -> bool:
        """Whether this is the authenticator's code, or a recovery code; it is used up by that.

        A try counts as a failure before it is looked at; commit it either way. Whoever has
        failed too often with one kind may still come in with the other. Raises TooManyFailures,
        and then has changed nothing.
        """
        digits = unicodedata.normalize("NFKC", typed).replace(" ", "")
        is_code = len(digits) == DIGITS and digits.isdecimal()
        kind = "authenticator" if is_code else "recovery"
        limit = SignInLimit(self._session, self._now)
        slots = [
            limit.take(code_of(secret, f"{kind} {tries}", staff_id), tries, window)
            for tries, window in LIMITS
        ]
        spend = self._spend_code if is_code else self._spend_recovery_code
        if not spend(staff_id, typed, secret):
            self._record(staff_id, "staff.code_failed")
            return False
        for slot in slots:
            limit.release(slot)
        self._session.execute(
            update(SecondFactor)
            .where(SecondFactor.staff_id == staff_id)
            .values(proved_at=self._now)
        )
        return True

    def code_now(self, staff_id: int, secret: str) -> str | None:
        """A code that is accepted now, for who tries the program out; None without one."""
        if (row := self._session.get(SecondFactor, staff_id)) is None:
            return None
        now = _step(self._now)
        step = max(now, row.last_step + 1)
        return pyotp.TOTP(_opened(row, secret)).generate_otp(step) if step <= now + 1 else None

    def _spend_code(self, staff_id: int, typed: str, secret: str) -> bool:
        row = self._session.get(SecondFactor, staff_id)
        step = self._step_of(_opened(row, secret), typed) if row else None
        if step is None:
            return False
        used = self._session.execute(
            update(SecondFactor)
            .where(SecondFactor.staff_id == staff_id, SecondFactor.last_step < step)
            .values(last_step=step)
        )
        return bool(used.rowcount)  # type: ignore[attr-defined]

    def _spend_recovery_code(self, staff_id: int, typed: str, secret: str) -> bool:
        used = self._session.execute(
            delete(RecoveryCode).where(
                RecoveryCode.staff_id == staff_id,
                RecoveryCode.code_hash == _hash(staff_id, typed, secret),
            )
        )
        if not used.rowcount:  # type: ignore[attr-defined]
            return False
        self._record(staff_id, "staff.recovery", left=self.recovery_codes_left(staff_id))
        return True

    def _step_of(self, seed: str, typed: str) -> int | None:
        """The step of time whose code this is, if that counts now."""
        digits = unicodedata.normalize("NFKC", typed).replace(" ", "").encode()
        now, codes = _step(self._now), pyotp.TOTP(seed)
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(codes.generate_otp(step).encode(), digits):
                return step
        return None

    def _new_recovery_codes(self, staff_id: int, secret: str) -> list[str]:
        codes = [spoken_code(3) for _ in range(RECOVERY_CODES)]
        rows = [
            {"staff_id": staff_id, "code_hash": _hash(staff_id, code, secret)} for code in codes
        ]
        self._session.execute(insert(RecoveryCode), rows)
        return codes

    def _forget(self, staff_id: int) -> None:
        for kind in (SecondFactor, RecoveryCode):
            self._session.execute(delete(kind).where(kind.staff_id == staff_id))

    def _record(self, staff_id: int, action: str, **facts: int) -> None:
        who = audit.staff(staff_id)
        audit.record(self._session, self._now, who, action, who, facts)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), b"authenticators", "sha256"))


def _whose(staff_id: int) -> bytes:
    """Bound to the seal: nobody moves an authenticator to another account."""
    return audit.staff(staff_id).encode()


def _opened(row: SecondFactor, secret: str) -> str:
    nonce, sealed = row.sealed[:_NONCE_BYTES], row.sealed[_NONCE_BYTES:]
    return _cipher(secret).decrypt(nonce, sealed, _whose(row.staff_id)).decode()


def _hash(staff_id: int, typed: str, secret: str) -> bytes:
    words = f"recovery {staff_id} {bare_code(typed)}".encode("utf-8", "surrogatepass")
    return hmac.digest(secret.encode(), words, "sha256")
