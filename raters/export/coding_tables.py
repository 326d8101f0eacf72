"""The tables of coding: codebooks, texts that were set out, and what people and models found in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from raters.export.call_table import models_of
from raters.export.tables import CHUNK, Table
from raters.models import CodeMark, CodingAssignment
from raters.verdicts import iso_utc, joined_tags
from studies.coding.masking import masked
from studies.models import Coding, CodingMark, Passage, Study
from studies.selectors import response_key

WITHHELD: Final = "withheld"
SKIPPED: Final = "skipped"
_PASSAGE: Final = (
    "key",
    "kind",
    "source_kind",
    "source",
    "variant",
    "dialogue__external_id",
    "dialogue__tags",
    "pair__key",
    "order",
    "occasion",
    "response__system__name",
    "response__replicate",
    "place",
    "text",
    "may_leave",
    "erased_at",
    "of_rater__rating__reason",
    "of_rater__rating__reason_released_at",
)
_BY_PERSON: Final = (
    "pk",
    "passage__key",
    "session__pseudonym",
    "session__codebook_id",
    "note",
    "seconds",
    "position",
    "coded_at",
    "skipped_at",
)
_BY_MODEL: Final = (
    "pk",
    "codebook_id",
    "passage__key",
    "coder__name",
    "coder__family",
    "coder__model_id",
    "replicate",
    "status",
    "outcome",
    "note",
    "same_family",
    # Of the provider that was asked, whatever the coder is set to since.
    "provider__for_trial",
    "finished_at",
    "error_kind",
    "call_id",
    "call__model_requested",
    "call__model_returned",
)


class CodeRow(NamedTuple):
    codebook_version: int
    codebook_sha256: str
    code: str
    kind: str
    name: str
    definition: str
    example: str
    counter_example: str


class PassageRow(NamedTuple):
    """`text` as coders read it; `words` counts what white space parts in it.

    `text_released`: somebody released the rater's reason, and it still is the one that was set out.
    """

    passage: str
    kind: str
    source_kind: str
    source: str
    variant: str
    dialogue: str
    tags: str
    pair: str
    order: str
    occasion: int
    system: str
    response: str
    place: int
    words: int
    text: str
    may_leave: bool
    erased: bool
    text_released: bool | None


class CodingRow(NamedTuple):
    passage: str
    coder: str
    coder_kind: str
    family: str
    model_id: str
    codebook_sha256: str
    replicate: int
    status: str
    outcome: str
    codes: str
    note: str
    seconds: int | None
    same_family: bool
    for_trial: bool
    position: int | None
    coded_at: str
    call: int | None
    model_requested: str
    model_returned: str
    other_model: bool | None


def code_rows(study: Study) -> Iterator[CodeRow]:
    """Every version, the codes of each in the order in which coders see them."""
    for book in study.codebooks.order_by("version"):
        for code in book.document().codes:
            yield CodeRow(
                book.version,
                book.sha256,
                code.key,
                code.kind,
                code.name,
                code.definition,
                code.example,
                code.counter_example,
            )


def passage_rows(study: Study) -> Iterator[PassageRow]:
    """In the order in which they are coded."""
    rows = study.passages.order_by("place", "pk").values_list(*_PASSAGE)
    for row in rows.iterator(chunk_size=CHUNK):
        *told, erased, reason, released_at = row
        *facts, dialogue, tags, pair, order, occasion, system, replicate, place, text, may = told
        is_released = released_at is not None and masked(reason, seed=facts[0]) == text
        yield PassageRow._make(
            (
                *facts,
                dialogue,
                joined_tags(tags),
                pair or "",
                order,
                occasion,
                system or "",
                response_key(dialogue, system, replicate) if system else "",
                place,
                len(text.split()),
                text,
                may,
                erased is not None,
                is_released if facts[2] == Passage.Source.RATER else None,
            )
        )


def coding_rows(study: Study) -> Iterator[CodingRow]:
    """People's first, by the coder's link and the place in their order; then models' as they were planned."""
    return chain(_by_people(study), _by_models(study))


def _by_people(study: Study) -> Iterator[CodingRow]:
    """What was given back, or counts no more because its rater took the words back, is left out."""
    rows = (
        CodingAssignment.objects.filter(session__study=study, released_at__isnull=True)
        .order_by("session", "position")
        .values_list(*_BY_PERSON)
    )
    books = _Books(study)
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        marks = _marks(CodeMark.objects.filter(assignment__in=[row[0] for row in chunk]), "assignment_id")
        for pk, passage, coder, book, note, seconds, position, coded_at, skipped_at in chunk:
            yield CodingRow(
                passage=passage,
                coder=coder,
                coder_kind="human",
                family="",
                model_id="",
                codebook_sha256=books.sha256[book],
                replicate=1,
                status="done" if coded_at or skipped_at else "pending",
                outcome="ok" if coded_at else SKIPPED if skipped_at else "",
                codes=books.joined(book, marks[pk]),
                note=note,
                seconds=seconds,
                same_family=False,
                for_trial=False,
                position=position,
                coded_at=iso_utc(coded_at or skipped_at),
                call=None,
                model_requested="",
                model_returned="",
                other_model=None,
            )


def _by_models(study: Study) -> Iterator[CodingRow]:
    rows = Coding.objects.filter(run__study=study).order_by("pk").values_list(*_BY_MODEL)
    books = _Books(study)
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        marks = _marks(CodingMark.objects.filter(coding__in=[row[0] for row in chunk]), "coding_id")
        for pk, book, passage, coder, family, model, replicate, status, outcome, note, *rest in chunk:
            same_family, for_trial, finished_at, error_kind, call, asked, returned = rest
            model_requested, model_returned, other_model = models_of(asked, returned)
            yield CodingRow(
                passage=passage,
                coder=coder,
                coder_kind="llm",
                family=family,
                model_id=model,
                codebook_sha256=books.sha256[book],
                replicate=replicate,
                status=status,
                outcome=WITHHELD if error_kind == WITHHELD else outcome,
                codes=books.joined(book, marks[pk]),
                note=note,
                seconds=None,
                same_family=same_family,
                for_trial=for_trial,
                position=None,
                coded_at=iso_utc(finished_at),
                call=call,
                model_requested=model_requested,
                model_returned=model_returned,
                other_model=other_model,
            )


class _Books:
    """What the codings of each codebook need to know of it, by its primary key."""

    def __init__(self, study: Study) -> None:
        books = list(study.codebooks.all())
        self.sha256 = {book.pk: book.sha256 for book in books}
        self._keys = {book.pk: [code.key for code in book.document().codes] for book in books}

    def joined(self, book: int, given: set[str]) -> str:
        """In the codebook's order."""
        return "|".join(key for key in self._keys[book] if key in given)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _marks(marks: QuerySet[Any], of: str) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for owner, key in marks.values_list(of, "code__key"):
        found[owner].add(key)
    return found


CODING_TABLES: Final = (
    Table("codes.csv", CodeRow._fields, code_rows),
    Table("passages.csv", PassageRow._fields, passage_rows),
    Table("codings.csv", CodingRow._fields, coding_rows),
)
