"""Files of questions in the formats that people have, and how each is read and written.

importing      the way in: bytes become checked questions, or a report in Chinese
apart          the same in a program of its own, for who has others to serve
recognition    which format it is, by content
found          what every reader hands on: a question with its place, not checked yet
meaning        people's words for kinds, answers and difficulties
excel          workbooks; `workbook` is the program that opens them, `package` its first look
delimited      CSV; `grid` and `header` read the rows of both
pasted         text out of Word; `pasted_lines`, `options` and `answer_key` know its habits
gift, aiken, moodle, toml    the formats of other programs, and ours
wording        the words people write in such files, and what we tell them
"""
