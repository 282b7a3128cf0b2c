"""Questions as people type them in Word: numbers, options by letter, answers here or there."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from quiz_bank.checks import Complaint, clip
from quiz_bank.formats import answer_key, wording
from quiz_bank.formats.answer_key import Entry
from quiz_bank.formats.found import MOST_QUESTIONS, Note, Reading, Unreadable
from quiz_bank.formats.meaning import UNDECIDED, Loose, judged, kind_of, settle
from quiz_bank.formats.options import split_options
from quiz_bank.formats.pasted_lines import (
    Number,
    bracketed_answers,
    bracketed_words,
    heading_kind,
    is_key_heading,
    labelled,
    number_of,
    take_tag,
)
from quiz_bank.formats.words import tidy
from quiz_bank.question import LETTERS, Kind

LONGEST_LINE = 5_000
_ENDS_SENTENCE = "。？！?!：:.…；;”"
_AFTER_ANSWER = "。.；; "
_OPTION_MARK = re.compile(r"[（(]?([A-HＡ-Ｈ])[.．、:：)）]")


@dataclass
class _Question:
    """What has been read of a question."""

    line: int
    kind: str
    number: int | None = None
    parts: dict[str, list[str]] = field(default_factory=dict)
    """The lines of each item, an option by its letter."""
    lines: dict[str, int] = field(default_factory=dict)
    options: int = 0
    last: str = "stem"
    complaints: list[Complaint] = field(default_factory=list)

    def begin(self, item: str, words: str, line: int) -> None:
        """An item begins here."""
        self.parts.setdefault(item, []).append(words)
        self.lines.setdefault(item, line)
        self.last = item

    def go_on(self, words: str) -> None:
        """The last item goes on."""
        self.parts.setdefault(self.last, []).append(words)

    def words(self, item: str) -> str:
        """What the item says."""
        return tidy("\n".join(self.parts.get(item, ())))

    @property
    def next_letter(self) -> str:
        """The letter of the option that is due."""
        return chr(ord("A") + self.options)

    @property
    def is_whole(self) -> bool:
        """Whether it may end here: there are options, or an answer."""
        answered = any(bracketed_answers(self.words("stem")))
        return self.options > 0 or "answer" in self.parts or answered


def read(text: str) -> Reading:
    """The questions of the text."""
    reader = _Reader(text.split("\n"))
    for number, line in enumerate(reader.lines, 1):
        reader.take(number, line)
    return reader.end()


class _Reader:
    """Goes down the lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = [" ".join(line.split()) for line in lines]
        self._reading = Reading()
        self._questions: list[_Question] = []
        self._key: list[Entry] = []
        self._kind = ""
        self._style = ""
        self._after_blank = True
        self._in_key = False
        self._numbered = any(number_of(line, 1) and not heading_kind(line) for line in self.lines)

    def take(self, at: int, line: str) -> None:
        """The next line."""
        words = tidy(line)
        if not words:
            self._after_blank = True
            return
        if len(words) > LONGEST_LINE:
            self._note_error(at, wording.LONG_LINE.format(limit=LONGEST_LINE))
        elif (kind := heading_kind(words)) is not None:
            self._kind, self._style = kind, ""
            # The key may have the same headings as the questions it answers.
            self._in_key = self._in_key and any(q.kind == kind for q in self._questions)
        elif is_key_heading(words):
            self._in_key = True
        elif not self._take_key(at, words):
            self._take_question(at, words)
        self._after_blank = False

    def end(self) -> Reading:
        """Everything found, with the key's answers where they belong."""
        self._hand_out()
        for question in self._questions:
            self._reading.add(settle(_loose(question)))
        return self._reading

    @property
    def _current(self) -> _Question | None:
        return self._questions[-1] if self._questions else None

    def _take_key(self, at: int, words: str) -> bool:
        """Take a line of answers, if it is one."""
        before, labels = labelled(words)
        label, told = labels[0] if labels and not before else ("", words)
        is_answer = label == "answer" and len(labels) == 1
        entries = answer_key.entries(told, at) if self._in_key or is_answer else []
        if entries and (self._in_key or len(entries) > 1):
            self._reading.errors += [entry for entry in entries if isinstance(entry, Note)]
            self._key += [entry for entry in entries if isinstance(entry, Entry)]
            return True
        return self._in_key and self._take_worded_key(at, words)

    def _take_worded_key(self, at: int, words: str) -> bool:
        """An answer in words (`3. 昆山`), if a question of this number waits for one."""
        number = number_of(words, -1)
        waiting = {q.number for q in self._questions if "answer" not in q.parts}
        if number is None:
            if self._current and not self._current.is_whole:
                self._current.begin("answer", words, at)
                return True
            self._in_key = False
            return False
        if number.value not in waiting:
            self._in_key = False
            return False
        self._key.append(Entry(number.value, words[number.end :], at))
        return True

    def _take_question(self, at: int, words: str) -> None:
        before, labels = labelled(words)
        if before:
            self._take_words(at, before)
        for item, told in labels:
            if self._current:
                self._current.begin(item, told, at)
            else:
                self._note_unread(at, told)

    def _take_words(self, at: int, words: str) -> None:
        number = self._new_number(words)
        current = self._current
        if number:
            self._begin(at, words[number.end :].strip(), number)
        elif current and self._take_options(current, at, words):
            return
        elif self._numbered and not (current and self._style):
            self._note_unread(at, words)
        elif self._numbered and current:
            self._go_on(current, at, words)
        elif current is None or current.is_whole or self._after_blank:
            self._begin(at, words, None)
        else:
            current.go_on(words)

    def _new_number(self, words: str) -> Number | None:
        """The number, if a question begins here and not a list within one."""
        current = self._current
        due = (current.number or 0) + 1 if current and self._style else 1
        number = number_of(words, due)
        if number is None or (self._style and number.style != self._style):
            return None
        inside = current and self._style and current.last in ("explanation", "source")
        return None if inside and number.value < due else number

    def _begin(self, at: int, words: str, number: Number | None) -> None:
        self._style = number.style if number else self._style
        question = _Question(at, self._kind, number.value if number else None)
        question.begin("stem", words, at)
        self._questions.append(question)
        if len(self._questions) > MOST_QUESTIONS:
            raise Unreadable(wording.TOO_MANY_QUESTIONS.format(limit=MOST_QUESTIONS))

    def _take_options(self, question: _Question, at: int, words: str) -> bool:
        before, options = split_options(words, question.next_letter)
        if not options or before.strip():
            mark = _OPTION_MARK.match(words)
            if mark and question.options and question.last in LETTERS:
                letter, wanted = unicodedata.normalize("NFKC", mark[1]), question.next_letter
                message = wording.OPTION_ORDER.format(letter=letter, wanted=wanted)
                question.complaints.append(Complaint("options", message))
                return True
            return False
        for option in options:
            question.begin(question.next_letter, option, at)
            question.options += 1
        return True

    def _go_on(self, question: _Question, at: int, words: str) -> None:
        # After an empty line it may belong to nothing: an option must not grow by it unseen.
        if self._after_blank and question.is_whole:
            self._note_unread(at, words)
        else:
            question.go_on(words)

    def _hand_out(self) -> None:
        """Give each question the answer that the key has for its number."""
        waiting = [q for q in self._questions if "answer" not in q.parts]
        for number, given in groupby(sorted(self._key, key=_number), _number):
            entries = list(given)
            meant = [question for question in waiting if question.number == number]
            if not any(question.number == number for question in self._questions):
                message = wording.KEY_WITHOUT_QUESTION.format(number=number)
                self._note_error(entries[0].line, message)
            elif len(meant) > 1 and len(meant) != len(entries):
                message = wording.NUMBER_TWICE.format(number=number)
                self._note_error(entries[0].line, message)
            # Sections that each count from one have their answers in the same order.
            for question, entry in zip(meant, entries, strict=False):
                question.begin("answer", entry.answer, entry.line)

    def _note_error(self, at: int, message: str) -> None:
        self._reading.add(Note(wording.LINE.format(line=at), message))

    def _note_unread(self, at: int, words: str) -> None:
        message = wording.UNREAD_TEXT.format(words=clip(words))
        self._reading.notices.append(Note(wording.LINE.format(line=at), message))


def _number(entry: Entry) -> int:
    return entry.number


def _loose(question: _Question) -> Loose:
    """The question in people's words, its answer taken out of its stem."""
    stem, tag = take_tag(question.words("stem"))
    loose = Loose(wording.LINE.format(line=question.line), kind=tag or question.kind)
    loose.complaints = question.complaints
    loose.where = {
        item: wording.LINE.format(line=line) for item, line in question.lines.items()
    }.get
    loose.options = [question.words(chr(ord("A") + at)) for at in range(question.options)]
    stem, loose.answer = _take_answer(stem, question.words("answer").rstrip(_AFTER_ANSWER), loose)
    if not loose.options:
        stem, loose.options = _inline(stem, loose)
    loose.difficulty = question.words("difficulty")
    keys = ("explanation", "source", "place", "date", "topic")
    loose.others = {"stem": stem} | {key: question.words(key) for key in keys}
    if not loose.answer and (not loose.kind or kind_of(loose.kind) in [*Kind, UNDECIDED]):
        loose.complaints.append(Complaint("answer", wording.NO_ANSWER_HERE))
    return loose


def _inline(stem: str, loose: Loose) -> tuple[str, list[str]]:
    """The stem and the options that stand behind it on its line."""
    before, options = split_options(stem)
    if len(options) < 2 or not before.strip() or loose.kind in (Kind.JUDGE, Kind.BLANK):
        return stem, []
    return before.strip(), [tidy(option) for option in options]


def _take_answer(stem: str, answer: str, loose: Loose) -> tuple[str, str]:
    """The stem without the answer in its brackets, and the answer from there or elsewhere."""
    marks = [match for match in bracketed_answers(stem) if _suits(match["answer"], loose)]
    if kind_of(loose.kind) == Kind.BLANK and not answer:
        marks = bracketed_words(stem)
    if not marks or (kind_of(loose.kind) == Kind.BLANK and len(marks) > 1):
        return stem, answer
    mark = marks[-1]
    if answer and _meaning(answer) != _meaning(mark["answer"]):
        message = wording.TWO_ANSWERS.format(one=clip(mark["answer"]), other=clip(answer))
        loose.complaints.append(Complaint("answer", message))
    before, after = stem[: mark.start()].rstrip(), stem[mark.end() :].strip()
    if not after.strip("。.") and before.endswith(tuple(_ENDS_SENTENCE)):
        return before, answer or mark["answer"]
    gap = "（ ）" if before and not judged(mark["answer"]) else ""
    return before + gap + after, answer or mark["answer"]


def _suits(answer: str, loose: Loose) -> bool:
    """Whether such an answer can be one of this question: no 对 for options, no A without any."""
    kind = kind_of(loose.kind)
    if kind == Kind.JUDGE:
        return judged(answer) is not None
    return kind != Kind.BLANK


def _meaning(answer: str) -> str:
    return judged(answer) or "".join(sorted(re.sub(r"[\s,，、]", "", answer).upper()))
