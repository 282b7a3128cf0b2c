"""The sentences of the pages about accounts."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.colleagues import Account
from bot.domain.roles import Role
from bot.domain.staff import Look

ISSUER = "思辨审核台"
"""What an authenticator calls us."""

WRONG_CODE = "验证码不对，或者已经用过。请等验证器换一个新码再输；手机时间要准。"
WRONG_NEW_CODE = "验证码不对。请确认扫的是这一页的二维码，再输验证器此刻显示的6位数字。"
WRONG_INVITATION = "账号名或邀请码不对，或者已经过期、已经用过。请向负责人要一个新的。"

RIGHTS: Mapping[Role, str] = {
    Role.OWNER: "什么都能做，包括管账号",
    Role.ORGANISER: "除了管账号，什么都能做",
    Role.MODERATOR: "审座右铭、答来信，其余只看",
    Role.EDITOR: "管题库，其余只看",
    Role.SECRETARY: "只看本单位和下级单位的参与情况",
    Role.VIEWER: "只看，不用验证器",
    Role.JUDGE: "只给分到的参评内容打分，看不到本单位的",
}


def standing(account: Account, now: datetime) -> tuple[str, str]:
    """How far an account is usable, and the colour of that; nothing to say of a viewer's."""
    if account.disabled_at:
        return "已停用", "secondary"
    if account.invited_until:
        return "邀请码已过期" if account.invited_until <= now else "还没设口令", "orange"
    if account.has_authenticator:
        return "验证器已设", "green"
    return ("", "") if account.colleague.role is Role.VIEWER else ("下次登录设验证器", "orange")


SAID = {
    "ended": "已经退出。",
    "all_ended": "其他设备都已退出。",
    "password": "口令已经换好，其他设备都已退出；在微信里审的，请重新绑定。",
    "phone_kept": "好的，微信里又能审了。",
    "phone_off": "微信审核已解除。",
    "role": "角色已经改好；对方要重新登录。",
    "disabled": "账号已停用，对方在所有设备上都已退出，也不能再在微信里审。做过的事都留着记录。",
    "signed_out": "对方在所有设备上都已退出。",
}
"""What was done, by the word that stands in the address."""


def browser(name: str) -> str:
    """What a browser is called in the list of sign-ins."""
    return name.replace("WeChat", "微信").replace(", ", " · ") or "没有说明的浏览器"


LOOKS = {Look.AUTO: "跟随系统", Look.LIGHT: "浅色", Look.DARK: "深色"}
"""How the console can be seen."""
