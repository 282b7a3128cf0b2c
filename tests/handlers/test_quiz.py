"""The quiz by chat: a question at a time, none graded by guessing."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversation.reply import BUDGET
from bot.conversation.state import Answering, Bundled, Filling, Idle, Telling
from bot.storage.tables import Contest, Ticket
from quiz_bank import Kind, load_shipped
from tests.builders import (
    LAST_DAY,
    NOON,
    a_member,
    a_question,
    another_contest,
    attempts_a_day,
    key,
)
from tests.handlers.papers import a_paper, answers, at_question, five_questions
from tests.handlers.talking import Talker, shown, size, taps
from tests.rows import thinned

SECOND_OPTION = (
    "B", "b", "Ｂ", "B。", "B吧", "选B", "我选b", "应该是B", "答案B", "答案是B", "选 B", "（B）",
    "2", "２", "②", "二", "选二", "第二个", "选第二个", "第2个", "２。", "2️⃣", "/:roseB",
    "选必", "我觉得是B", "B B",
)  # fmt: skip
SOUNDS_LIKE = {"选诶": "A", "选哎": "A", "选必": "B", "选逼": "B", "选西": "C", "希": "C"}
TWO_LETTERS = (
    "A B", "AB", "A、B", "A和B", "a,b", "B A", "ＡＢ", "A+B", "1、2", "一和二", "选AB", "12",
)  # fmt: skip
ALL_OPTIONS = ("全选", "都对", "以上都是", "都选", "全部", "全都对", "我觉得都对")
TRUE = (
    "对", "√", "是", "正确", "对的", "✓", "✔", "A", "1", "没错", "我觉得对", "是的", "✅", "对！",
)  # fmt: skip
FALSE = ("错", "×", "X", "x", "不对", "错误", "✗", "✘", "B", "2", "错的", "不是", "❌", "我选错")
AN_ANSWER = (
    "B", "Ｂ", "选B", "答案B", "AB", "A、B", "AC都对", "全选", "都对", "第一题 A", "1A", "1.A",
    "选西",
)  # fmt: skip
SKIPS = ("不知道", "不会", "跳过", "下一题", "这题不会", "不会做", "过")
LEAVES = ("退出", "不答了", "回头再说", "先不答了")
HELPS = ("？", "帮助", "怎么弄", "菜单", "你好", "在吗", "人工")


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


@pytest.fixture
def li(session: Session) -> Talker:
    """A member who belongs to a branch."""
    a_member(session, "li", 2)
    return Talker(session, "li")


# ------------------------------------------------------------ a day's paper


def test_the_first_question_comes_with_how_to_answer_it(session: Session, zhang: Talker) -> None:
    shown = zhang.says("我要答题")

    assert shown.startswith(
        "今天5题，答错也没关系，会告诉您为什么。不计时间。\n\n第1题（共5题，选一个）\n"
    )
    assert "[A. 甲](发:第1题A)\n[B. 乙](发:第1题B)\n[C. 丙](发:第1题C)" in shown
    assert shown.endswith("点蓝字，或回复A、B、C。")
    assert zhang.state == Answering(1)


@pytest.mark.slow
def test_what_is_right_in_part_and_what_the_cap_leaves_is_said(
    session: Session, zhang: Talker
) -> None:
    session.execute(update(Contest).values(partial_credit=True, daily_cap=2))
    a_paper(session, key("zhang"), five_questions(("multiple", "single", "multiple")))
    zhang.says("答题")

    zhang.says("A")
    assert zhang.says("选好了").startswith("△ 对了一半，得1分。您选A，正确的是A、C。")
    assert "第1题您已经答过了（选A，对了一半，正确是A、C）。不改分。" in zhang.says("第1题A")
    assert "您选A，对了一半，正确的是" in zhang.says("上一题")
    zhang.says("2B3C")
    done = zhang.says("都交")
    assert "第2题对；第3题对一半，正确的是A、C" in done
    assert "3题做完了，答对1题，对一半2题，得2分（到了每天的上限）。" in done


def work_through(talker: Talker) -> str:
    """Answer A to all that is left; the summary."""
    said = ""
    while isinstance(talker.state, Answering):
        said = talker.says("选好了" if talker.state.picked else f"第{talker.state.place}题A")
    return said


@pytest.mark.slow
def test_another_attempt_is_offered_begun_and_summed_up(session: Session, zhang: Talker) -> None:
    attempts_a_day(session, 2)
    a_paper(session, key("zhang"), five_questions(("single",) * 3))
    zhang.says("答题")
    zhang.says("ABA")
    assert "今天还可以再答1次，按得分最高的一次算：[再答一次](发:再答一次)" in zhang.says("都交")
    assert zhang.says("答题").startswith(
        "今天的题您做完了，2分。\n今天还可以再答1次，按得分最高的一次算：[再答一次](发:再答一次)\n想多练"
    )

    assert zhang.says("再答一次").startswith(
        "第2次，另抽5题，按得分最高的一次算。不计时间。\n\n第1题"
    )
    assert zhang.says("再答一次").startswith("接着刚才的，")
    done = work_through(zhang)
    assert "按得分最高的一次算，这天算" in done
    assert "再答一次" not in done
    assert zhang.says("再答").startswith("今天的题您做完了，")


def test_who_asks_for_another_attempt_first_gets_the_first(zhang: Talker) -> None:
    assert zhang.says("再答一次").startswith("今天5题，")


@pytest.mark.slow
def test_of_several_contests_a_short_list_is_shown_and_one_chosen(
    session: Session, zhang: Talker
) -> None:
    other = another_contest(session)

    assert zhang.says("答题") == (
        "今天有2个竞赛，做哪个？\n1 [我们的十三五](发:竞赛1)　5题，还没做\n"
        f"2 [党章学习](发:竞赛{other})　5题，还没做\n点蓝字，或回复数字。"
    )
    assert zhang.says("1A2B3C").startswith("今天有2个竞赛，做哪个？")
    assert zhang.says("9").startswith("今天有2个竞赛，做哪个？")
    assert zhang.says("2").startswith("《党章学习》\n今天5题，答错也没关系")
    assert zhang.says("答题").startswith("接着刚才的，")
    assert "今天还有别的竞赛：[接着答题](发:答题)" in work_through(zhang)
    assert zhang.says("答题").startswith("《我们的十三五》\n今天5题")
    assert "别的竞赛" not in work_through(zhang)
    all_done = zhang.says("答题")
    assert all_done.startswith("今天的2个竞赛都做完了。\n1 [我们的十三五](发:竞赛1)　做完了，")
    assert zhang.says(f"竞赛{other}").startswith("今天的题您做完了，")


@pytest.mark.slow
def test_of_several_contests_each_has_its_place_and_its_rules(
    session: Session, zhang: Talker
) -> None:
    other = another_contest(session)
    zhang.says(f"竞赛{other}")
    work_through(zhang)

    listed = zhang.says("排名")
    assert listed.startswith("今天有2个竞赛，看哪个的排名？\n1 [我们的十三五](发:竞赛1排名)")
    assert zhang.says("2").startswith("《党章学习》\n您的积分：")
    assert zhang.says("竞赛1排名").startswith("《我们的十三五》\n")
    assert "看哪个的规则？" in zhang.says("规则")
    assert "答对1题2分" in zhang.says("第1个")
    assert "答对1题1分" in zhang.says(f"竞赛{other}规则")


@pytest.mark.slow
def test_of_several_contests_the_one_is_named_whose_day_is_made_up(
    session: Session, zhang: Talker
) -> None:
    another_contest(session, make_up=True)

    assert zhang.says("补答").startswith("《党章学习》\n补答12月4日的")


@pytest.mark.slow
def test_nine_answers_at_once_and_their_results_fit_a_reply(session: Session) -> None:
    a_member(session, "zhang")
    a_paper(session, key("zhang"), five_questions(("multiple",) * 9))
    zhang = Talker(session)
    zhang.says("答题")

    assert zhang.says("1AB2AB3AB4AB5AB6AB7AB8AB9AB").startswith("您一次答了9题")
    assert "9题做完了，答对0题" in zhang.says("都交")
    assert size(zhang.reply) <= BUDGET


@pytest.mark.slow
def test_a_missed_day_is_offered_and_made_up(session: Session) -> None:
    session.execute(update(Contest).values(make_up=True))
    a_member(session, "zhang")
    a_paper(session, key("zhang"), five_questions(("single",) * 5))
    zhang = Talker(session)
    zhang.says("答题")
    for _ in range(4):
        zhang.says("B")

    done = zhang.says("B")

    assert "本周还有1天可以补：[补答12月4日的题](发:补答)" in done
    assert zhang.says("补答").startswith("补答12月4日的5题，一样算分。")
    zhang.says("1A2A3AC4对5A")
    done = zhang.says("都交")
    assert "昨天的5题做完了" in done
    assert "您已连续参加2天。" in done
    assert "可以补" not in done
    assert "今天还有新题" not in done
    assert "这一周已经补过1天了" in zhang.says("补答")


def test_where_nothing_is_made_up_it_is_said_without_blame(zhang: Talker) -> None:
    assert zhang.says("补答").startswith("这次竞赛不补答，漏掉的不扣分。")


def test_out_of_hours_the_time_is_told(session: Session, zhang: Talker) -> None:
    session.execute(update(Contest).values(until_hour=11))

    assert zhang.says("答题").startswith("12月6日7点出新题，到时回复“答题”就行。")
    assert [tap.sends for tap in taps(zhang.reply)] == ["练错题", "座右铭"]


@pytest.mark.parametrize(
    "words", ["答题", "我要答题", "开始", "dati", "答提", "ＤＡＴＩ", "今天的题", "繼續答題"]
)
def test_many_words_start_the_quiz(zhang: Talker, words: str) -> None:
    assert "第1题（共5题" in zhang.says(words)


@pytest.mark.slow
def test_a_right_answer_is_praised_in_a_line_and_the_next_question_follows(zhang: Talker) -> None:
    at_first = at_question(zhang, 1)

    shown = at_first.says("Ｂ")

    assert shown.startswith("✔ 答对了，是B。\n\n第2题（共5题，选一个）\n题目P2？\n")
    assert at_first.state == Answering(2)


def test_a_wrong_answer_is_explained_with_its_source(zhang: Talker) -> None:
    shown = at_question(zhang, 2).says("A")

    source = five_questions()[1].citation
    assert shown.startswith(
        f"✘ 您选A（甲），正确的是B（乙）。\n为什么：说明P2。\n出处：{source}\n\n第3题"
    )


def test_a_wrong_answer_to_several_and_to_true_or_false_names_both(zhang: Talker) -> None:
    at_third = at_question(zhang, 3)

    assert "✘ 您选B、C，正确的是A、C。" in at_third.says("BC")
    assert "✘ 您选“错”，正确的是“对”。" in at_third.says("错")


def test_a_right_answer_to_true_or_false_and_to_several(zhang: Talker) -> None:
    at_third = at_question(zhang, 3)

    assert "✔ 答对了，是A、C。" in at_third.says("ca")
    assert "✔ 答对了，是“对”。" in at_third.says("对")


@pytest.mark.slow
def test_the_summary_counts_and_leads_on(session: Session, li: Talker) -> None:
    at_last = at_question(li, 5)

    shown = at_last.says("A")

    assert shown.endswith(
        "\n\n今天5题做完了，答对4题，得8分。\n"
        "在城东街道排第1名（1人参加）。\n\n"
        "错了1题：[再看一遍](发:错题)\n"
        "[看排名](发:排名)　[写座右铭](发:座右铭)　[这题有错](发:题目有错)\n"
        "明天早上7点有新题，回复“答题”就行。"
    )
    assert at_last.state == Idle()
    assert answers(session, li.key) == {1: "B", 2: "B", 3: "AC", 4: "T", 5: "A"}


@pytest.mark.slow
def test_who_belongs_to_no_unit_is_told_how_to_join_one(zhang: Talker) -> None:
    shown = at_question(zhang, 5).says("B")

    assert "[登记单位](发:登记单位)后，成绩算到您单位。" in shown
    assert "排第" not in shown
    assert "错了" not in shown


@pytest.mark.slow
def test_days_in_a_row_are_counted(session: Session, zhang: Talker) -> None:
    for day in (2, 1):
        yesterday = Talker(session, now=NOON - timedelta(days=day))
        a_paper(session, zhang.key, five_questions(), begun_at=yesterday.now)
        for words in ("答题", "B", "B", "AC", "对", "B"):
            yesterday.says(words)

    assert "您已连续参加3天。" in at_question(zhang, 5).says("B")


@pytest.mark.slow
def test_on_the_last_day_nothing_is_promised_for_tomorrow(session: Session, zhang: Talker) -> None:
    session.execute(update(Contest).values(last_day=date(2026, 12, 5)))
    at_last = at_question(zhang, 5)

    done = at_last.says("B")
    again = at_last.says("答题")

    assert "明天" not in done + again
    assert "今天的题您做完了，10分。" in again


@pytest.mark.slow
def test_a_second_start_on_the_same_day_says_that_it_is_done(zhang: Talker) -> None:
    at_last = at_question(zhang, 5)
    at_last.says("B")

    assert at_last.says("答题").startswith("今天的题您做完了，10分。")
    assert at_last.state == Idle()


@pytest.mark.slow
def test_before_the_start_and_after_the_end_it_says_when(session: Session, zhang: Talker) -> None:
    early = Talker(session, now=datetime.fromisoformat("2026-11-24T12:00:00+08:00"))
    at_question(zhang, 5).says("B")
    late = Talker(session, now=NOON + timedelta(days=40))

    assert early.says("答题") == "活动12月1日开始，到时回复“答题”。先[写一句座右铭](发:座右铭)？"
    assert late.says("答题") == f"竞赛12月{LAST_DAY.day}日结束了，谢谢您参加1天。[看成绩](发:我的)"


def test_without_a_contest_there_is_something_else_to_do(session: Session, zhang: Talker) -> None:
    session.execute(update(Contest).values(first_day=date(2027, 1, 1)))

    zhang.says("答题")

    assert taps(zhang.reply)


# ------------------------------------------------------------ the table: one answer of several


@pytest.mark.parametrize("words", thinned(SECOND_OPTION, quick=8))
def test_many_ways_to_say_b(session: Session, zhang: Talker, words: str) -> None:
    at_second = at_question(zhang, 2)

    assert "答对了，是B" in at_second.says(words)
    assert answers(session, zhang.key) == {1: "B", 2: "B"}


@pytest.mark.parametrize(("words", "letter"), SOUNDS_LIKE.items())
def test_letters_as_speech_is_written_down(
    session: Session, zhang: Talker, words: str, letter: str
) -> None:
    at_second = at_question(zhang, 2)

    shown = at_second.says(f"{words}。", spoken=True)

    assert shown.startswith(f"听到您说“{words}”，")
    assert answers(session, zhang.key)[2] == letter


@pytest.mark.parametrize("words", thinned(TWO_LETTERS, quick=4))
def test_two_letters_for_a_question_with_one_answer_are_asked_about(
    session: Session, zhang: Talker, words: str
) -> None:
    at_second = at_question(zhang, 2)

    shown = at_second.says(words)

    assert shown == "这题只选一个，[A](发:第2题A)还是[B](发:第2题B)？"
    assert answers(session, zhang.key) == {1: "B"}
    assert "答对了" in at_second.taps("B")


@pytest.mark.parametrize("words", [*ALL_OPTIONS, "ABC都对"])
def test_all_of_them_is_too_much_for_a_question_with_one_answer(
    session: Session, zhang: Talker, words: str
) -> None:
    at_second = at_question(zhang, 2)

    assert at_second.says(words).startswith("这题只选一个")
    assert at_second.state == Answering(2)
    assert answers(session, zhang.key) == {1: "B"}


@pytest.mark.parametrize(
    "words", thinned(["对", "√", "是", "正确", "对的", "错", "×", "X", "不对", "错误"], quick=4)
)
@pytest.mark.parametrize("place", [2, 3])
def test_true_or_false_is_no_answer_to_a_question_with_options(
    session: Session, zhang: Talker, place: int, words: str
) -> None:
    there = at_question(zhang, place)

    shown = there.says(words)

    assert f"现在是第{place}题：题目P{place}？" in shown
    assert place not in answers(session, zhang.key)


@pytest.mark.parametrize("words", ["D", "4", "第四个", "E", "AD", "H"])
def test_a_letter_that_the_question_has_not_is_no_answer(
    session: Session, zhang: Talker, words: str
) -> None:
    shown = at_question(zhang, 2).says(words)

    assert shown.startswith("这题请选A、B、C。\n现在是第2题：")
    assert answers(session, zhang.key) == {1: "B"}


# ------------------------------------------------------------ the table: several answers


@pytest.mark.parametrize("words", thinned((w for w in SECOND_OPTION if w != "B B"), quick=8))
def test_one_letter_of_several_is_noted_and_waits(
    session: Session, zhang: Talker, words: str
) -> None:
    at_third = at_question(zhang, 3)

    shown = at_third.says(words)

    assert shown == (
        "先记下B。还要加：[A](发:第3题A)　[C](发:第3题C)　[D](发:第3题D)\n"
        "选好了：[交](发:第3题好了)\n也可以一次回复几个字母，比如：ACD。"
    )
    assert at_third.state == Answering(3, "B")
    assert 3 not in answers(session, zhang.key)


@pytest.mark.parametrize(
    "words", ["AC", "A C", "A、C", "A和C", "a,c", "CA", "AC都对", "1、3", "选ac", "13"]
)
def test_two_letters_are_the_answer(session: Session, zhang: Talker, words: str) -> None:
    assert "答对了，是A、C" in at_question(zhang, 3).says(words)


@pytest.mark.parametrize("words", ALL_OPTIONS)
def test_all_of_them_are_the_answer(session: Session, zhang: Talker, words: str) -> None:
    at_question(zhang, 3).says(words)

    assert answers(session, zhang.key)[3] == "ABCD"


@pytest.mark.slow
@pytest.mark.parametrize("words", ["选好了", "好了", "交", "第3题好了", "就这些", "提交"])
def test_noted_letters_are_handed_in_together(session: Session, zhang: Talker, words: str) -> None:
    at_third = at_question(zhang, 3)
    at_third.says("C")
    at_third.says("第3题A")
    at_third.says("A")

    assert at_third.state == Answering(3, "AC")
    assert "答对了，是A、C" in at_third.says(words)


def test_a_message_of_several_letters_overrides_what_was_noted(
    session: Session, zhang: Talker
) -> None:
    at_third = at_question(zhang, 3)
    at_third.says("B")

    assert "答对了，是A、C" in at_third.says("AC")


def test_handing_in_nothing_asks_for_a_letter(session: Session, zhang: Talker) -> None:
    shown = at_question(zhang, 3).says("选好了")

    assert shown.startswith("还没有记下选项，先选再交。\n现在是第3题：")
    assert 3 not in answers(session, zhang.key)


def test_noted_letters_are_shown_with_the_question_again(zhang: Talker) -> None:
    at_third = at_question(zhang, 3)
    at_third.says("A")

    shown = at_third.says("？")

    assert "记下了A。选好了：[交](发:第3题好了)" in shown
    assert at_third.state == Answering(3, "A")


@pytest.mark.parametrize("words", ["改", "选错了", "刚才选错"])
def test_noted_letters_can_be_taken_back(zhang: Talker, words: str) -> None:
    at_third = at_question(zhang, 3)
    at_third.says("A")

    shown = at_third.says(words)

    assert shown.startswith("好，这题重新选。\n现在是第3题：")
    assert at_third.state == Answering(3)


# ------------------------------------------------------------ the table: true or false, words


@pytest.mark.parametrize("words", thinned([*TRUE, "第4题对"], quick=6))
def test_many_ways_to_say_true(session: Session, zhang: Talker, words: str) -> None:
    at_question(zhang, 4).says(words)

    assert answers(session, zhang.key)[4] == "T"


@pytest.mark.parametrize("words", thinned([*FALSE, "第4题错"], quick=6))
def test_many_ways_to_say_false(session: Session, zhang: Talker, words: str) -> None:
    at_question(zhang, 4).says(words)

    assert answers(session, zhang.key)[4] == "F"


@pytest.mark.parametrize("words", ["C", "3", "AB", "全选", "好了"])
def test_other_letters_do_not_judge(session: Session, zhang: Talker, words: str) -> None:
    shown = at_question(zhang, 4).says(words)

    assert shown.startswith("这题请判断对错。\n现在是第4题：")
    assert 4 not in answers(session, zhang.key)


@pytest.mark.parametrize("words", ["2016", "２０１６", "2016。", " 2016 "])
def test_a_blank_is_filled_with_words_of_ones_own(
    session: Session, zhang: Talker, words: str
) -> None:
    at_blank = at_question(zhang, 2, ("single", "blank", "single"))

    assert at_blank.state == Filling(2)
    assert "答对了，是“2016”" in at_blank.says(words)


def test_a_wrongly_filled_blank_shows_both(zhang: Talker) -> None:
    shown = at_question(zhang, 1, ("blank", "single")).says("二〇一五")

    assert shown.startswith("✘ 您填“二〇一五”，正确的是“2016”。")


@pytest.mark.parametrize("words", ["B", "x"])
def test_a_lone_letter_is_not_taken_for_the_words_of_a_blank(
    session: Session, zhang: Talker, words: str
) -> None:
    shown = at_question(zhang, 1, ("blank", "single")).says(words)

    assert shown.startswith("这题没有选项，请把答案打出来。")
    assert answers(session, zhang.key) == {}


@pytest.mark.parametrize("words", ["投票", "排名", "帮助", "座右铭", "不知道", "退出", "谢谢"])
def test_a_keyword_is_never_the_words_of_a_blank(
    session: Session, zhang: Talker, words: str
) -> None:
    at_question(zhang, 1, ("blank", "single")).says(words)

    assert answers(session, zhang.key) == {}


# ------------------------------------------------------------ taps and places


@pytest.mark.parametrize(
    "words",
    thinned(["第1题A", "第一题 A", "1A", "1、A", "1.A", "第1题对", "第1题好了"], quick=3),
)
@pytest.mark.parametrize("place", [2, 3])
def test_a_stale_tap_says_so_and_shows_the_current_question(
    session: Session, zhang: Talker, place: int, words: str
) -> None:
    there = at_question(zhang, place)

    shown = there.says(words)

    assert shown.startswith(f"第1题您已经答过了（选B，答对）。不改分。\n现在是第{place}题：")
    assert answers(session, zhang.key)[1] == "B"
    assert there.state == Answering(place)


def test_a_stale_tap_names_the_right_answer_to_a_wrong_one(zhang: Talker) -> None:
    at_first = at_question(zhang, 1)
    at_first.says("A")

    assert "第1题您已经答过了（选A，正确是B）" in at_first.says("第1题B")


def test_a_stale_tap_keeps_what_was_noted(zhang: Talker) -> None:
    at_third = at_question(zhang, 3)
    at_third.says("A")

    at_third.says("第1题A")

    assert at_third.state == Answering(3, "A")


@pytest.mark.slow
def test_a_tap_on_a_skipped_question_answers_it(session: Session, zhang: Talker) -> None:
    at_second = at_question(zhang, 2)
    at_second.says("跳过")

    shown = at_second.says("第2题B")

    assert shown.startswith("✔ 答对了，是B。\n\n第3题")
    assert answers(session, zhang.key) == {1: "B", 2: "B"}


@pytest.mark.parametrize("words", ["第4题对", "4A", "第5题A"])
def test_a_question_that_was_not_shown_cannot_be_answered(
    session: Session, zhang: Talker, words: str
) -> None:
    shown = at_question(zhang, 2).says(words)

    assert shown.startswith("还没到第")
    assert answers(session, zhang.key) == {1: "B"}


def test_a_place_beyond_the_paper(zhang: Talker) -> None:
    assert at_question(zhang, 2).says("第6题A").startswith("今天一共5题。\n现在是第2题：")


@pytest.mark.slow
def test_a_tap_goes_back_to_the_quiz_from_anywhere(session: Session, zhang: Talker) -> None:
    at_second = at_question(zhang, 2)
    at_second.says("排名")

    assert at_second.says("第2题B").startswith("✔ 答对了")


@pytest.mark.slow
def test_a_tap_without_a_paper_begins_one_and_answers_nothing(
    session: Session, zhang: Talker
) -> None:
    shown = zhang.says("第2题A")

    assert "第1题（共5题" in shown
    assert answers(session, zhang.key) == {}


@pytest.mark.slow
@pytest.mark.parametrize("words", thinned(AN_ANSWER, quick=5))
def test_an_answer_out_of_the_blue_starts_the_quiz_and_answers_nothing(
    session: Session, zhang: Talker, words: str
) -> None:
    shown = zhang.says(words)

    assert "第1题（共5题" in shown
    assert answers(session, zhang.key) == {}


# ------------------------------------------------------------ moving about


@pytest.mark.slow
@pytest.mark.parametrize("words", thinned(SKIPS, quick=3))
@pytest.mark.parametrize(("place", "others"), [(2, ["AC", "对", "B"]), (3, ["对", "B"])])
def test_a_skipped_question_comes_back_at_the_end(
    zhang: Talker, place: int, others: list[str], words: str
) -> None:
    there = at_question(zhang, place)

    skipped = there.says(words)
    *_, back = [there.says(answer) for answer in others]

    assert skipped.startswith(f"好，这题放到最后再答。\n\n第{place + 1}题")
    assert f"第{place}题（共5题" in back


def test_the_last_open_question_cannot_be_skipped(session: Session, zhang: Talker) -> None:
    shown = at_question(zhang, 5).says("不知道")

    assert shown.startswith("只剩这一题了")
    assert "现在是第5题：" in shown


@pytest.mark.parametrize("words", ["上一题", "刚才那个"])
def test_the_question_before_is_shown_with_its_result(
    session: Session, zhang: Talker, words: str
) -> None:
    at_second = at_question(zhang, 2)

    shown = at_second.says(words)

    assert shown.startswith("第1题：题目P1？\n您选B，答对了。\n\n现在是第2题：题目P2？")
    assert at_second.state == Answering(2)


def test_before_the_first_question_there_is_none(zhang: Talker) -> None:
    assert at_question(zhang, 1).says("上一题").startswith("前面还没有答过的题。\n现在是第1题")


@pytest.mark.parametrize("words", ["改", "选错了", "刚才选错"])
def test_what_was_revealed_cannot_be_changed(session: Session, zhang: Talker, words: str) -> None:
    shown = at_question(zhang, 2).says(words)

    assert shown.startswith("答案已经公布，这题不能改了，下一题加油。\n现在是第2题：")
    assert answers(session, zhang.key) == {1: "B"}


@pytest.mark.parametrize("words", LEAVES)
@pytest.mark.parametrize("place", [2, 3])
def test_leaving_keeps_the_paper(zhang: Talker, place: int, words: str) -> None:
    there = at_question(zhang, place)

    assert there.says(words) == "给您留着，回复“答题”接着来。"
    assert there.state == Idle()
    assert f"第{place}题（共5题" in there.says("答题")


@pytest.mark.parametrize("words", thinned(HELPS, quick=3))
@pytest.mark.parametrize("place", [2, 3])
def test_help_comes_with_the_same_question(zhang: Talker, place: int, words: str) -> None:
    there = at_question(zhang, place)

    shown = there.says(words)

    assert shown.startswith("不急，")
    assert f"现在是第{place}题：" in shown
    assert there.state == Answering(place)


@pytest.mark.parametrize(
    ("hours", "opening"), [(1, "接着刚才的，"), (7, "接着上午的，"), (23, "接着昨天的，")]
)
def test_a_paper_left_is_taken_up_where_it_was(
    session: Session, zhang: Talker, hours: int, opening: str
) -> None:
    morning = datetime.fromisoformat("2026-12-05T10:00:00+08:00")
    a_paper(session, zhang.key, five_questions(), begun_at=morning)
    later = Talker(session, now=morning + timedelta(hours=hours))

    assert later.says("答题").startswith(opening + "第1题（共5题，选一个）")


@pytest.mark.slow
def test_yesterdays_paper_is_finished_first_and_todays_waits(
    session: Session, zhang: Talker
) -> None:
    a_paper(session, zhang.key, five_questions(("single",)), begun_at=NOON - timedelta(hours=20))

    zhang.says("答题")
    shown = zhang.says("B")

    assert "昨天的1题做完了，答对1题，得2分。" in shown
    assert shown.endswith("今天还有新题：[今天的题](发:答题)")
    assert "第1题（共5题" in zhang.says("答题")


@pytest.mark.parametrize(
    "words", ["B", "对", "好了", "跳过", "上一题", "。。。", "？", "什么意思啊"]
)
def test_a_paper_a_day_old_takes_no_answer(session: Session, zhang: Talker, words: str) -> None:
    at_second = at_question(zhang, 2)
    next_day = Talker(session, state=at_second.state, now=NOON + timedelta(hours=24))

    shown = next_day.says(words)

    assert "刚才的题过了一天，已经收起来了。\n做新的：[今天的题](发:答题)" in shown
    assert next_day.state == Idle()
    assert answers(session, zhang.key) == {1: "B"}


# ------------------------------------------------------------ several questions at once


@pytest.mark.parametrize("words", ["1A2B3AC4对5A", "1A 2B 3AC 4对 5A", "1.A，2.B，3.AC，4.√，5.A"])
def test_answers_to_all_questions_are_repeated_and_not_graded(
    session: Session, zhang: Talker, words: str
) -> None:
    at_first = at_question(zhang, 1)

    shown = at_first.says(words)

    assert shown == (
        "您一次答了5题：1A 2B 3AC 4对 5A。\n[都交](发:都交)　[不，一题一题来](发:一题一题来)"
    )
    assert at_first.state == Bundled(("1A", "2B", "3AC", "4T", "5A"))
    assert answers(session, zhang.key) == {}


@pytest.mark.slow
def test_answers_to_all_questions_are_handed_in_by_a_yes(session: Session, zhang: Talker) -> None:
    at_first = at_question(zhang, 1)
    at_first.says("1A2B3AC4对5A")

    shown = at_first.taps("都交")

    assert shown.startswith(
        "交好了。第1题错，正确的是B；第2题对；第3题对；第4题对；第5题错，正确的是B。\n\n今天5题做完了，答对3题"
    )
    assert answers(session, zhang.key) == {1: "A", 2: "B", 3: "AC", 4: "T", 5: "A"}


@pytest.mark.slow
def test_some_answers_at_once_are_followed_by_the_next_question(
    session: Session, zhang: Talker
) -> None:
    at_first = at_question(zhang, 1)
    at_first.says("1A2B")

    assert "第3题（共5题" in at_first.says("都交")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["不，一题一题来", "不", "一题一题来"])
def test_rather_one_by_one(session: Session, zhang: Talker, words: str) -> None:
    at_first = at_question(zhang, 1)
    at_first.says("1A2B3AC4对5A")

    assert "第1题（共5题" in at_first.says(words)
    assert answers(session, zhang.key) == {}


@pytest.mark.parametrize("words", ["1A2E", "1A4C", "1AB2B", "1对2B"])
def test_an_answer_that_no_question_has_is_not_taken_with_the_others(
    session: Session, zhang: Talker, words: str
) -> None:
    at_first = at_question(zhang, 1)

    assert at_first.says(words).startswith("有的答案和题目对不上，咱们一题一题来。\n\n第1题")
    assert at_first.state == Answering(1)


@pytest.mark.slow
def test_five_letters_for_five_questions_are_one_for_each(session: Session, zhang: Talker) -> None:
    at_first = at_question(zhang, 1, ("single",) * 5)

    assert at_first.says("BACBA").startswith("您一次答了5题：1B 2A 3C 4B 5A。")
    assert "答对2题" in at_first.says("都交")


@pytest.mark.slow
def test_all_at_once_out_of_the_blue_begins_a_paper_first(session: Session, zhang: Talker) -> None:
    assert "[都交](发:都交)" in zhang.says("1A2B")
    assert answers(session, zhang.key) == {}


# ------------------------------------------------------------ a question that is wrong itself


@pytest.mark.slow
@pytest.mark.parametrize("words", ["题目有错", "这题有错", "第3题有错误", "答案错了"])
def test_a_faulty_question_becomes_a_ticket(session: Session, zhang: Talker, words: str) -> None:
    at_first = at_question(zhang, 1)

    at_first.says(words)
    asked_for = at_first.state
    at_first.says("第3题应该选B")

    assert asked_for == Telling("question", "P1", 41)
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.topic, ticket.words) == ("question", "[P1 P2 P3 P4 P5] 第3题应该选B")


# ------------------------------------------------------------ every tap, every size


@pytest.mark.slow
def test_every_tap_of_a_question_typed_by_hand_does_the_same(
    session: Session, zhang: Talker
) -> None:
    at_third = at_question(zhang, 3)
    at_third.says("A")
    for tap in taps(at_third.reply):
        with at_third.undone() as by_tap:
            tapped = by_tap.says(tap.sends)
        with at_third.undone() as by_hand:
            typed = by_hand.says(f" {tap.sends.replace('A', 'Ａ')}。")

        assert typed == tapped


@pytest.mark.slow
@pytest.mark.parametrize("words", thinned(["wrong", "？", "呜啦啦", "上一题"], quick=1))
def test_the_longest_shipped_questions_fit_with_all_their_links(
    session: Session, zhang: Talker, words: str
) -> None:
    questions = [question for question in load_shipped().questions if question.options]
    singles = [question for question in questions if question.kind is Kind.SINGLE]
    hardest = max(singles, key=lambda q: len(q.explanation + q.citation + "".join(q.options)))
    widest = max(questions, key=lambda q: 28 * len(q.options) + len(q.stem + "".join(q.options)))
    a_paper(session, zhang.key, [hardest, widest])
    zhang.says("答题")

    zhang.says(next(letter for letter in hardest.letters if letter not in hardest.answer))
    if words != "wrong":
        zhang.says(words)

    assert widest.stem in shown(zhang.reply)
    assert size(zhang.reply) <= BUDGET


def test_the_order_of_options_is_that_of_the_question(zhang: Talker) -> None:
    options = tuple("丁丙乙甲")
    question = a_question("X", "multiple", options=options)
    a_paper(zhang.session, zhang.key, [question])

    zhang.says("答题")

    labels = [tap.label for tap in taps(zhang.reply)][:4]
    assert labels == ["A. 丁", "B. 丙", "C. 乙", "D. 甲"]


@pytest.mark.parametrize(
    "words", ["同意", "哈哈", "加油", "太好了", "不", "确定", "删除", "嗯", "选A", "AB", "A和B"]
)
def test_nobody_fills_a_blank_with_politeness_or_letters(
    session: Session, zhang: Talker, words: str
) -> None:
    there = at_question(zhang, 1, ("blank", "single"))

    assert "请把答案打出来" in there.says(words)
    assert there.state == Filling(1)
    assert answers(session, zhang.key) == {}


def test_a_figure_fills_a_blank_be_it_right_or_wrong(session: Session, zhang: Talker) -> None:
    at_question(zhang, 1, ("blank", "single")).says("3")

    assert answers(session, zhang.key) == {1: "3"}


@pytest.mark.parametrize("words", ["BACDA", "ABA", "acca"])
def test_a_letter_twice_among_several_is_asked_about(
    session: Session, zhang: Talker, words: str
) -> None:
    there = at_question(zhang, 1, ("multiple", "single"))

    assert there.says(words).startswith("这题请选A、B、C、D。")
    assert answers(session, zhang.key) == {}


def test_answers_repeated_a_while_ago_leave_what_was_graded_meanwhile(
    session: Session, zhang: Talker
) -> None:
    there = at_question(zhang, 3)
    there.state = Bundled(("1A", "2A"))

    shown = there.says("都交")

    assert shown.startswith("有的答案和题目对不上，咱们一题一题来。\n")
    assert answers(session, zhang.key) == {1: "B", 2: "B"}


@pytest.mark.slow
def test_where_people_are_ranked_in_groups_one_is_chosen_by_a_tap(
    session: Session, zhang: Talker
) -> None:
    session.execute(update(Contest).values(brackets=["在职党员组", "离退休组"]))

    assert zhang.says("答题") == (
        "这次竞赛分组排名，您是哪一组的？点一下就开始答题：\n[在职党员组](发:竞赛1第1组)\n"
        "[离退休组](发:竞赛1第2组)\n开始算分以后就不能改了。"
    )
    begun = zhang.says("竞赛1第2组")
    assert begun.startswith("✔ 您在离退休组。选错了，现在还能[重选](发:竞赛1分组)。\n\n第1题")
    assert "[在职党员组](发:竞赛1第1组)" in zhang.says("竞赛1分组")
    zhang.says("第1题A")
    assert "您已经按离退休组答了题，分组不能再改。" in zhang.says("竞赛1第1组")
    assert "离退休组第1名（1人）" in zhang.says("排名")
