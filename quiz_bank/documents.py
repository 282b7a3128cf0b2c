"""The documents that questions quote: documents.toml, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from quiz_bank import wording


@dataclass(frozen=True)
class Document:
    """A text that questions quote; `issuer` and `date` are empty where none is known.

    `described` marks a source that is called by what it is and not by a title of its own.
    """

    title: str
    issuer: str = ""
    date: str = ""
    described: bool = False


@cache
def shipped_documents() -> Mapping[str, Document]:
    """Every document of the shipped questions, by title."""
    text = files("quiz_bank").joinpath("documents.toml").read_text("utf-8")
    documents = [Document(**table) for table in tomllib.loads(text)["document"]]
    return MappingProxyType({document.title: document for document in documents})


def cited(title: str) -> str:
    """The title as people cite it; one that is not on our list stays as it was written."""
    document = shipped_documents().get(title)
    return wording.book_title(title) if document and not document.described else title
