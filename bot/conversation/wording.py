"""The verbs of the markup in which replies are written: `[words](发:text)`, `[words](网:/path)`."""

SENDS, OPENS = "发", "网"
