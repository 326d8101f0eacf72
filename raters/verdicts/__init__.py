"""Verdicts: answers with what was compared, one row per answer and dimension. Here, and only here and in
`raters.export`, answers are unblinded."""

from raters.verdicts.by_raters import ratings_of, verdicts_by_rating, verdicts_for, verdicts_of
from raters.verdicts.verdict import Verdict, iso_utc, joined_tags

__all__ = [
    "Verdict",
    "iso_utc",
    "joined_tags",
    "ratings_of",
    "verdicts_by_rating",
    "verdicts_for",
    "verdicts_of",
]
