"""Journey 3, the day's quiz, as it is written down: five questions of each kind, and its edges."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from bot.domain import quiz
from bot.domain.wordings import add_questions
from bot.storage.tables import Answer, Attempt, Contest, ContestQuestion, Score
from quiz_bank import Question
from tests.builders import a_question
from tests.journeys.conftest import Talker, World
from tests.journeys.test_conversations import at_nine, talk

pytestmark = pytest.mark.slow

FIVE = [
    a_question(
        "1",
        stem="“十三五”规划是哪几年？",
        options=("2011—2015年", "2016—2020年", "2021—2025年"),
        answer=("B",),
    ),
    a_question(
        "2",
        stem="“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？",
        options=("2000年", "2005年", "2010年"),
        answer=("C",),
        explanation="重要目标之一，是国内生产总值和城乡居民人均收入比2010年翻一番。",
        source="“十三五”规划纲要",
        place="第三章",
        date="",
    ),
    a_question(
        "3",
        "multiple",
        stem="新发展理念包括哪些？",
        options=("创新", "速度", "绿色", "共享"),
        answer=("A", "C", "D"),
    ),
    a_question("4", "judge", stem="“我们的小康”是全面小康，一个都不能少。", answer=("T",)),
    a_question("5", stem="共享发展的核心是什么？", options=("人民", "效率", "速度"), answer=("A",)),
]


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The sample campaign with these five questions alone, in this order, a day to make up."""
    monkeypatch.setattr(quiz, "draw", _in_order)
    with world.sessions.begin() as session:
        session.execute(delete(ContestQuestion))
        rows = [{"contest_id": 1, "question_id": id_} for id_ in add_questions(session, FIVE)]
        session.execute(insert(ContestQuestion), rows)
        session.execute(update(Contest).values(make_up=True))
    at_nine(world)
    return world


def _in_order(questions: list[Question], *_: object, **__: object) -> list[Question]:
    return sorted(questions, key=lambda question: question.code)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_two_letters_of_one_second_answer_one_question(world: World) -> None:
    zhang = world.member("o-new")
    zhang.says("答题")
    at = zhang.next_second()
    first, another = zhang.push("B", at), zhang.push("B", at)

    answered = zhang.sends(first)
    unseen = zhang.sends(another)

    assert answered.text.startswith("✔ 答对了，是B。")
    assert unseen.text.startswith(
        "这条没有算：您发的时候，第2题还没显示出来。前面答过的都记下了。请看题再答。\n现在是第2题："
    )
    assert (zhang.sends(first), zhang.sends(another)) == (answered, unseen)
    assert places_answered(zhang) == [1]

    held_up = zhang.push("C")
    assert zhang.says("C").text.startswith("✔ 答对了，是C。")
    assert zhang.sends(held_up).text.startswith("这条没有算：您发的时候，第3题还没显示出来。")
    assert places_answered(zhang) == [1, 2]


def places_answered(member: Talker) -> list[int]:
    answered = select(Answer.place).where(Answer.member_key == member.key)
    return member.world.rows(answered.order_by(Answer.place))


def test_j3_todays_quiz(world: World) -> None:
    zhang = world.member("o-new")

    talk(
        zhang,
        """
> 我要答题
今天5题，答错也没关系，会告诉您为什么。不计时间。

第1题（共5题，选一个）
“十三五”规划是哪几年？
[A. 2011—2015年]
[B. 2016—2020年]
[C. 2021—2025年]
点蓝字，或回复A、B、C。
> Ｂ
✔ 答对了，是B。

第2题（共5题，选一个）
“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？
[A. 2000年]
[B. 2005年]
[C. 2010年]
点蓝字，或回复A、B、C。
> （语音 选二。）
听到您说“选二”，✘ 您选B（2005年），正确的是C（2010年）。
为什么：重要目标之一，是国内生产总值和城乡居民人均收入比2010年翻一番。
出处：“十三五”规划纲要 第三章

第3题（共5题，可选多个）
新发展理念包括哪些？
[A. 创新]　[B. 速度]
[C. 绿色]　[D. 共享]
可以一起回复，比如：AC。
也可以一个一个点，点完再点[选好了]。
> A
先记下A。还要加：[B]　[C]　[D]
选好了：[交]
也可以一次回复几个字母，比如：ACD。
> acd
✔ 答对了，是A、C、D。

第4题（共5题，对还是错）
“我们的小康”是全面小康，一个都不能少。
[对]　　[错]
点蓝字，或回复“对”“错”。
> 第1题A
第1题您已经答过了（选B，答对）。不改分。
现在是第4题：“我们的小康”是全面小康，一个都不能少。
[对]　　[错]
""",
    )
    world.ahead += timedelta(hours=5)
    talk(
        zhang,
        """
> 答题
接着上午的，第4题（共5题，对还是错）
“我们的小康”是全面小康，一个都不能少。
[对]　　[错]
点蓝字，或回复“对”“错”。
> 对的
✔ 答对了，是“对”。

第5题（共5题，选一个）
共享发展的核心是什么？
[A. 人民]
[B. 效率]
[C. 速度]
点蓝字，或回复A、B、C。
> 选A
✔ 答对了，是A。

今天5题做完了，答对4题，得8分。
本周还有1天可以补：[补答…月…日的题]

错了1题：[再看一遍]
[看排名]　[写座右铭]　[这题有错]
[登记单位]后，成绩算到您单位。
明天早上7点有新题，回复“答题”就行。
> 答题
今天的题您做完了，8分。想多练：[练错题]（不计分）。
明天7点有新题。[看排名]　[写座右铭]
""",
    )

    answers = world.rows(select(Answer).where(Answer.member_key == zhang.key))
    assert {answer.place: answer.choice for answer in answers} == {
        1: "B", 2: "B", 3: "ACD", 4: "T", 5: "A",
    }  # fmt: skip
    assert world.row(select(Score.points).where(Score.member_key == zhang.key)) == 8


def test_j3_letters_one_by_one_and_several_questions_in_one_message(world: World) -> None:
    li = world.member("o-new")

    talk(
        li,
        """
> 1B2C
您一次答了2题：1B 2C。
[都交]　[不，一题一题来]
> 都交
…

第3题（共5题，可选多个）
…
> A
先记下A。…
…
> C
先记下…
…
> （点 交）
✘ …
…
""",
    )


def test_j3_a_missed_day_is_made_up_once_a_week(world: World) -> None:
    li = world.member("o-new")

    talk(
        li,
        """
> 补答
补答…月…日的5题，一样算分。不计时间。

第1题（共5题，选一个）
…
> 1B2C3ACD4对5A
您一次答了5题：1B 2C 3ACD 4对 5A。
[都交]　[不，一题一题来]
> 都交
…
…5题做完了，答对5题，得10分。
…
今天还有新题：[今天的题]
> 补答
这一周已经补过1天了，下周一起又可以补1天。
接着做：[今天的题]　[看规则]
""",
    )

    assert len(world.rows(select(Attempt).where(Attempt.member_key == li.key))) == 1


def test_j3_before_the_start_and_after_the_end(world: World) -> None:
    wang = world.member("o-new")
    talk(wang, "> 答题\n今天5题，…\n…\n> B\n✔ …\n…")
    days = timedelta(days=30)
    with world.sessions.begin() as session:
        contest = session.scalars(select(Contest)).one()
        begun, ends = contest.first_day, contest.last_day
        contest.first_day, contest.last_day = begun + days, ends + days

    early = world.member("o-early")
    talk(early, "> 答题\n活动…月…日开始，到时回复“答题”。先[写一句座右铭]？")

    with world.sessions.begin() as session:
        contest = session.scalars(select(Contest)).one()
        contest.first_day, contest.last_day = begun, ends
    world.ahead += timedelta(days=120)
    talk(wang, "> 答题\n竞赛…月…日结束了，谢谢您参加1天。[看成绩]")
