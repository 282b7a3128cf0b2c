"""The protocol edge: bytes from WeChat to a Message, a Reply to bytes; it alone has wechatpy."""
