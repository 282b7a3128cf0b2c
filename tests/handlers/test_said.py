"""What members over fifty-five say in passing: each way of saying it finds who can answer it.

A row is where the member stands, ways of saying one thing, and the handler that takes them.
"""

import re
from dataclasses import dataclass

import pytest

from bot.conversation.router import Tier
from bot.conversation.state import (
    Answering,
    Browsing,
    Bundled,
    Confirming,
    ConfirmingMotto,
    Filling,
    FindingUnit,
    Idle,
    Naming,
    OfferedMotto,
    Practising,
    State,
    Telling,
    WritingMotto,
)
from handlers import conversation, wording
from handlers.my_data import ERASE
from tests.builders import said


@dataclass(frozen=True)
class Row:
    says: str
    taken_by: str
    by: tuple[State, ...] = (Idle(),)


LIST = Browsing((1001, 1002, 1003), "", False, "2026-12-05T12:00:00+08:00")
QUESTION = Answering(2)
NOWHERE, SOMEWHERE = (Idle(),), (Idle(), QUESTION, LIST)
NAMING = (Naming(2),)
"""Where a member stands."""

ROWS = [
    Row("嗯嗯好的 嗯嗯，好的。 好的好的 要得 得嘞 晓得了 好嘞", "media.thank", SOMEWHERE),
    Row("谢谢老师 太感谢了 非常感谢 谢谢你们辛苦了 麻烦您了 thank_you", "media.thank", SOMEWHERE),
    Row("新年快乐 祝大家春节快乐 晚安 周末愉快", "media.thank", SOMEWHERE),
    Row(
        "早上好！ 上午好 大家好 喂，有人吗 在不在啊 返回 首页 后退", "welcome.show_help", SOMEWHERE
    ),
    Row("转人工 人工服务 我要人工客服 你们电话是多少 怎么联系你们", "welcome.contact", SOMEWHERE),
    Row("您是哪位 你是谁啊 吃了吗", "fallback.decline_small_talk", SOMEWHERE),
    Row("党费怎么交 入党怎么办 医保", "fallback.decline_small_talk", NOWHERE),
    Row("能语音吗 可以语音吗 我可以说话吗", "fallback.let_speak", SOMEWHERE),
    Row(
        "等一下 稍等 让我想想 我再想想 考虑一下",
        "fallback.wait",
        (*SOMEWHERE, FindingUnit(), *NAMING, WritingMotto(), Telling(), Bundled(("1A",))),
    ),
    Row("我不会弄 不会用 没懂 听不懂 什么意思 啥 干嘛 接下来干什么", "fallback.seek", SOMEWHERE),
    Row("太难了 题太难了 老是答不上来 我老了记不住 我没文化", "gist.lead_there", SOMEWHERE),
    Row("帮我答 替我答题 我妈不会弄，帮她答 我不是党员 我想参加活动", "gist.lead_there"),
    Row("答题，然后投票 先答题再投票 我要答题和投票", "gist.lead_there", SOMEWHERE),
    Row("答题，B 投错了，撤回 我叫张三，单位是新安社区", "gist.lead_there"),
    Row("我要看看我得了多少分 请问我的排名", "ranking.standing", SOMEWHERE),
    Row("我也来一句：平平淡淡才是真", "motto.write_at_once", SOMEWHERE),
    Row("投第一条，谢谢", "vote.vote_for_place", (LIST,)),
    Row("你们有没有人管 怎么没人管", "care.apologise", SOMEWHERE),
    Row("我要投票，还要看排名", "vote.browse", SOMEWHERE),
    Row("我是新安社区的张三 新安社区支部 登记单位，我是新安社区的", "gist.lead_there"),
    Row("我叫张三 我的名字是张三 这题答案错了 为什么错了 投给张三 投不上", "gist.lead_there"),
    Row(
        "打不开 点不开 页面没反应 卡住了 太麻烦了 你们这是形式主义 垃圾",
        "care.apologise",
        SOMEWHERE,
    ),
    Row(
        "https://mp.weixin.qq.com/s/abc 看看这篇文章_https://mp.weixin.qq.com/s/abc "
        "【学习强国】党员干部要带头学习 转发：全市党员冬训动员大会今天上午召开",
        "media.passed_on",
        SOMEWHERE,
    ),
    Row("不忘初心 为人民服务", "motto.offer"),
    Row("请问怎么答题 怎么答题啊 还有题吗 重新开始 我要答题啊 麻烦开始答题一下", "quiz.start"),
    Row("我昨天没答题 忘了答题怎么办 昨天的题", "quiz.make_up"),
    Row("排第几 我排第几名 我得了几分 怎么没分 请问我的排名呢", "ranking.standing"),
    Row("什么时候结束 几点开始 请问什么时候有新题啊", "ranking.rules"),
    Row("有奖品吗 怎么领奖 中奖了吗", "draw.own_ticket"),
    Row("我的座右铭通过了吗 审核了没有 通过了吗", "own_motto.show_mine"),
    Row("投完了 我投过了", "vote.my_votes"),
    Row("结果出来了吗 谁赢了", "vote.result"),
    Row("字太小了 看不清字 请换大字", "welcome.enlarge"),
    Row("眼睛花看不见 我老花眼", "gist.lead_there"),
    Row("宣讲在哪 什么时候宣讲", "welcome.lectures"),
    Row("退订 别发了 我不想弄了 不玩了", "fallback.take_leave"),
    Row("删除我 我要退出活动", "my_data.ask_to_erase"),
    Row("我换单位了 请问怎么登记单位啊", "joining.begin"),
    Row(
        "投一千零一号 投一千零一 投＃１００１ 投№1001 投编号1001", "vote.vote_for_number", SOMEWHERE
    ),
    Row(
        "给一〇〇一投票 1001投票 把票投给一千零一号 我要投幺零零一号",
        "vote.vote_for_number",
        SOMEWHERE,
    ),
    Row("一千零一号 第一千零一号 #1001 一千零一号怎么样", "vote.look_at_number", SOMEWHERE),
    Row("撤回一千零一号", "vote.take_back", SOMEWHERE),
    Row("投一千零一和一千零二 1001和1002 都投 全投", "vote.ask_for_one", NOWHERE),
    Row("投我一票 请大家投我 给我投一票", "vote.refuse_padding", SOMEWHERE),
    Row("就第二个 我要第二个", "vote.look_at_place", (LIST,)),
    Row("把票投给第三条", "vote.vote_for_place", (LIST,)),
    Row("再说一遍 没看清题目 喂 啊？ 题目呢", "media.ask_again", (QUESTION,)),
    Row("再说一遍 喂 啊？", "vote.show_again", (LIST,)),
    Row("选C，谢谢 B_谢谢 老师，我选B 你好，选B", "quiz.choose", (QUESTION, Practising((41,), 1))),
    Row("对，谢谢 错，谢谢老师", "quiz.judge", (Answering(4),)),
    Row("B对不对 是不是B A还是B a或者b 选B对吗 B吗", "quiz.leave_choice_open", (QUESTION,)),
    Row("我猜是B吧 这个我会，选C", "quiz.choose", (QUESTION,)),
    Row("哪个对啊 老师帮我选一个", "quiz.answer_comes_after", (QUESTION,)),
    Row("我还有几票 还能投几票 可以补答吗 答错扣分吗 单位排第几", "gist.lead_there", SOMEWHERE),
    Row("答案是什么 选什么 给个提示 为什么", "quiz.answer_comes_after", (QUESTION, Filling(4))),
    Row("改成C 换成C 不是B是C 我按错了 点错了能改吗 手滑了", "quiz.reopen", (QUESTION,)),
    Row("我不想答了 不玩了", "quiz.pause", (QUESTION,)),
    Row("上一步 返回上一步", "quiz.look_back", (QUESTION,)),
    Row("没有 没啥事 没什么事了 退出", "fallback.nothing_to_tell", (Telling(),)),
    Row("嗯嗯好的 好的好的", "joining.ask_for_name", NAMING),
    Row("嗯嗯好的", "joining.ask_for_unit", (FindingUnit(),)),
    Row("什么意思 不会弄", "fallback.seek", (Naming(2), FindingUnit(), WritingMotto())),
    Row("嗯嗯好的 好的好的", "motto.prepare", (OfferedMotto("清清白白做人，踏实做事"),)),
    Row(
        "嗯嗯好的 要得",
        "own_motto.ask_to_be_sure",
        (ConfirmingMotto("清清白白做人，踏实做事"),),
    ),
    Row("嗯嗯好的 要得 删吧", "my_data.not_erased", (Confirming(ERASE),)),
    Row("不知道怎么填 想不起来了 忘了", "quiz.skip", (Filling(4),)),
    Row("这题出得有问题 刚才那题为什么错", "gist.lead_there", SOMEWHERE),
    Row("不公平 凭什么错", "care.apologise", SOMEWHERE),
    Row("俺要答题", "quiz.start"),
    Row("侬好", "welcome.show_help", SOMEWHERE),
    Row("晓得咯 得行", "media.thank", SOMEWHERE),
    Row("不对 一题一题来", "several.rather_one_by_one", (Bundled(("1A",)),)),
    Row("二〇二〇年 2020年", "quiz.fill", (Filling(4),)),
]
"""Words with a blank inside are written with `_`."""


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{nth} {row.says.split()[0]}" for nth, row in enumerate(ROWS)]
)
def test_what_is_said_in_passing_finds_who_answers_it(row: Row) -> None:
    for state in row.by:
        for words in row.says.split():
            found = conversation.find(said(words.replace("_", " ")), state)

            assert found.route.name == row.taken_by, (words, state)


@pytest.mark.parametrize("words", sorted({words for _, words in wording.GIST}))
def test_a_sentence_leads_only_to_words_that_are_understood_as_they_are(words: str) -> None:
    tier = conversation.find(said(words), Idle()).route.tier

    assert tier in (Tier.GLOBAL, Tier.KEYWORD, Tier.PATTERN)


@pytest.mark.parametrize(
    "words",
    ["不投票", "不要撤回吗", "删除我的数据吗", "确定删除吧", "交不交", "恢复吗", "不交了吧"],
)
def test_courtesies_turn_no_question_and_no_refusal_into_a_deed(words: str) -> None:
    deeds = "vote.vote|vote.take_back$|my_data.erase$|motto.hand_in|own_motto.(?:restore|withdraw)"

    assert not re.match(deeds, conversation.find(said(words), Idle()).route.name)
