"""The words people write in files of units and rosters, and what we tell them about such a file."""

from bot.domain.roster import Doubt, Unsettled

HEADERS = {
    "code": (
        "编码", "单位编码", "代码", "单位代码", "组织编码", "组织代码", "编号", "单位编号", "code",
    ),
    "name": (
        "名称", "单位名称", "单位", "组织名称", "党组织名称", "支部名称", "单位全称", "name",
    ),
    "parent": (
        "上级编码", "上级", "上级单位编码", "上级代码", "上级单位代码", "上级编号", "上级单位",
        "上级组织编码", "parent",
    ),
    "headcount": (
        "人数", "名册人数", "党员人数", "党员数", "在册人数", "应参加人数", "headcount",
    ),
}  # fmt: skip
"""How a column may be called, by what stands in it; ours come first."""
ENTRY_HEADERS = {
    "title": ("标题", "名称", "题目", "课题", "微党课", "项目名称", "title"),
    "unit": ("单位", "单位名称", "单位编码", "报送单位", "支部", "unit"),
    "speaker": ("主讲人", "主讲", "讲课人", "speaker"),
    "link": ("链接", "网址", "在哪里看", "link"),
    "text": ("介绍", "简介", "内容", "text"),
}  # fmt: skip
"""The same of what units send in."""
NUMBERING_HEADERS = ("序号", "no", "号")
"""Columns that count rows and say nothing about a unit."""
ROSTER_HEADERS = {
    "code": (
        "单位编码", "编码", "支部编码", "单位代码", "组织编码", "代码", "单位", "支部", "code",
    ),
    "name": ("姓名", "名字", "党员姓名", "党员", "name"),
}  # fmt: skip
"""The same of a roster."""

# What is wrong with a file ------------------------------------------------------------------------

NOT_A_TABLE = "这不是单位表。请用Excel表（.xlsx、.xls）或CSV，表头有“编码”和“名称”两列。"
NO_HEADER = (
    "没有找到单位表的表头。表头那一行要有“编码”“名称”，还可以有“上级编码”“人数”。"
    "请在第一行写上这些列名。"
)
NO_UNITS = "表头下面没有单位。请一行写一个单位。"
ALL_HIDDEN = "工作表都是隐藏的，没有读。请取消隐藏再试。"
NO_COLUMN = "没有“{name}”这一列。请在表头补上。"
SAME_COLUMN = "有两列都是“{name}”。请删掉一列，或改一个名字。"

NO_CODE = "编码是空的。每个单位要有一个编码，请补上；如果是合计或说明，请删掉这一行。"
BAD_CODE = (
    "编码“{code}”不能用。编码只能写字母、数字、点和横线，最多{limit}个，比如CD-01；"
    "如果是合计或说明，请删掉这一行。"
)
CODE_TWICE = "编码“{code}”和{place}的一样。请改掉一个，或删掉重复的一行。"
NO_NAME = "名称是空的。请写上单位名称。"
NAME_TOO_LONG = "名称有{length}个字，最多{limit}个字。请用简称。"
ODD_NAME = "名称里有看不见的字符。请删掉，重打一遍。"
BAD_HEADCOUNT = "人数“{value}”不对。请写1到{limit}的整数；不知道就空着。"
NO_PARENT = "上级编码“{parent}”在文件里和已有的单位里都找不到。请核对，或在文件里补上这个单位。"
NAMES_THE_PARENT = "上级编码写成了单位名称“{parent}”。请改成它的编码{code}。"
OWN_PARENT = "上级编码写成了自己。请改成上级单位的编码；没有上级就空着。"
CIRCLE = "上级绕成了一圈：{way}。请改正其中一个单位的上级编码。"
ARROW = "→"

TOO_MANY_LINES = (
    "这里有{count}行，一次最多收{limit}行。请分成几份，同一个单位的放在同一份里；"
    "或在服务器上用 bot import 一次导入。"
)

NOT_A_TABLE_OF_ENTRIES = "这不是报送表。请用Excel表（.xlsx、.xls）或CSV，表头有“标题”和“单位”两列。"
NO_ENTRY_HEADER = (
    "没有找到报送表的表头。表头那一行要有“标题”“单位”，微党课还要“主讲人”“链接”，"
    "项目案例还要“介绍”。请在第一行写上这些列名。"
)
NO_ENTRIES = "表头下面没有内容。请一行写一个。"
SHEET_WITHOUT_ENTRIES = "这张工作表没有“标题”“单位”的表头，没有读。"

# What is good to know -----------------------------------------------------------------------------

SHEET_WITHOUT_HEADER = "这张工作表没有“编码”“名称”的表头，没有读。"
UNKNOWN_COLUMN = "“{name}”这一列不认识，没有读。"
PARENT_ELSEWHERE = "上级编码“{parent}”不在文件里，导入时会到已有的单位里找。"

# What the program says ----------------------------------------------------------------------------

READ = "{file}：读到 {count} 个单位。"
NOTICES = "请留意："
FAULTS = "没有导入。请先改正这 {count} 处："
REHEARSED = "只是试读，没有导入。"
IMPORTED = "✔ 已导入 {count} 个单位：新增 {new} 个，改动 {changed} 个，没有变化 {same} 个。"
MISSING = "另有 {count} 个已有的单位不在文件里，都保留着，没有删除："
MISSING_LINE = "  · {code} {name}"
MISSING_LINE_WITH_MEMBERS = "  · {code} {name}（{members}人已登记）"
MORE_MISSING = "  · ……另外还有 {count} 个"

# Rosters ------------------------------------------------------------------------------------------

NOT_A_ROSTER = "这不是名册。请用Excel表（.xlsx、.xls）或CSV，表头有“单位编码”和“姓名”两列。"
NO_ROSTER_HEADER = (
    "没有找到名册的表头。表头那一行要有“单位编码”“姓名”，一行写一个人。请在第一行写上这些列名。"
)
NOBODY = "表头下面没有人。请一行写一个人。"
SHEET_WITHOUT_ROSTER = "这张工作表没有“单位编码”“姓名”的表头，没有读。"
NO_UNIT_CODE = "单位编码是空的。请补上；如果是合计或说明，请删掉这一行。"
NO_PERSON = "姓名是空的。请补上，或删掉这一行。"
SUMS = ("合计", "总计", "小计", "共计", "人数", "备注", "姓名")
"""What stands in the column of names and is none."""
NOT_A_NAME = "“{name}”不像姓名。姓名写两到十五个汉字，外文名中间用“·”；是合计或说明，请删掉这一行。"
UNKNOWN_UNIT = "没有编码是“{code}”的单位。请核对，或先导入单位表，把这个单位补上。"
NAMES_THE_UNIT = "单位编码写成了单位名称“{name}”。请改成它的编码{code}。"
HAS_BRANCHES = "{code}（{name}）下面还有单位，登记时选不到它。请改成这个人所在支部的编码。"
SAME_NAME = "这个单位有{count}个“{name}”。是同名的不用改，登记后由支部分清；是写重了，请删掉一行。"
OTHER_HEADCOUNT = (
    "{name}的名册上有{people}人，单位表里写的是{headcount}人。"
    "参加率按单位表的人数算；要改，请再导一次单位。"
)

ROSTER_READ = "{file}：读到 {count} 个人。"
ROSTER_IMPORTED = (
    "✔ 已导入 {units} 个单位的名册：新增 {new} 人，去掉 {gone} 人，没有变化 {same} 人。"
    "文件里没有的单位，名册不动。"
)
UNSETTLED = "登记的姓名有 {count} 个要支部核对（党员自己看不到）："
UNSETTLED_LINE = "  · {code} {unit}　{name}：{doubt}"
_DOUBTS = {
    Doubt.NOT_LISTED: "名册上没有",
    Doubt.TWICE: "有{accounts}个微信登记，名册上只有{people}人，算{people}人",
    Doubt.NAMESAKES: "名册上有{people}人同名，已有{accounts}人登记，分不出是哪一位",
}
MORE_UNSETTLED = "  · ……另外还有 {count} 个"


def doubt(one: Unsettled) -> str:
    """What a secretary has to settle about a name."""
    return _DOUBTS[one.doubt].format(accounts=one.accounts, people=one.people)
