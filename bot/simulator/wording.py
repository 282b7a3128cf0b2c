"""What the simulator says in the browser, apart from the page's own words in templates/."""

from bot.simulator.answers import Flaw

ACCOUNT = "全市党员冬训"

STICKER = "【收到不支持的消息类型，暂无法显示】"

BRANCH = "城东街道·新安社区支部"
NO_BRANCH = "没有扫支部的码"
MEMBERS = (("张三", BRANCH), ("李四", BRANCH), ("王五", BRANCH), ("新关注的群众", NO_BRANCH))
MORE_NAMES = ("赵六", "孙七", "周八", "吴九", "郑十")
ANOTHER = "第{number}人"

PRODUCTION = "对面是正式环境，模拟器不向它发送任何东西。请改用 python3 dev.py up 启动的开发环境。"
NO_SUCH_THING = "没有这位成员或这条消息，可能是模拟器重新启动过。请刷新页面。"
WRONG_DOMAIN = "redirect_uri 域名与后台配置不一致：10003"

OUTAGE = "该公众号提供的服务出现故障，请稍后再试"
"""What WeChat itself tells a member whom no answer reaches."""

NO_STATUS = "无应答"
FINE = "收到有效回复"
SILENT = "对方收到了，没有回话（success）"

WHY = {
    Flaw.LATE: "5 秒内没有回复。请看运行机器人的窗口，哪一步太慢。",
    Flaw.UNREACHABLE: "连不上机器人。请在项目目录运行 python3 dev.py up，再试一次。",
    Flaw.STATUS: "HTTP 状态不是 200。403 多半是两边的 BOT_WECHAT_TOKEN 或 BOT_WECHAT_AES_KEY 不同，"
    "请用同一份设置重新启动。",
    Flaw.NOT_XML: "回复不是完整的 XML，微信读不出来。",
    Flaw.UNSEALED: "安全模式下回复必须加密，这条没有加密。",
    Flaw.SIGNATURE: "回复的 MsgSignature 对不上。",
    Flaw.CIPHER: "回复解不开，请核对 BOT_WECHAT_AES_KEY。",
    Flaw.APP: "回复里的 AppID 不是这个公众号的。",
    Flaw.SENDER: "回复的 FromUserName 不是这个公众号。",
    Flaw.RECIPIENT: "回复的 ToUserName 不是发消息的人。",
    Flaw.EMPTY: "文字回复的内容是空的；没有话说时应回 success。",
    Flaw.TOO_LONG: "文字超过 2,048 字节，微信会丢掉。",
}
