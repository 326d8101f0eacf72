"""The journey of a rater: the only place that knows its order.

Every page asks `current_step` where the rater should be and sends them there, so the back button, a reload,
a pasted address and a second tab need no code of their own (the idea is oTree's).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    CONSENT = "consent"
    INSTRUCTIONS = "instructions"
    PAIR = "pair"
    REVIEW = "review"
    DONE = "done"
    STOPPED = "stopped"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Facts:
    """What has happened so far in one session."""

    has_consented: bool
    has_declined: bool
    has_read_instructions: bool
    has_stopped: bool
    has_completed: bool
    pairs_open: int


def current_step(facts: Facts) -> Step:
    """Where this rater should be now."""
    if facts.has_completed:
        return Step.DONE
    if facts.has_stopped:
        return Step.STOPPED
    if not facts.has_consented:
        return Step.DECLINED if facts.has_declined else Step.CONSENT
    if not facts.has_read_instructions:
        return Step.INSTRUCTIONS
    return Step.PAIR if facts.pairs_open else Step.REVIEW
