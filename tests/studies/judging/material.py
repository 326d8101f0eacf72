"""A protocol and a comparison for tests of judging, without a database."""

from __future__ import annotations

import random
from typing import Final

from studies.comparison import SCALES, Comparison, ShownTurn
from studies.judging.prompts import JudgePrompt, judge_request
from studies.judging.schema import Variant
from studies.protocol import Answer, Asked, Design, Material, ProtocolDocument, Texts

RUBRIC: Final = (
    Asked("overall", "Overall preference", "Which reply would help more?", "", "Your overall choice"),
    Asked("human_alignment", "Human Alignment", "Which is more natural here?", "stiff", "natural"),
    Asked("attunement", "Attunement", "Which follows more closely?", "general comfort", "own details"),
)
GRADED: Final = {
    -2: "A much better",
    -1: "A a little better",
    0: "No difference",
    1: "B a little better",
    2: "B much better",
}
PLAIN: Final = {-1: "A is better", 0: "No difference", 1: "B is better"}
COMPARISON: Final = Comparison(
    turns=(
        ShownTurn("supporter", "Hello. What brings you here?"),
        ShownTurn("seeker", "My dog died.\n\nI can't stop crying."),
    ),
    first="I am sorry. What was his name?",
    second="Try to get some rest.",
)


def protocol(scale: int = 5, rubric: tuple[Asked, ...] = RUBRIC) -> ProtocolDocument:
    labels = PLAIN if scale < 4 else GRADED
    return ProtocolDocument(
        study="kind-words",
        title="Kind words",
        version=1,
        texts=Texts(
            "", "", "", "", "", "", "", "", "", "", "", adults_only=True, language="en-gb", who_reads=""
        ),
        rubric=rubric,
        answers=tuple(Answer(value, labels[value]) for value in SCALES[scale]),
        design=Design(7, 2, 4, 1, "fixed", "required", 90, "none", None, None),
        material=Material(1, 2, 1, "0" * 64),
    )


def asked(variant: Variant = "rubric", *, scale: int = 5, seed: int = 1) -> JudgePrompt:
    return judge_request(COMPARISON, protocol(scale), variant=variant, rng=random.Random(seed))
