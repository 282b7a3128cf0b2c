"""The words people write in files of questions, and what we tell them about such a file."""

# What people write ------------------------------------------------------------------------------

HEADERS = {
    "code": ("题库编号",),
    "kind": ("题型", "类型", "题目类型", "试题类型", "题类", "题型分类"),
    "stem": (
        "题干", "题目", "问题", "试题", "题目内容", "试题内容", "题干内容", "试题题干", "题目题干",
        "题目名称", "试题名称",
    ),
    "options": ("选项", "备选项", "备选答案", "选项内容", "候选项", "全部选项"),
    "answer": (
        "答案", "正确答案", "参考答案", "标准答案", "正确选项", "题目答案", "试题答案", "答案选项",
    ),
    "explanation": (
        "解析", "说明", "答案解析", "试题解析", "题目解析", "解释", "答案说明", "解析说明",
    ),
    "source": ("出处", "来源", "题目来源", "试题来源", "依据", "参考依据", "文件名称", "资料来源"),
    "place": ("章节位置", "章节", "位置", "条款", "页码"),
    "date": ("日期", "文件日期", "发布日期"),
    "topic": ("专题", "分类", "类别", "知识点", "主题", "题目分类", "试题分类", "所属专题"),
    "difficulty": ("难度", "难易度", "难易程度", "难度系数", "难度等级", "题目难度", "试题难度"),
}  # fmt: skip
"""How a column may be called, by what stands in it; ours come first."""
NUMBERING_HEADERS = ("序号", "编号", "题号", "题目编号", "试题编号", "no", "id", "号")
"""Columns that count rows and say nothing about a question."""
OPTION_HEADER = r"(?:选项|备选项|备选答案|答案选项|option)?([a-z])(?:选项|项)?"
NUMBERED_OPTION_HEADER = r"(?:选项|备选项|备选答案|option)([1-9]|1[0-9]|[一二三四五六七八九])"
DIGITS = "一二三四五六七八九"

KINDS = {
    "single": ("单选", "单项选择", "单项", "单选择"),
    "multiple": ("多选", "多项选择", "多项", "多选择"),
    "judge": ("判断", "判断正误", "判断对错", "是非", "对错", "正误"),
    "blank": ("填空",),
    "": ("选择", "不定项", "不定项选择", "单选或多选"),
    "essay": (
        "简答", "问答", "论述", "作文", "名词解释", "案例分析", "案例", "材料分析", "材料", "论文",
        "主观", "分析", "写作", "综合", "计算", "应用", "阅读理解", "实操", "操作",
    ),
    "matching": ("连线", "配对", "匹配", "搭配"),
    "ordering": ("排序",),
    "cloze": ("完形填空", "组合", "选词填空"),
}  # fmt: skip
"""How a kind may be called, without 题 at its end; "" is one that the answer decides."""
ENGLISH_KINDS = {
    "single": ("single", "singlechoice"),
    "multiple": ("multiple", "multiplechoice"),
    "judge": ("judge", "truefalse"),
    "blank": ("blank", "fillin"),
    "essay": ("essay",),
    "matching": ("matching",),
}
KIND_END = "题"

TRUE = ("对", "正确", "是", "√", "✓", "✔", "☑", "t", "true", "y", "yes", "对的", "正确的", "r")
FALSE = (
    "错", "错误", "否", "×", "✗", "✘", "✕", "x", "╳", "f", "false", "n", "no", "不对", "不正确",
    "错的", "错误的", "w",
)  # fmt: skip
DIFFICULTIES = {
    1: ("1", "易", "容易", "简单", "低", "较易", "较容易", "基础", "一星", "★", "easy"),
    2: ("2", "中", "中等", "一般", "适中", "普通", "较中", "二星", "★★", "medium"),
    3: ("3", "难", "困难", "较难", "高", "很难", "提高", "三星", "★★★", "hard"),
}

KIND_NAMES = {"single": "单选题", "multiple": "多选题", "judge": "判断题", "blank": "填空题"}
JUDGED = {"T": "对", "F": "错"}
DIFFICULTY_NAMES = {1: "易", 2: "中", 3: "难"}
SHEET = "题库"

DAY_MARKS = "年月日号"
EXCEL_DAYS = {
    **dict.fromkeys((27, 36, 50, 57), "yyyy年m月"),
    **dict.fromkeys((28, 51, 58), "m月d日"),
    31: "yyyy年m月d日",
}
"""Formats for days that a Chinese Excel calls by number."""

# Labels at the beginning of a line of text.
LABELS = {
    "answer": ("正确答案", "参考答案", "标准答案", "试题答案", "答案", "答"),
    "explanation": ("答案解析", "试题解析", "题目解析", "解析", "说明", "解释", "点评"),
    "source": ("题目来源", "资料来源", "出处", "来源", "依据"),
    "place": ("章节位置", "位置"),
    "date": ("日期",),
    "topic": ("专题", "知识点", "考点"),
    "difficulty": ("难易程度", "难度"),
}
NUMERALS = "零一二三四五六七八九十百"
ORDINAL = "第"
PART = r"(?:部分|大题|节)"
"""What a numeral may count besides questions: 第一部分."""
QUESTION_NUMBER = r"第\s*(?P<a>\d{1,5}|[零一二三四五六七八九十百]{1,4})\s*题\s*[.．、:：]?"
KEY_HEADING = (
    r"[【\[]?(?:参考|标准|正确|试题)?答案(?:及解析|与解析|和解析|解析|表|汇总)?[】\]]?\s*[:：]?"
)
MARKS = "√×✓✗✔✘对错"
"""Signs that judge a statement, as they stand in brackets and in keys."""
MARK_WORDS = ("正确", "错误")
TO = "至到"
FEEDBACK_LABELS = {"explanation": "解析", "source": "出处", "place": "位置", "date": "日期"}
DIFFICULTY_TAG = "难度"

# What is no question of a chat -------------------------------------------------------------------

UNSUPPORTED = {
    "essay": "简答、论述一类的题",
    "matching": "连线题",
    "ordering": "排序题",
    "cloze": "完形填空、组合题",
    "numerical": "按数值范围判分的题",
    "calculated": "计算题",
    "picture": "带图片、音频或视频的题",
    "table": "带表格的题",
    "too_many_options": "选项超过8个的题",
    "partial_credit": "按比例给分的题",
    "wildcard": "答案里有通配符的题",
    "description": "只有说明、没有提问的段落",
}
"""What no chat can hold, in words; other kinds are told by the name the file gives them."""
UNSUPPORTED_HOW = "聊天里答不了{name}。请改成单选、多选、判断或填空，或删掉这一题。"

# What is wrong -----------------------------------------------------------------------------------

TOO_MANY_AT_ONCE = "一次最多收{limit}道题，这里更多。请分成几份，一份一份来。"
FURTHER_ON = "后面"
MORE_NOTES = "另外还有 {count} 处，先改好上面的再试一次。"
TOO_MANY_QUESTIONS = "超过{limit}道题。请把题目分到几个文件里。"
EMPTY_FILE = "这是一个空文件。请核对是不是选错了文件。"
TOO_BIG = "文件超过{limit}MB。请分成几个文件，图片和别的内容删掉。"
TOO_MANY_ROWS = "超过{limit}行。请分成几个文件。"
TOO_MANY_COLUMNS = "有内容的列超过{limit}列。请删掉多余的列。"
TOO_MANY_LINES = "超过{limit}行文字。请分成几个文件。"
TOO_MANY_TAGS = "里面的内容太多太碎，不像题目文件。请把题目分到几个文件里。"
UNPACKS_TOO_BIG = "这个压缩格式的文件展开后大得不正常，没有打开。请在Excel里另存一份再试。"
TOO_HEAVY = "这个文件太大、太复杂或已经损坏，读不了。请在Excel里另存为.xlsx再试，或分成几个文件。"
BROKEN_WORKBOOK = "这个Excel文件已经损坏，打不开。请在Excel里打开它，另存一份再试。"
ENCRYPTED = "这个文件有密码。请在Excel里去掉密码（文件→信息→保护工作簿），另存一份再试。"
HAS_DOCTYPE = "文件里有DOCTYPE声明，可能有害，没有打开。请从原来的系统重新导出一份。"
BAD_XML = "XML写法不对，读不了。请从原来的系统重新导出一份，不要手工改。"
NOT_MOODLE = "这是XML文件，但不是Moodle题库（最外层应当是quiz）。请在Moodle里导出成“Moodle XML”。"
HTML = "这是网页格式的文件（有些系统导出的.xls其实是网页）。请用Excel打开，另存为.xlsx再试。"
SPREADSHEET_XML = "这是“XML电子表格”格式。请用Excel打开，另存为.xlsx再试。"
OTHER_FILES = {
    "word": "这是Word文件。请打开它，全选、复制，粘贴到记事本里，存成.txt再导入。",
    "powerpoint": "这是PPT文件，里面读不出题目。请把题目整理成Excel或文字。",
    "ods": "这是OpenDocument表格。请另存为.xlsx再试。",
    "zip": "这是压缩包。请先解开，再导入里面的题目文件。",
    "pdf": "这是PDF文件。请打开它，复制题目文字，粘贴到记事本里，存成.txt再导入。",
    "picture": "这是图片，读不出题目。请把题目打成文字。",
    "rtf": "这是RTF文件。请打开它，全选、复制，粘贴到记事本里，存成.txt再导入。",
    "ole": "这是旧格式的Office文件，但不是Excel表。请把题目整理成Excel或文字。",
}
BROKEN_ENCODING = (
    "文字编码坏了几处，读出来会有乱码。请用记事本打开，改好乱码，另存为UTF-8编码再试。"
)
NOT_TEXT = "这不是文字文件，也不是Excel表，读不出内容。请核对是不是选错了文件。"
NO_SHEET = "没有一张工作表有表头。表头那一行至少要有“题干”和“答案”两列。"
NOTHING_FOUND = (
    "看不出哪里是题目。可以用Excel表（表头有题干、选项A、选项B、答案），"
    "或一题一题的文字（题号、题干、选项、答案）。"
)
ALL_HIDDEN = "工作表都是隐藏的，没有读。请取消隐藏再试。"

BAD_KIND = "题型“{kind}”不认识。请写单选题、多选题、判断题或填空题。"
BAD_DIFFICULTY = "难度“{difficulty}”不认识。请写易、中或难。"
FORMULA = "{item}是公式，没有读。请复制这一格，用“粘贴为数值”粘回去。"
LOOKS_LIKE_FORMULA = "{item}以“{value}”开头，像公式，没有读。请在前面加一个字，或改写。"
NUMBER_FORMAT = (
    "{item}的数字（{value}）显示的样子读不出来。请把这一格设成“文本”格式，再照原样输入。"
)
GAP_IN_OPTIONS = "选项{letter}是空的，后面却还有选项。请补上，或把后面的选项往前移。"
SAME_COLUMN = "有两列都是“{name}”。请删掉一列，或改一个名字。"
NO_COLUMN = "没有“{name}”这一列。请在表头补上。"
BROKEN_CSV = "引号不成对，后面的都读不了。请用Excel打开，另存为“CSV UTF-8”再试。"
NO_ANSWER_HERE = "没有找到答案。答案可以写在题干的括号里、题后的“答案：”里，或文末的答案表里。"
TWO_ANSWERS = "题干里的答案（{one}）和后面的答案（{other}）不一样。请核对。"
LONG_QUESTION = "这一题超过{limit}个字，没有读。请删短，或看看是不是少了空行。"
TOO_MANY_CELLS = "表里的格子太多（多半是空的）。请删掉内容下面和右边的空行空列，另存一份再试。"
LONG_LINE = "这一行超过{limit}个字，没有读。请分成几行。"
OPTION_ORDER = "选项{letter}前面少了选项{wanted}。请按A、B、C的顺序写全。"
KEY_WITHOUT_QUESTION = "答案表里有第{number}题，前面却没有这一题。请核对题号。"
KEY_TOO_LONG = "答案表里第{first}到{last}题应有{wanted}个答案，这里有{count}个。请核对。"
NUMBER_TWICE = "题号{number}出现了两次，答案表不知道该给哪一题。请改题号，或把答案写在题后。"
NO_BRACE_END = "大括号没有成对。请补上“}”；内容里的大括号前面要加反斜线。"
TWO_BRACES = "一题里有两对大括号。请只留一对，内容里的大括号前面要加反斜线。"
SEVERAL_RIGHT = "有几个打“=”的正确答案，又有错误答案。多选题请写成“~%50%甲 ~%50%乙 ~%-50%丙”。"
NO_RIGHT = "没有标出正确答案。"
NO_ANSWERS = "大括号里看不出答案。"
AIKEN_NO_OPTIONS = "“ANSWER:”前面没有题目和选项。"
AIKEN_NO_ANSWER = "这一题没有“ANSWER:”一行。"

# What is good to know ----------------------------------------------------------------------------

HIDDEN_SHEET = "这张工作表是隐藏的，没有读。"
SHEET_WITHOUT_HEADER = "这张工作表没有“题干”“答案”的表头，没有读。"
UNKNOWN_COLUMN = "“{name}”这一列不认识，没有读。"
UNREAD_TEXT = "这一行不像题目，没有读：{words}"
OLD_WORKBOOK = (
    "旧格式（.xls）读不到数字的显示样子，{count}格数字或日期按存的值读，比如“{value}”。"
    "如果前面该有0，或样子不对，请另存为.xlsx，或把这一格设成“文本”再输入。"
)
UNREAD_FEEDBACK = "各选项后面的反馈没有读，只读了总的解析。"

# Places ------------------------------------------------------------------------------------------

IN_SHEET = "工作表“{sheet}”"
ROW = "工作表“{sheet}”第{row}行"
CELL = "工作表“{sheet}”第{row}行{column}列（{name}）"
LINE = "第{line}行"
LINE_COLUMN = "第{line}行{column}列（{name}）"
NTH_QUESTION = "第{ordinal}题"
NTH_QUESTION_NAMED = "第{ordinal}题（{name}）"
