"""M5: a moderator reviews by chat, from their own WeChat, with the second factor of today."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversation.folding import fold, fold_prose
from bot.conversation.reply import BUDGET
from bot.domain.moderation import Reason
from bot.domain.phones import CODE_LASTS, PROVED_FOR
from bot.domain.roles import Role
from bot.domain.screening.quotations import Saying
from bot.domain.second_factor import SecondFactors, code_at, seed_of
from bot.domain.staff import StaffRegister
from bot.storage.tables import Audit, Member, Motto, Notice
from handlers.moderating import wording
from handlers.moderating.piles import PEOPLE_AT_ONCE
from handlers.moderating.reading import verdicts
from tests.builders import NOON, SECRET, a_member, key
from tests.handlers.talking import Talker, size

PASSWORD = "一句容易记的话，十二个字以上"
MOTTOS = (
    "愿做一块砖，哪里需要哪里搬",
    "不忘初心，牢计使命",
    "清清白白做人，干干净净做事",
    "台账可以晚点，老人等不了",
    "每天进步一点点，服务多一点",
    "脚上多些泥，心里多些数",
)

pytestmark = pytest.mark.slow


@pytest.fixture
def submit(session: Session) -> Callable[[str, str], int]:
    """Hand in a motto by this author; its number."""

    def submit(author: str, words: str) -> int:
        a_member(session, author, 2)
        mottos = Talker(session, author).services.mottos
        return mottos.submit(key(author), words, fold_prose(words), "masked").number

    return submit


@pytest.fixture
def li(session: Session) -> Talker:
    """李审核 at the phone: linked, with a code that was right a moment ago."""
    return linked(session, "李审核", "li")


def linked(session: Session, name: str, by: str, role: Role = Role.MODERATOR) -> Talker:
    staff_id = StaffRegister(session, NOON).add(name, PASSWORD, role).id
    seed = seed_of(SECRET, name)
    SecondFactors(session, NOON).set_up(staff_id, seed, code_at(seed, NOON), SECRET)
    a_member(session, by, None)
    talker = Talker(session, by)
    code = talker.services.phones.invite(staff_id)
    assert "绑定好了" in talker.says(f"绑定审核 {code}")
    return talker


def states(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Motto.state).order_by(Motto.id)))


# ------------------------------------------------------------ as in the journey


def test_what_waits_is_looked_at_and_decided_in_one_line(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    for n, words in enumerate(MOTTOS):
        submit(f"author{n}", words)
    submit("twin", MOTTOS[2])

    shown = li.says("待审")

    assert shown.startswith("待审6组，先看5组：\n1 愿做一块砖，哪里需要哪里搬（城东街道）\n")
    assert "\n3 清清白白做人，干干净净做事（同句2人）\n" in shown
    assert "\n6 " not in shown
    assert shown.endswith("回复例：过135，退2错字，退4广告。")

    reply = li.says("过1 3 5 退2错字 退4广告")

    assert reply.startswith(
        "✔ 通过3组（4人），退回2组（2人）。60秒内回复“撤销”可反悔，之后才通知本人。\n"
    )
    assert "[再来5组](发:待审)　剩1组。" in reply
    assert states(session) == [
        "approved", "returned", "approved", "returned", "approved", "waiting", "approved",
    ]  # fmt: skip
    reasons = session.scalars(select(Motto.reason).order_by(Motto.id)).all()
    assert reasons[1] == Reason.TYPO
    assert reasons[3] == Reason.NOT_A_MOTTO
    actors = session.scalars(select(Audit.actor).where(Audit.action == "motto.approve"))
    assert set(actors) == {"staff:1"}


def test_what_a_colleague_sees_of_each_pile_and_what_its_authors_are_offered(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    li.services.quotation_list.add(Saying("不忘初心，牢记使命", "党章", "《某文件》"), 1)
    for name, words in (("a", MOTTOS[1]), ("b", "加 微-信 abc，天天有好礼"), ("c", MOTTOS[0])):
        submit(name, words)

    assert li.says("待审") == (
        "待审3组，先看3组：\n"
        "1 不忘初心，牢计使命（城东街道，疑错字：牢记）\n"
        "2 加 微-信 abc，天天有好礼（城东街道，命中：加微信）\n"
        "3 愿做一块砖，哪里需要哪里搬（城东街道）\n"
        "回复例：过13，退2错字。"
    )
    li.says("退1错字 退2广告")
    author = Talker(session, "a", now=li.now + timedelta(seconds=61))
    told = author.says("我的座右铭")
    assert "应为" in told
    assert "改好再交" in told


def test_a_line_that_was_sent_before_the_piles_were_shown_decides_nothing(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.says("待审")

    at_once = li.says("过1", sent_at=li.now)
    left = states(session)
    seen = li.says("过1")

    assert at_once.startswith("这条没有算：您发的时候，这几组还没显示出来。什么都没有动。\n")
    assert left == ["waiting"]
    assert seen.startswith("✔ 通过1组")


def test_within_a_minute_all_is_taken_back_and_nobody_is_told(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    for n, words in enumerate(MOTTOS[:3]):
        submit(f"author{n}", words)
    li.says("待审")
    li.says("过13 退2错字")
    li.now += timedelta(seconds=59)

    assert "✔ 撤销了，3条回到待审" in li.says("撤销")

    assert states(session) == ["waiting"] * 3
    assert session.scalars(select(Notice)).all() == []


def test_it_is_taken_back_also_with_the_next_piles_on_show(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    for n, words in enumerate(MOTTOS):
        submit(f"author{n}", words)
    li.says("待审")
    assert li.says("撤销").startswith("刚才没有审过的，不用撤销。")
    li.says("过123")
    assert li.taps("再来5组").startswith("待审3组")

    assert "✔ 撤销了，3条回到待审" in li.says("撤销")
    assert states(session) == ["waiting"] * 6


def test_after_a_minute_it_stands(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.says("待审")
    li.says("过1")
    li.now += timedelta(seconds=60)

    reply = li.says("撤销")

    assert "已经超过60秒" in reply
    assert "作者可以申诉，也可以改好再交" in reply
    assert "[看待审的](发:待审)" in reply
    assert states(session) == ["approved"]
    assert li.says("撤销") != reply


def test_where_much_is_told_of_each_fewer_piles_are_shown_and_none_is_decided_unseen(
    session: Session,
    li: Talker,
    submit: Callable[[str, str], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handlers.moderating.piles._hits", lambda *_: ["词" * 40] * 2)
    for n, words in enumerate(MOTTOS[:5]):
        submit(f"author{n}", words)

    shown = li.says("待审")

    assert shown.startswith("待审5组，先看4组：\n")
    assert "\n4 " in shown
    assert "\n5 " not in shown
    assert size(li.reply) <= BUDGET
    assert "请用1到4的序号" in li.says("过5")
    assert states(session) == ["waiting"] * 5


# ------------------------------------------------------------ who may


def test_to_a_member_the_word_means_the_own_motto(session: Session, li: Talker) -> None:
    a_member(session, "zhang", 2)
    zhang = Talker(session)

    assert zhang.says("待审") == zhang.says("我的座右铭")
    assert "待审" not in zhang.says("待审")


def test_a_code_links_once_within_ten_minutes_and_is_typed_carelessly(
    session: Session, li: Talker
) -> None:
    wang = StaffRegister(session, NOON).add("王审核", PASSWORD).id
    a_member(session, "thief", None)
    thief = Talker(session, "thief")
    code = thief.services.phones.invite(wang)

    assert "绑定码不对" in thief.says("绑定审核 AAAAA-BBBBB")
    thief.now += CODE_LASTS
    assert "绑定码不对" in thief.says(f"绑定审核 {code}")
    thief.now = NOON
    assert "绑定好了" in thief.says(f"绑定审核{code.lower().replace('-', ' ')}")
    assert "绑定码不对" in thief.says(f"绑定审核 {code}")


def test_after_twelve_hours_the_colleague_signs_in_first(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.says("待审")
    li.now += PROVED_FOR

    assert "先在后台登录一次" in li.says("过1")
    assert states(session) == ["waiting"]


@pytest.mark.parametrize("change", ["disable", "unlink", "end_all", "role"])
def test_whose_right_has_ended_decides_nothing(
    session: Session, li: Talker, submit: Callable[[str, str], int], change: str
) -> None:
    submit("author", MOTTOS[0])
    owner = StaffRegister(session, NOON).add("孙负责", PASSWORD, Role.OWNER).id
    li.says("待审")
    services = li.services
    match change:
        case "disable":
            services.colleagues.disable(1, owner)
        case "unlink":
            services.phones.unlink(1, 1)
        case "end_all":
            services.devices.end_all(1, 1)
        case "role":
            services.colleagues.change_role(1, Role.VIEWER, None, owner)

    li.says("过1")

    assert states(session) == ["waiting"]


def test_whoever_is_erased_is_no_moderator_any_more(session: Session, li: Talker) -> None:
    session.get_one(Member, li.key)
    li.services.erasure.erase(li.key)

    assert li.services.phones.moderator(li.key) is None
    assert li.services.phones.linked_at(1) is None


# ------------------------------------------------------------ two people


def test_what_a_colleague_decided_meanwhile_is_left_and_told(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    for n, words in enumerate(MOTTOS[:2]):
        submit(f"author{n}", words)
    li.says("待审")
    other = StaffRegister(session, NOON).add("王审核", PASSWORD).id
    li.services.moderation.decide(1001, 1, other, Reason.UNFIT)

    reply = li.says("过12")

    assert "通过1组（1人）" in reply
    assert "第1组没有动" in reply
    assert states(session) == ["returned", "approved"]


def test_what_joined_a_pile_later_was_not_seen_and_waits_on(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("first", MOTTOS[0])
    li.says("待审")
    a_member(session, "later", 2)
    late = Talker(session, "later", now=NOON + timedelta(seconds=5))
    late.services.mottos.submit(late.key, MOTTOS[0], fold_prose(MOTTOS[0]), "masked")
    li.services.piles.place(li.services.piles.sort())
    li.now += timedelta(seconds=9)

    assert "通过1组（1人）" in li.says("过1")
    assert states(session) == ["approved", "waiting"]


def test_of_a_pile_whose_first_was_put_in_other_words_nothing_is_decided_unseen(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("older", MOTTOS[0])
    submit("later", MOTTOS[1])
    li.says("待审")
    author = Talker(session, "later", now=NOON + timedelta(seconds=5))
    author.services.mottos.reword(author.key, MOTTOS[0], fold_prose(MOTTOS[0]), "masked")
    li.services.piles.place(li.services.piles.sort())
    li.now += timedelta(seconds=9)

    assert "第2组没有动" in li.says("过2")
    assert states(session) == ["waiting"] * 2


# ------------------------------------------------------------ many


def test_of_a_large_pile_one_line_decides_a_part_and_says_how_many_are_left(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    for n in range(PEOPLE_AT_ONCE + 2):
        submit(f"author{n}", MOTTOS[0])
    submit("other", MOTTOS[1])
    li.says("待审")

    reply = li.says("过12")

    assert f"✔ 通过1组（{PEOPLE_AT_ONCE}人）" in reply
    assert "一次最多审40人：第1组还剩2人，第2组还剩1人。" in reply
    assert "没有动" not in reply
    assert "[再来5组](发:待审)　剩2组。" in reply
    assert states(session) == ["approved"] * PEOPLE_AT_ONCE + ["waiting"] * 3
    assert li.says("待审").startswith(
        "待审2组，先看2组：\n1 愿做一块砖，哪里需要哪里搬（同句2人）\n"
    )


def test_where_many_wait_the_chat_shows_what_is_placed_and_sorts_nothing(
    session: Session,
    li: Talker,
    submit: Callable[[str, str], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handlers.moderating.piles.FEW", 1)
    submit("placed", MOTTOS[0])
    assert li.says("待审").startswith("待审1组")
    submit("fresh", MOTTOS[1])

    assert li.says("待审").startswith("待审1组")
    assert session.scalars(select(Motto.pile_id).order_by(Motto.id)).all() == [1, None]


def test_what_two_have_to_approve_is_marked_and_waits_on_after_the_first(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    li.services.quotation_list.add(Saying(MOTTOS[0], "某领导人", "《某次讲话》", leader=True), 1)
    submit("author", MOTTOS[0])
    submit("other", MOTTOS[1])

    shown = li.says("待审")

    assert shown.count("要两位同志都通过") == 1
    assert f"{MOTTOS[0]}（城东街道，引用领导人的话，要两位同志都通过）" in shown
    reply = li.says("过12")
    assert reply.startswith(
        "记下您的意见1组（1人）：引用领导人的话，还要别的同志看，先不通知本人。\n✔ 通过1组（1人）。"
    )
    assert states(session) == ["waiting", "approved"]
    assert "2条回到待审" in li.says("撤销")


def test_nobody_decides_their_own_motto(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.services.mottos.submit(li.key, MOTTOS[0], fold_prose(MOTTOS[0]), "masked")
    li.says("待审")

    assert "通过1组（1人）" in li.says("过1")
    assert states(session) == ["approved", "waiting"]
    assert "现在没有要您审的座右铭" in li.says("待审")


def test_after_another_authenticator_the_phone_is_asked_for_at_the_console(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.says("待审")
    li.now += timedelta(minutes=5)
    seed = seed_of(SECRET, "another")
    SecondFactors(session, li.now).set_up(1, seed, code_at(seed, li.now), SECRET)

    assert "请在后台“我的账号”里点“还是我的微信”" in li.says("过1")
    assert states(session) == ["waiting"]

    li.services.phones.confirm(1)
    li.says("待审")
    assert "✔ 通过1组" in li.says("过1")


def test_a_motto_that_has_become_their_own_pile_is_left_and_told(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.says("待审")
    session.execute(update(Motto).values(author=li.key))

    assert "第1组没有动" in li.says("过1")
    assert states(session) == ["waiting"]


def test_nothing_to_do_is_said(li: Talker) -> None:
    assert "现在没有要您审的座右铭" in li.says("待审")


# ------------------------------------------------------------ reading a line


T, A = Reason.TYPO, Reason.NOT_A_MOTTO


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("过1 3 5 退2错字 退4广告", {1: None, 3: None, 5: None, 2: T, 4: A}),
        ("过135，退2错字，退4广告。", {1: None, 3: None, 5: None, 2: T, 4: A}),
        ("通过1、2", {1: None, 2: None}),
        ("退回 1 2 错别字", {1: T, 2: T}),
        ("退１广告", {1: A}),
        ("过1过2", {1: None, 2: None}),
        ("过6", None),
        ("过0", None),
        ("过1 1", None),
        ("过1 退1错字", None),
        ("退1", None),
        ("退1因为", None),
        ("过1 错字", None),
        ("过1吧", None),
        ("过1 其余的不要", None),
    ],
)
def test_a_line_is_read_as_a_whole_or_not_at_all(
    words: str, read: dict[int, Reason | None] | None
) -> None:
    assert verdicts(fold(words).text, 5) == read


def test_a_line_that_is_not_understood_changes_nothing_and_says_how(
    session: Session, li: Talker, submit: Callable[[str, str], int]
) -> None:
    submit("author", MOTTOS[0])
    li.says("待审")

    reply = li.says("过1 退2错字")

    assert "没看懂，什么都没有动" in reply
    assert "错字、引用、字数、广告、隐私、不合适、重复" in reply
    assert states(session) == ["waiting"]
    assert "通过1组" in li.says("过1")


def test_every_reason_has_words_of_its_own() -> None:
    names = [name for names in wording.REASONS.values() for name in names]

    assert set(wording.REASONS) == set(Reason)
    assert len(set(names)) == len(names)
    assert not any(re.search(r"[过退\d]", name) for name in names)
