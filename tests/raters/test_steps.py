from __future__ import annotations

import pytest

from raters.steps import Facts, Step, current_step

NOTHING = {
    "has_consented": False,
    "has_declined": False,
    "has_read_instructions": False,
    "has_stopped": False,
    "has_completed": False,
    "pairs_open": 0,
}


@pytest.mark.parametrize(
    ("happened", "step"),
    [
        ({}, Step.CONSENT),
        ({"has_declined": True}, Step.DECLINED),
        ({"has_declined": True, "has_consented": True}, Step.INSTRUCTIONS),
        ({"has_consented": True, "pairs_open": 4}, Step.INSTRUCTIONS),
        ({"has_consented": True, "has_read_instructions": True, "pairs_open": 1}, Step.PAIR),
        ({"has_consented": True, "has_read_instructions": True}, Step.REVIEW),
        ({"has_consented": True, "has_stopped": True, "pairs_open": 3}, Step.STOPPED),
        ({"has_consented": True, "has_completed": True}, Step.DONE),
    ],
)
def test_each_step_follows_from_what_has_happened(happened: dict[str, bool | int], step: Step) -> None:
    assert current_step(Facts(**{**NOTHING, **happened})) is step  # type: ignore[arg-type]
