"""The running service: the rooms a message walks through, from the edge down.

wechat        protocol edge: bytes from WeChat to a Message, a Reply to bytes
turns         one delivery, one transaction, one stored reply
conversation  what was said, where a member stands, which handler takes it
domain        the rules: members, quiz, mottos, moderation, votes, standings
storage       SQL remembers, Redis may forget
rulebook, recount, results   the rules in words, the pack for a recount, a contest's files
unit_files    units and rosters out of Excel and CSV
console, h5   web pages for moderators and for members
simulator     a pretend WeChat for development, in its own process
app, commands, worker, settings   how it is put together and started
"""
