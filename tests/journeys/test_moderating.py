"""M5: a colleague reviews at the telephone, and the authors hear of it when the minute is over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.folding import fold_prose
from bot.domain.entries import number_of
from bot.domain.questions import Shelf
from bot.domain.roles import Role
from bot.domain.screening.quotations import Saying
from bot.domain.second_factor import SecondFactors, code_at, seed_of
from bot.domain.services import Services, open_services
from bot.domain.staff import StaffRegister
from bot.storage.tables import Motto, Unit
from tests.builders import SECRET
from tests.journeys.conftest import World
from tests.journeys.test_conversations import at_nine, talk

pytestmark = pytest.mark.slow

WROTE = {
    "愿做田里一棵苗，扎根在最远的村": 1,
    "不忘初心，牢计使命": 3,
    "清清白白做人，干干净净做事": 4,
    "加 微-信 abc，天天有好礼": 1,
    "台账可以晚点，来的人等不了": 1,
    "脚上多些泥，心里多些数": 1,
}
"""What waits, and how many wrote it."""


def test_m5_a_colleague_reviews_five_piles_in_one_line(world: World) -> None:
    at_nine(world)
    li, wang = world.member("o-li"), world.member("o-0")
    code = waits_for(world, "李审核")

    talk(
        li,
        f"""
> 待审
您还没有交过座右铭。
[写一句座右铭]　[看看大家的]
> 绑定审核 {code}
✔ 绑定好了，李审核。以后在这里就能审座右铭。
[看待审的]
> （点 看待审的）
待审6组，先看5组：
1 愿做田里一棵苗，扎根在最远的村（城东街道）
2 不忘初心，牢计使命（同句3人，疑错字：牢记）
3 清清白白做人，干干净净做事（同句4人）
4 加 微-信 abc，天天有好礼（城东街道，命中：加微信）
5 台账可以晚点，来的人等不了（城东街道）
回复例：过135，退2错字，退4广告。
> 过1 3 5 退2错字 退4广告
✔ 通过3组（6人），退回2组（4人）。60秒内回复“撤销”可反悔，之后才通知本人。
[再来5组]　剩1组。
> 撤销
✔ 撤销了，10条回到待审，本人没有收到通知。
[再看待审的]
> （点 再看待审的）
待审6组，先看5组：
…
> 过135，退2错字，退4广告。
✔ 通过3组（6人），退回2组（4人）。60秒内回复“撤销”可反悔，之后才通知本人。
[再来5组]　剩1组。
""",
    )
    talk(wang, "> 谢谢\n不客气。")
    world.ahead += timedelta(seconds=61)
    number = number_of(world.row(select(Motto.id).where(Motto.author == wang.key)))
    talk(
        wang,
        f"""
> 我的座右铭
——捎句话——
✔ 您的座右铭通过了，编号{number}：“愿做田里一棵苗，扎根在最远的村”。
————
您的座右铭，{number}号：
…
""",
    )
    talk(li, "> 撤销\n已经超过60秒，或者已经通知本人，不能撤销了。\n…")
    world.ahead += timedelta(hours=12)
    talk(
        li,
        """
> 待审
已经12小时没有验过身份了。请先在后台登录一次（口令和验证码），再回来发“待审”。
验证码不要发在这里。
""",
    )


def waits_for(world: World, name: str) -> str:
    """A colleague's code for the telephone; before them lies what was written, and nothing else."""
    with world.sessions.begin() as session:
        services = open_services(session, world.now(), Shelf())
        staff_id = (
            StaffRegister(session, world.now())
            .add(name, "一句容易记的话，十二个字", Role.MODERATOR)
            .id
        )
        seed = seed_of(SECRET, name)
        SecondFactors(session, world.now()).set_up(
            staff_id, seed, code_at(seed, world.now()), SECRET
        )
        waiting = session.scalars(select(Motto).where(Motto.state == "waiting")).all()
        for motto in waiting:
            services.moderation.decide(number_of(motto.id), motto.version, staff_id)
        services.quotation_list.add(Saying("不忘初心，牢记使命", "党章", "《某文件》"), staff_id)
        unit = session.scalars(select(Unit.id).where(Unit.code == "CD-XA")).one()
        authors = iter(range(100))
        for words, people in WROTE.items():
            for _ in range(people):
                hand_in(services, world, f"o-{next(authors)}", unit, words)
        return services.phones.invite(staff_id)


def hand_in(services: Services, world: World, openid: str, unit: int, words: str) -> None:
    author = world.member(openid)
    services.members.welcome(author.key, openid, "")
    services.members.join(author.key, unit, None)
    services.mottos.submit(author.key, words, fold_prose(words), "masked")
