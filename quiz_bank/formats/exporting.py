"""Questions as a file, in the format that its name's ending asks for."""

from collections.abc import Callable, Mapping, Sequence

from quiz_bank.formats import excel, gift, moodle, toml
from quiz_bank.question import Question

FORMATS: Mapping[str, Callable[[Sequence[Question]], bytes]] = {
    ".xlsx": excel.write,
    ".gift": lambda questions: gift.write(questions).encode(),
    ".xml": moodle.write,
    ".toml": lambda questions: toml.write(questions).encode(),
}
"""How each ending is written; what is written can be imported again, and is the same then."""
