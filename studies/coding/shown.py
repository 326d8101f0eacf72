"""What a coder, a person or a language model, is shown of a passage.

`ShownPassage` is the only thing that reaches a coder's page or prompt: blinding by construction. Whose words
they are, of which pair and in which order stands in none of its fields.
"""

from __future__ import annotations

from dataclasses import dataclass

from studies.codebook import CodeEntry
from studies.comparison import ShownTurn


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """One text and the codes that it can get, in the codebook's order. Nothing else.

    `kind` is `reason` or `reply`; `turns` are the dialogue before a reply, and none for a reason.
    """

    kind: str
    text: str
    turns: tuple[ShownTurn, ...]
    codes: tuple[CodeEntry, ...]
