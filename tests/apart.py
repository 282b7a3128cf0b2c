"""Coroutines for tests, run where no event loop of a browser's is in the way."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_apart(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns, run in a thread of its own.

    Playwright keeps a loop running in the thread of the tests from the first page to the end of
    the session, and no thread can run two.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
