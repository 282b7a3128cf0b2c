"""What the doctor says: for each check what may be found, and after the arrow the next step."""

MARKS = {"good": "✔", "note": "!", "bad": "✘"}
STEP = "    下一步：{step}"
WELL = "都正常。"
ILL = "有 {count} 项必须处理（✘）。"

FINDINGS: dict[str, dict[str, str]] = {
    "settings": {
        "good": "设置：齐全，格式正确",
        "bad": "设置：{problem} → 改正环境变量或 .env 里的这一项，再运行 bot doctor",
    },
    "check": {
        "failed": "检查“{name}”没能做完（{error}） → 把这一行交给开发者；其他各项不受影响",
    },
    "env_file": {
        "good": "设置文件：{path} 只有本账号能读",
        "none": "设置文件：当前目录没有 .env，设置来自环境变量",
        "open": "设置文件：{path} 别的账号也能读（权限 {mode}） → 运行 chmod 600 {path}",
    },
    "secret": {
        "good": "密钥：BOT_SECRET_KEY 足够随机",
        "weak": (
            "密钥：BOT_SECRET_KEY 像是随手填的 → 活动开始前换成随机值："
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"；'
            "已有党员参加就不要再换，换了认不出老党员"
        ),
    },
    "data_dir": {
        "good": "数据目录：{path} 可写",
        "missing": "数据目录：没有 {path} → 运行 mkdir -p {path}，并让服务的账号能写",
        "locked": "数据目录：{path} 写不进去 → 让服务的账号拥有它：chown -R 服务账号 {path}",
    },
    "disk": {
        "good": "磁盘：还有 {free:.1f} GB 可用",
        "full": "磁盘：只剩 {free:.1f} GB，少于 2 GB → 清理日志和旧备份，或扩大磁盘",
    },
    "backup": {
        "good": "备份：最近一份在 {hours:.0f} 小时前（{file}）",
        "none": "备份：还没有 → 运行 bot backup，并用 cron 或 systemd timer 每天做一次",
        "old": (
            "备份：最近一份已是 {hours:.0f} 小时前 → "
            "看每天的备份任务为什么没有做，先运行 bot backup"
        ),
        "open": "备份：{file} 别的账号也能读 → 运行 chmod 600 {file}",
    },
    "verified": {
        "good": "规则核对：{days:.0f} 天前核对过，全部符合",
        "never": "规则核对：还没有做过 → 运行 bot verify",
        "old": "规则核对：上次在 {days:.0f} 天前 → 运行 bot verify",
        "broken": (
            "规则核对：上次有 {count} 项不符 → 运行 bot verify 看是哪几项，先备份，再找开发者"
        ),
    },
    "worker": {
        "good": "后台任务：{seconds:.0f} 秒前做完一轮",
        "never": "后台任务：在这台机器上没有运行过 → 运行 systemctl enable --now sibian-worker",
        "stopped": (
            "后台任务：上一轮在 {minutes:.0f} 分钟前 → 运行 systemctl restart sibian-worker，"
            "再用 journalctl -u sibian-worker 看原因"
        ),
    },
    "database": {
        "good": "数据库：{engine} {version}，{milliseconds:.0f} 毫秒答复",
        "none": "数据库：还没有文件 {path} → 运行 bot db upgrade",
        "unreachable": (
            "数据库：连不上（{error}） → 检查数据库是否在运行、BOT_DATABASE_URL 的地址和口令"
        ),
        "old": "数据库：{engine} {version} 太旧 → 升级到 {least} 以上",
    },
    "schema": {
        "good": "数据库结构：{revision}，与程序一致",
        "none": "数据库结构：还没有建表 → 运行 bot db upgrade",
        "other": "数据库结构：{revision}，程序要的是 {head} → 先 bot backup，再 bot db upgrade",
    },
    "trail": {
        "good": "审核留痕：服务用的数据库账号只能添，不能改、不能删",
        "open": (
            "审核留痕：服务用的数据库账号能改、能删（改了 bot verify 看得出来，但拦不住） → "
            "建表和服务分用两个账号：用建表的账号运行 bot db grants 服务的账号"
        ),
    },
    "clock": {
        "good": "时钟：与数据库相差 {seconds:.1f} 秒",
        "drift": (
            "时钟：与数据库相差 {seconds:.0f} 秒，投票截止会有争议，微信也会拒绝 → "
            "两台机器都打开对时：timedatectl set-ntp true"
        ),
    },
    "connections": {
        "good": "连接数：最多用 {needed} 个，服务器允许 {limit} 个",
        "few": (
            "连接数：{workers} 个进程 × {each} 最多要用 {needed} 个，服务器只允许 {limit} 个"
            "（另留 10 个备用） → 调大数据库的 max_connections，或调小 BOT_WORKERS、BOT_THREADS"
        ),
    },
    "sqlite": {
        "good": "SQLite：在本机磁盘上，WAL 已打开",
        "network": (
            "SQLite：{path} 在网络文件系统（{kind}）上，多个进程同时写会损坏 → "
            "移到本机磁盘，或改用 PostgreSQL"
        ),
        "no_wal": "SQLite：WAL 打不开（{mode}） → 把数据库文件移到本机磁盘上的普通目录",
    },
    "redis": {
        "good": "Redis：{version}，{milliseconds:.1f} 毫秒答复",
        "none": "Redis：没有配置，一切照常；只是连续让进程崩溃的消息要多试几次才会被隔离",
        "unreachable": (
            "Redis：连不上（{error}），一切照常、不丢数据 → "
            "检查 Redis 是否在运行和 BOT_REDIS_URL；不用就把 BOT_REDIS_URL 留空"
        ),
        "old": "Redis：{version} 太旧 → 升级到 6.2 以上，或把 BOT_REDIS_URL 留空",
        "slow": (
            "Redis：{milliseconds:.0f} 毫秒才答复，超过 100 毫秒就当它不在 → "
            "看 Redis 机器的负载，最好放在本机"
        ),
    },
    "public_url": {
        "good": "公网地址：{url}",
        "empty": "公网地址：没有设置，聊天里的链接只在本机打得开 → 正式使用前设置 BOT_PUBLIC_URL",
        "odd": "公网地址：{url} 不是公网上的域名 → BOT_PUBLIC_URL 要写 https:// 加已备案的域名",
        "plain": "公网地址：{url} 不是 https → 配好证书，把 BOT_PUBLIC_URL 改成 https:// 开头",
        "slash": "公网地址：{url} 后面多了路径 → BOT_PUBLIC_URL 只写到域名为止",
    },
    "online": {
        "good": "从公网地址访问：正常",
        "unresolved": "从公网地址访问：域名 {host} 解析不了 → 到域名服务商那里检查解析记录",
        "failed": (
            "从公网地址访问：{url} 打不开（{error}） → "
            "检查 nginx、证书、防火墙的 443 端口，以及 sibian-serve 是否在运行"
        ),
        "other": "从公网地址访问：{url} 的回答不是本程序的 → 检查 nginx 转发到的端口",
    },
    "mode": {
        "good": "消息加解密：安全模式",
        "open": (
            "消息加解密：{mode}，只能试用 → "
            "正式使用前改成 BOT_WECHAT_MODE=secure，公众号后台选“安全模式”"
        ),
    },
    "token": {
        "good": "令牌：格式正确",
        "odd": "令牌：BOT_WECHAT_TOKEN 只能是字母和数字 → 换一个，公众号后台同时改",
        "short": (
            "令牌：BOT_WECHAT_TOKEN 太短，容易被猜到 → 换成16位以上的随机字母数字，公众号后台同时改"
        ),
    },
    "aes_key": {
        "good": "EncodingAESKey：格式正确",
        "none": "EncodingAESKey：没有设置（明文模式不用） → 正式使用前改用安全模式",
        "weak": "EncodingAESKey：像是随手填的 → 在公众号后台点“随机生成”，两边同时换",
        "changing": (
            "EncodingAESKey：旧的还在用（BOT_WECHAT_AES_KEY_PREVIOUS） → "
            "公众号后台换好一天以后，把它清空并重启"
        ),
        "same": "EncodingAESKey：新旧两个相同 → 清空 BOT_WECHAT_AES_KEY_PREVIOUS",
    },
    "app_id": {
        "good": "AppID：{app_id}",
        "odd": "AppID：{app_id} 不像公众号的 AppID → 从公众号后台“基本配置”抄，wx 加16位",
    },
    "account": {
        "good": "原始ID：{account}",
        "none": (
            "原始ID：没有设置，不核对消息是发给哪个公众号的 → 设置 BOT_WECHAT_ACCOUNT（gh_ 开头）"
        ),
        "odd": "原始ID：{account} 不像原始ID → 从公众号后台“账号详情”抄，gh_ 加12位",
    },
    "sign_in": {
        "good": "微信登录投票页：已打开，公众号后台“网页授权域名”里要有 {domain}",
        "off": "微信登录投票页：没有打开，投票页用聊天里的链接进",
        "nowhere": "微信登录投票页：没有 BOT_PUBLIC_URL，微信不知道回到哪里 → 先设置它",
    },
    "staff": {
        "good": "后台账号：已有",
        "none": "后台账号：还没有，没有人能审核 → 运行 bot admin setup-code",
    },
    "contest": {
        "good": "知识竞赛：「{title}」今天可以答题，到 {last_day}",
        "coming": "知识竞赛：「{title}」{first_day} 开始",
        "over": "知识竞赛：「{title}」{last_day} 已结束，后面没有安排 → 需要时安排下一场",
        "none": "知识竞赛：还没有安排 → 试用可运行 bot demo（只能在空数据库里）",
    },
    "round": {
        "good": "评选：「{title}」正在投票，到 {closes_at}",
        "coming": "评选：「{title}」{opens_at} 开始投票",
        "over": "评选：「{title}」{closes_at} 已截止",
        "none": "评选：还没有安排 → 试用可运行 bot demo（只能在空数据库里）",
    },
}
