"""What generation and judging share in asking: versioned templates, and the hash of what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Template as Fillable
from types import MappingProxyType
from typing import Final

from studies.comparison import Speaker
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
