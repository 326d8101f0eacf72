"""Verdicts: answers with what was compared, one row per answer and dimension. Here, and only here and in
`raters.export`, answers are unblinded."""

from raters.verdicts.by_judges import (
    has_trial_verdicts,
    judgments_of,
    verdicts_by_judgment,
    verdicts_for_judgments,
)
from raters.verdicts.by_raters import ratings_of, verdicts_by_rating, verdicts_for, verdicts_of
from raters.verdicts.verdict import Verdict, head_of, iso_utc, joined_tags

__all__ = [
    "Verdict",
    "has_trial_verdicts",
    "head_of",
    "iso_utc",
    "joined_tags",
    "judgments_of",
    "ratings_of",
    "verdicts_by_judgment",
    "verdicts_by_rating",
    "verdicts_for",
    "verdicts_for_judgments",
    "verdicts_of",
]
