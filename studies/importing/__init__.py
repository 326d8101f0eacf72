"""From a file to dialogues and replies: formats, lint, one transaction.

Everything here but `load` knows no framework: records, formats and lint are pure functions over a stream.
"""
