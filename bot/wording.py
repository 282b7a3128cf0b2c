"""What the `bot` program tells its operator."""

BAD_SETTINGS = "设置有误，没有启动。请改正下面几项（环境变量或 .env 文件）："
NO_PLACE = (
    "{place} 用不了：{error}。"
    "换端口用 BOT_PORT、BOT_METRICS_PORT，换数据目录用 BOT_DATA_DIR；或停掉占用它的程序。"
)
UNKNOWN_DATABASE = "BOT_DATABASE_URL 写得不对，例子：postgresql+psycopg://用户:口令@主机/库名"
CANNOT_BEGIN = "工作进程一再起不来，已停止。原因在上面的日志里；改正以后再启动。"
MIGRATED = "数据库结构已是最新（{revision}）。"
TABLES_BUSY = (
    "数据库结构没有改：有别的程序一直占着表（多半是备份或很长的查询）。\n"
    "服务照常运行。请等它结束，再运行 bot db upgrade。"
)
GRANTED = (
    "数据库账号 {user} 现在能运行服务，但审核留痕只能添、不能改、不能删。\n"
    "每次 bot db upgrade 以后再运行一次这条命令。"
)
NO_USERS = "SQLite 是一个文件，没有账号之分；要把留痕和服务分开，请用 PostgreSQL 或 MariaDB。"
OWNS_TABLES = (
    "{user} 就是现在连接用的账号，表是它建的，收不回它的权限。\n"
    "请另建一个账号给服务用，BOT_DATABASE_URL 写建表的账号，再运行这条命令。"
)
NOT_GRANTED = (
    "没有改成，什么都没有变：{error}\n"
    "请看账号 {user} 建了没有，BOT_DATABASE_URL 里的账号有没有授权的权力。"
)
DEMO_LOADED = (
    "示例活动已载入：{questions} 道题，{units} 个单位，{people} 位虚构党员，{mottos} 条座右铭。"
)
DEMO_REFUSED = "数据库里已有党员或单位的记录，没有载入示例活动。要试用，请另建一个空数据库。"
DEMO_SKIPPED = "数据库里已有党员或单位的记录，保留原样。"
SETUP_CODE = "后台初次设置码（30分钟内有效，只能用一次）：{code}"
HAS_ACCOUNT = "后台已有账号，不再发设置码。"
ACCOUNT_ADDED = "账号 {name} 已建好（{role}）。口令只显示这一次，请交给本人：{password}"
PASSWORD_CHANGED = "账号 {name} 的口令已换，原来的登录都已退出。新口令只显示这一次：{password}"
AUTHENTICATOR_REMOVED = (
    "账号 {name} 的验证器已忘掉，登录都已退出；下次登录重设。口令也可能泄露的话，请再换口令。"
)
ACCOUNT_DISABLED = "账号 {name} 已停用，登录都已退出。"
QUESTIONS_BAD = "没有导入。请先改正这 {count} 处："
QUESTIONS_READ = "{file}：读到 {count} 道题（{kinds}）。"
QUESTIONS_OF_KIND = "{kind} {count}"
NO_QUESTIONS_OF_ANY_KIND = "没有能用的题"
QUESTIONS_UNSUPPORTED = "聊天里答不了的题有 {count} 道："
QUESTIONS_STAY_OUT = "没有导入。请改好上面的题；确实不要它们，就加 --leave-out，只导入其余的。"
QUESTIONS_NOTICES = "请留意："
QUESTIONS_LACK = "缺解析或出处的题有 {count} 道，补齐之前不能发布："
LACKS = "缺{items}"
CODE_IN_BANK = (
    "编号{code}在题库里已经有了，内容不一样。"
    "确实要改写它，就加 --revise；是另一道题，就换一个编号。"
)
STEM_IN_BANK = (
    "题库里已经有这道题（编号{code}）。请删掉这一题；要改写题库里的，"
    "就在“题库编号”里写上{code}，并加 --revise。"
)
MORE_ROWS = "……另外还有 {count} 处"
PLACE = "位置"
REASON = "原因和办法"
REHEARSED = "只是试读，没有写入题库。"
QUESTIONS_DRAFTED = (
    "已导入 {count} 道题，其中新题 {new} 道，改写 {revised} 道，原来就有 {same} 道。\n"
    "新题和改写的题都是草稿，请在后台“题库”里审过再发布。"
)
QUESTIONS_PUBLISHED = (
    "已导入 {count} 道题，其中新题 {new} 道，改写 {revised} 道，原来就有 {same} 道。\n"
    "新题和改写的题已经发布。"
)
UNFIT = "缺{items}，不能发布。请补上，或去掉 --publish，先存成草稿。"
READING_FILE = "正在读文件"
CHECKING = "正在检查题目"
QUESTIONS_OUT = "已把 {count} 道题写到 {file}。"
RESULTS_OUT = "已把 {people} 人的成绩写到 {file}。"
NO_SUCH_CONTEST = "没有这场竞赛，或者没有这个区镇、部门的编码；什么都没有写。"
EXPORT_FORMATS = "看不出要哪种格式。文件名请以这些结尾：{formats}。"

HELP = "思辨：冬训公众号的后台程序。"
HELP_SERVE = "启动网站：公众号接口、手机页、后台。"
HELP_WORKER = "启动后台任务：到期清理等。"
HELP_SIMULATOR = "启动模拟微信（只用于开发）。"
HELP_DB = "数据库。"
HELP_DB_UPGRADE = "把数据库结构升到最新。"
HELP_DB_GRANTS = (
    "给服务用的数据库账号 USER 授权：能运行服务，审核留痕只能添、不能改。用建表的账号运行。"
)
HELP_DEMO = "在空数据库里载入示例活动。"
HELP_IMPORT = "导入题目等资料。"
HELP_IMPORT_QUESTIONS = (
    "导入题目：Excel、CSV、Word里复制出来的文字、GIFT、Aiken、Moodle XML、TOML，"
    "格式看内容，不看文件名；有一处不对就都不导入。"
)
HELP_IMPORT_UNITS = (
    "导入单位：Excel或CSV，表头写编码、名称、上级编码、人数；"
    "已有的编码会更新，不会删除单位；有一处不对就都不导入。"
)
HELP_IMPORT_ROSTER = (
    "导入各支部的名册：Excel或CSV，表头写单位编码、姓名，一行一个人；"
    "文件里有的单位，名册整个换成新的；有一处不对就都不导入。"
)
HELP_DRY_RUN_UNITS = "只试读，不导入，也不需要任何设置。"
HELP_DRY_RUN = "只试读，不写题库，也不需要任何设置。"
HELP_JSON = "结果用 JSON 输出，给别的程序用。"
HELP_LEAVE_OUT = "略过聊天里答不了的题，导入其余的。"
HELP_REVISE = "题库里已有的题，改成文件里的样子。"
HELP_PUBLISH = "导入后就发布；不加就是草稿，在后台审过再发布。"
HELP_EXPORT = "导出题目、成绩等资料。"
HELP_EXPORT_RESULTS = (
    "导出一场竞赛的成绩；文件名的结尾决定格式：.xlsx（个人、单位、题目）、.csv（个人）、"
    ".docx（公文格式的通报）。姓名默认只显示姓；谁在什么时候导出、导出了什么都有记录。"
)
HELP_CONTEST = "竞赛的编号；不写就是最近一场。"
HELP_DISTRICT = "只导出这个编码的区镇或部门。"
HELP_FULL_NAMES = "显示全名。请只在确有需要时使用，不要外传。"
HELP_EXPORT_QUESTIONS = "把题库全部导出；文件名的结尾决定格式：.xlsx、.gift、.xml、.toml。"
HELP_ADMIN = "后台账号。"
HELP_SETUP_CODE = "后台还没有账号时，发一个一次性的设置码。"
HELP_SIMULATOR_PORT = "模拟器的端口，只在本机可见。"
HELP_IF_EMPTY = "已有党员记录时什么也不做，正常结束。"
HELP_ADMIN_ADD = "建一个账号，口令随机生成，只显示一次。"
HELP_ADMIN_PASSWORD = "给账号换一个随机口令，原来的登录都退出。"
HELP_ADMIN_AUTHENTICATOR = "手机和备用码都没有了：忘掉账号的验证器，登录都退出，下次登录重设。"
HELP_ADMIN_DISABLE = "停用账号，登录都退出，做过的事留痕。"
HELP_DOCTOR = "检查设置、数据库、磁盘、备份等容易出错的地方，逐项说明下一步；有 ✘ 时退出码为1。"
HELP_ONLINE = "另外从公网地址访问一次本服务；不加就不联系任何外部主机。"
HELP_VERIFY = "在运行中的数据库上只读地核对各项规则和审核留痕；有不符时退出码为1。"
HELP_ANCHOR = "以前抄下的链头，核对它还在留痕里。"
HELP_JSON = "按 JSON 输出，给程序用。"

VERIFY_COLUMNS = ("规则", "问题", "数据表", "处数")
VERIFY_KEYS = "举例（各处的主键，是代号，不含个人信息）："
VERIFY_CLEAN = "✔ {rules} 项规则全部符合（{seconds:.1f} 秒）。"
VERIFY_BROKEN = (
    "✘ {count} 项规则不符。请先运行 bot backup 留下现场，不要手工改库，把上表交给开发者。"
)
VERIFY_HEAD = (
    "审核留痕的链头：{head}\n请抄到本机以外的地方，下次用 bot verify --anchor {head} 核对。"
)
ANCHOR_BAD = "--anchor 要写成“序号:16位十六进制”，就是 bot verify 最后一行显示的那样。"
DATABASE_FAILED = "数据库读不了（{error}）。请运行 bot doctor，按它说的处理。"

HELP_BACKUP = (
    "服务运行时把整个数据库备份成一个文件；不写文件名就放在数据目录的 backups 里，留最近14份。"
)
HELP_RESTORE = "把备份恢复到空数据库，并核对行数和各项规则；三种数据库之间可以互相恢复。"
HELP_TO_EMPTY = "确认恢复到空数据库；里面有数据时不会动它。"
PROGRESS = "{task.description} {task.completed:.0f} 行"
BACKED_UP = (
    "✔ 已备份到 {file}（{tables} 张表，{rows} 行，{size:.2f} MB，只有本账号能读）。\n"
    "文件里有党员资料，请加密保存并抄一份到别的机器；.env 设置文件不在里面，"
    "也要另外保管，没有 BOT_SECRET_KEY 就认不出老党员。"
)
BACKUP_EXISTS = "{file} 已存在，没有覆盖。请换一个文件名。"
BACKUP_NOT_WRITTEN = "备份写不进 {file}（{error}）。请检查磁盘空间和目录权限，或换一个位置。"
TABLES_OF_ANOTHER_REVISION = "数据库结构和本程序的版本不一致。请先运行 bot db upgrade，再备份。"
RESTORE_TO_EMPTY = (
    "恢复只做到空数据库，不会覆盖任何数据。请另建一个空数据库，"
    "把 BOT_DATABASE_URL 指向它，再加上 --to-empty 运行。"
)
BACKUP_DAMAGED = "{file} 不完整或已损坏，什么也没有恢复。请换另一份备份。"
BACKUP_OF_ANOTHER_REVISION = (
    "备份或目标数据库的结构版本（{revision}）和本程序不同，什么也没有恢复。"
    "请用做备份时的那一版程序恢复到空数据库，再换新程序运行 bot db upgrade。"
)
DATABASE_NOT_EMPTY = (
    "数据库里已有数据（表 {table}），什么也没有恢复。"
    "请另建一个空数据库，改 BOT_DATABASE_URL 后再试。"
)
RESTORED = "✔ 已恢复 {made_at} 的备份：{tables} 张表，{rows} 行，行数和校验和都与备份相符。"
RESTORED_BROKEN = (
    "恢复出来的数据与上面的规则不符。如果只有 I16（审核留痕），多半是 BOT_SECRET_KEY "
    "和做备份时的不同，请换回原来的 .env；否则换更早的一份备份再试。"
)

BROKEN_RULES = {
    "receipt_twice": "同一个回执号出现了两次",
    "votes_beyond_limit": "有人一天投的票超过了上限",
    "vote_without_slot": "选票占的票位不在本轮评选里",
    "vote_in_another_group": "选票占的票位是别的组的",
    "entry_voted_twice": "同一人同一天给同一条投了两次",
    "entry_voted_too_often": "同一人给同一条投的票超过了本轮每条的上限",
    "vote_after_seal": "封存之后还有选票",
    "vote_out_of_hours": "选票不在投票时间内",
    "result_differs": "封存的票数和选票对不上",
    "ballots_changed": "封票以后选票变了，总校验码对不上",
    "ballot_box_changed": "选票箱的链断了，或者计入的票不在箱里",
    "quarantine_changed": "封票以后记下的暂不计入的票和现在的对不上",
    "quarantined_by_one": "暂不计入的票没有经过两位工作人员",
    "sheet_of_no_judge": "评分表不属于这一轮的评委",
    "sheet_of_own_unit": "评委拿到了本单位的作品",
    "mark_not_given_out": "评委给没有分给他的作品打了分",
    "panel_rule_changed": "评审规则不是封票前定下的那一份",
    "panel_marks_changed": "评审结束以后打分变了，名次不可信",
    "vote_for_unfit_entry": "选票投给了未通过或不属于本轮的作品",
    "answer_misgraded": "答案的对错或得分与重新判题不一致",
    "points_kept_back": "分数暂缓了，题目却没有在核对",
    "score_not_the_sum": "总分、天数或达到时间与各题之和不一致",
    "score_elsewhere": "成绩所在的地区或部门与所登记的单位不一致",
    "question_answered_twice": "一张卷子里同一道题答了两次",
    "attempt_too_many": "一天里开的卷子比规定的多",
    "answer_out_of_time": "答题时间不在这张卷子的时间内",
    "answer_without_paper": "有答案却没有对应的卷子",
    "practice_without_answer": "练习过的题在答题记录里找不到",
    "entry_not_where_led": "作品状态与审核记录推出的不一致",
    "entry_step_forbidden": "审核记录里有不允许的状态变化",
    "appeal_judged_by_the_first": "申诉由第一次决定的人自己重审",
    "entry_version_miscounted": "作品版本号与审核记录条数不一致",
    "question_not_where_led": "题库里题目的状态与留痕推出的不一致",
    "wall_not_the_approved": "墙上显示的与审核通过的不一致",
    "effect_without_delivery": "有结果却找不到对应的那条消息",
    "notice_half_told": "捎话的送达时间和消息只记了一样",
    "delivery_without_reply": "一天内的消息没有存下答复",
    "left_of_erased": "已删除的党员还留有资料",
    "nobodys_uncounted": "不知是谁的选票或积分，与删除记录的数目不符",
    "dangling": "指向的记录不存在",
    "chain_altered": "审核留痕的内容被改动",
    "chain_missing": "审核留痕缺了记录",
    "chain_unlinked": "审核留痕多出未入链的记录",
    "chain_head": "审核留痕的链头对不上（末尾被截断或改动）",
    "chain_anchor": "审核留痕里找不到您抄下的链头（被换成了旧的或别的数据库）",
    "chain_unreadable": "审核留痕里有读不出来的内容",
}
