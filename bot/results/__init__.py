"""The results of a contest as files that an organiser hands on.

building    reads the results once and writes every file
tables      the workbook and the CSV files: people, units, questions
report      the report in the form of an official document
document    how such a document looks: paper, fonts, lines
maker       makes, in the worker, what colleagues asked for in the console
wording     every word in the files
"""
