"""Who only reads locks nothing: PostgreSQL refuses it, SQLite, which most tests use, is mute."""

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Select, event


@event.listens_for(Engine, "before_execute")
def _refuse_to_lock(connection: Connection, asked: Any, *_: Any) -> None:
    reads_only = connection.get_execution_options().get("read_only")
    # What a query of rows asks to lock is kept where only its compiler looks.
    if reads_only and isinstance(asked, Select) and asked._for_update_arg is not None:
        pytest.fail(f"A reading transaction would lock: {asked}")
