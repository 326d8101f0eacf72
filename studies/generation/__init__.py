"""Replies by language models: what they are asked, and what a reply shows when it came.

`prompts` and `checks` are pure functions and know no framework.
"""
