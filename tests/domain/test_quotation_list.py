"""The list of quotations is kept in the console, each with its source."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.kept_lists import Latest
from bot.domain.quotation_list import Flaw, QuotationList, UnfitQuotation, starter_quotations
from bot.domain.screening.quotations import Saying
from bot.storage.tables import KeptQuotation
from tests.builders import NOON

STAFF = 7
SAYING = Saying("少壮不努力，老大徒伤悲", "汉乐府", "《长歌行》")
NEARLY = "少壮不努力，老来徒伤悲"


@pytest.fixture
def quotations(session: Session) -> QuotationList:
    return QuotationList(session, NOON, Latest(), Latest())


def test_those_that_come_with_the_program_have_each_a_source(quotations: QuotationList) -> None:
    assert quotations.all() == starter_quotations()
    assert all(one.author and one.work for one in quotations.all())
    assert quotations.quotations().compare("先天下之忧而忧")


@pytest.mark.slow
def test_a_quotation_counts_once_it_is_added_and_no_longer_once_it_is_taken_away(
    quotations: QuotationList,
) -> None:
    assert quotations.quotations().compare(NEARLY) is None

    quotations.add(SAYING, STAFF)
    quoted = quotations.quotations().compare(NEARLY)
    assert quoted
    assert (quoted.saying, quoted.is_exact) == (SAYING, False)
    assert quotations.all()[0] == SAYING

    assert quotations.drop("少壮不努力老大徒伤悲", STAFF)
    assert quotations.quotations().compare(NEARLY) is None
    assert len(quotations.all()) == len(starter_quotations())


@pytest.mark.slow
def test_who_changed_what_is_told_and_stays(quotations: QuotationList, session: Session) -> None:
    quotations.add(SAYING, STAFF)
    quotations.drop(SAYING.words, STAFF)

    assert [(change.added, change.saying, change.by) for change in quotations.changes()] == [
        (False, SAYING, "staff:7"),
        (True, SAYING, "staff:7"),
    ]
    row = session.scalars(select(KeptQuotation).where(KeptQuotation.words == SAYING.words)).one()
    assert (row.removed_by, row.live_key) == ("staff:7", None)


def test_to_take_away_what_is_not_there_changes_nothing(quotations: QuotationList) -> None:
    assert not quotations.drop("没有这一句话", STAFF)


@pytest.mark.parametrize(
    ("saying", "flaws"),
    [
        (Saying("太短了", "某人", "《某书》"), {"words": Flaw.LENGTH}),
        (Saying("长" * 121, "某人", "《某书》"), {"words": Flaw.LENGTH}),
        (Saying("先天下之憂而憂後天下之樂而樂", "某人", "《某书》"), {"words": Flaw.KNOWN}),
        (Saying(SAYING.words, "", ""), {"author": Flaw.MISSING, "work": Flaw.MISSING}),
        (Saying(SAYING.words, "长" * 41, "长" * 81), {"author": Flaw.LENGTH, "work": Flaw.LENGTH}),
    ],
)
def test_a_quotation_without_a_source_or_measure_is_refused(
    quotations: QuotationList, saying: Saying, flaws: dict[str, Flaw]
) -> None:
    with pytest.raises(UnfitQuotation) as raised:
        quotations.add(saying, STAFF)

    assert raised.value.flaws == flaws
