"""The audit trail: each change of state leaves a row in its own transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.storage.tables import Audit

MEMBER = "member"
SYSTEM = "system"


def staff(id_: int) -> str:
    """How a colleague of the console is named in the trail."""
    return f"staff:{id_}"


def record(
    session: Session,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    facts: dict[str, Any],
    version: int | None = None,
) -> None:
    """Write who did what to which thing.

    `version` is the one an entry came to by this deed; two rows for one are refused.
    """
    session.execute(
        insert(Audit).values(
            at=now, actor=actor, action=action, subject=subject, version=version, facts=facts
        )
    )
