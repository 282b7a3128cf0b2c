"""The sentences of the pages on which units send in."""

from collections.abc import Mapping
from datetime import datetime

from bot.console.plans.wording import ENTRIES, minute
from bot.console.sending.accepting import MOST_MB, Trouble
from bot.console.wording import REASONS
from bot.domain.entries import MottoCard, MottoState
from bot.domain.entry_files import ATTACHMENTS
from bot.domain.moderation import Reason
from bot.domain.sent_entries import (
    LINK_MOST,
    SPEAKER_MOST,
    TEXT_MOST,
    TITLE_MOST,
    Collection,
    Flaw,
)

__all__ = ["ATTACHMENTS", "ENTRIES", "MOST_MB", "minute"]

_MOST = {"title": TITLE_MOST, "speaker": SPEAKER_MOST, "link": LINK_MOST, "text": TEXT_MOST}
_EMPTY = {
    "title": "请写标题。",
    "speaker": "请写主讲人。",
    "link": "请填在哪里看：视频或文章的链接。",
    "text": "请写介绍：做了什么，群众得到什么。",
}
_FLAWS = {
    Flaw.LINK: "链接要以 https:// 开头，后面是网站的名字，比如 https://www.xuexi.cn/…。请重新复制一次。",
    Flaw.UNIT: "没有找到这个单位，或者不归您报送。请写单位的全名或编码。",
    Flaw.TWICE: "同一个单位已经报过这一个了。要改，请回到列表，点它后面的“改”。",
    Flaw.GROUP: "没有这一组。请填组号；空着就自动分到最少的一组。",
    Flaw.SHUT: "现在不收报送。请看列表上面写的时间。",
}
_STATES = {
    MottoState.WAITING: ("等审核", "azure"),
    MottoState.APPROVED: ("通过了", "green"),
    MottoState.RETURNED: ("退回", "orange"),
    MottoState.WITHDRAWN: ("撤下了", "secondary"),
    MottoState.ERASED: ("已删除", "secondary"),
}
CHANGED = "刚才有了新的审核结果，或者有同事改过，您的修改没有保存。下面是现在的内容。"
SAID = {
    "sent": "报上去了，等审核。",
    "changed": "改好了，重新等审核。",
    "withdrawn": "撤下了。要再报，点“改”重新交。",
    "late": "刚才有了新的审核结果，或者有同事改过，没有撤。请再看一眼。",
}


FILE_SAID = {"file": "传好了，等审核。", "dropped": "去掉了，等审核。"}
NO_ROOM = f"附件最多 {ATTACHMENTS} 个。请先去掉一个，再传。"
TROUBLES = {
    Trouble.NONE: "没有选文件。请先选一个。",
    Trouble.LARGE: f"文件太大。最大 {MOST_MB}MB，图片不超过 2500 万像素；请压缩以后再传。",
    Trouble.OTHER: "只收图片（JPG、PNG、WebP）和 PDF，封面只收图片。请换一个，或另存为 PDF 再传。",
    Trouble.BROKEN: "文件读不了，可能没有下载完整。请重新保存一次再传。",
    Trouble.ACTIVE: "这个 PDF 里带着脚本或别的文件，不能收。请用“打印”另存为 PDF，再传。",
}


def explain(item: str, flaw: Flaw) -> str:
    """What is wrong with a field, and what to do."""
    if flaw is Flaw.EMPTY:
        return _EMPTY[item]
    if flaw is Flaw.LONG:
        return f"太长了，最多 {_MOST[item]} 个字。"
    return _FLAWS[flaw]


NOT_YET = "没有报送：请在原来的表里改好下面标出的地方，再传一次。"


def none_sent(title: str, flaws: Mapping[str, Flaw]) -> str:
    """Why nothing of a table was sent in."""
    why = "".join(explain(item, flaw) for item, flaw in flaws.items())
    return f"都没有报送。“{title}”：{why}请改好表再传一次。"


def state(card: MottoCard) -> tuple[str, str]:
    """Where it stands, and the colour of that."""
    words, colour = _STATES[card.state]
    return (f"{words}：{REASONS[Reason(card.reason)]}" if card.reason else words), colour


def when(current: Collection, now: datetime) -> str:
    """Whether anything is taken now, and until when."""
    if now < current.collects_from:
        return f"{minute(current.collects_from)}开始收，到时再来。"
    if current.open:
        return f"收到 {minute(current.collects_until)}。审核通过才能投票，请早些报。"
    return f"{minute(current.collects_until)}已经截止，不再收新的，也不能再改。"
