"""Decoy pairs: a dialogue's genuine reply beside one that must lose. Do judges read, and do raters?

Judges meet all of them. Raters meet, among their main pairs, as many as the study's journey says, and none of
those that only a machine could take for a reply (`Pair.objects.decoys_for_raters`).
"""

from __future__ import annotations

import random
from typing import Final

from studies.judging.broken_pairs import CannotBreak, Made, Purpose, make_broken
from studies.judging.decoys import DecoyKind
from studies.models import Pair, Study


class CannotMakeDecoys(CannotBreak):
    """The decoys asked for cannot be made; the message says why and what to do."""


DECOYS: Final = Purpose(
    pair_kind=Pair.Kind.DECOY,
    kinds=tuple(DecoyKind),
    prefix="decoy",
    named="decoy",
    of_main_dialogues=True,
    refusal=CannotMakeDecoys,
)


def make_decoys(*, study: Study, count: int, rng: random.Random) -> Made:
    """Decoy pairs until the study has `count`, as many of each kind; asking for fewer takes none away.

    A dialogue gets one of each kind at most. Its genuine reply is one of a main pair and a person's, where
    there is one, and is stored first. Raises CannotMakeDecoys, also for a frozen study.
    """
    return make_broken(study=study, purpose=DECOYS, count=count, rng=rng)
