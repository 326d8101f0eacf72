"""Blinded language model judges: who judges what, what they are asked, and what their answer means.

Everything here but the running of a judgment is pure functions and knows no framework.
"""
