"""Chaos: real hosts, real stores, deliveries like WeChat's, and everything that can go wrong.

campaign.py   what the members find: a contest, a selection, mottos to vote for
crowd.py      members who follow, answer, vote and write, message after message
wechat.py     delivers their messages: five seconds, three times, some of them twice at once
history.py    what was sent, and what came back
hosts.py      two hosts of two workers each, and the one who restarts them
app.py        what the hosts run: `bot serve` that can be told where to die
bugs.py       ten bugs that can be planted in it
proxy.py      a line to a server that can be slow, cut, silent, ...
faults.py     what goes wrong during a run, and when
storm.py      a run: all of the above together
watch.py      looks at the rows and pages all the while
oracle.py     reads the rows and the history afterwards, and says which promises were broken
report.py     the figures of a run
"""
