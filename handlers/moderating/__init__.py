"""Review by chat: a colleague at their phone looks at what waits and decides in one line.

piles     the topic: linking, looking, deciding, taking back
reading   which piles a line approves, which it sends back and why
wording   what moderators type, and what they read
"""
