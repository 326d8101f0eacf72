"""The only bridge from a stored passage to a coder's page or prompt."""

from __future__ import annotations

from studies.codebook import REPLY
from studies.coding.shown import ShownPassage
from studies.models import Codebook, Passage
from studies.selectors import shown_turns


def shown_for(passage: Passage, codebook: Codebook) -> ShownPassage:
    """What is shown of a passage, with the frozen codebook's codes for its kind.

    Reads the dialogue of a reply, so select it along; an erased passage has no text, and is for nobody.
    """
    return ShownPassage(
        kind=passage.kind,
        text=passage.text,
        turns=shown_turns(passage.dialogue) if passage.kind == REPLY else (),
        codes=codebook.document().codes_for(passage.kind),
    )
