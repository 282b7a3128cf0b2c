"""The verbs of the markup in which replies are written: `[words](发:text)`, `[words](网:/path)`.

And the courtesies around a word: a question is as good with them, and none of them asks for less.
"""

SENDS, OPENS = "发", "网"
COURTESIES = (
    r"^(?:(?:请问|麻烦您?|老师|您好|你好|那个?|[我俺咱][想要]|[想要俺咱]|[帮给]我|请|看看|看一下|查一?下|问一?下)"
    r"[, ]{0,2})+"
    r"|(?:[, ]{0,2}(?:一下|谢谢[您你]?|老师|[啊呀呢吧哈嘛哦呗]))+$"
)
