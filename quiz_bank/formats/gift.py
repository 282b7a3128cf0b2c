"""GIFT, the question format that people write by hand for Moodle: read and written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from quiz_bank.formats import wording
from quiz_bank.formats.categories import path_to, topic_of
from quiz_bank.formats.feedback import compose, take_apart
from quiz_bank.formats.found import Note, Reading, Sketch, Unsupported
from quiz_bank.formats.meaning import Loose, settle
from quiz_bank.formats.words import tidy
from quiz_bank.question import Kind, Question

GAP = "____"
"""What Moodle shows where the answer was within the sentence."""
LONGEST_QUESTION = 20_000
"""Characters: a question that fits a chat has a tenth of it, its remarks included."""
SPECIAL = "\\~=#{}:n"
RIGHT_WEIGHTS = {
    1: "100",
    2: "50",
    3: "33.33333",
    4: "25",
    5: "20",
    6: "16.66667",
    7: "14.28571",
    8: "12.5",
}

# An escaped character waits as a noncharacter of Unicode, which no text has.
_HIDDEN = {sign: chr(0xFDD0 + at) for at, sign in enumerate(SPECIAL)}
_SHOWN = {ord(hidden): "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}
_ESCAPED = re.compile(r"\\([\\~=#{}:n])")
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_TEXT_FORMAT = re.compile(r"\s*\[(?:html|plain|markdown|moodle)\]")
_ID = re.compile(r"\[id:([^\]]+)\]")
_TAG = re.compile(r"\[tag:([^\]]+)\]")
_CATEGORY = "$CATEGORY:"
_WEIGHT = re.compile(r"\s*%(-?[0-9.]{1,9})%")
_JUDGED = {"t": "T", "true": "T", "f": "F", "false": "F"}
_PICTURE = re.compile(r"<(?:img|audio|video)\b|@@PLUGINFILE@@", re.IGNORECASE)


@dataclass
class _Paragraph:
    """Lines without an empty one among them: a question."""

    line: int
    lines: list[str] = field(default_factory=list)
    topic: str = ""
    remarks: str = ""


@dataclass(frozen=True)
class _Answer:
    """One of the answers within the braces."""

    sign: str
    words: str
    weight: float | None
    feedback: str

    @property
    def is_partial(self) -> bool:
        """Whether it is right, but not all of what is right."""
        return self.weight not in (None, 100)

    @property
    def is_pair(self) -> bool:
        """Whether it is one side of a pair to match, and the other."""
        return self.weight is None and "->" in self.words


def looks_like(text: str) -> bool:
    """Whether there is a question's pair of braces in the text."""
    return bool(
        re.search(r"(?m)^\$CATEGORY:|^::|(?<!\\)\{\s*(?:[=~#}]|(?i:t|f|true|false)\s*[#}])", text)
    )


def read(text: str) -> Reading:
    """The questions of a file."""
    reading = Reading()
    for paragraph in _paragraphs(text):
        _read_paragraph(paragraph, reading)
    return reading


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    current, topic = _Paragraph(0), ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        words = line.strip()
        if words.startswith("//"):
            current.remarks += words
        elif words.startswith(_CATEGORY):
            topic = topic_of(words.removeprefix(_CATEGORY))
        elif words:
            current.lines.append(line)
            current.line = current.line or number
            current.topic = topic
        elif current.lines:
            yield current
            current = _Paragraph(0)


def _read_paragraph(paragraph: _Paragraph, reading: Reading) -> None:
    place = wording.LINE.format(line=paragraph.line)
    whole = "\n".join(paragraph.lines)
    if len(whole) > LONGEST_QUESTION:
        reading.add(Note(place, wording.LONG_QUESTION.format(limit=LONGEST_QUESTION)))
        return
    words = _ESCAPED.sub(lambda match: _HIDDEN[match[1]], whole)
    opened, closed = words.count("{"), words.count("}")
    if opened != closed or words.find("{") > words.find("}"):
        reading.add(Note(place, wording.NO_BRACE_END))
    elif opened > 1:
        reading.add(Note(place, wording.TWO_BRACES))
    elif _PICTURE.search(whole):
        reading.add(Unsupported(place, "picture"))
    elif not opened:
        reading.add(Unsupported(place, "description"))
    else:
        reading.add(_question(place, words, paragraph, reading))


def _question(
    place: str, words: str, paragraph: _Paragraph, reading: Reading
) -> Sketch | Unsupported | Note:
    before, _, rest = _TITLE.sub("", words, count=1).partition("{")
    braces, _, after = rest.partition("}")
    body, _, feedback = braces.partition("####")
    loose = Loose(place, others=_details(paragraph), difficulty=_difficulty(paragraph.remarks))
    gap = GAP + after.rstrip() if after.strip() else ""
    loose.others["stem"] = tidy(_shown(_formatted(before).rstrip("\n") + gap))
    loose.others |= take_apart(_shown(_formatted(feedback)))
    return _read_braces(body.strip(), loose, reading) or settle(loose)


def _read_braces(body: str, loose: Loose, reading: Reading) -> Unsupported | Note | None:
    """Take kind, options and answer from between the braces, or say why not."""
    judgement, _, remarks = body.partition("#")
    if meant := _JUDGED.get(judgement.strip().lower()):
        loose.kind, loose.answer = Kind.JUDGE, meant
        _keep_remark(remarks.partition("#")[0], loose)
        return None
    if not body:
        return Unsupported(loose.place, "essay")
    if body.startswith("#"):
        return Unsupported(loose.place, "numerical")
    answers = list(_answers(body))
    if "~" in body:
        return _read_choice(answers, loose, reading)
    return _read_blank(answers, loose)


def _answers(body: str) -> Iterator[_Answer]:
    for sign, rest in re.findall(r"([=~])([^=~]*)", body):
        words, _, feedback = rest.partition("#")
        weight = None
        if match := _WEIGHT.match(words):
            weight, words = _number(match[1]), words[match.end() :]
        yield _Answer(sign, words, weight, feedback)


def _read_choice(
    answers: Sequence[_Answer], loose: Loose, reading: Reading
) -> Unsupported | Note | None:
    marked = [at for at, answer in enumerate(answers) if answer.sign == "="]
    weighed = [at for at, answer in enumerate(answers) if (answer.weight or 0) > 0]
    right = marked or weighed
    if len(marked) > 1:
        return Note(loose.place, wording.SEVERAL_RIGHT)
    if not right:
        return Note(loose.place, wording.NO_RIGHT)
    if len(right) == 1 and (weighed not in ([], right) or answers[right[0]].is_partial):
        return Unsupported(loose.place, "partial_credit")
    loose.kind = Kind.SINGLE if len(right) == 1 else Kind.MULTIPLE
    loose.options = [tidy(_shown(_formatted(answer.words))) for answer in answers]
    loose.answer = [chr(ord("A") + at) for at in right]
    if any(answer.feedback.strip() for answer in answers):
        reading.notices.append(Note(loose.place, wording.UNREAD_FEEDBACK))
    return None


def _read_blank(answers: Sequence[_Answer], loose: Loose) -> Unsupported | Note | None:
    if not answers:
        return Note(loose.place, wording.NO_ANSWERS)
    if len(answers) > 1 and all(answer.is_pair for answer in answers):
        return Unsupported(loose.place, "matching")
    if any(answer.is_partial for answer in answers):
        return Unsupported(loose.place, "partial_credit")
    wordings = [tidy(_shown(answer.words)) for answer in answers]
    if any(map(has_wildcard, wordings)):
        return Unsupported(loose.place, "wildcard")
    loose.kind, loose.answer = Kind.BLANK, [words.replace("\\*", "*") for words in wordings]
    return None


def has_wildcard(words: str) -> bool:
    """Whether a star in the words stands for anything, as Moodle has it."""
    return bool(re.search(r"(?<!\\)\*", words))


def _keep_remark(remark: str, loose: Loose) -> None:
    """What is said about an answer explains the question, if nothing else does."""
    if not loose.others.get("explanation"):
        loose.others["explanation"] = tidy(_shown(_formatted(remark)))


def _details(paragraph: _Paragraph) -> dict[str, str]:
    code = _ID.search(paragraph.remarks)
    return {"topic": paragraph.topic, "code": code[1] if code else ""}


def _difficulty(remarks: str) -> str:
    """What the tag about difficulty says."""
    for tag in _TAG.findall(remarks):
        if tag.startswith(wording.DIFFICULTY_TAG):
            return str(tag.removeprefix(wording.DIFFICULTY_TAG))
    return ""


def _formatted(words: str) -> str:
    return _TEXT_FORMAT.sub("", words, count=1) if _TEXT_FORMAT.match(words) else words


def _shown(words: str) -> str:
    return words.translate(_SHOWN)


def _number(words: str) -> float | None:
    try:
        return float(words)
    except ValueError:
        return None


def write(questions: Iterable[Question]) -> str:
    """The file of these questions; a remark before each has what GIFT has no place for."""
    blocks: list[str] = []
    topic = ""
    for question in questions:
        if question.topic != topic or not blocks:
            topic = question.topic
            blocks.append(f"{_CATEGORY} {path_to(topic)}\n")
        blocks.append(_block(question))
    return "\n".join(blocks)


def _block(question: Question) -> str:
    level = f"{wording.DIFFICULTY_TAG}{question.difficulty}"
    feedback = compose(question)
    lines = [
        f"// [id:{question.code}] [tag:{level}]",
        f"::{_escape(question.code)}::[plain]{_escape(question.stem)}{{",
        *_answer_lines(question),
        *([f"####[plain]{_escape(feedback)}"] if feedback else []),
        "}\n",
    ]
    return "\n".join(lines)


def _answer_lines(question: Question) -> Iterator[str]:
    if question.kind is Kind.JUDGE:
        yield "TRUE" if question.answer == ("T",) else "FALSE"
    elif question.kind is Kind.BLANK:
        # With its weight before it no wording is taken for a weight or for a pair to match.
        yield from (f"=%100%{_escape(escape_stars(words))}" for words in question.answer)
    elif question.kind is Kind.SINGLE:
        for letter, words in zip(question.letters, question.options, strict=True):
            right = letter in question.answer
            yield f"={_option(words)}" if right else f"~%0%{_option(words)}"
    else:
        share = RIGHT_WEIGHTS[len(question.answer)]
        for letter, words in zip(question.letters, question.options, strict=True):
            yield f"~%{share if letter in question.answer else '-100'}%{_option(words)}"


def _option(words: str) -> str:
    return f"[plain]{_escape(words)}"


def escape_stars(words: str) -> str:
    """The words with every star meaning itself."""
    return words.replace("*", "\\*")


def _escape(words: str) -> str:
    return "".join(
        "\\n" if sign == "\n" else f"\\{sign}" if sign in "\\~=#{}:" else sign for sign in words
    )
