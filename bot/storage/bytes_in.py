"""Bytes within bytes: each engine has the question in words of its own."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, LargeBinary, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Holds(FunctionElement[bool]):
    """Whether the first holds the second."""

    type = Boolean()
    name = "holds"
    inherit_cache = True


def holds(column: ColumnElement[Any] | Any, piece: bytes) -> ColumnElement[bool]:
    """Whether the bytes of the column have this piece in them. No index helps with it."""
    return _Holds(column, literal(piece, LargeBinary()))


@compiles(_Holds)
def _instr(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


@compiles(_Holds, "postgresql")
def _position(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    column, piece = (compiler.process(part, **options) for part in element.clauses)
    return f"position({piece} in {column}) > 0"
