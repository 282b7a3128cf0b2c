"""The questions: a library of its own, which the bot builds on and which needs nothing of it.

question    what a question is, and how an answer to it is judged
bank        every question, and the seeded draw of a paper
analysis    what the answers to a question tell about the question itself
loading     reads the files in questions/, and explains what is wrong with one
checks      one question of such a file: what it says, or why it will not do
repeats     whether a code or a wording was there before
formats/    files that people bring: Excel, CSV, pasted text, GIFT and more, read and written
documents   the documents that questions quote
wording     every sentence shown to whoever edits the files
questions/  the questions themselves, a file to a topic, edited by people who do not program
"""

from quiz_bank.bank import DAILY_PAPER, Bank, BankTooSmall, Blueprint, Slot, daily_paper, draw
from quiz_bank.documents import Document, shipped_documents
from quiz_bank.loading import (
    BrokenBank,
    Loaded,
    Problem,
    load_content,
    load_file,
    load_files,
    load_shipped,
)
from quiz_bank.question import Kind, Question

__all__ = [
    "DAILY_PAPER",
    "Bank",
    "BankTooSmall",
    "Blueprint",
    "BrokenBank",
    "Document",
    "Kind",
    "Loaded",
    "Problem",
    "Question",
    "Slot",
    "daily_paper",
    "draw",
    "load_content",
    "load_file",
    "load_files",
    "load_shipped",
    "shipped_documents",
]
