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


def once_for_each_rule(compile_rule: Callable[[Any], None]) -> Callable[[Any], None]:
    """The same; what it comes to depends on nothing but the rule's own words."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}

    @wraps(compile_rule)
    def remembered(rule: Any) -> None:
        words = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, rule.map.host_matching)
        key = (*words, tuple((rule.defaults or {}).items()))
        if key not in known:
            compile_rule(rule)
            known[key] = {name: getattr(rule, name) for name in _COMPILED}
        for name, value in known[key].items():
            # What builds an address is a method of the rule.
            of_its_own = value.__func__.__get__(rule) if callable(value) else value
            setattr(rule, name, of_its_own)

    return remembered


_COMPILED = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")


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
    rules: Any = Rule
    rules.compile = once_for_each_rule(Rule.compile)
