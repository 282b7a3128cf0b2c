"""Two transactions that meet: what one does while another is open."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from bot.storage.database import Sessions


def while_it_is_open(
    sessions: Sessions,
    first: Callable[[Session], object],
    then: Callable[[Session], object],
    last: Callable[[Session], object] = lambda _: None,
) -> None:
    """Do `first`; start `then` in another transaction; do `last`, and commit.

    What `then` raises is raised here.
    """

    def another() -> None:
        with sessions.begin() as session:
            then(session)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            first(session)
            other = pool.submit(another)
            time.sleep(0.3)
            last(session)
        other.result()
