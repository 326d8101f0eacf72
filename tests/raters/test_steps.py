from __future__ import annotations

from dataclasses import replace

import pytest

from raters.steps import Facts, Step, current_step

NOTHING = Facts(
    has_consented=False,
    has_declined=False,
    has_read_instructions=False,
    has_understood=False,
    was_turned_away=False,
    pairs_open=4,
    rubric_open=0,
    is_rest_due=False,
    has_reviewed=False,
    blinding_open=4,
    survey_open=True,
    has_completed=False,
    has_stopped=False,
    has_withdrawn=False,
)
CONSENTED = replace(NOTHING, has_consented=True)
READY = replace(CONSENTED, has_read_instructions=True, has_understood=True)
CHOSEN = replace(READY, pairs_open=0, rubric_open=3)
RATED = replace(CHOSEN, rubric_open=0)
REVIEWED = replace(RATED, has_reviewed=True)
GUESSED = replace(REVIEWED, blinding_open=0)
SURVEYED = replace(GUESSED, survey_open=False)


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (NOTHING, Step.CONSENT),
        (replace(NOTHING, has_declined=True), Step.DECLINED),
        (replace(CONSENTED, has_declined=True), Step.INSTRUCTIONS),
        (CONSENTED, Step.INSTRUCTIONS),
        (replace(CONSENTED, has_read_instructions=True), Step.COMPREHENSION),
        (replace(CONSENTED, has_read_instructions=True, was_turned_away=True), Step.TURNED_AWAY),
        (READY, Step.PAIR),
        (replace(READY, is_rest_due=True), Step.PAUSE),
        (CHOSEN, Step.RUBRIC),
        (replace(CHOSEN, is_rest_due=True), Step.PAUSE),
        (RATED, Step.REVIEW),
        (replace(RATED, is_rest_due=True), Step.REVIEW),
        (REVIEWED, Step.BLINDING),
        (replace(REVIEWED, pairs_open=1, rubric_open=1), Step.BLINDING),
        (GUESSED, Step.SURVEY),
        (SURVEYED, Step.DEBRIEF),
        (replace(SURVEYED, has_completed=True), Step.DONE),
        (replace(READY, has_stopped=True), Step.STOPPED),
        (replace(READY, has_withdrawn=True, has_stopped=True), Step.WITHDRAWN),
        (replace(SURVEYED, has_completed=True, has_withdrawn=True), Step.WITHDRAWN),
    ],
)
def test_each_step_follows_from_what_has_happened(facts: Facts, step: Step) -> None:
    assert current_step(facts) is step
