"""Wrong answers by chat: listed until they are understood, each explained with its source."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.reply import BUDGET
from bot.conversation.state import Idle, MistakesShown
from bot.storage.tables import Ticket
from quiz_bank import Kind, load_shipped
from tests.builders import NOON, a_member, a_question
from tests.handlers.papers import YESTERDAY, answered_wrongly, at_question, five_questions
from tests.handlers.talking import Talker, links, size, taps

DAY = timedelta(days=1)


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


def errs(talker: Talker, count: int) -> None:
    """The member has answered so many questions wrongly, five a day up to yesterday."""
    questions = [a_question(f"E{n}") for n in range(1, count + 1)]
    for days_ago, start in enumerate(range(0, count, 5)):
        paper = questions[start : start + 5]
        answered_wrongly(talker.session, talker.key, paper, at=YESTERDAY - days_ago * DAY)


@pytest.mark.slow
def test_mistakes_are_listed_and_explained(zhang: Talker) -> None:
    at_first = at_question(zhang, 1)
    for words in ("A", "B", "BC", "对", "B"):
        at_first.says(words)

    listed = at_first.says("错题")

    assert listed == (
        "您有2道错题没弄懂：\n1 [题目P1？](发:错题1)\n2 [题目P3？](发:错题2)\n"
        "点一个看解释；[练一练](发:练错题)，一次3题，不计分。"
    )
    source = five_questions()[2].citation
    for words in ("错题2", "2", "第二个", "第2题", "②"):
        explained = at_first.says(words)
        assert explained == (
            "12月5日第3题：题目P3？\n✘ 您选B、C，正确的是A、C。\n"
            f"为什么：说明P3。\n出处：{source}\n"
            "[练一练](发:练错题)　[其他错题](发:错题)　[这题有错](发:题目有错)"
        )


@pytest.mark.slow
def test_mistakes_of_earlier_days_stand_below_the_latest(zhang: Talker) -> None:
    answered_wrongly(zhang.session, zhang.key, [a_question("old")], at=NOON - 20 * DAY)
    answered_wrongly(zhang.session, zhang.key, [a_question("new")])

    listed = zhang.says("错题")

    assert "1 [题目new？](发:错题1)\n2 [题目old？](发:错题2)\n" in listed
    assert zhang.says("2").startswith("11月15日第1题：题目old？")


def test_without_mistakes_there_is_something_else_to_do(zhang: Talker) -> None:
    assert zhang.says("错题") == ("您现在没有错题。\n接着做：[答题](发:答题)　[看排名](发:排名)")
    assert zhang.state == Idle()


@pytest.mark.slow
def test_mistakes_lead_back_to_an_open_paper(zhang: Talker) -> None:
    at_first = at_question(zhang, 1)
    at_first.says("A")

    assert "还有题没答完：[接着答题](发:答题)" in at_first.says("错题")
    assert "[接着答题](发:答题)" in at_first.says("1")
    assert "第2题（共5题" in at_first.says("B")


# ------------------------------------------------------------ many


@pytest.mark.slow
def test_many_mistakes_come_in_pages_that_count_on(zhang: Talker) -> None:
    errs(zhang, 8)

    first, second, third, again = [
        zhang.says(words) for words in ("错题", "后面的错题", "下一页", "更多")
    ]

    assert first.startswith("您有8道错题没弄懂，这是第1到3道：\n1 [题目E1？](发:错题1)\n")
    assert first.endswith("\n后面还有：[后面的错题](发:后面的错题)")
    assert second.startswith("您有8道错题没弄懂，这是第4到6道：\n4 [题目E4？](发:错题4)\n")
    assert third.startswith("您有8道错题没弄懂，这是第7到8道：\n7 [题目E7？](发:错题7)\n")
    assert "后面还有" not in third
    assert again == first


@pytest.mark.slow
def test_one_can_turn_back(zhang: Talker) -> None:
    errs(zhang, 8)
    first, _ = zhang.says("错题"), zhang.says("后面的错题")

    assert zhang.says("上一页") == first
    assert zhang.says("前面的") == first


@pytest.mark.slow
def test_a_number_means_a_line_of_the_page_in_view_and_nothing_else(zhang: Talker) -> None:
    errs(zhang, 12)
    for words in ("错题", *["后面的错题"] * 3):
        zhang.says(words)

    assert "题目E11？\n✘" in zhang.says("11")
    assert "这是第10到12道" in zhang.says("2")


@pytest.mark.slow
def test_a_tap_of_another_page_explains_what_it_names(zhang: Talker) -> None:
    errs(zhang, 8)
    for words in ("错题", "后面的错题"):
        zhang.says(words)

    assert "题目E2？\n✘" in zhang.says("错题2")
    assert "题目E8？\n✘" in zhang.says("错题8")


@pytest.mark.slow
def test_a_tap_beyond_the_list_shows_the_list(zhang: Talker) -> None:
    errs(zhang, 2)

    assert zhang.says("错题9").startswith("您有2道错题没弄懂：")


@pytest.mark.slow
def test_after_ten_minutes_a_number_shows_the_list_anew(zhang: Talker) -> None:
    errs(zhang, 2)
    zhang.says("错题")
    zhang.now += timedelta(minutes=10)
    assert "题目E2？\n✘" in zhang.says("2")
    zhang.now += timedelta(seconds=1)

    shown = zhang.says("2")

    assert shown.startswith("您有2道错题没弄懂：")
    assert "题目E2？\n✘" in zhang.says("2")


@pytest.mark.slow
def test_the_longest_questions_fit_with_all_their_links(zhang: Talker) -> None:
    blank = a_question("X", "blank", stem="长" * 120, explanation="长" * 300)
    shipped = sorted(
        (q for q in load_shipped().questions if q.kind is not Kind.JUDGE),
        key=lambda q: -len(q.explanation + q.citation + q.stem),
    )
    answered_wrongly(zhang.session, zhang.key, shipped[:4])
    answered_wrongly(zhang.session, zhang.key, [blank], at=YESTERDAY - DAY)
    at_question(zhang, 1)

    for words in ("错题", "1", "后面的错题", "5"):
        zhang.says(words)

        assert len(links(zhang.reply)) <= 6
        if words != "5":
            assert size(zhang.reply) <= BUDGET


# ------------------------------------------------------------ understood


@pytest.mark.slow
def test_what_was_practised_rightly_is_understood_until_it_comes_back(zhang: Talker) -> None:
    errs(zhang, 2)
    for words in ("练错题", "B"):
        zhang.says(words)

    assert zhang.says("错题").startswith("您有1道错题没弄懂：\n1 [题目E2？](发:错题1)\n")


@pytest.mark.slow
def test_when_all_are_understood_the_next_day_is_told(zhang: Talker) -> None:
    errs(zhang, 1)
    for words in ("练错题", "B"):
        zhang.says(words)

    assert zhang.says("错题") == (
        "错题都弄懂了，12月7日再考您一次。\n想多练：[练一练](发:练错题)（不计分）\n"
        "接着做：[答题](发:答题)　[看排名](发:排名)"
    )


def test_a_list_of_another_day_still_leads_on(zhang: Talker) -> None:
    """What it listed may have been put aside meanwhile."""
    errs(zhang, 1)
    zhang.state = MistakesShown((999,), 1, NOON.isoformat())

    assert zhang.says("1").startswith("您有1道错题没弄懂：")


# ------------------------------------------------------------ a question that is wrong itself


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "code"), [(("错题", "2"), "E2"), (("练错题",), "E1"), (("练错题", "B"), "E1")]
)
def test_a_colleague_is_told_which_question_is_meant(
    zhang: Talker, before: tuple[str, ...], code: str
) -> None:
    errs(zhang, 2)
    for words in (*before, "这题有错", "应该选B才对"):
        zhang.says(words)

    ticket = zhang.session.scalars(select(Ticket)).one()
    assert (ticket.topic, ticket.words) == ("question", f"[{code}] 应该选B才对")


@pytest.mark.slow
def test_every_tap_has_its_typed_twin(zhang: Talker) -> None:
    errs(zhang, 8)
    zhang.says("错题")

    for tap in taps(zhang.reply):
        with zhang.undone() as by_hand:
            assert by_hand.says(f" {tap.sends}。") not in ("", zhang.says("错题"))
