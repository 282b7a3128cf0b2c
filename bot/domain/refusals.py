"""The ways the domain says no: facts, without words."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.rounds import Kind
from bot.domain.scoring import Counting


class Refusal(Exception):
    """A rule says no. Undoes what the turn has done; its facts tell the member why."""


@dataclass(eq=False)
class NoContest(Refusal):
    """There is no knowledge contest at all."""


@dataclass(eq=False)
class ContestNotBegun(Refusal):
    """The contest begins on a later day."""

    first_day: date


@dataclass(eq=False)
class ContestOver(Refusal):
    """The contest's last day has passed."""

    last_day: date
    days_taken: int


@dataclass(eq=False)
class PaperNotOut(Refusal):
    """Papers are not begun at this hour."""

    opens_at: datetime


@dataclass(eq=False)
class BracketNeeded(Refusal):
    """In this contest a bracket is chosen before the first paper."""

    contest: int
    brackets: tuple[str, ...]


@dataclass(eq=False)
class BracketFixed(Refusal):
    """The member has answered by this bracket: it is changed no more."""

    name: str


@dataclass(eq=False)
class BoardClosed(Refusal):
    """In the last days of a contest the own place is not shown: it is not among the frozen ones,
    or these are still being kept.
    """

    last_day: date
    points: int | None
    """The member's own; None when nobody in particular asked."""


@dataclass(eq=False)
class OnlyJoinedStand(Refusal):
    """Who is bound to no unit has no place in this contest."""

    points: int


@dataclass(eq=False)
class NothingToMakeUp(Refusal):
    """No missed day can be made up now."""

    allowed: bool
    """Whether the contest knows making up at all."""
    used: bool
    """Whether this week's has been."""


@dataclass(eq=False)
class PaperFinished(Refusal):
    """Today's paper is done already."""

    points: int
    next_hour: int | None
    """The hour of tomorrow's paper; None when there is none tomorrow."""
    attempts_left: int
    """How many more attempts can be begun now."""
    counting: Counting


@dataclass(eq=False)
class ReboundTooOften(Refusal):
    """The member has changed units as often as one may in thirty days."""

    again_at: datetime


@dataclass(eq=False)
class NamedTooOften(Refusal):
    """The member has given as many names as one may in thirty days."""

    again_at: datetime


@dataclass(eq=False)
class NoRound(Refusal):
    """There is no selection at all."""


@dataclass(eq=False)
class CollectingClosed(Refusal):
    """Mottos are not collected now: not yet, or no more."""

    collects_from: datetime
    collects_until: datetime


@dataclass(eq=False)
class SentInByUnits(CollectingClosed):
    """The round in force is of what units send in: members write nothing for it."""

    kind: Kind


@dataclass(eq=False)
class MottoTooShort(Refusal):
    """Fewer characters than a motto needs."""

    length: int
    least: int


@dataclass(eq=False)
class MottoTooLong(Refusal):
    """More characters than a motto may have; `kept` is how it would end."""

    length: int
    most: int
    kept: str


@dataclass(eq=False)
class AlreadySubmitted(Refusal):
    """The member has a motto in this round."""

    number: int


@dataclass(eq=False)
class NoMotto(Refusal):
    """The member has no motto that this could be done to."""


@dataclass(eq=False)
class VotesAtStake(Refusal):
    """Other words would set votes aside, of which the author has not been warned."""

    number: int
    votes: int


@dataclass(eq=False)
class VotingNotOpen(Refusal):
    """Voting begins later."""

    opens_at: datetime
    kind: Kind


@dataclass(eq=False)
class VotingClosed(Refusal):
    """Voting has ended."""

    closes_at: datetime


@dataclass(eq=False)
class NotSealed(Refusal):
    """The votes are not final yet, so there is no result to tell."""

    closes_at: datetime


@dataclass(eq=False)
class NoSuchEntry(Refusal):
    """No approved motto carries this number."""

    number: int


@dataclass(eq=False)
class AlreadyVoted(Refusal):
    """The member has given this motto all the votes that it can have from one now."""

    number: int


@dataclass(eq=False)
class NotBound(Refusal):
    """Only who belongs to a unit, or is listed there by name, votes in this round."""

    number: int
    nameless: bool
    """The unit is known, and only a name is missing."""


@dataclass(eq=False)
class OwnUnit(Refusal):
    """The rule of this round: nobody votes for what the own unit sent in."""

    number: int


@dataclass(eq=False)
class NoVotesLeft(Refusal):
    """All votes of the day, or of the round, are given."""

    most: int
    in_all: bool = False
    group: int | None = None
    """Then they are those of this group."""


@dataclass(eq=False)
class OwnEntry(Refusal):
    """The rule of this round: nobody votes for themselves."""

    number: int


@dataclass(eq=False)
class NothingToWithdraw(Refusal):
    """No such vote of the member's stands."""


@dataclass(eq=False)
class DecidedMeanwhile(Refusal):
    """The entry changed after the moderator saw it."""

    state: str
    by: str
    at: datetime | None
    deed: str = ""
    """What was done, as in the audit trail."""


@dataclass(eq=False)
class NotTheirs(Refusal):
    """The entry is another colleague's to decide."""

    number: int


@dataclass(eq=False)
class LookedAlready(NotTheirs):
    """The moderator has looked at the entry: a second one has to."""


@dataclass(eq=False)
class ForTheLead(NotTheirs):
    """Two disagree about the entry: an owner or an organiser decides."""


@dataclass(eq=False)
class OwnDecision(NotTheirs):
    """The appeal is against the moderator's own decision: another one decides."""


@dataclass(eq=False)
class OwnMotto(NotTheirs):
    """The moderator wrote the entry: another one decides."""


@dataclass(eq=False)
class NotLike(Refusal):
    """Nothing can be done with an entry as with the one of this number.

    It is not there or gone, of another round, in the same pile, or one of the two is an appeal.
    """

    number: int


@dataclass(eq=False)
class NothingToAppeal(Refusal):
    """No decision of which the member knows went against their entry."""


@dataclass(eq=False)
class AppealedBefore(Refusal):
    """Another colleague has looked at these words again already."""

    number: int


@dataclass(eq=False)
class UndoTooLate(Refusal):
    """The author has been told, or the time for undoing is over."""
