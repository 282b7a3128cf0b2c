"""Screening: what a text says once its disguises are off, and what in it a colleague should see.

It sorts and never rejects: nothing here knows members, entries or stores.

reading       a text as it is read, and from where in the original each character comes
screen        listed words in a text, whatever they are dressed as, unless a phrase allows them
numbers       telephone numbers, addresses of mail and web, numbers of identity cards
quotations    a text beside the well-known words that it quotes
*.toml        what comes with the program: words, look-alike characters, checked quotations
"""
