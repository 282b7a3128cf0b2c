"""A pretend WeChat for development, in its own process.

pushes     what a follower's phone makes WeChat send
account    sealing pushes and opening replies, with a cipher of its own
answers    what a reply says and how a phone shows it
delivery   posting a push as WeChat does: five seconds, up to three times
target     the bot under test, known by its address alone
chats      the pretend phones and what has been said on them
sign_in    WeChat's side of signing in on a web page
app, face  a small web page around it, for this machine only
"""
