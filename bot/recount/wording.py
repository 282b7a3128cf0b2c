"""What stands in a recount pack for people."""

from datetime import datetime

from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.outcomes import Standing
from bot.domain.panel_plan import PanelPlan
from bot.domain.panel_scoring import Method
from bot.rulebook import round_rules

BALLOTS = ("选票", "编号", "计入")
RESULT = ("名次", "编号", "票数", "暂不计入")
RECOUNTED, COMPARED, SAME, DIFFERENT = ("重数", "重数暂不计入"), "比对", "一致", "不一致"
BALLOT_SHEET, RESULT_SHEET = "选票", "结果"
README_FILE = "先读我.txt"
README = """{title}　复核包
封票时间：{sealed_at}
选票总数：{ballots}张，计入{counted}张，暂不计入{quarantined}张
总校验码：{root}
暂不计入的票的校验码：{quarantine_root}

一、这里有什么
ballots.csv　每张选票一行：一串选票码，投给的编号，计入是1、暂不计入是0。没有姓名和时间。
编号是哪一句，看公示页。
result.csv　公布的结果：名次、编号、计入的票数、暂不计入的票数。票数相同，名次并列，后面的名次顺延。
result.xlsx　同样的内容，用Excel打开，“重数”两列由公式从“选票”表现场数出来，没有宏。
root.txt　第一行是总校验码：由全部选票算出，改动、增加、减少任何一张都会变，封票时就定下。
第二行由暂不计入的票算出，公示时定下。公示页上都有。
recount.py　复核程序，不到40行，不用我们的任何代码。
SHA256SUMS　各文件的校验码。

二、怎么复核
不会编程：打开result.xlsx，看“比对”一列是不是都写着“一致”。
会编程：在这个文件夹里运行　python3 recount.py

三、怎么找自己的那一票
运行　python3 recount.py 回执 编号　（回执是投票时给您的10位字符，回复“我的投票”也能看到）
选票码就是“回执:编号”的SHA-256。只有拿着回执的人能认出自己的票。

四、规则
{rules}
只算封票时仍有效的票。有异常迹象的票，经两位工作人员先后确认，暂不计入，但不删除：仍在选票里，两个数都公布。
公示期间提出的意见，由工作人员登记、答复。

五、这能证明什么，不能证明什么
能证明：封票以后没有一张票被改动、增加或减少；您手里有回执的那一票算进去了；票数数得对。
不能证明：每个投票的微信号背后都是不同的人。这要靠登记单位和人工核查。
"""


def readme(standing: Standing) -> str:
    """The page that is read first."""
    assert standing.sealed_at is not None, "there is no pack before the seal"
    return README.format(
        title=standing.title,
        sealed_at=_moment(standing.sealed_at),
        ballots=standing.ballots,
        counted=standing.ballots - standing.quarantined,
        quarantined=standing.quarantined,
        root=standing.root,
        rules="\n".join(round_rules(standing.plan)),
        quarantine_root=standing.quarantine_root,
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(CAMPAIGN_ZONE):%Y年%-m月%-d日 %H:%M:%S}（北京时间）"


JUDGED_FILE = "评委说明.txt"
RULE = ("项目", "内容")
MARKS = ("评委", "编号")
COMPARISONS = ("评委", "更好的", "另一条")
JUDGED = ("名次", "编号", "总分", "评委分", "群众分")
METHODS = {
    Method.MEAN: "各位评委打分的平均",
    Method.TRIMMED: "去掉一个最高分和一个最低分后的平均（不到3位评委打分的，不去）",
    Method.ZSCORE: (
        "先按每位评委自己的平均分和松紧（标准差）折算到全体评委的尺度上，再平均，"
        "手紧手松的评委对谁都一样"
    ),
}
JUDGED_README = """评委评分怎么算

marks.csv　每位评委给每条打的分，一行一份。评委只有号码，没有姓名。
没分给、没打完的不在里面，也不按0分算。
panel.csv　投票截止前定下的规则。
judged.csv　公布的名次和分数，单位是百分之一分（8765就是87.65分）。
judged.py　复核程序，不用我们的任何代码。在这个文件夹里运行　python3 judged.py

一、一份打分：各项1到10分，按占比合成一个分：{criteria}。
二、评委分：{method}，乘10，满分100，取两位小数。
三、群众分：这一条的票数除以参评各条里最多的票数，乘100，取两位小数。
四、总分：评委占{weight}%，群众占{rest}%，取两位小数。同分看评委分，还相同就并列。
"""
PAIRED_README = """评委两两比较怎么算

comparisons.csv　每次比较一行：更好的编号，另一条的编号。评委只有号码，没有姓名。
没比的不在里面，不算输。
panel.csv　投票截止前定下的规则；entries是参评的编号。
judged.csv　公布的名次和分数，单位是百分之一分（8765就是87.65分）。
judged.py　复核程序，不用我们的任何代码。在这个文件夹里运行　python3 judged.py

一、强弱：布拉德利–特里模型。甲比过乙的可能，是甲的强弱除以甲乙强弱之和；求使这些输赢最可能的强弱。
每条另算和一条强弱是1的比过两次，一胜一负，所以全胜、全负的也有强弱。
要比的另一条都撤回了、没比成的，强弱就是1。
二、评委分：强弱除以（强弱加1），乘100，取两位小数。
三、群众分：这一条的票数除以参评各条里最多的票数，乘100，取两位小数。
四、总分：评委占{weight}%，群众占{rest}%，取两位小数。同分看评委分，还相同就并列。
"""


def judged_readme(plan: PanelPlan) -> str:
    """How marks, or comparisons, and votes make the result."""
    if plan.method is Method.PAIRWISE:
        return PAIRED_README.format(weight=plan.weight, rest=100 - plan.weight)
    criteria = "，".join(f"{one.title}占{one.weight}份" for one in plan.criteria)
    return JUDGED_README.format(
        criteria=criteria, method=METHODS[plan.method], weight=plan.weight, rest=100 - plan.weight
    )
