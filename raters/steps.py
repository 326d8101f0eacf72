"""The journey of a rater: the only place that knows its order.

Every page asks `current_step` where the rater should be and sends them there, so the back button, a reload,
a pasted address and a second tab need no code of their own (the idea is oTree's).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    CONSENT = "consent"
    DECLINED = "declined"
    INSTRUCTIONS = "instructions"
    COMPREHENSION = "comprehension"
    TURNED_AWAY = "turned_away"
    PAIR = "pair"
    RUBRIC = "rubric"
    PAUSE = "pause"
    REVIEW = "review"
    BLINDING = "blinding"
    SURVEY = "survey"
    DEBRIEF = "debrief"
    DONE = "done"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


#: Where a rater is at work and may stop and be paid for what they did.
AT_WORK = frozenset(
    {
        Step.INSTRUCTIONS,
        Step.COMPREHENSION,
        Step.PAIR,
        Step.RUBRIC,
        Step.PAUSE,
        Step.REVIEW,
        Step.BLINDING,
        Step.SURVEY,
        Step.DEBRIEF,
    }
)
#: Where a pair's page may be opened, to answer it or to look back.
RATING = frozenset({Step.PAIR, Step.RUBRIC, Step.REVIEW})
#: Where its page of the second pass may be.
SECOND_PASS = frozenset({Step.RUBRIC, Step.REVIEW})


@dataclass(frozen=True, slots=True)
class Facts:
    """What has happened so far in one session, and what its protocol still asks for."""

    has_consented: bool
    has_declined: bool
    has_read_instructions: bool
    has_understood: bool
    was_turned_away: bool
    pairs_open: int
    rubric_open: int
    is_rest_due: bool
    has_reviewed: bool
    blinding_open: int
    survey_open: bool
    has_completed: bool
    has_stopped: bool
    has_withdrawn: bool


def current_step(facts: Facts) -> Step:
    """Where this rater should be now."""
    return _ended(facts) or _before_the_pairs(facts) or _at_the_pairs(facts) or _after_the_pairs(facts)


def _ended(facts: Facts) -> Step | None:
    if facts.has_withdrawn:
        return Step.WITHDRAWN
    if facts.has_completed:
        return Step.DONE
    if facts.has_stopped:
        return Step.STOPPED
    return Step.TURNED_AWAY if facts.was_turned_away else None


def _before_the_pairs(facts: Facts) -> Step | None:
    if not facts.has_consented:
        return Step.DECLINED if facts.has_declined else Step.CONSENT
    if not facts.has_read_instructions:
        return Step.INSTRUCTIONS
    return None if facts.has_understood else Step.COMPREHENSION


def _at_the_pairs(facts: Facts) -> Step | None:
    """A break is due only while something is left to rate; the rubric comes after all preferences."""
    if facts.has_reviewed:
        return None
    if facts.pairs_open:
        return Step.PAUSE if facts.is_rest_due else Step.PAIR
    if facts.rubric_open:
        return Step.PAUSE if facts.is_rest_due else Step.RUBRIC
    return Step.REVIEW


def _after_the_pairs(facts: Facts) -> Step:
    """What reveals the blinding comes last, in this order, when no answer on a pair can change any more."""
    if facts.blinding_open:
        return Step.BLINDING
    return Step.SURVEY if facts.survey_open else Step.DEBRIEF
