"""Journey 4, why it was wrong: as it is written down, from sealed XML to rows and back."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.conversation.state import Practised, parse
from bot.domain.identity import campaign_day
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.domain.wordings import add_questions
from bot.storage.tables import Answer, Attempt, Delivery, Member, PracticeCard, Score
from quiz_bank import Question
from tests.builders import a_question
from tests.journeys.conftest import Talker, World
from tests.journeys.test_conversations import at_nine, talk

pytestmark = pytest.mark.slow

DOUBLED = a_question(
    "doubled",
    stem="“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？",
    options=("2000年", "2005年", "2010年"),
    answer=("C",),
    explanation="到2020年全面建成小康社会的一个重要目标，是国内生产总值比2010年翻一番。",
    source="“十三五”规划纲要",
    place="第三章",
)
CHINESE = a_question(
    "few", stem="全面从严治党要抓住的“关键少数”是谁？", options=("普通党员", "领导干部", "青年")
)
RIGHTS = a_question("rights", "judge", stem="党员有八项权利。")
MISTAKES = [DOUBLED, CHINESE, RIGHTS]


def erred(member: Talker, questions: list[Question]) -> None:
    """The member, who has written before, answered these wrongly yesterday."""
    world = member.world
    yesterday = world.now() - timedelta(days=1)
    with world.sessions.begin() as session:
        delivery = bytes(32)
        session.execute(
            insert(Delivery).values(
                member_key=member.key,
                delivery_key=delivery,
                fingerprint=delivery,
                outcome="done",
                reply=b"<xml/>",
                received_at=yesterday,
            )
        )
        session.add(
            Attempt(
                member_key=member.key,
                contest_id=1,
                day=campaign_day(yesterday),
                questions=add_questions(session, questions),
                skipped=[],
                started_at=yesterday,
            )
        )
        session.flush()
        quiz = Quiz(session, yesterday, Shelf())
        sitting = quiz.sitting(member.key)
        for place, question in enumerate(questions, start=1):
            wrong = ("F",) if question.kind == "judge" else ("A",)
            assert sitting is not None
            sitting = quiz.answer(member.key, sitting, place, wrong, delivery)


def counted(world: World, member: Talker) -> list[object]:
    """All that counts of this member's quiz."""
    scores = world.rows(select(Score.points).where(Score.member_key == member.key))
    return scores + world.rows(select(Answer.choice).where(Answer.member_key == member.key))


def test_j4_what_was_wrong_is_listed_explained_and_practised(world: World) -> None:
    at_nine(world)
    zhang = world.member("o-zhang")
    zhang.says("你好")
    erred(zhang, MISTAKES)
    before = counted(world, zhang)

    talk(
        zhang,
        """
> 错题
您有3道错题没弄懂：
1 [“十三五”规划纲要提出，到20…]
2 [全面从严治党要抓住的“关键少数…]
3 [党员有八项权利。]
点一个看解释；[练一练]，一次3题，不计分。
> 1
…月…日第1题：“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？
✘ 您选A（2000年），正确的是C（2010年）。
为什么：到2020年全面建成小康社会的一个重要目标，是国内生产总值比2010年翻一番。
出处：…“十三五”规划纲要…第三章…
[练一练]　[其他错题]　[这题有错]
> 练错题
练习1（共3题，不计分）
“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？
[A. 2000年]　[B. 2005年]　[C. 2010年]
> C
✔ 对了。这题过几天再考您一次。
已经记牢：[以后别问这题]
[下一题]
> 练1A
练习1已经练过了。
[下一题]
> （点 下一题）
练习2（共3题，不计分）
全面从严治党要抓住的“关键少数”是谁？
[A. 普通党员]　[B. 领导干部]　[C. 青年]
> （语音 选必。）
听到您说“选必”，✔ 对了。这题过几天再考您一次。
已经记牢：[以后别问这题]
[下一题]
> （点 以后别问这题）
好，这题以后不问了。
[下一题]
> 下一题
练习3（共3题，不计分）
党员有八项权利。
[对]　　[错]
> 怎么弄
不急，…
…
现在是练习3：党员有八项权利。
[对]　　[错]
> 错
✘ 您选“错”，正确的是“对”。
为什么：…
出处：…
这题明天再考您一次。

这次练完了，答对2题，不计分。
明天再考您。
[看错题]　[看排名]
> 错题
您有1道错题没弄懂：
1 [党员有八项权利。]
点一个看解释；[练一练]，一次3题，不计分。
> 练错题
现在没有要练的题，明天再考您。
想现在就练：[练最难的]（不计分）
接着做：[答题]　[看排名]
""",
    )
    assert counted(world, zhang) == before
    assert len(world.rows(select(PracticeCard).where(PracticeCard.member_key == zhang.key))) == 3

    world.ahead += timedelta(days=2)
    talk(
        zhang,
        """
> 练错题
练习1（共2题，不计分）
党员有八项权利。
[对]　　[错]
> 对
✔ 对了。这题过几天再考您一次。
已经记牢：[以后别问这题]
[下一题]
> 好的
不客气。
> 下一题
练习2（共2题，不计分）
“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？
…
> 退出
好，先练到这里。想再练，回复“练错题”。
""",
    )


def test_j4_goes_on_when_the_contest_is_over_and_returns_to_an_open_paper(world: World) -> None:
    at_nine(world)
    li = world.member("o-li")
    li.says("答题")
    erred(li, MISTAKES)

    talk(
        li,
        """
> 练错题
没答完的题给您留着，练完再接着答。

练习1（共3题，不计分）
…
> 不练了
好，先练到这里。想再练，回复“练错题”。
还有题没答完：[接着答题]
> （点 接着答题）
接着刚才的，第1题（共5题，…）
…
""",
    )
    world.ahead += timedelta(days=300)
    talk(
        li,
        """
> 答题
竞赛…结束了，谢谢您参加1天。[看成绩]
> 练错题
练习1（共3题，不计分）
“十三五”规划纲要提出，到2020年国内生产总值要比哪一年翻一番？
…
> C
✔ 对了。这题过几天再考您一次。
…
""",
    )


def test_j4_a_tap_delivered_again_is_practised_once_also_by_another_process(world: World) -> None:
    zhang = world.member("o-zhang")
    zhang.says("你好")
    erred(zhang, MISTAKES)
    zhang.says("练错题")
    push = zhang.push("练1C")
    first = zhang.sends(push)

    world.start_anew()

    assert zhang.sends(push) == first
    [state] = world.rows(select(Member.state).where(Member.member_key == zhang.key))
    stands = parse(state)
    assert isinstance(stands, Practised)
    assert (stands.place, stands.right) == (1, 1)
    assert len(world.rows(select(PracticeCard))) == 1
    assert zhang.taps("下一题").text.startswith("练习2（共3题，不计分）")
