"""What a kind of run brings along: how a row is asked, and what an answer comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from django.db.models import QuerySet

from studies.llm.port import CallRequest, Completion
from studies.models import Coding, Generation, Judgment, Run

#: How often an answer that can't be read is asked for again, with the identical prompt.
MOST_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """One row's call with what provenance stores of it. `context` is what reading the answer needs."""

    request: CallRequest
    family: str
    template_version: str
    template_sha256: str
    prompt_sha256: str
    schema_sha256: str = ""
    slot_first: str = ""
    slot_second: str = ""
    context: Any = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer comes to.

    `outcome` is the row's, and "" means that the answer can't be read: ask again. `columns` are the row's
    own, `content` is for `Craft.store`.
    """

    status: str
    outcome: str
    detail: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    content: Any = None


class MayNotBeSent(Exception):
    """A row whose text must not go out; `kind` and `sentence` end the row, and no call is written."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


class Craft(Protocol):
    """One kind of run. `link` is the column of LLMCall that points to its rows."""

    @property
    def link(self) -> Literal["generation", "judgment", "coding"]: ...

    @property
    def rows(self) -> type[Generation] | type[Judgment] | type[Coding]: ...

    def waiting(self, run: Run) -> QuerySet[Any]:
        """The rows in line, those left out that a gate holds back."""
        ...

    def sendable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of rows in line those that may still be sent, looked at once more in the moment of claiming."""
        ...

    def with_texts(self, keys: Sequence[int]) -> list[Any]:
        """Rows with everything that `ask` reads, in the order of the keys."""
        ...

    def ask(self, row: Any) -> Ask:
        """Raises MayNotBeSent."""
        ...

    def read(self, row: Any, ask: Ask, completion: Completion) -> Reading:
        """Pure: looks at the answer and changes nothing."""
        ...

    def erased(self, keys: Sequence[int]) -> set[int]:
        """Of these rows those whose text was erased since they were asked about."""
        ...

    def store(self, readings: Sequence[tuple[Any, Reading]]) -> None:
        """What finished rows bring beyond their own columns; inside the transaction that finishes them."""
        ...
