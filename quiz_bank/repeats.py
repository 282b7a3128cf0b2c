"""Whether a code or a wording of a question was there already."""

from quiz_bank import wording
from quiz_bank.checks import Complaint, clip
from quiz_bank.question import fold


class Repeats:
    """The codes and the folded stems met so far, and where each was met first."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._stems: dict[str, str] = {}

    def complaints(self, code: str, stem: str, here: str) -> list[Complaint]:
        """What an earlier question, sound or not, has already; this one is remembered."""
        complaints = []
        if code and (taken := self._codes.setdefault(code.casefold(), here)) is not here:
            message = wording.CODE_TAKEN.format(code=clip(code), place=taken)
            complaints.append(Complaint("code", message))
        if stem and (taken := self._stems.setdefault(fold(stem), here)) is not here:
            complaints.append(Complaint("stem", wording.STEM_TAKEN.format(place=taken)))
        return complaints
