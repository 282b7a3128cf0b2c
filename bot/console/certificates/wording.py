"""The sentences of the pages about certificates."""

from bot.domain.certificates import HONOUR_MOST, ISSUER_MOST, Flaw

FLAWS = {
    Flaw.EMPTY: "请填写。",
    Flaw.LONG: f"太长了：荣誉最多{HONOUR_MOST}个字，颁发单位最多{ISSUER_MOST}个字。",
    Flaw.NUMBER: "请填1到1000的整数。",
    Flaw.ORDER: "不能比前一个数小。",
    Flaw.OPEN: "请选一个：竞赛要已经结束，评选要已经发布结果。",
    Flaw.TWICE: "这个活动的这项荣誉已经发过了。补发请到那一批里点“补发”。",
    Flaw.NOBODY: "这几个名次上没有可以发的：没有人登记过姓名，报送的也没有。",
}
SAID = {
    "issued": (
        "证书已经发放。得到的党员下次发消息时会听到捎话，回复“证书”就能看；报送的单位在“报送”里看。"
    ),
    "rest": "已经补发。",
    "nobody": "没有要补发的：名次内的人要么已经有了，要么还没登记姓名。",
}
"""What was done, by the word that stands in the address."""


def code(bare: str) -> str:
    """A code in two groups."""
    return f"{bare[:5]}-{bare[5:]}"
