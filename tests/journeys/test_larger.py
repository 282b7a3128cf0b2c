"""J16: a member asks for bigger words, finds them on every page we link to, and goes back."""

from urllib.parse import urlsplit

import pytest

from bot.simulator.answers import PageLink
from tests.journeys.conftest import Talker, World
from tests.journeys.test_conversations import talk

pytestmark = pytest.mark.slow


def test_j16_bigger_words(world: World) -> None:
    wang = world.member("o-wang")

    talk(
        wang,
        """
> 换大字
以后给您的页面都用大字，每页少放几样。
聊天里的字，要在微信里调：我 → 设置 → 通用 → 关怀模式，打开就行。
[看大字版座右铭]　换回来：回复“小字”。
""",
    )
    assert is_large(wang, "看大字版座右铭")

    talk(wang, "> 我的资料\n我们记着您的：\n…\n[改单位]　[要一份]　[隐私说明]\n…")
    assert is_large(wang, "隐私说明")
    talk(wang, "> 导出我的\n✔ 准备好了：[打开我的资料]\n…")
    assert is_large(wang, "打开我的资料")

    talk(
        wang,
        """
> 小字
好的，以后给您的页面用回平常的字。
[看座右铭]　要大字：回复“换大字”。
""",
    )
    assert not is_large(wang, "看座右铭")
    talk(wang, "> 我的资料\n我们记着您的：\n…")
    assert not is_large(wang, "隐私说明")


def is_large(member: Talker, label: str) -> bool:
    """Whether the page behind this link of the latest reply has larger letters."""
    assert member.latest is not None
    links = [part for part in member.latest.parts if isinstance(part, PageLink)]
    address = urlsplit(next(link.address for link in links if link.label == label))
    page = member.world.client.get(f"{address.path}?{address.query}", follow_redirects=True)
    assert page.status_code == 200
    return 'class="larger"' in page.text
