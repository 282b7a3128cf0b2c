"""Moodle XML: read with entities and network off, and written."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from quiz_bank.checks import CODE, clip
from quiz_bank.formats import wording
from quiz_bank.formats.categories import path_to, topic_of
from quiz_bank.formats.feedback import compose, take_apart
from quiz_bank.formats.found import Note, Reading, Sketch, Unreadable, Unsupported
from quiz_bank.formats.gift import RIGHT_WEIGHTS, escape_stars, has_wildcard
from quiz_bank.formats.html_words import words_of_html
from quiz_bank.formats.meaning import Loose, settle
from quiz_bank.formats.words import tidy
from quiz_bank.question import Kind, Question

MOST_TAGS = 500_000
"""Every tag takes some hundred bytes of memory, however few it has in the file."""
LONGEST_HTML = 20_000
FULL = 99.9
TYPES = {
    Kind.SINGLE: "multichoice",
    Kind.MULTIPLE: "multichoice",
    Kind.JUDGE: "truefalse",
    Kind.BLANK: "shortanswer",
}
KINDS = {
    "multianswer": "cloze",
    "cloze": "cloze",
    "calculated": "calculated",
    "calculatedsimple": "calculated",
    "calculatedmulti": "calculated",
    "match": "matching",
    "matching": "matching",
    "randomsamatch": "matching",
    "ddimageortext": "picture",
    "ddmarker": "picture",
}
"""Moodle's names for kinds that no chat can hold, where ours differ."""

_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")


class _NoWords(Exception):
    """There is something in a text that no chat can hold."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def read(content: bytes) -> Reading:
    """The questions of a file. Raises Unreadable."""
    root = _root(content)
    if root.tag != "quiz":
        raise Unreadable(wording.NOT_MOODLE)
    reading, topic, ordinal = Reading(), "", 0
    for element in root.iterchildren("question"):
        if element.get("type") == "category":
            topic = topic_of(element.findtext("category/text", ""))
        else:
            ordinal += 1
            reading.add(_question(element, Loose(_place(element, ordinal)), topic))
    return reading


def _root(content: bytes) -> etree._Element:
    if content.count(b"<") > MOST_TAGS:
        raise Unreadable(wording.TOO_MANY_TAGS)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno
        raise Unreadable(wording.BAD_XML, wording.LINE.format(line=line)) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(wording.HAS_DOCTYPE)
    return root


def _question(element: etree._Element, loose: Loose, topic: str) -> Sketch | Unsupported | Note:
    try:
        loose.others["stem"] = tidy(_words(element.find("questiontext")))
        trouble = _read_answers(element, loose)
        loose.others |= take_apart(_words(element.find("generalfeedback")))
    except _NoWords as more:
        return Unsupported(loose.place, more.kind)
    code = element.findtext("idnumber", "").strip()
    loose.others |= {"topic": topic, "code": code if CODE.fullmatch(code) else ""}
    loose.difficulty = _difficulty(element)
    return trouble or settle(loose)


def _read_answers(element: etree._Element, loose: Loose) -> Unsupported | Note | None:
    """Take kind, options and answer, or say why not."""
    kind = element.get("type", "")
    answers = [_words(answer) for answer in element.iterchildren("answer")]
    shares = [_share(answer) for answer in element.iterchildren("answer")]
    match kind:
        case "multichoice":
            return _read_choice(element, answers, shares, loose)
        case "truefalse":
            return _read_judgement(answers, shares, loose)
        case "shortanswer":
            return _read_blank(answers, shares, loose)
        case _:
            return Unsupported(loose.place, KINDS.get(kind, clip(kind)))


def _read_choice(
    element: etree._Element, answers: list[str], shares: list[float], loose: Loose
) -> Unsupported | Note | None:
    right = [at for at, share in enumerate(shares) if share > 0]
    single = element.findtext("single", "true").strip() in ("true", "1")
    if not right:
        return Note(loose.place, wording.NO_RIGHT)
    if (single and len(right) > 1) or (len(right) == 1 and shares[right[0]] < FULL):
        return Unsupported(loose.place, "partial_credit")
    loose.kind = Kind.SINGLE if len(right) == 1 else Kind.MULTIPLE
    loose.options = [tidy(answer) for answer in answers]
    loose.answer = [chr(ord("A") + at) for at in right]
    return None


def _read_judgement(answers: list[str], shares: list[float], loose: Loose) -> Note | None:
    right = [answer for answer, share in zip(answers, shares, strict=True) if share > 0]
    if len(right) != 1:
        return Note(loose.place, wording.NO_RIGHT)
    loose.kind, loose.answer = Kind.JUDGE, tidy(right[0])
    return None


def _read_blank(answers: list[str], shares: list[float], loose: Loose) -> Unsupported | Note | None:
    right = [tidy(answer) for answer, share in zip(answers, shares, strict=True) if share > 0]
    if not right:
        return Note(loose.place, wording.NO_RIGHT)
    if any(0 < share < FULL for share in shares):
        return Unsupported(loose.place, "partial_credit")
    if any(map(has_wildcard, right)):
        return Unsupported(loose.place, "wildcard")
    loose.kind, loose.answer = Kind.BLANK, [words.replace("\\*", "*") for words in right]
    return None


def _words(element: etree._Element | None) -> str:
    """The words of an element that holds a text. Raises _NoWords."""
    if element is None:
        return ""
    text = str(element.findtext("text", ""))
    if element.find("file") is not None or "@@PLUGINFILE@@" in text:
        raise _NoWords("picture")
    is_html = element.get("format") not in ("plain_text", "markdown") and _MARKUP.search(text)
    if not is_html or len(text) > LONGEST_HTML:
        return text
    words, more = words_of_html(text)
    if more:
        raise _NoWords(more)
    return words


def _share(answer: etree._Element) -> float:
    """How much of the points the answer gets, of a hundred."""
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0


def _difficulty(element: etree._Element) -> str:
    for tag in element.iterfind("tags/tag/text"):
        words = (tag.text or "").strip()
        if words.startswith(wording.DIFFICULTY_TAG):
            return str(words.removeprefix(wording.DIFFICULTY_TAG))
    return ""


def _place(element: etree._Element, ordinal: int) -> str:
    if name := clip(tidy(element.findtext("name/text", ""))):
        return wording.NTH_QUESTION_NAMED.format(ordinal=ordinal, name=name)
    return wording.NTH_QUESTION.format(ordinal=ordinal)


def write(questions: Iterable[Question]) -> bytes:
    """The file of these questions."""
    quiz, topic = etree.Element("quiz"), None
    for question in questions:
        if question.topic != topic:
            topic = question.topic
            category = etree.SubElement(quiz, "question", type="category")
            _add_text(category, "category", path_to(topic))
        quiz.append(_element(question))
    return bytes(etree.tostring(quiz, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _element(question: Question) -> etree._Element:
    element = etree.Element("question", type=TYPES[question.kind])
    _add_text(element, "name", question.code)
    _add_text(element, "questiontext", question.stem, format="plain_text")
    _add_text(element, "generalfeedback", compose(question), format="plain_text")
    _add(element, "idnumber", question.code)
    if question.options:
        _add(element, "single", str(question.kind is Kind.SINGLE).lower())
        _add(element, "shuffleanswers", "false")
        _add(element, "answernumbering", "ABCD")
    if question.kind is Kind.BLANK:
        _add(element, "usecase", "0")
    for words, share in _answers(question):
        _add_text(element, "answer", words, fraction=share, format="plain_text")
    tags = etree.SubElement(element, "tags")
    _add_text(tags, "tag", f"{wording.DIFFICULTY_TAG}{question.difficulty}")
    return element


def _answers(question: Question) -> Iterator[tuple[str, str]]:
    """The words of each answer, and its share of the points."""
    match question.kind:
        case Kind.JUDGE:
            yield "true", "100" if question.answer == ("T",) else "0"
            yield "false", "0" if question.answer == ("T",) else "100"
        case Kind.BLANK:
            yield from ((escape_stars(words), "100") for words in question.answer)
        case _:
            wrong = "0" if question.kind is Kind.SINGLE else "-100"
            share = RIGHT_WEIGHTS[len(question.answer)]
            for letter, words in zip(question.letters, question.options, strict=True):
                yield words, share if letter in question.answer else wrong


def _add(parent: etree._Element, tag: str, words: str) -> None:
    etree.SubElement(parent, tag).text = words


def _add_text(parent: etree._Element, tag: str, words: str, **attributes: str) -> None:
    _add(etree.SubElement(parent, tag, attributes), "text", words)
