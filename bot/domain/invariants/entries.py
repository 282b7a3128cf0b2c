"""Entries: each stands where its audit rows led it, by steps that are allowed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from bot.domain.entries import MottoState, current_round, number_of, subject_of
from bot.domain.invariants.rule import Key, Rule, Survey, stream
from bot.domain.mottos import Mottos
from bot.domain.refusals import NoRound
from bot.storage.tables import Audit, Motto

_WAITING, _APPROVED, _RETURNED, _WITHDRAWN, _ERASED = (
    MottoState.WAITING,
    MottoState.APPROVED,
    MottoState.RETURNED,
    MottoState.WITHDRAWN,
    MottoState.ERASED,
)
STEPS: dict[str, tuple[set[MottoState | None], MottoState]] = {
    "motto.submit": ({None}, _WAITING),
    "motto.send_in": ({None}, _WAITING),
    "motto.approve": ({_WAITING}, _APPROVED),
    "motto.return": ({_WAITING}, _RETURNED),
    "motto.first_look": ({_WAITING}, _WAITING),
    "motto.second_look": ({_WAITING}, _WAITING),
    "motto.undo": ({_WAITING, _APPROVED, _RETURNED}, _WAITING),
    "motto.reopen": ({_APPROVED, _RETURNED}, _WAITING),
    "motto.admit": ({_RETURNED}, _APPROVED),
    "motto.remove": ({_APPROVED}, _RETURNED),
    "motto.reword": ({_WAITING, _APPROVED, _RETURNED, _WITHDRAWN}, _WAITING),
    "motto.withdraw": ({_WAITING, _APPROVED, _RETURNED}, _WITHDRAWN),
    "motto.restore": ({_WITHDRAWN}, _WAITING),
    "motto.appeal": ({_RETURNED}, _WAITING),
    "motto.erase": ({_WAITING, _APPROVED, _RETURNED, _WITHDRAWN}, _ERASED),
}
"""From where each deed may lead to where: said here a second time, so that the two can differ."""


@dataclass(frozen=True)
class _Told:
    """What the audit rows of one entry tell."""

    state: MottoState | None = None
    rows: int = 0
    allowed: bool = True
    decider: str = ""
    """Who decided last."""
    barred: str = ""
    """Whose decision the author did not accept."""
    fair: bool = True
    """Whether somebody else decided then."""

    def after(self, action: str, actor: str) -> "_Told":
        origins, state = STEPS.get(action, (set(), self.state))
        decides = action in ("motto.approve", "motto.return", "motto.admit", "motto.remove")
        looks = action in ("motto.first_look", "motto.second_look")
        barred = {"motto.appeal": self.decider, "motto.undo": self.barred}.get(action, "")
        return _Told(
            state,
            self.rows + 1,
            self.allowed and self.state in origins,
            actor if decides else self.decider,
            self.barred if decides or looks else barred,
            self.fair
            and not (actor == self.barred and (decides or looks or action == "motto.undo")),
        )


def _told(survey: Survey) -> dict[str, _Told]:
    """What the trail tells of each entry, by its name in the trail."""
    versions = (
        select(Audit.subject, Audit.action, Audit.actor)
        .where(Audit.subject.startswith("motto:"), Audit.version.is_not(None))
        .order_by(Audit.subject, Audit.version)
    )
    told: dict[str, _Told] = {}
    for subject, rows in groupby(stream(survey, versions), key=lambda row: row.subject):
        so_far = _Told()
        for row in rows:
            so_far = so_far.after(row.action, row.actor)
        told[subject] = so_far
    return told


def _both(survey: Survey) -> Iterator[tuple[str, MottoState | None, int, _Told]]:
    """Each entry as it stands, its state and version, and as the trail tells of it."""
    told = _told(survey)
    for id_, state, version in stream(survey, select(Motto.id, Motto.state, Motto.version)):
        subject = subject_of(number_of(id_))
        yield subject, state, version, told.pop(subject, _Told())
    for subject, tale in told.items():
        yield subject, None, 0, tale


def _elsewhere(survey: Survey) -> Iterable[Key]:
    return ([subject] for subject, state, _, told in _both(survey) if state != told.state)


def _forbidden(survey: Survey) -> Iterable[Key]:
    return ([subject] for subject, _, _, told in _both(survey) if not told.allowed)


def _judged_by_the_first(survey: Survey) -> Iterable[Key]:
    return ([subject] for subject, _, _, told in _both(survey) if not told.fair)


def _miscounted(survey: Survey) -> Iterable[Key]:
    return ([subject] for subject, _, version, told in _both(survey) if version != told.rows)


def _not_on_the_wall(survey: Survey) -> Iterable[Key]:
    """Entries that the wall shows and no moderator approved; approved words without one card."""
    try:
        round_id = current_round(survey.session, survey.now).id
    except NoRound:
        return ()
    told, shown = _told(survey), _shown(survey)
    of_round = select(Motto.id, Motto.folded).where(Motto.round_id == round_id)
    approved: dict[int, str] = {}
    for id_, folded in survey.session.execute(of_round):
        if told.get(subject_of(number_of(id_)), _Told()).state is _APPROVED:
            approved[number_of(id_)] = folded
    cards = Counter(approved[number] for number in shown & approved.keys())
    wrong = {number for number, folded in approved.items() if cards[folded] != 1}
    return ([subject_of(number)] for number in sorted(wrong | (shown - approved.keys())))


def _shown(survey: Survey) -> set[int]:
    wall, shown, page = Mottos(survey.session, survey.now), set(), 1
    while True:
        found = wall.wall(page)
        shown |= {card.number for card in found.mottos}
        if page >= found.pages:
            return shown
        page += 1


RULES = (
    Rule("I14", "entry_not_where_led", "motto", _elsewhere),
    Rule("I14", "entry_step_forbidden", "audit", _forbidden),
    Rule("I14", "appeal_judged_by_the_first", "audit", _judged_by_the_first),
    Rule("I15", "entry_version_miscounted", "motto", _miscounted),
    Rule("I18", "wall_not_the_approved", "motto", _not_on_the_wall),
)
