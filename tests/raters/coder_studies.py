"""Small studies with texts to code, and people who code them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from raters.coding import marking, planning, taking_part
from raters.models import CodingAssignment, CodingSession
from studies.models import Code, Passage, Study, System
from tests import factories
from tests.factories import NOW

#: key, kind. Keys of the pages: 1, 2, a, b.
CODES = (
    ("resonance", "dimension"),
    ("attunement", "dimension"),
    ("reframe", "strategy"),
    ("offer_hope", "strategy"),
)


def study_to_code(
    slug: str = "kind-words",
    *,
    reasons: int = 4,
    replies: int = 2,
    codes: Sequence[tuple[str, str]] = CODES,
    **fields: Any,
) -> Study:
    """A study whose reasons by raters and replies by systems are set out; nothing is opened."""
    study = factories.make_study(slug, dialogues=2, **fields)
    for place, (key, kind) in enumerate(codes):
        Code.objects.create(
            study=study,
            key=key,
            kind=kind,
            name=key.replace("_", " ").capitalize(),
            definition=f"Says something of {key.replace('_', ' ')}.",
            example=f"A text with {key}.",
            counter_example=f"A text without {key}.",
            position=place,
        )
    for number in range(reasons + replies):
        add_passage(study, number, "reason" if number < reasons else "reply")
    return study


def add_passage(study: Study, place: int, kind: str, **fields: object) -> Passage:
    dialogue = study.dialogues.order_by("pk")[place % 2]
    values: dict[str, object] = {
        "key": f"{place:012x}",
        "kind": kind,
        "dialogue": dialogue,
        "place": place,
        "text": f"This is {kind} {place}: it asks what the person meant, and stays with it.",
    }
    if kind == "reason":
        pair = dialogue.pairs.order_by("pk")[0]
        values |= {
            "source_kind": "rater",
            "source": f"r-{place}",
            "variant": "main",
            "pair": pair,
            "order": "AB",
        }
    else:
        response = dialogue.responses.order_by("pk")[0]
        source = System.objects.get(pk=response.system_id).name
        values |= {"source_kind": "system", "source": source, "response": response}
    return Passage.objects.create(study=study, **{**values, **fields})


def invite(study: Study, count: int = 2, per_passage: int = 2, **more: Any) -> list[CodingSession]:
    dealt = planning.invite_coders(
        study=study,
        count=count,
        per_passage=per_passage,
        now=NOW,
        **more,
    )
    return dealt.sessions


def begun(study: Study, count: int = 2, per_passage: int = 2) -> list[CodingSession]:
    """Coders who have read what awaits them."""
    sessions = invite(study, count, per_passage)
    for session in sessions:
        taking_part.begin(session=session, now=NOW)
        session.refresh_from_db()
    return sessions


def texts_of(session: CodingSession) -> list[CodingAssignment]:
    return list(session.assignments.order_by("position"))


def code(own: CodingAssignment, codes: Collection[str] = (), minutes: int = 5, note: str = "") -> None:
    """The codes half a minute after the text was shown; none of them where there are none."""
    now = NOW + timedelta(minutes=minutes)
    marking.mark_shown(assignment=own, now=now - timedelta(seconds=30))
    marking.mark(assignment=own, codes=codes, none=not codes, note=note, now=now)


def codes_on(own: CodingAssignment) -> set[str]:
    return set(own.marks.values_list("code__key", flat=True))
