"""Votes by chat: the list, looking at one entry, voting for it, taking a vote back.

Looking is guessed freely, a vote never: it is cast only by words that say so, or by a
number given right after we asked for one.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import (
    Asked,
    Blank,
    Browsing,
    Confirming,
    Idle,
    OfPractice,
    State,
    is_unseen,
    on_show,
)
from bot.domain.entries import MottoCard, MottoState
from bot.domain.identity import campaign_day
from bot.domain.refusals import (
    AlreadyVoted,
    NoSuchEntry,
    NotBound,
    NothingToWithdraw,
    NoVotesLeft,
    OwnEntry,
    OwnUnit,
    Refusal,
    VotingClosed,
    VotingNotOpen,
)
from bot.domain.services import Services
from bot.domain.votes import BallotState, Batch, CastVote
from handlers import reading, wording
from handlers.asking import option_said
from handlers.own_motto import own_card

IN_VIEW = timedelta(minutes=10)
"""How long a bare number still means a place in the list last shown."""
BEST = 3
"""How many of a result the chat names."""
MINE = 5
"""How many of a member's own votes are listed."""
TAKE_BACK = "take back"
"""What `Confirming` asks about: the vote for the entry it names."""

router = Router()


def with_way_back(reply: Text, state: State) -> Text:
    """The reply, and how to return to the question that it interrupts."""
    if isinstance(state, OfPractice):
        return reply + wording.back_to_practice()
    return reply + wording.back_to_quiz() if isinstance(state, Asked) else reply


def listed(cards: list[MottoCard], services: Services, cursor: str = "") -> Browsing:
    """Where a member stands to whom these entries are shown now."""
    numbers = tuple(card.number for card in cards)
    return Browsing(numbers, cursor, shown_at=services.now.isoformat())


def list_again(member: bytes, state: Browsing, services: Services) -> Text:
    """The list that the member has in view, once more."""
    found = [services.mottos.public(number) for number in state.numbers]
    cards = [card for card in found if card]
    ballot = _open_ballot(member, services)
    if ballot is None or not state.cursor:
        # The wall, which is longer than a ballot: a tap to vote on each line would be too many.
        return wording.wall(cards)
    if not cards:
        return wording.nothing_approved(ballot.kind)
    return wording.vote_lines(cards, _own(member, ballot, services))


# ------------------------------------------------------------ lists


@router.keyword(*wording.VOTE)
@router.guess(lambda message, _: wording.VOTE_WORD in message.text)
def browse(message: Message, _state: State, services: Services) -> Step:
    """Show the first entries of the member's own order."""
    return _list(message, services, services.votes.batch(message.member))


@router.keyword(*wording.MORE)
@router.during(Browsing, wording.NEXT_BATCH)
def browse_on(message: Message, state: State, services: Services) -> Step:
    """Show the entries after those in view."""
    cursor = state.cursor if isinstance(state, Browsing) else ""
    return _list(message, services, services.votes.batch(message.member, cursor))


@router.during(Browsing, wording.BATCH_BEFORE)
def browse_back(message: Message, state: Browsing, services: Services) -> Step:
    """Show the entries before those in view."""
    return _list(message, services, services.votes.batch_before(message.member, state.cursor))


@router.during(Browsing, wording.SEEN_AGAIN)
@router.during(Browsing, wording.CHATTER)
@router.wordless(Browsing)
def show_again(message: Message, state: Browsing, services: Services) -> Step:
    """Nothing was said: the same list."""
    return Step(list_again(message.member, state, services), on_show(state))


@router.during(Browsing, wording.STRAY_CHOICE)
@router.during(Browsing, wording.PAIRS)
def ask_what_is_meant(_message: Message, state: Browsing, _services: Services) -> Step:
    """A letter answers a question, and a list is in view: ask."""
    return Step(wording.quiz_or_vote(), on_show(state))


# ------------------------------------------------------------ looking at one entry


@router.listed(Browsing, wording.JUST_PLACE)
def look_at_place(message: Message, state: Browsing, services: Services) -> Step:
    """Show the entry at this place of the list; a bare number never votes."""
    place = reading.number(message.group("place"))
    number = _at(place, state, services.now)
    if number is None:
        return _list_below(wording.which_one(place), message, state, services)
    return _look(number, message, state, services, place)


@router.pattern(wording.JUST_NUMBER)
def look_at_number(message: Message, state: State, services: Services) -> Step:
    """Show the entry of this number; a year among the options on show was chosen."""
    if step := option_said(message, state, services):
        return step
    number = reading.number(message.group("number"))
    return _look(number, message, state, services)


# ------------------------------------------------------------ voting


@router.tap(wording.VOTE_FOR_NUMBER)
def vote_for_number(message: Message, state: State, services: Services) -> Step:
    """Vote for the entry of this number."""
    number = reading.number(message.group("number"))
    return _cast(number, message, state, services)


@router.pattern(wording.VOTE_FOR_PLACE)
@router.during(Blank, wording.VOTE_FOR_PLACE)
@router.during(Browsing, wording.JUST_PLACE, choosing=True)
def vote_for_place(message: Message, state: State, services: Services) -> Step:
    """Vote for the entry at this place of the list in view, once that can have been seen."""
    if isinstance(state, Browsing) and is_unseen(state, message.sent_at):
        listed_later = join([wording.listed_later(), list_again(message.member, state, services)])
        return Step(listed_later, on_show(state))
    place = reading.number(message.group("place"))
    number = _at(place, state, services.now)
    if number is None:
        return _list_below(wording.which_one(place), message, state, services)
    return _cast(number, message, state, services)


@router.keyword(*wording.VOTE_FOR_IT)
def ask_which(message: Message, state: State, services: Services) -> Step:
    """The member wants to vote: for the entry just looked at, or the next bare number tells."""
    if isinstance(state, Browsing) and _in_view(state, services.now):
        if state.looked_at and message.text in wording.VOTE_FOR_IT:
            return _cast(state.looked_at, message, state, services)
        shown_at = services.now.isoformat()
        asked = replace(state, choosing=True, shown_at=shown_at, looked_at=0)
        return Step(wording.which_to_vote_for(), asked)
    step = _list_below(wording.which_to_vote_for(), message, Idle(), services)
    if isinstance(step.state, Browsing):
        return replace(step, state=replace(step.state, choosing=True))
    return step


@router.during(Blank, wording.VOTE_FOR_SOMETHING)
@router.guess(lambda message, _: re.fullmatch(wording.VOTE_FOR_SOMETHING, message.text))
def ask_for_one(message: Message, state: State, services: Services) -> Step:
    """Words about a vote that are not plain enough to count as one."""
    return _list_below(wording.one_at_a_time(), message, state, services)


@router.pattern(wording.PADDING)
def refuse_padding(message: Message, state: State, services: Services) -> Step:
    """Somebody asks us to vote for them, or to vote in bulk."""
    ballot = services.votes.ballot(message.member)
    return Step(wording.one_person_one_vote(ballot), on_show(state))


@router.keyword(*wording.ON_A_PAGE)
def on_a_page(message: Message, state: State, services: Services) -> Step:
    """A link to the ballot on a page, while voting is open."""
    services.votes.ballot(message.member)
    token = services.ballot_passes.issue(message.member)
    return Step(wording.ballot_link(token), on_show(state))


@router.keyword(*wording.VOTE_RULES)
def vote_rules(_message: Message, state: State, services: Services) -> Step:
    """Say what the selection promises."""
    standing = services.outcomes.current()
    panel = services.panels.of(standing.round_id).plan
    return Step(wording.vote_rules(standing.plan, panel), on_show(state))


@router.keyword(*wording.RESULT)
def result(message: Message, state: State, services: Services) -> Step:
    """The result, once all may see it; it does not hang on who asks but for the own entry."""
    standing = services.outcomes.current()
    if standing.publicised_at is None:
        if standing.plan.shows_standings(services.now):
            lines = services.tally.poll(1, standing.round_id, BEST).lines
            return Step(wording.so_far(standing, lines), on_show(state))
        # Until then a ballot that is closed says so itself.
        return Step(wording.result_later(services.votes.ballot(message.member)), on_show(state))
    mine = services.mottos.mine(message.member)
    card = services.mottos.public(mine.number) if mine else None
    own = card.number if card else None
    if (table := services.panels.table(standing.round_id)) is not None:
        shown = [*table[:BEST], *(line for line in table[BEST:] if line.card.number == own)]
        return Step(wording.judged_result(standing, shown, own), on_show(state))
    lines = services.tally.result(standing.round_id, BEST, own)
    return Step(wording.result(standing, lines, own), on_show(state))


# ------------------------------------------------------------ one's own votes


@router.keyword(*wording.MY_VOTES)
def my_votes(message: Message, state: State, services: Services) -> Step:
    """List the member's latest votes."""
    return Step(wording.my_votes(services.votes.mine(message.member, MINE)), on_show(state))


@router.keyword(*wording.IT_WAS_ME)
def claim_mine(message: Message, state: State, services: Services) -> Step:
    """Keep that the member gave the votes that are looked into; two colleagues decide."""
    held = services.quarantines.claim_mine(message.member)
    if held:
        reply = wording.noted_as_mine(held)
    elif services.votes.mine(message.member, 1):
        reply = wording.nothing_held()
    else:
        reply = wording.my_votes([])
    return Step(with_way_back(reply, state), on_show(state))


@router.keyword(*wording.TAKE_BACK)
def ask_to_take_back(message: Message, state: State, services: Services) -> Step:
    """Ask before the latest vote is taken back."""
    return _ask_to_take_back(services.votes.mine(message.member, 1), message, state, services)


@router.during(Browsing, wording.CHANGED_MY_MIND)
def change_mind(message: Message, state: Browsing, services: Services) -> Step:
    """改 at a list: most likely the vote just given."""
    if not services.votes.mine(message.member, 1):
        return Step(wording.what_to_change(), on_show(state))
    return ask_to_take_back(message, state, services)


@router.pattern(wording.TAKE_BACK_PLACE)
def ask_to_take_back_place(message: Message, state: State, services: Services) -> Step:
    """Ask before the vote for this entry of the list is taken back; else about the latest."""
    meant = _at(reading.number(message.group("place")), state, services.now)
    votes = services.votes.mine(message.member, MINE)
    named = [vote for vote in votes if vote.number == meant]
    if named:
        return _ask_about(named[0], message, services, latest=False)
    return _ask_to_take_back(votes, message, state, services)


@router.keyword(*wording.TAKE_SOMETHING_BACK)
def ask_what_to_take_back(message: Message, state: State, services: Services) -> Step | Instead:
    """A vote or the own entry: who has both is asked which."""
    mine = services.mottos.mine(message.member)
    if mine is None or mine.state is MottoState.WITHDRAWN:
        return Instead(wording.TAKE_BACK[0])
    if not services.votes.mine(message.member, 1):
        return Instead(wording.WITHDRAW_MOTTO[0])
    return Step(wording.vote_or_motto(mine.number), on_show(state))


@router.tap(wording.TAKE_BACK_NUMBER)
def take_back(message: Message, state: State, services: Services) -> Step:
    """Take back the vote for this entry; a member's own entry is another matter."""
    number = reading.number(message.group("number"))
    try:
        return _take_back(number, message, state, services)
    except NothingToWithdraw as refusal:
        return Step(with_way_back(wording.refuse(refusal), state), on_show(state))


@router.during(Confirming, wording.SURE_TO_TAKE_BACK, act=TAKE_BACK)
def take_back_asked(message: Message, state: Confirming, services: Services) -> Step:
    """Take back the vote that we asked about."""
    return _take_back(state.number, message, state, services)


@router.during(Confirming, wording.NO_THANKS, act=TAKE_BACK)
def leave_vote(_message: Message, _state: Confirming, _services: Services) -> Step:
    """The vote stays."""
    return Step(wording.vote_stays(), Idle())


# ------------------------------------------------------------ a vote that waited


def cast_wished(reply: Text, message: Message, services: Services) -> Text:
    """The reply, and below it the vote for which the member had to belong to a unit first."""
    votes, member = services.votes, message.member
    if (number := votes.wished(member)) is None:
        return reply
    try:
        receipt = votes.cast(member, number, message.sent_at, message.delivery)
    except NotBound as refusal:
        votes.wish(member, number)
        return join([reply, wording.refuse(refusal)])
    except Refusal as refusal:
        return join([reply, wording.refuse(refusal)])
    return join([reply, wording.voted(receipt, number)])


# ------------------------------------------------------------ what they have in common


def _list(message: Message, services: Services, batch: Batch) -> Step:
    ballot = services.votes.ballot(message.member)
    if not batch.mottos:
        return Step(wording.nothing_approved(ballot.kind), Idle())
    if not ballot.left:
        return Step(wording.votes_spent(ballot), Idle())
    own = _own(message.member, ballot, services)
    reply = wording.vote_list(ballot, batch.mottos, own)
    return Step(reply, listed(batch.mottos, services, batch.cursor))


def _list_below(head: Text, message: Message, state: State, services: Services) -> Step:
    """A list under words that ask for one of it, and the way back to an open question."""
    ballot = services.votes.ballot(message.member)
    batch = services.votes.batch(message.member)
    if not batch.mottos or not ballot.left:
        return _list(message, services, batch)
    lines = wording.entries if isinstance(state, Asked) else wording.vote_lines
    entries = lines(batch.mottos, _own(message.member, ballot, services))
    shown = join([head, entries, wording.by_place(batch.mottos)])
    # The list is what is in view now: a bare number must not answer the question behind it.
    return Step(with_way_back(shown, state), listed(batch.mottos, services, batch.cursor))


def _look(
    number: int, message: Message, state: State, services: Services, place: int | None = None
) -> Step:
    card = services.mottos.public(number)
    if card is None:
        return _not_found(number, message, state, services)
    reply = wording.one_motto(card, place, _may(card.number, message.member, services))
    after = on_show(state)
    if isinstance(after, Browsing):
        after = replace(after, looked_at=card.number)
    return Step(with_way_back(reply, state), after)


def _may(number: int, member: bytes, services: Services) -> Text:
    """What the member can do with an approved entry now."""
    ballot = _open_ballot(member, services)
    if ballot is None:
        return wording.not_voting_now(number)
    if number == _own(member, ballot, services):
        return wording.is_your_own()
    if ballot.per_entry and services.votes.has_enough(member, number):
        return wording.voted_enough(ballot.per_entry)
    if services.votes.has_voted(member, number):
        return wording.voted_today(ballot)
    return wording.may_vote(number) if ballot.left else wording.votes_spent(ballot)


def _not_found(number: int, message: Message, state: State, services: Services) -> Step:
    mine = services.mottos.mine(message.member)
    if mine and mine.number == number:
        return Step(with_way_back(own_card(mine, services), state), on_show(state))
    ballot = _open_ballot(message.member, services)
    if ballot is None or not ballot.left:
        reply = wording.refuse(NoSuchEntry(number))
        return Step(with_way_back(reply, state), on_show(state))
    return _list_below(wording.no_such_entry(number), message, state, services)


def _cast(number: int, message: Message, state: State, services: Services) -> Step:
    votes, member = services.votes, message.member
    try:
        receipt = votes.cast(member, number, message.sent_at, message.delivery)
    except NoSuchEntry:
        return _not_found(number, message, state, services)
    except AlreadyVoted:
        return _look(number, message, state, services)
    except NoVotesLeft as refusal:
        spent = wording.votes_spent(votes.ballot(member, message.sent_at))
        reply = wording.refuse(refusal) if refusal.group else spent
    except NotBound as refusal:
        votes.wish(member, number)
        reply = wording.refuse(refusal)
    except (OwnEntry, OwnUnit) as refusal:
        reply = wording.refuse(refusal)
    else:
        reply = wording.voted(receipt, number)
    return Step(with_way_back(reply, state), on_show(state))


def _ask_to_take_back(
    votes: Sequence[CastVote], message: Message, state: State, services: Services
) -> Step:
    if not votes:
        return Step(wording.my_votes(votes), on_show(state))
    return _ask_about(votes[0], message, services, latest=True)


def _ask_about(vote: CastVote, message: Message, services: Services, latest: bool) -> Step:
    services.votes.ballot(message.member)
    ask = wording.to_take_back(vote, campaign_day(services.now), latest)
    return Step(ask, Confirming(TAKE_BACK, vote.number))


def _take_back(number: int, message: Message, state: State, services: Services) -> Step:
    card = services.votes.withdraw(message.member, number, message.delivery)
    reply = wording.taken_back(card, services.votes.ballot(message.member))
    return Step(with_way_back(reply, state), on_show(state))


def _open_ballot(member: bytes, services: Services) -> BallotState | None:
    """How voting stands; None when it is not open."""
    try:
        return services.votes.ballot(member)
    except (VotingNotOpen, VotingClosed):
        return None


def _own(member: bytes, ballot: BallotState, services: Services) -> int | None:
    """The number of the card that this member may not vote for."""
    mine = None if ballot.own_entry_allowed else services.mottos.mine(member)
    card = services.mottos.public(mine.number) if mine else None
    return card.number if card else None


def _at(place: int, state: State, now: datetime) -> int | None:
    """The number of the entry at this place of the list in view."""
    if not isinstance(state, Browsing) or not _in_view(state, now):
        return None
    return state.numbers[place - 1] if 1 <= place <= len(state.numbers) else None


def _in_view(state: Browsing, now: datetime) -> bool:
    return bool(state.shown_at) and now - datetime.fromisoformat(state.shown_at) <= IN_VIEW
