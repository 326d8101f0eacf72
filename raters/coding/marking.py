"""Marking: storing which codes a person gave to a text, once, whatever the browser does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from raters.coding.taking_part import seen
from raters.models import CodeMark, CodingAssignment, CodingSession
from studies.coding import codebooks

LONGEST_NOTE: Final = 2000
#: More than any codebook has.
_MOST_CODES: Final = 200


class TextGone(Exception):
    """The words were erased: nothing is asked about them any more."""


class Ended(Exception):
    """The coder has stopped, or not begun: nothing that was given changes."""


class BadCodes(Exception):
    """A code that the codebook does not have for this kind of text, or neither codes nor "none of these"."""


def mark_shown(*, assignment: CodingAssignment, now: datetime) -> None:
    """Starts the clock at the first showing; later ones don't reset it."""
    CodingAssignment.objects.filter(pk=assignment.pk, shown_at__isnull=True).update(shown_at=now)


@transaction.atomic
def mark(
    *, assignment: CodingAssignment, codes: Collection[str], none: bool = False, note: str = "", now: datetime
) -> CodingAssignment:
    """Stores the codes, or corrects them: a second time never adds a coding.

    `none`: none of the codes applies, which must be said. A text that was given to somebody else in the
    meantime is the coder's again, and has one coder more. A first answer after the end is still taken.
    Raises TextGone, Ended, BadCodes.
    """
    session, own = _locked(assignment)
    is_first = own.coded_at is None
    if session.started_at is None or (session.stopped_at and not is_first):
        raise Ended
    wanted = _codes(session, own, codes)
    if bool(wanted) == none:
        raise BadCodes
    known = set(own.marks.values_list("code", flat=True))
    if is_first:
        own.coded_at, own.seconds = now, _seconds(own, now)
        own.skipped_at = own.released_at = None
    elif (known, own.note) != (wanted, note):
        own.corrected_at = now
    own.note, own.draft = note, {}
    own.save()
    own.marks.exclude(code__in=wanted).delete()
    CodeMark.objects.bulk_create(CodeMark(assignment=own, code_id=pk) for pk in sorted(wanted - known))
    seen(session=session, now=now)
    return own


@transaction.atomic
def skip(*, assignment: CodingAssignment, note: str, now: datetime) -> None:
    """Leaves a text out that is too hard to read, or cannot be coded. What is coded stays. Raises as mark."""
    session, own = _locked(assignment)
    if session.started_at is None or session.stopped_at:
        raise Ended
    if own.coded_at:
        return
    own.skipped_at, own.note, own.draft = own.skipped_at or now, note, {}
    own.save(update_fields=["skipped_at", "note", "draft"])
    seen(session=session, now=now)


@transaction.atomic
def keep_draft(*, assignment: CodingAssignment, fields: Mapping[str, list[str]], now: datetime) -> None:
    """Keeps the form as it stands, in the place of what was kept before; never an answer. Raises as mark."""
    session, own = _locked(assignment)
    if session.started_at is None or session.stopped_at:
        raise Ended
    own.draft = {
        "codes": [code[:40].replace("\0", "") for code in fields.get("codes", [])[:_MOST_CODES]],
        "none": bool(fields.get("none")),
        # Twice as long as may be: what is too long is said when it is sent, and not lost before.
        "note": "".join(fields.get("note", [])[-1:])[: 2 * LONGEST_NOTE].replace("\0", ""),
    }
    own.save(update_fields=["draft"])
    seen(session=session, now=now)


def _locked(assignment: CodingAssignment) -> tuple[CodingSession, CodingAssignment]:
    """The session first, then the row: the order in which planning locks."""
    session = CodingSession.objects.select_for_update().get(pk=assignment.session_id)
    row = CodingAssignment.objects.select_for_update().get(pk=assignment.pk)
    if row.passage.erased_at:
        raise TextGone
    return session, row


def _codes(session: CodingSession, own: CodingAssignment, keys: Collection[str]) -> set[int]:
    allowed = {entry.key for entry in session.codebook.document().codes_for(own.passage.kind)}
    if not set(keys) <= allowed:
        raise BadCodes
    return set(codebooks.rows_of(session.codebook, keys).values())


def _seconds(own: CodingAssignment, now: datetime) -> int | None:
    """Whole seconds since the first showing; None for a page that was never seen to be shown."""
    return max(0, round((now - own.shown_at).total_seconds())) if own.shown_at else None
