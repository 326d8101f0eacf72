"""Pairs that raters practise on: a genuine reply beside a plainly broken one, and what to learn from it."""

from __future__ import annotations

import random
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from studies import pairing
from studies.judging.broken_pairs import CannotBreak, Made, Purpose, make_broken
from studies.judging.decoys import DecoyKind
from studies.models import Pair, Study


class CannotMakeTraining(CannotBreak):
    """The training pairs asked for cannot be made; the message says why and what to do."""


class CannotChangeFeedback(Exception):
    """The feedback stays as it is; the message says why."""


def feedback_on(kind: DecoyKind) -> str:
    """Said without letters: which reply is A is drawn for each rater."""
    told = {
        DecoyKind.OFF_TOPIC: _(
            "One of the two replies answers another conversation: it does not fit what was said here. "
            "The other one answers this person, so it helps more."
        ),
        DecoyKind.ROLE_SWAPPED: _(
            "One of the two replies speaks as if the supporter were the one who needs help. "
            "The other one answers as a supporter, so it helps more."
        ),
    }
    return told[kind]


#: Never with an order to a machine: a person would only be puzzled. Dialogues that nobody rates come first.
TRAINING: Final = Purpose(
    pair_kind=Pair.Kind.TRAINING,
    kinds=(DecoyKind.OFF_TOPIC, DecoyKind.ROLE_SWAPPED),
    prefix="training",
    named="training pair",
    of_main_dialogues=False,
    refusal=CannotMakeTraining,
    feedback=feedback_on,
)


def make_training(*, study: Study, count: int, rng: random.Random) -> Made:
    """Training pairs until the study has `count`, each with feedback in the study's language.

    Asking for fewer takes none away. Raises CannotMakeTraining, also for a frozen study.
    """
    with translation.override(study.language):
        return make_broken(study=study, purpose=TRAINING, count=count, rng=rng)


@transaction.atomic
def set_feedback(*, pair: Pair, feedback: str) -> Pair:
    """What raters read after answering a training pair. Raises CannotChangeFeedback."""
    if pair.kind != Pair.Kind.TRAINING:
        raise CannotChangeFeedback("only training pairs have feedback")
    try:
        pairing.lock_unfrozen(pair.dialogue.study)
    except pairing.PairingError as error:
        raise CannotChangeFeedback(str(error)) from error
    Pair.objects.filter(pk=pair.pk).update(feedback=feedback)
    pair.refresh_from_db()
    return pair
