"""Templates, routes and statements are compiled once for all tests.

Most applications and most engines live for one test.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """What was compiled by this process."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def once_for_each_rule(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """The same; what builds the addresses of a rule depends on nothing but the rule's parts."""
    built: dict[tuple[Any, ...], Any] = {}

    @wraps(compile_builder)
    def remembered(rule: Any, append_unknown: bool = True) -> Any:
        parts = (*rule._trace, tuple((rule.defaults or {}).items()), append_unknown)
        if parts not in built:
            built[parts] = compile_builder(rule, append_unknown)
        return built[parts]

    return remembered


def share_statements() -> None:
    """What one engine has compiled, another of its kind need not compile again."""
    statements = LRUCache[Any, Any](5_000)
    shared: Any = property(lambda _: statements, lambda *_: None)
    Engine._compiled_cache = shared
    # A statement is remembered together with its dialect.
    alike: dict[str, Any] = {
        "__hash__": lambda dialect: hash(type(dialect)),
        "__eq__": lambda dialect, other: type(dialect) is type(other),
    }
    for name, compare in alike.items():
        setattr(DefaultDialect, name, compare)


def pytest_configure() -> None:
    share_statements()
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    # Two thirds of what it takes to make an application.
    Rule._compile_builder = once_for_each_rule(Rule._compile_builder)  # type: ignore[method-assign]
