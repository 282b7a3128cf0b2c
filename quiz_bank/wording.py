"""Every sentence shown to whoever edits the files of questions, and how a source is cited."""

from collections.abc import Sequence

WHOLE_FILE = "整个文件"
LINE = "第{line}行"
SPOT = "第{line}行第{column}个字附近"
HEAD = "文件开头"
END = "文件末尾"
NTH_DOCUMENT = "第{ordinal}个[[document]]"
NTH_QUESTION = "第{ordinal}题"
NTH_QUESTION_WITH_CODE = "第{ordinal}题（{code}）"

MISSING_FILE = "找不到这个文件。请核对文件名和所在的文件夹。"
UNREADABLE = "打不开这个文件。请确认它不是文件夹、没有被别的程序占用，并且您有权限读它。"
TOO_BIG = "文件超过{limit}KB，不像是题目文件。请把题目分到几个文件里。"
NOT_UTF8 = "不是UTF-8编码的文字文件。请用记事本打开，“另存为”时把编码选成UTF-8。"
BAD_TOML = (
    "写法不对，整个文件都读不了。请看这一行和上一行："
    "引号、等号、方括号、逗号要用英文的，引号和括号要成对，每个项目单独一行。"
)
WRITTEN_TWICE = "同一个项目写了两次。请删掉一个；如果是新的一题，请在它前面加一行[[question]]。"
TOO_MANY_POINTS = "这一行的英文句点超过{limit}个，读不了。省略号请写成“……”。"
TOO_DEEP = "括号套得太深，读不了。一道题里只有options和answer用方括号，而且只用一层。"

NO_QUESTIONS = "没有题目。每道题前面要有单独的一行[[question]]。"
QUESTION_NOT_LIST = "“question”写法不对。每道题前面要写[[question]]，两边各两个方括号。"
DOCUMENT_NOT_LIST = "“document”写法不对。每份文献前面要写[[document]]，两边各两个方括号。"

UNKNOWN_KEY = "不认识“{key}”这一项。可以写的有：{known}。"
UNKNOWN_KEY_LIKE = "不认识“{key}”这一项，是不是想写“{likely}”？"
MISSING = "缺少{item}，请补上。"
EMPTY = "{item}是空的，请补上。"
NOT_TEXT = "{item}要写成文字，两边加英文双引号。"
TOO_LONG = "{item}有{length}个字，最多{limit}个字，请删短。"
ODD_CHARACTERS = "{item}里有换行或看不见的字符，请写成一行，删掉重打一遍。"

BAD_CODE = "编号“{code}”不合规矩。请只用英文字母、数字、点和横线，最多40个，比如QH001。"
BAD_KIND = (
    "题型“{kind}”不认识。请写single（单选）、multiple（多选）、judge（判断）或blank（填空）。"
)
BAD_DIFFICULTY = "难度（difficulty）要写1（容易）、2（中等）或3（较难），不加引号。"
UNKNOWN_DOCUMENT = (
    "文献目录里没有“{title}”。请核对出处的标题，要一字不差；"
    "确实是新文献，就在本文件里加一段[[document]]，写上它的title。"
)

OPTIONS_NOT_LIST = '选项（options）要写成一串，比如：options = ["甲", "乙", "丙"]。'
OPTIONS_COUNT = "有{count}个选项，{kind}要有2到8个，请增减。"
OPTIONS_UNWANTED = "{kind}没有选项，请删掉选项。"
SAME_OPTIONS = "选项{first}和选项{second}一样，请改掉一个。"

ANSWER_NOT_LETTERS = '{item}要写选项的字母，比如"B"，多选写"AC"。'
ANSWER_OUTSIDE = "答案里的“{letters}”不在选项里，选项是A到{last}。请核对。"
SINGLE_NEEDS_ONE = "单选题只能有一个答案，这里写了{count}个。请留下一个，或把题型改成多选。"
MULTIPLE_NEEDS_MORE = "多选题至少要有两个答案，这里只有一个。请补上，或把题型改成单选。"
JUDGE_NEEDS_WORD = '判断题的答案要写"对"或"错"。'
BLANK_NOT_TEXT = '填空题的答案要写成文字，有几种写法都算对时写成一串：["甲", "乙"]。'
BLANK_TOO_MANY = "填空题的答案最多写{limit}种写法，请删去一些。"
BLANK_EMPTY = "填空题的答案里没有字，请补上。"

CODE_TAKEN = "编号{code}已经用过了：{place}。请换一个没有用过的编号。"
STEM_TAKEN = "题干和另一题一样：{place}。请删掉一题，或改写题干。"

PROBLEM = "{file}，{place}：{message}"

NAMES = {
    "code": "编号",
    "kind": "题型",
    "stem": "题干",
    "options": "选项",
    "answer": "答案",
    "explanation": "解析",
    "source": "出处",
    "place": "章节位置",
    "date": "日期",
    "topic": "专题",
    "title": "标题",
}
KINDS = {"single": "单选题", "multiple": "多选题", "judge": "判断题", "blank": "填空题"}
JUDGED = {"对": "T", "错": "F", "T": "T", "F": "F"}
"""How an answer to a true-false question may be written, and what it means."""


def named(item: str) -> str:
    """What part of a question is called, an option by its letter, in any file."""
    return NAMES.get(item) or f"选项{item}"


def keyed(item: str) -> str:
    """What it is called where people write it after a key of ours."""
    key = item if item in NAMES else "options"
    return f"“{key}”（{named(item)}）"


def unknown_key(key: str, known: Sequence[str], likely: str | None) -> str:
    """A key that no question has, with the one that was probably meant."""
    if likely:
        return UNKNOWN_KEY_LIKE.format(key=key, likely=likely)
    return UNKNOWN_KEY.format(key=key, known="、".join(known))


def book_title(title: str) -> str:
    """The title in title marks, unless it brings some itself."""
    return title if "《" in title else f"《{title}》"


def cite(title: str, place: str, date: str) -> str:
    """A source as people cite it."""
    gap = "" if title.endswith("》") or not place else " "
    return f"{title}{gap}{place}（{date}）" if date else f"{title}{gap}{place}"


def elsewhere(file: str, place: str) -> str:
    """A place in any of the files."""
    return f"{file} {place}"
