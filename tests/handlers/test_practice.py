"""Practice by chat: three questions at a time, judged as in the quiz, scored never."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.reply import BUDGET
from bot.conversation.state import (
    Answering,
    Idle,
    MenuShown,
    Practised,
    Practising,
    PractisingWords,
    WritingMotto,
)
from bot.storage.tables import Answer, Contest, PracticeCard, Score
from quiz_bank import Kind, Question, load_shipped
from tests.builders import NOON, a_member, a_question, an_approved_motto
from tests.handlers.papers import answered_wrongly, answers, at_question, five_questions
from tests.handlers.talking import Talker, size, taps

DAY = timedelta(days=1)
J4 = a_question(
    "J4",
    stem="“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？",
    options=("2000年", "2005年", "2010年"),
    answer=("C",),
)


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


@pytest.fixture
def erring(zhang: Talker) -> Talker:
    """Who has answered wrongly yesterday: one of each kind, and a fifth."""
    kinds = ("single", "multiple", "judge", "blank", "single")
    answered_wrongly(zhang.session, zhang.key, five_questions(kinds))
    return zhang


def cards(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PracticeCard)) or 0


# ------------------------------------------------------------ a round


@pytest.mark.slow
def test_a_question_is_asked_as_the_journey_says(zhang: Talker) -> None:
    answered_wrongly(zhang.session, zhang.key, [J4, *five_questions()[:2]])

    assert zhang.says("练错题") == (
        "练习1（共3题，不计分）\n"
        "“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？\n"
        "[A. 2000年](发:练1A)　[B. 2005年](发:练1B)　[C. 2010年](发:练1C)"
    )
    assert zhang.says("C") == (
        "✔ 对了。这题过几天再考您一次。\n"
        "已经记牢：[以后别问这题](发:练1记牢)\n"
        "[下一题](发:练习下一题)"
    )


@pytest.mark.slow
def test_a_wrong_answer_is_explained_with_its_source(erring: Talker) -> None:
    erring.says("练错题")

    source = five_questions()[0].citation
    assert erring.says("A") == (
        f"✘ 您选A（甲），正确的是B（乙）。\n为什么：说明P1。\n出处：{source}\n"
        "这题明天再考您一次。\n[下一题](发:练习下一题)"
    )


@pytest.mark.slow
def test_each_kind_is_asked_and_judged(erring: Talker) -> None:
    single, right = erring.says("练错题"), erring.says("B")
    multiple, noted, also_right = [erring.says(w) for w in ("下一题", "C", "ac")]
    judge, wrong = erring.says("下一题"), erring.says("错")
    blank, filled = erring.says("练错题"), erring.says("2016")

    assert single.startswith("练习1（共3题，不计分）\n题目P1？\n[A. 甲](发:练1A)　[B. 乙]")
    assert "练习2（共3题，不计分）\n题目P2？\n" in multiple
    assert multiple.endswith("点完再点[选好了](发:练2好了)。")
    assert noted.startswith("先记下C。还要加：[A](发:练2A)")
    assert judge == "练习3（共3题，不计分）\n题目P3？\n[对](发:练3对)　　[错](发:练3错)"
    assert blank.startswith("练习4（共5题，不计分）\n题目P4？\n请把答案打出来")
    assert right.startswith("✔ 对了。")
    assert also_right.startswith("✔ 对了。")
    assert wrong.startswith("✘ 您选“错”，正确的是“对”。")
    assert filled.startswith("✔ 对了。")


@pytest.mark.slow
def test_letters_noted_one_by_one_are_handed_in(erring: Talker) -> None:
    for words in ("练错题", "下一题", "练2A", "练2C"):
        erring.says(words)

    assert erring.says("练2好了").startswith("✔ 对了。")


@pytest.mark.slow
def test_at_the_end_it_says_how_many_were_right_and_what_is_left(erring: Talker) -> None:
    for words in ("练错题", "B", "下一题", "B", "下一题"):
        erring.says(words)

    shown = erring.says("AC" if isinstance(erring.state, Practised) else "对")

    assert shown == (
        "✔ 对了。这题过几天再考您一次。\n已经记牢：[以后别问这题](发:练3记牢)\n\n"
        "这次练完了，答对2题，不计分。\n还有3题可以练：[再练一练](发:练错题)\n"
        "[看错题](发:错题)　[看排名](发:排名)"
    )
    assert erring.says("练错题").startswith("练习4（共6题，不计分）\n题目P2？")


@pytest.mark.slow
def test_when_all_is_practised_it_says_when_the_next_comes(zhang: Talker) -> None:
    answered_wrongly(zhang.session, zhang.key, [J4])

    zhang.says("练错题")
    shown = zhang.says("A")

    assert shown.endswith(
        "这题明天再考您一次。\n\n这次练完了，答对0题，不计分。\n明天再考您。\n"
        "[看错题](发:错题)　[看排名](发:排名)"
    )


@pytest.mark.slow
def test_with_nothing_due_one_may_practise_the_hardest_all_the_same(erring: Talker) -> None:
    for words in ("练错题", "B", "下一题", "BC", "下一题", "对", "练错题", "2016", "下一题", "B"):
        erring.says(words)
    erring.says("退出")

    shown = erring.says("练错题")

    assert shown == (
        "现在没有要练的题，明天再考您。\n想现在就练：[练最难的](发:练最难的)（不计分）\n"
        "接着做：[答题](发:答题)　[看排名](发:排名)"
    )
    assert erring.taps("练最难的").startswith("练习1（共3题，不计分）\n题目P2？")


@pytest.mark.slow
def test_what_was_right_comes_back_after_some_days(zhang: Talker) -> None:
    answered_wrongly(zhang.session, zhang.key, [J4])
    for words in ("练错题", "C", "退出"):
        zhang.says(words)

    zhang.now += DAY
    assert zhang.says("练错题").startswith("现在没有要练的题，明天再考您。")
    zhang.now += DAY
    assert zhang.says("练错题").startswith("练习1（共1题，不计分）")
    assert zhang.says("C").startswith("✔ 对了。这题过几天再考您一次。")
    zhang.now += 11 * DAY
    zhang.says("练错题")
    assert zhang.says("C").startswith("✔ 对了。这题过一阵子再考您一次。")


def test_without_mistakes_there_is_nothing_to_practise(zhang: Talker) -> None:
    for words in ("练错题", "练最难的", "练习下一题"):
        assert zhang.says(words).startswith("您现在没有错题。\n接着做：")
        assert zhang.state == Idle()


# ------------------------------------------------------------ asked no more


@pytest.mark.slow
@pytest.mark.parametrize("words", ["练1记牢", "记牢了", "记住了", "以后别问这题", "别问了"])
def test_who_knows_it_is_asked_no_more(erring: Talker, words: str) -> None:
    for before in ("练错题", "B"):
        erring.says(before)

    assert erring.says(words) == "好，这题以后不问了。\n[下一题](发:练习下一题)"
    assert erring.says("下一题").startswith("练习2（共3题，不计分）\n题目P2？")
    erring.now += 400 * DAY
    assert "题目P1？" not in erring.says("错题")


@pytest.mark.slow
def test_twice_is_once(erring: Talker) -> None:
    for words in ("练错题", "B", "练1记牢"):
        erring.says(words)

    assert erring.says("练1记牢") == "好，这题以后不问了。\n[下一题](发:练习下一题)"


@pytest.mark.slow
def test_put_aside_before_it_is_answered_the_next_one_follows(erring: Talker) -> None:
    erring.says("练错题")

    assert erring.says("记住了").startswith("好，这题以后不问了。\n\n练习2（共3题")


@pytest.mark.slow
def test_the_last_one_put_aside_ends_the_round(zhang: Talker) -> None:
    answered_wrongly(zhang.session, zhang.key, [J4])
    for words in ("练错题", "C"):
        zhang.says(words)

    shown = zhang.says("练1记牢")

    assert shown == (
        "好，这题以后不问了。\n\n这次练完了，答对1题，不计分。\n"
        "[看错题](发:错题)　[看排名](发:排名)"
    )
    assert zhang.says("错题").startswith("您现在没有错题。")


# ------------------------------------------------------------ old taps


@pytest.mark.slow
def test_a_second_tap_on_an_answer_changes_nothing(erring: Talker) -> None:
    for words in ("练错题", "练1B"):
        erring.says(words)
    state = erring.state

    assert erring.says("练1A") == "练习1已经练过了。\n[下一题](发:练习下一题)"
    assert erring.state == state
    assert cards(erring.session) == 1


@pytest.mark.slow
def test_a_second_tap_on_the_next_one_passes_nothing_over(erring: Talker) -> None:
    for words in ("练错题", "练1B", "练习下一题"):
        erring.says(words)

    assert erring.says("练习下一题").startswith("现在是练习2：题目P2？")
    assert erring.state == Practising(erring_ids(erring), 2, 1)


def erring_ids(talker: Talker) -> tuple[int, ...]:
    mistakes = talker.services.practice.mistakes(talker.key)
    return tuple(mistake.question_id for mistake in mistakes)[:3]


@pytest.mark.slow
def test_a_tap_of_an_earlier_question_shows_the_one_in_view(erring: Talker) -> None:
    for words in ("练错题", "练1B", "下一题"):
        erring.says(words)

    assert erring.says("练1C").startswith("练习1已经练过了。\n现在是练习2：")
    assert cards(erring.session) == 1


@pytest.mark.slow
def test_a_tap_of_the_round_before_answers_nothing_of_the_next(erring: Talker) -> None:
    for words in ("练错题", "B", "下一题", "AC", "下一题", "对", "练错题"):
        erring.says(words)

    assert erring.says("练1B").startswith("练习1已经练过了。\n现在是练习4：题目P4？")
    assert erring.says("练1记牢").startswith("好，这题以后不问了。\n现在是练习4：题目P4？")
    assert cards(erring.session) == 3


@pytest.mark.slow
def test_after_nine_questions_one_counts_anew(zhang: Talker) -> None:
    for days_ago in (1, 2):
        questions = [a_question(f"{days_ago}{n}") for n in range(6)]
        answered_wrongly(zhang.session, zhang.key, questions, at=NOON - days_ago * DAY)

    shown = [zhang.says(words) for _ in range(12) for words in ("练错题", "B")][::2]

    assert [line[:7] for line in shown[::3]] == [
        "练习1（共3题",
        "练习4（共6题",
        "练习7（共9题",
        "练习1（共3题",
    ]


@pytest.mark.parametrize("words", ["练1A", "练2对", "练1记牢"])
def test_a_tap_of_a_practice_put_away_judges_nothing(erring: Talker, words: str) -> None:
    for state in (Idle(), MenuShown(), WritingMotto()):
        erring.state = state

        assert erring.says(words).startswith("那次练习已经收起来了。想再练：[练错题]")
        assert erring.state == state
    assert cards(erring.session) == 0


@pytest.mark.slow
def test_a_question_that_is_no_mistake_of_the_members_is_put_away(erring: Talker) -> None:
    """A state may be left over from another day."""
    for left in (Practising((1, 2), 1), Practising((), 4), PractisingWords((99,), 1)):
        for words in ("A", "练1A", "选好了", "对"):
            erring.state = left

            assert "已经收起来了" in erring.says(words) or "一共" in erring.says(words)
    assert cards(erring.session) == 0


# ------------------------------------------------------------ beside other things


@pytest.mark.slow
def test_an_open_paper_is_kept_and_led_back_to(erring: Talker) -> None:
    open_paper = at_question(replace(erring), 2)

    begun = open_paper.says("练错题")
    for words in ("A", "下一题", "AC", "下一题"):
        open_paper.says(words)
    over = open_paper.says("对")
    back = open_paper.says("答题")

    assert begun.startswith("没答完的题给您留着，练完再接着答。\n\n练习1（共3题，不计分）\n")
    assert over.endswith("\n没答完的题还留着：[接着答题](发:答题)")
    assert back.startswith("接着刚才的，第2题（共5题")
    assert answers(erring.session, erring.key) == {1: "B"}


@pytest.mark.slow
def test_leaving_the_practice_leads_back_to_the_paper(erring: Talker) -> None:
    open_paper = at_question(replace(erring), 2)
    open_paper.says("练错题")

    assert open_paper.says("不练了") == (
        "好，先练到这里。想再练，回复“练错题”。\n还有题没答完：[接着答题](发:答题)"
    )


def test_a_tap_of_the_paper_answers_the_paper_from_within_a_practice(erring: Talker) -> None:
    open_paper = at_question(replace(erring), 2)
    open_paper.says("练错题")

    assert open_paper.says("第2题B").startswith("✔ 答对了，是B。")
    assert open_paper.state == Answering(3)


@pytest.mark.slow
def test_a_practice_waits_behind_a_vote(erring: Talker) -> None:
    a_member(erring.session, "li")
    number = an_approved_motto(erring.session, "li", "清清白白做人，踏实做事")
    erring.says("练错题")
    state = erring.state

    shown = erring.says(f"投{number}号")

    assert shown.endswith("题还给您留着：[接着练](发:练错题)")
    assert erring.state == state


@pytest.mark.slow
def test_who_comes_back_to_a_round_goes_on_with_it(erring: Talker) -> None:
    for words in ("练错题", "B", "谢谢"):
        erring.says(words)

    assert erring.says("练错题").startswith("练习2（共3题")


def test_after_the_contest_one_can_still_practise(erring: Talker) -> None:
    erring.now = NOON + 60 * DAY

    assert erring.says("错题").startswith("您有5道错题没弄懂，这是第1到3道：")
    assert "题目P2？\n✘" in erring.says("2")
    assert erring.says("练错题").startswith("练习1（共3题，不计分）")
    assert erring.says("B").startswith("✔ 对了。")


def test_without_any_contest_too(erring: Talker) -> None:
    contest = erring.session.scalars(select(Contest)).one()
    contest.first_day = contest.last_day = NOON.date() - 400 * DAY
    erring.session.flush()

    assert erring.says("练错题").startswith("练习1（共3题，不计分）")


@pytest.mark.slow
def test_nothing_of_it_scores(erring: Talker) -> None:
    def counted() -> list[object]:
        session = erring.session
        session.expire_all()
        return [
            session.scalars(select(Score.points)).all(),
            session.scalar(select(func.count()).select_from(Answer)),
        ]

    before = counted()
    for words in ("练错题", "B", "下一题", "BC", "下一题", "对", "练3记牢", "练错题", "2016"):
        erring.says(words)

    assert cards(erring.session) == 4
    assert counted() == before


@pytest.mark.slow
def test_todays_paper_done_leads_to_practice(zhang: Talker) -> None:
    at_question(zhang, 5).says("B")

    assert zhang.says("答题").startswith(
        "今天的题您做完了，10分。想多练：[练错题](发:练错题)（不计分）。\n明天7点有新题。"
    )


# ------------------------------------------------------------ every tap, every size


@pytest.mark.slow
def test_every_tap_typed_by_hand_does_the_same(erring: Talker) -> None:
    for words in ("练错题", "B", "下一题", "A", "AC", "下一题", "错"):
        erring.says(words)
        for tap in taps(erring.reply):
            with erring.undone() as by_tap:
                tapped = by_tap.says(tap.sends)
            with erring.undone() as by_hand:
                typed = by_hand.says(f" {tap.sends.replace('A', 'Ａ')}。")

            assert typed == tapped


@pytest.mark.slow
def test_the_longest_shipped_questions_fit_with_all_their_links(zhang: Talker) -> None:
    shipped = load_shipped().questions
    longest = sorted(shipped, key=lambda q: -len(q.explanation + q.citation + q.stem))
    widest = sorted(shipped, key=lambda q: -len(q.stem + "".join(q.options)) - 28 * len(q.options))
    round_of_three = [longest[0], widest[0], longest[1]]
    answered_wrongly(zhang.session, zhang.key, round_of_three)
    at_question(zhang, 2)

    for question in round_of_three:
        for words in ("练错题", "呜啦啦", "帮助", "上一题", wrong(question)):
            zhang.says(words)

            assert size(zhang.reply) <= BUDGET, words


def wrong(question: Question) -> str:
    if question.kind is Kind.JUDGE:
        return "错" if question.answer == ("T",) else "对"
    letters = [letter for letter in question.letters if letter not in question.answer]
    return "".join(letters[:1] + list(question.answer[1:])) or "胡说"
