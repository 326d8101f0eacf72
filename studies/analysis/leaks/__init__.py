"""Whether a program that sees nothing but style can tell people's replies from models'.

It needs no ratings: `responses.csv` is enough, so that it can run before a study opens. Whatever the program
finds, raters could find too, and more: at least this much leaks.
"""
