"""The file beside what the study already has: what is new, what is known, what contradicts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from studies.importing.examining import Examination
from studies.importing.records import ReplyRecord
from studies.importing.report import Outcome
from studies.importing.spool import Kept
from studies.models import Dialogue, Response, Study, System

#: Dialogues looked up and written at a time.
CHUNK: Final = 1000

Texts = dict[tuple[int, str, int], str]


@dataclass(frozen=True, slots=True)
class Matched:
    """One dialogue of the file: `pk` is its row's key if it has one, `fresh` its replies without a row."""

    dialogue: Kept
    pk: int | None
    fresh: tuple[ReplyRecord, ...]


@dataclass(slots=True)
class Matcher:
    """Walks through the examined dialogues once and counts into `outcome`."""

    study: Study
    examination: Examination
    outcome: Outcome = field(default_factory=Outcome)
    systems: dict[str, System] = field(default_factory=dict)
    _is_empty: bool = False

    def __post_init__(self) -> None:
        self.systems = {system.name: system for system in System.objects.filter(study=self.study)}
        self._is_empty = not Dialogue.objects.filter(study=self.study).exists()
        for name, kind in self.examination.linter.coverage.kinds.items():
            known = self.systems.get(name)
            if known is not None and known.kind != kind:
                self.outcome.clash(
                    f"system {name!r} is {known.kind} in the study and {kind} in the file; "
                    "say its kind in the file, or give it another name"
                )

    def walk(self) -> Iterator[list[Matched]]:
        """Chunks of dialogues, in file order."""
        numbered = enumerate(self.examination.spool)
        while chunk := list(islice(numbered, CHUNK)):
            known = self._known([dialogue for _, dialogue in chunk])
            texts = self._texts(list(known.values()))
            yield [self._match(number, dialogue, known, texts) for number, dialogue in chunk]

    def _known(self, chunk: Sequence[Kept]) -> dict[str, Dialogue]:
        if self._is_empty:
            return {}
        ids = [dialogue.external_id for dialogue in chunk]
        rows = Dialogue.objects.filter(study=self.study, external_id__in=ids)
        return {row.external_id: row for row in rows}

    def _texts(self, dialogues: Sequence[Dialogue]) -> Texts:
        if not dialogues:
            return {}
        rows = Response.objects.filter(dialogue__in=dialogues).values_list(
            "dialogue_id", "system__name", "replicate", "text"
        )
        return {(dialogue, system, replicate): text for dialogue, system, replicate, text in rows}

    def _match(self, number: int, dialogue: Kept, known: dict[str, Dialogue], texts: Texts) -> Matched:
        row = known.get(dialogue.external_id)
        replies = self._kept(number, dialogue.replies)
        if row is None:
            self.outcome.dialogues_new += 1
            for reply in replies:
                self.outcome.replies_new[reply.system] += 1
            return Matched(dialogue, None, replies)
        self.outcome.dialogues_known += 1
        self._compare(dialogue, row)
        fresh = tuple(reply for reply in replies if self._is_fresh(reply, dialogue, row, texts))
        return Matched(dialogue, row.pk, fresh)

    def _kept(self, number: int, replies: tuple[ReplyRecord, ...]) -> tuple[ReplyRecord, ...]:
        """The replies that are not left out."""
        left_out = self.examination.left_out
        if not left_out:
            return replies
        key = self.examination.linter.names.key
        kept = tuple(reply for reply in replies if key(number, reply.system, reply.replicate) not in left_out)
        self.outcome.emptied.update({reply.system for reply in replies} - {reply.system for reply in kept})
        return kept

    def _compare(self, dialogue: Kept, row: Dialogue) -> None:
        if row.turns != json.loads(dialogue.turns):
            self.outcome.clash(
                f"dialogue {dialogue.external_id!r} ({dialogue.where}) has other turns in the study; "
                "give it another id, or import with the same options as before"
            )
        if sorted(row.tags) != sorted(dialogue.tags):
            self.outcome.tags_kept += 1

    def _is_fresh(self, reply: ReplyRecord, dialogue: Kept, row: Dialogue, texts: Texts) -> bool:
        known = texts.get((row.pk, reply.system, reply.replicate))
        if known is None:
            self.outcome.replies_new[reply.system] += 1
            return True
        if known == reply.text:
            self.outcome.replies_known[reply.system] += 1
        else:
            self.outcome.clash(
                f"the reply of {reply.system!r} no. {reply.replicate} to dialogue "
                f"{dialogue.external_id!r} ({dialogue.where}) has another text in the study; "
                "give it another replicate number or system name"
            )
        return False
