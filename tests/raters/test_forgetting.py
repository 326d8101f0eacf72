"""A rater's words that were set out to be coded go with them, from every column of the database."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from raters import erasing, forgetting, leaving, passages, retaining
from raters.export.person import everything_about
from raters.models import CodeMark, CodingAssignment, CodingSession, Erasure, Rating, RatingSession
from raters.passages import PassageDesign
from studies.coding import codebooks
from studies.models import Coder, Coding, CodingMark, LLMCall, Passage, Run, Study
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import WORDS, make_busy_rater, make_busy_study
from tests.scripted_runs import make_provider

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
QUOTE = f"They say: {WORDS}"
BY_RESEARCHER = Erasure.Cause.RESEARCHER


@pytest.fixture
def study() -> Study:
    return make_busy_study(identity_days=0, texts_days=30)


@pytest.fixture
def session(study: Study) -> RatingSession:
    """Their two reasons were coded by a person and a model, all quoting them; another rater's too."""
    session = make_busy_rater(study)
    other = factories.make_rater(study, participant_id="other")
    factories.rate_all(other)
    code_everything(study)
    return session


def code_everything(study: Study) -> None:
    codebooks.add_default(study=study)
    book = codebooks.freeze(study=study, now=NOW)
    passages.set_out(study=study, design=PassageDesign(replies=False))
    person = CodingSession.objects.create(study=study, codebook=book, invited_at=NOW)
    provider = make_provider("own", for_trial=False, is_own=True, api="openai", base_url="http://localhost:1")
    coder = Coder.objects.create(study=study, name="coder", provider=provider, model_id="m", family="phi")
    run = Run.objects.create(study=study, kind=Run.Kind.CODE, number=1, created_at=NOW, design={}, plan={})
    code = study.codes.get(key="attunement")
    for passage in study.passages.order_by("place"):
        by_person = CodingAssignment.objects.create(
            session=person,
            passage=passage,
            position=passage.place,
            coded_at=NOW,
            note=passage.text,
            draft={"note": QUOTE},
        )
        CodeMark.objects.create(assignment=by_person, code=code)
        row = Coding.objects.create(
            run=run, coder=coder, codebook=book, passage=passage, provider=provider, not_before=NOW
        )
        call = a_call(row, passage.text)
        Coding.objects.filter(pk=row.pk).update(
            status="done", outcome="ok", call=call, finished_at=NOW, note=f"About {passage.text}"
        )
        CodingMark.objects.create(coding=row, code=code)


def a_call(row: Coding, text: str, **fields: Any) -> LLMCall:
    values: dict[str, Any] = {
        "run": row.run,
        "coding": row,
        "attempt": LLMCall.objects.filter(coding=row).count() + 1,
        "provider": row.provider,
        "api": "openai",
        "model_requested": "m",
        "template_version": "1",
        "template_sha256": "0" * 64,
        "prompt": zlib.compress(json.dumps([["user", text]]).encode()),
        "prompt_sha256": "1" * 64,
        "client": "x",
        "worker": "w",
        "reserved_tokens": 1,
        "reserved_micros": 0,
        "queued_at": NOW,
        "started_at": NOW,
        "finished_at": NOW,
        "result": "failed",
        "raw": zlib.compress(text.encode()),
        "refusal": text,
        "reading_detail": text,
        "cost_reason": "none",
        "error_kind": "server",
        "error": f"cannot read {text}",
    }
    return LLMCall.objects.create(**{**values, **fields})


def where_it_stands() -> set[str]:
    """The columns, of any table, in which the rater's words are found; compressed ones opened."""
    found = set()
    for model in apps.get_models():
        for row in model._default_manager.values():
            for column, value in row.items():
                if WORDS in readable(value):
                    found.add(f"{model.__name__}.{column}")
    return found


def readable(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return zlib.decompress(bytes(value)).decode()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


CODED = {
    "Passage.text",
    "CodingAssignment.note",
    "CodingAssignment.draft",
    "Coding.note",
    "LLMCall.prompt",
    "LLMCall.raw",
    "LLMCall.refusal",
    "LLMCall.reading_detail",
    "LLMCall.error",
}


def test_erasing_leaves_no_word_in_any_column(study: Study, session: RatingSession) -> None:
    assert where_it_stands() > CODED
    assert erasing.held_of(session)["passages"] == 2

    said = LLMCall.objects.exclude(error="")[0].error
    Run.objects.update(
        started_at=NOW, paused_at=NOW, pause_reason=f"Every call so far failed. The last one: {said}"
    )

    erasure = erasing.erase_rater(session=session, cause=BY_RESEARCHER, now=LATER)

    # The other rater's row of the coder keeps a draft that this test planted.
    CodingAssignment.objects.filter(passage__erased_at__isnull=True).update(draft={})
    assert where_it_stands() == set()
    told = {name: erasure.counts[name] for name in ("passages", "codings", "coding_notes", "coding_calls")}
    assert told == {"passages": 2, "codings": 4, "coding_notes": 4, "coding_calls": 2}
    assert Passage.objects.filter(erased_at=LATER, text="").count() == 2
    assert Passage.objects.legible().count() == 4


def test_erasing_takes_the_codes_back_and_never_leaves_an_empty_coding(session: RatingSession) -> None:
    erasing.erase_rater(session=session, cause=BY_RESEARCHER, now=LATER)

    gone = Passage.objects.filter(erased_at__isnull=False)
    assert not CodeMark.objects.filter(assignment__passage__in=gone).exists()
    assert not CodingMark.objects.filter(coding__passage__in=gone).exists()
    assert set(CodingAssignment.objects.filter(passage__in=gone).values_list("released_at")) == {(LATER,)}
    models = Coding.objects.filter(passage__in=gone)
    assert set(models.values_list("status", "outcome", "error_kind")) == {("failed", "", "erased")}
    assert CodeMark.objects.count() == CodingMark.objects.count() == 4


def test_retention_takes_the_words_and_leaves_the_codes(session: RatingSession) -> None:
    leaving.stop(session=session, now=NOW)

    assert retaining.enforce(now=NOW + timedelta(days=30)) >= 1

    erasure = Erasure.objects.get(pseudonym=session.pseudonym)
    told = {name: erasure.counts.get(name) for name in ("reasons", "passages", "codings", "coding_calls")}
    assert told == {"reasons": 2, "passages": 2, "codings": None, "coding_calls": 2}
    assert CodeMark.objects.count() == CodingMark.objects.count() == 6
    assert set(Coding.objects.values_list("status", "outcome")) == {("done", "ok")}
    assert where_it_stands() & CODED <= {"CodingAssignment.draft"}


def test_a_passage_goes_although_its_reason_was_emptied_since(session: RatingSession) -> None:
    leaving.stop(session=session, now=NOW)
    own = Rating.objects.filter(assignment__booklet__session=session)
    own.update(reason="")

    retaining.enforce(now=NOW + timedelta(days=30))

    assert forgetting.passages_of(session).legible().count() == 0


def test_what_waited_for_a_model_is_never_sent(session: RatingSession) -> None:
    passage = forgetting.passages_of(session).order_by("place")[0]
    first = Coding.objects.get(passage=passage)
    waiting = Coding.objects.create(
        run=first.run, coder=first.coder, codebook=first.codebook, passage=passage, provider=first.provider,
        not_before=NOW, replicate=2,
    )  # fmt: skip

    erasing.erase_rater(session=session, cause=BY_RESEARCHER, now=LATER)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_kind, waiting.finished_at) == ("failed", "erased", LATER)
    assert waiting.error == "The rater's words were deleted."


def test_what_a_call_under_way_brings_is_taken_away_within_the_hour(session: RatingSession) -> None:
    row = Coding.objects.filter(passage__in=forgetting.passages_of(session)).order_by("pk")[0]
    erasing.erase_rater(session=session, cause=BY_RESEARCHER, now=LATER)
    after = LATER + timedelta(seconds=20)
    call = a_call(row, WORDS, finished_at=after)
    Coding.objects.filter(pk=row.pk).update(status="done", outcome="ok", call=call, error="", note=WORDS)
    CodingMark.objects.create(coding=row, code=row.codebook.study.codes.get(key="other"))

    retaining.enforce(now=LATER + timedelta(hours=1))

    CodingAssignment.objects.update(draft={})
    assert where_it_stands() == set()
    row.refresh_from_db()
    assert (row.status, row.marks.count()) == ("failed", 0)
    assert forgetting.forget_what_came_later(LATER + timedelta(hours=2)) == 0


def test_a_rater_is_told_what_was_set_out(session: RatingSession) -> None:
    rows = everything_about(session)["passages"]

    assert sorted(row["text"] for row in rows) == [f"{WORDS} I want to die", f"{WORDS} second thought"]
    assert [row["may_leave"] for row in rows] == [False, False]
