"""What all kinds of asking share: versioned templates, frames around foreign texts, and hashes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Template as Fillable
from types import MappingProxyType
from typing import Final

from studies.comparison import ShownTurn, Speaker
from studies.llm.port import Message
from studies.protocol import sha256_of

#: How the speakers are called, on a rater's page as in every prompt.
LABELS: Final[Mapping[Speaker, str]] = MappingProxyType({"seeker": "Seeker", "supporter": "Supporter"})


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt's fixed words with $places for what varies. A version never changes its words."""

    version: str
    system: str
    user: str

    @property
    def text(self) -> str:
        """Both parts as one canonical JSON text, to be stored."""
        return json.dumps([self.system, self.user], ensure_ascii=False, separators=(",", ":"))

    @property
    def sha256(self) -> str:
        """The hash of `text`."""
        return sha256_of(self.text)

    def messages(self, **values: str) -> tuple[Message, ...]:
        """The filled template. A value is put in once and never read for $places of its own."""
        system, user = (Fillable(part).substitute(values) for part in (self.system, self.user))
        return Message("system", system), Message("user", user)


def rendered_sha256(messages: Iterable[Message]) -> str:
    """The hash of what is sent: roles and texts in their order, as canonical JSON."""
    told = [[message.role, message.text] for message in messages]
    return sha256_of(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def boundary_for(rng: random.Random, texts: str) -> str:
    """12 hexadecimal digits that stand in none of the texts, so that no text can end its own frame."""
    while True:
        boundary = f"{rng.getrandbits(48):012x}"
        if boundary not in texts.lower():
            return boundary


def framed(turns: Sequence[ShownTurn], boundary: str) -> str:
    """A conversation, each turn under a line with its speaker."""
    told = [f"<<{boundary} {LABELS[turn.speaker]}>>\n{turn.text}" for turn in turns]
    return "\n".join((*told, f"<<{boundary} end of the conversation>>"))
