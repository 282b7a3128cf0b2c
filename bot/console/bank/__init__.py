"""The console's room for the bank of questions.

views     the pages: looking through the bank, one question, wording it anew, taking it out
forms     what these pages send
draft     a question as the form has it: the question, or what is wrong at which field
figures   what the answers to questions tell about them
keys      the pages on which a wrong key is mended
chat      a question as a member sees it in the chat
wording   the sentences of these pages
"""
