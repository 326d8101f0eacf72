"""A study's codebook: started from the default, edited, frozen, and left alone once somebody has coded.

What people coded stands in `raters`, which nothing here imports: it is found by the names of the reverse
relations of `Codebook`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from studies import codebook
from studies.codebook import CodebookDocument, CodeEntry
from studies.coding.default_codebook import CODES
from studies.models import Code, Codebook, Coding, Study


class CodebookError(Exception):
    """The codebook cannot be changed or frozen; the message says why and what to do."""


@transaction.atomic
def add_default(*, study: Study) -> list[Code]:
    """Adds those codes of the default codebook whose keys the study does not have; returns them.

    Raises CodebookError once somebody has coded.
    """
    locked = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    refuse_if_fixed(locked)
    after = max(locked.codes.values_list("position", flat=True), default=0)
    return [_added(locked, entry, after + number) for number, entry in enumerate(_missing(locked), start=1)]


def lacks_default(study: Study) -> bool:
    """Whether `add_default` would add a code."""
    return bool(_missing(study))


def _missing(study: Study) -> list[CodeEntry]:
    known = set(study.codes.values_list("key", flat=True))
    return [entry for entry in CODES if entry.key not in known]


def _added(study: Study, entry: CodeEntry, position: int) -> Code:
    return Code.objects.create(
        study=study,
        key=entry.key,
        kind=entry.kind,
        name=entry.name,
        definition=entry.definition,
        example=entry.example,
        counter_example=entry.counter_example,
        position=position,
    )


@transaction.atomic
def freeze(*, study: Study, now: datetime) -> Codebook:
    """The newest version, or a new one where codes were edited since. Raises CodebookError.

    People who were invited with the version before, and have coded nothing yet, go on with the new one; their
    drafts are emptied. A planned run keeps the version that it was planned with, and has to be cancelled
    first.
    """
    locked = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    codes = entries_of(locked)
    if not codes:
        raise CodebookError(_("the codebook is empty: add codes, or start from the default codebook"))
    newest = current(locked)
    if newest is None:
        return _frozen(locked, 1, codes, now)
    if newest.document().codes == codes:
        return newest
    # A first coding that is being sent in holds its session: whoever comes second sees the other.
    sessions = list(newest.sessions.order_by("pk").select_for_update())
    refuse_if_fixed(locked)
    _refuse_if_planned(newest)
    fresh = _frozen(locked, newest.version + 1, codes, now)
    for session in sessions:
        _hand_over(session, fresh)
    return fresh


def current(study: Study) -> Codebook | None:
    """The newest frozen version, or None before the first."""
    return study.codebooks.order_by("-version").first()


def is_fixed(study: Study) -> bool:
    """Whether somebody has coded, a person or a model: no code is edited any more."""
    by_people = study.codebooks.filter(sessions__assignments__coded_at__isnull=False)
    return by_people.exists() or Coding.objects.filter(codebook__study=study, status="done").exists()


def rows_of(book: Codebook, keys: Collection[str]) -> dict[str, int]:
    """The codes that somebody gave with this version, by key: the primary keys of their rows.

    One that was taken out or renamed since comes back, as this version has it. Keys that it does not have are
    left out.
    """
    entries = {entry.key: entry for entry in book.document().codes if entry.key in keys}
    rows = dict(Code.objects.filter(study=book.study_id, key__in=entries).values_list("key", "pk"))
    for position, entry in enumerate(book.document().codes if len(rows) < len(entries) else ()):
        if entry.key in entries and entry.key not in rows:
            rows[entry.key] = _added(book.study, entry, position).pk
    return rows


def has_changed(study: Study) -> bool:
    """Whether codes stand there that differ from the newest frozen version, or no version is frozen."""
    newest = current(study)
    codes = entries_of(study)
    return bool(codes) if newest is None else newest.document().codes != codes


def refuse_if_fixed(study: Study) -> None:
    """Raises CodebookError once somebody has coded."""
    if is_fixed(study):
        raise CodebookError(_("somebody has coded with this codebook: it can no longer change"))


def entries_of(study: Study) -> tuple[CodeEntry, ...]:
    """The codes as they stand now, in the order in which coders would see them."""
    fields = ("key", "kind", "name", "definition", "example", "counter_example")
    # Sorted here, not by the database: two engines sort text differently.
    rows = sorted(study.codes.values_list("position", *fields), key=lambda row: row[:2])
    return tuple(CodeEntry(*row[1:]) for row in rows)


def _refuse_if_planned(newest: Codebook) -> None:
    planned = newest.codings.filter(run__cancelled_at__isnull=True).values_list("run__number", flat=True)
    numbers = sorted(set(planned.order_by()))
    if numbers:
        told = ", ".join(map(str, numbers))
        raise CodebookError(
            _("run %(runs)s is planned with version %(version)d of the codebook: cancel it first")
            % {"runs": told, "version": newest.version}
        )


def _frozen(study: Study, version: int, codes: tuple[CodeEntry, ...], now: datetime) -> Codebook:
    canonical = codebook.canonical_json(CodebookDocument(study.slug, version, codes))
    return Codebook.objects.create(
        study=study,
        version=version,
        canonical=canonical,
        sha256=codebook.sha256_of(canonical),
        frozen_at=now,
    )


def _hand_over(session: Any, fresh: Codebook) -> None:
    """A person's session; a draft in it may hold codes that are gone."""
    session.assignments.update(draft={})
    session.codebook = fresh
    session.save(update_fields=["codebook"])
