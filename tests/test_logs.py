"""The logs carry what libraries and errors say, without what members said."""

import json
import logging
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from bot.logs import Discreet, trace

PROGRAM = """
import logging, threading
from bot.logs import configure_logs
configure_logs("production")
{deed}
"""
DEEDS = {
    "a library's words": 'logging.getLogger("driver").warning("no row for %s", "张三")',
    "a library's error": 'logging.getLogger("pool").exception("failed", exc_info=OSError("张三"))',
    "a second line": 'logging.getLogger("driver").error("failed\\\\nDETAIL: 张三")',
    "a thread's end": 't = threading.Thread(target=lambda: int("张三")); t.start(); t.join()',
    "a program's end": 'int("张三")',
}


@pytest.mark.slow
@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_no_value_gets_into_the_log_of_a_program_in_production(deed: str) -> None:
    code = PROGRAM.format(deed=deed.replace("张三", "'+chr(24352)+'"))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)

    (line,) = ran.stderr.splitlines()
    assert json.loads(line)["level"] in ("warning", "error", "critical")
    assert "张" not in line


def test_the_words_of_a_library_s_author_are_passed_on() -> None:
    record = logging.LogRecord("pool", logging.WARNING, "", 0, "gone: %s", ("张三",), None)

    with capture_logs() as logs:
        Discreet().emit(record)

    assert logs == [{"event": "gone: %s", "logger": "pool", "log_level": "warning"}]


def test_of_an_error_its_kind_and_its_places_are_told() -> None:
    with pytest.raises(ValueError, match="张三") as raised:
        raise ValueError("张三")

    told = trace(raised.value)

    assert told["error"] == "ValueError"
    assert "test_logs.py" in told["places"]
    assert "'张三'" not in told["places"].replace('raise ValueError("张三")', "")
