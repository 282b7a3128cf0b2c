"""What the deeds of the trail, and their facts, are called."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.console.bank.wording import STATES as QUESTION_STATES
from bot.console.exports.wording import LISTS
from bot.console.wording import REASONS, ROLES, STATES, who_is
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.trail import MOST_OUT, Check, Entry

KINDS: Mapping[str, str] = {
    "motto": "座右铭、微党课、项目",
    "entry": "署名",
    "votes": "票",
    "quarantine": "异常票",
    "question": "题目",
    "regrade": "改判",
    "points": "暂缓的分",
    "contest": "竞赛",
    "round": "评选",
    "panel": "评委",
    "draw": "抽签",
    "award": "荣誉证书",
    "ticket": "来信",
    "staff": "账号和登录",
    "member": "党员资料",
    "roster": "名册",
    "units": "单位导入",
    "unit": "单位资料",
    "words": "提醒词",
    "quotations": "引文",
    "results": "成绩文件",
    "audit": "留痕",
    "list": "清单",
}
"""What deeds are about."""

DEEDS: Mapping[str, str] = {
    "motto.submit": "提交座右铭",
    "motto.send_in": "单位报送",
    "motto.reword": "改字重新送审",
    "motto.withdraw": "撤下",
    "motto.restore": "恢复",
    "motto.approve": "通过",
    "motto.return": "退回",
    "motto.undo": "撤销决定",
    "entry.join": "放进另一条那一组",
    "motto.first_look": "第一位通过",
    "motto.second_look": "第二位不通过",
    "entry.look": "复看",
    "entry.uphold": "复看后维持",
    "motto.reopen": "收回重审",
    "motto.admit": "复看后通过",
    "motto.remove": "复看后撤下",
    "motto.appeal": "申诉",
    "motto.erase": "作者删除资料",
    "entry.sign": "改署名",
    "votes.clear": "票清零",
    "votes.pass": "票转给同一句",
    "quarantine.propose": "提出暂不计入",
    "quarantine.confirm": "确认暂不计入",
    "quarantine.drop": "不隔离",
    "quarantine.claim": "投票人说是本人投的",
    "quarantine.release_ask": "提出恢复计入",
    "quarantine.release_drop": "不恢复",
    "quarantine.release": "确认恢复计入",
    "question.import": "导入题目",
    "question.take_in": "收进题库",
    "question.edit": "改题目",
    "question.review": "题目审过",
    "question.publish": "发布题目",
    "question.redraft": "退回草稿",
    "question.withdraw": "撤下题目",
    "question.mend": "改答案",
    "question.export": "导出题目",
    "regrade.propose": "提出改判",
    "regrade.release": "发布改判",
    "regrade.withdraw": "撤回改判提议",
    "regrade.finish": "改判完成",
    "points.withhold": "多人说题有错，暂缓给分",
    "points.restore": "核对过，补分",
    "points.finish": "补分完成",
    "contest.plan": "新建竞赛",
    "contest.change": "改竞赛",
    "round.plan": "新建评选",
    "round.change": "改评选",
    "board.freeze": "封榜",
    "board.lift": "提前揭晓",
    "round.seal": "封票",
    "round.publicise": "开始公示",
    "round.publish": "发布结果",
    "panel.settle": "定评审规则",
    "panel.appoint": "请评委",
    "panel.dismiss": "不请评委了",
    "panel.begin": "开始评审",
    "panel.close": "结束评审",
    "panel.cancel": "取消评委",
    "draw.publish": "公布抽签名单",
    "draw.draw": "开奖",
    "draw.fetch": "奖品已领取",
    "draw.lapse": "奖品过期递补",
    "award.issue": "发证书",
    "award.revoke": "撤销证书",
    "award.restore": "恢复证书",
    "ticket.close": "办结来信",
    "staff.set_up": "建第一个账号",
    "staff.add": "建账号（服务器上）",
    "staff.invite": "加人",
    "staff.role": "改角色",
    "staff.disable": "停用账号",
    "staff.reopen": "重新启用账号",
    "staff.password": "换口令",
    "staff.password_reset": "重设口令",
    "staff.code_reset": "重设验证器",
    "staff.authenticator": "设验证器",
    "staff.recovery_codes": "换备用码",
    "staff.recovery": "用了一个备用码",
    "staff.code_failed": "验证码不对",
    "staff.sign_in": "登录（口令对）",
    "staff.sign_in_failed": "登录失败",
    "staff.sign_out": "退出",
    "staff.end_sign_ins": "让设备退出",
    "staff.denied": "越权被拒",
    "staff.phone": "绑定微信审核",
    "staff.phone_kept": "换验证器后确认微信",
    "staff.phone_off": "解除微信审核",
    "member.erase": "删除党员资料",
    "unit.change": "改单位资料",
    "units.import": "导入单位",
    "roster.import": "导入名册",
    "words.add": "加提醒词",
    "words.drop": "去掉提醒词",
    "quotations.add": "加引文",
    "quotations.drop": "去掉引文",
    "results.ask": "要成绩文件",
    "results.take": "取走成绩文件",
    "audit.export": "导出留痕",
    "list.export": "导出清单",
    "votes.uncount": "按规则不算的票",
}
"""What was done, in a few words; what has none is shown by its code."""

FACTS: Mapping[str, str] = {
    "words": "内容",
    "file": "文件",
    "dropped": "去掉文件",
    "speaker": "主讲人",
    "link": "链接",
    "text": "介绍",
    "reason": "原因",
    "fix": "建议改为",
    "role": "角色",
    "unit": "单位",
    "unit_before": "原单位",
    "count": "数量",
    "left": "剩下",
    "votes": "票数",
    "to": "转到",
    "what": "想做的事",
    "format": "格式",
    "asked": "筛选",
    "sha256": "文件校验码",
    "guesser": "来源代号",
    "topic": "类别",
    "reports": "几人说有错",
    "mended": "改了答案",
    "answer": "答复",
    "entries": "条数",
    "title": "名称",
    "certificates": "证书张数",
    "weight": "评委占比",
    "method": "合分办法",
    "per_entry": "每条评委",
    "finalists": "参评名次",
    "criteria": "评分项",
    "sheets": "打分份数",
    "missing": "没打完的份数",
    "judge": "评委账号",
    "code": "编号",
    "category": "类别",
    "of": "哪一场（编号）",
    "revision": "第几版",
    "state": "状态",
    "first": "优先排队",
    "new": "新增",
    "changed": "改动",
    "gone": "去掉",
    "same": "没有变化",
    "units": "单位",
    "author": "作者",
    "work": "出处",
    "number": "编号",
    "day": "哪天",
    "begins": "从",
    "ends": "到",
    "usual": "平时约",
    "suspicious": "可疑",
    "fresh": "刚关注",
    "unbound": "没登记单位",
    "sole": "只投一条",
    "alike": "先后相同",
    "only_claimed": "只恢复回复过的",
    "ballots": "选票",
    "quarantined": "暂不计入",
    "root": "总校验码",
    "chain": "选票箱的链码",
    "quarantine_root": "暂不计入的校验码",
    "look": "看法",
    "pile": "同组第一条（编号）",
    "why": "原因",
    "people": "人数",
    "cause": "起因",
    "alone": "审和发是同一人",
    "answers": "改判份数",
    "only_adds": "只加不减",
    "scores": "成绩",
    "at": "时间",
    "rule": "规则校验码",
    "short": "评委不到规则位数的条数",
    "marks": "打分校验码",
    "heir": "递补第几位",
    "leader": "领导人的话",
    "left_out": "没有收的",
    "revised": "改了的",
    "code_taken": "编号已有",
    "stem_taken": "题干已有",
    "contest": "竞赛（编号）",
    "district": "范围（单位编号）",
    "full_names": "显示全名",
    "name": "名称",
    "parent": "上级",
    "headcount": "人数",
    "prize": "奖品",
    "winners": "几份",
    "reserves": "候补几位",
    "least_days": "至少参加几天",
    "number_from": "用哪个号码",
    "number_due": "号码哪天出",
    "fetch_until": "领到哪天",
    "list_hash": "名单校验码",
    "activity": "哪项活动",
    "honour": "荣誉",
    "first_rank": "从第几名",
    "last_rank": "到第几名",
    "issuer": "颁发单位",
    "bracket": "分组",
    "first_day": "第一天",
    "last_day": "最后一天",
    "points_each": "每题几分",
    "new_paper_hour": "几点出新题",
    "until_hour": "答到几点",
    "make_up": "可以补答",
    "questions_a_day": "每天几题",
    "closed_days": "封榜天数",
    "partial_credit": "多选少选得一半",
    "daily_cap": "每天最多几分",
    "attempts": "每天几次",
    "counting": "算哪一次",
    "joined_only": "登记单位的才上榜",
    "brackets": "分组",
    "report_limit": "几人报错先不给分",
    "collects_from": "开始征集",
    "collects_until": "征集截止",
    "opens_at": "开始投票",
    "closes_at": "投票截止",
    "own_entry_allowed": "可以投自己的",
    "own_unit_allowed": "可以投本单位的",
    "eligibility": "谁能投",
    "in_all": "全程一共几票",
    "least": "至少投几条",
    "standings_from": "实时名次从何时",
    "kind": "评什么",
    "groups": "分几组",
    "group": "第几组",
}
"""What the facts of a deed are called; what has no name is shown by its own."""

_TOGETHER = "一起办的条数"
"""What `of` counts where entries were decided, or put on a pile, together."""

FILTERS: Mapping[str, str] = {
    "who": "谁",
    "kind": "什么事",
    "words": "内容里的字",
    "since": "从哪天",
    "until": "到哪天",
}
"""What the trail is narrowed down by."""

MEMBERS, SYSTEM = "党员", "系统"
UPLOADED = "后台上传的文件"
HEAD = {
    "序号": 8, "时间": 20, "谁": 14, "做了什么": 18, "对什么": 18, "之前": 30, "之后": 30,
    "其他": 60,
}  # fmt: skip
"""The columns of a file, and how wide they are."""
SHEET = "留痕"

_CODES = {
    str(key): words
    for table in (QUESTION_STATES, STATES, REASONS, ROLES)
    for key, words in table.items()
} | {"withdrawn": "已撤下"}


def deed(action: str) -> str:
    """What was done."""
    return DEEDS.get(action, action)


def kind(name: str) -> str:
    """What deeds of this kind are about."""
    return KINDS.get(name, name)


def subject(name: str, names: Mapping[str, str]) -> str:
    """What it was done to: a colleague by name, a motto by its number."""
    what, _, which = name.partition(":")
    if what == "staff" and name in names:
        return names[name]
    if what == "upload":
        return UPLOADED
    if what == "motto" and which:
        return f"{which}号"
    if what == "list":
        return LISTS.get(which, which)
    return f"{kind(what)} {which}".strip()


def before_and_after(entry: Entry) -> tuple[str, str]:
    """How it was, and how it is; of what has many sides those that are different."""
    before, after = entry.facts.get("before"), entry.facts.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        same = {name for name in before if before[name] == after.get(name)}
        before, after = _without(same, before), _without(same, after)
    return _value(before), _value(after)


def _without(names: Collection[str], facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in names}


def others(entry: Entry) -> list[str]:
    """What else is known of the deed, a line for each."""
    of_entry = entry.subject.startswith("motto:")
    named = {**FACTS, **({"of": _TOGETHER} if of_entry else {})}
    return [
        f"{named.get(name, name)}：{_fact(name, value)}"
        for name, value in entry.facts.items()
        if name not in ("before", "after") and value not in (None, "", [], {})
    ]


def _fact(name: str, value: Any) -> str:
    return filters(value) if name == "asked" and isinstance(value, list) else _value(value)


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "；".join(f"{FACTS.get(name, name)} {_value(each)}" for name, each in value.items())
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(_value, value))
    return _CODES.get(str(value), str(value))


def row(entry: Entry, names: Mapping[str, str]) -> list[str]:
    """The cells of a file for one deed."""
    return [
        str(entry.id),
        entry.at.astimezone(CAMPAIGN_ZONE).strftime("%Y-%m-%d %H:%M:%S"),
        who_is(entry.actor, names),
        deed(entry.action),
        subject(entry.subject, names),
        *before_and_after(entry),
        "\n".join(others(entry)),
    ]


def checked(check: Check, took: timedelta) -> tuple[str, str]:
    """What the walk along the chain has found: title and sentence."""
    seconds = f"{took.total_seconds():.1f}"
    if not check.breaks:
        told = f"{check.links} 条逐条核对，用了 {seconds} 秒。链尾 {check.head}，"
        told += "可以抄下来以后再对（bot verify 打印的是同一个）。"
        return "留痕完整，没有被改动", told
    places = "；".join(f"{each.what} {each.table} {each.key}" for each in check.breaks)
    return (
        f"留痕有 {len(check.breaks)} 处对不上",
        f"数据库可能被人直接改过。请先备份现场，告诉维护人员，不要再操作：{places}",
    )


def counted(count: int) -> str:
    """How many there are."""
    return f"{count} 条" if count <= MOST_OUT else f"{MOST_OUT} 条以上"


def out_of(count: int) -> str:
    """How many go into a file."""
    return f"{count} 条" if count <= MOST_OUT else f"最近的 {MOST_OUT} 条"


def filters(asked: Sequence[str]) -> str:
    """By what it was narrowed down."""
    return "、".join(FILTERS[each] for each in asked)
