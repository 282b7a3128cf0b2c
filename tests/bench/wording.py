"""What the options of the command mean."""

ABOUT = "测量每条消息的速度和代价：空白页面、常见写法、思辨，轮流各跑几轮，取中位数。"
QUICK = "约一分钟：只用 SQLite、明文模式，每项三轮"
ONLY = "只测这几项：help answer vote standings growth（growth 测数据从一千行到一百万行时的变化）"
ENGINE = "只用这种数据库"
JSON = "把结果另存为 JSON"
SEED = "随机种子，默认 1"
