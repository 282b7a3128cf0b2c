"""The end of a colleague's review by chat, whoever is at the other end of it."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.storage.tables import ModeratorPhone, PhoneCode, SecondFactor


def end_chat_review(session: Session, staff_id: int) -> None:
    """Unlink the colleague's phone, and take back what could link one or prove it.

    Whoever has had the password may have linked a phone of their own: with the next right code
    of the colleague that phone would decide again.
    """
    factor = update(SecondFactor).where(SecondFactor.staff_id == staff_id)
    session.execute(factor.values(proved_at=None))
    for kind in (PhoneCode, ModeratorPhone):
        session.execute(delete(kind).where(kind.staff_id == staff_id))
