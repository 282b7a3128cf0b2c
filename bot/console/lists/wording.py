"""The sentences of the pages about listed words and quotations."""

from bot.domain import quotation_list, word_list
from bot.domain.quotation_list import AUTHOR_MOST, LEAST, WORDS_MOST, WORK_MOST
from bot.domain.screening.screen import Category, Disguise, Hit
from bot.domain.word_list import LONGEST

CATEGORIES = {
    Category.ADVERTISING: "广告",
    Category.CONTACT: "联系方式",
    Category.INSULT: "骂人",
    Category.OTHER: "其他",
    Category.FINE: "放行词",
}
WEIGHTS = {True: "优先排队", False: "只提醒"}

_DISGUISES = {
    Disguise.WIDTH: "全角",
    Disguise.TRADITIONAL: "繁体",
    Disguise.NOISE: "夹了别的字符",
    Disguise.PINYIN: "拼音",
    Disguise.LOOK_ALIKE: "形近或谐音字",
}
FLAWS = {
    word_list.Flaw.SHORT: "只有一个字，几乎每条都会命中，没有加：",
    word_list.Flaw.LONG: f"超过 {LONGEST} 个字，没有加：",
    word_list.Flaw.KNOWN: "词库里已经有了：",
}
_QUOTATION_FLAWS = {
    ("words", quotation_list.Flaw.LENGTH): f"原文要 {LEAST} 到 {WORDS_MOST} 个字。",
    ("words", quotation_list.Flaw.KNOWN): "这一句已经有了。",
    ("author", quotation_list.Flaw.MISSING): "请写作者。",
    ("author", quotation_list.Flaw.LENGTH): f"作者最多 {AUTHOR_MOST} 个字。",
    ("work", quotation_list.Flaw.MISSING): "请写出处：没有出处，别人没法核对。",
    ("work", quotation_list.Flaw.LENGTH): f"出处最多 {WORK_MOST} 个字。",
}
NOTHING_TYPED = "还没有写词。请每行写一个，再点“看看会命中什么”。"


def explain(field: str, flaw: quotation_list.Flaw) -> str:
    """What is wrong with a field of a quotation, and what to do."""
    return _QUOTATION_FLAWS[field, flaw]


def disguise(hit: Hit) -> str:
    """In what a word is hidden; nothing where it stands open."""
    return "、".join(_DISGUISES[kind] for kind in Disguise if kind in hit.disguises)


def tag(hit: Hit) -> str:
    """What a hit is, in two or three words."""
    weight = f"，{WEIGHTS[True]}" if hit.first else ""
    return f"{CATEGORIES[hit.category]}{weight}"


def effect(tried: word_list.Tried, category: Category) -> str:
    """What a word would do to the entries on file."""
    if category is Category.FINE:
        return f"会放过 {tried.hits} 条" if tried.hits else "没有要放过的"
    if not tried.hits:
        return "一条也不命中"
    approved = f"，其中 {tried.approved} 条已通过" if tried.approved else ""
    return f"会命中 {tried.hits} 条{approved}"
