"""What the database refuses of codebooks, passages, codings, coders, benchmark scores and the datasheet."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from raters.models import CodeMark, CodingAssignment, CodingSession, RaterPassage
from studies.models import (
    BenchmarkScore,
    Code,
    Codebook,
    Coder,
    Coding,
    CodingMark,
    Passage,
    Response,
    Run,
    SheetAnswer,
)
from tests import factories, machines
from tests.factories import NOW
from tests.test_constraints import changed, copy_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows() -> None:
    """A reason, a reply, a code, a person and a model that coded the reason."""
    study = factories.make_study(dialogues=2)
    factories.open_study(study)
    pair = study.dialogues.all()[0].pairs.all()[0]
    code = Code.objects.create(study=study, key="reframe", kind="strategy", name="Reframe", definition="…")
    book = Codebook.objects.create(study=study, version=1, canonical="{}", sha256="0" * 64, frozen_at=NOW)
    shared: dict[str, Any] = {"study": study, "dialogue": pair.dialogue, "text": "It reframes."}
    reason = Passage.objects.create(
        key="a" * 12,
        kind="reason",
        source_kind="rater",
        source="r-1",
        pair=pair,
        order="AB",
        place=1,
        **shared,
    )
    Passage.objects.create(
        key="b" * 12,
        kind="reply",
        source_kind="system",
        source="model",
        response=pair.first,
        place=2,
        **shared,
    )
    session = CodingSession.objects.create(study=study, codebook=book, invited_at=NOW, started_at=NOW)
    assignment = CodingAssignment.objects.create(session=session, passage=reason, position=1, coded_at=NOW)
    CodeMark.objects.create(assignment=assignment, code=code)
    RaterPassage.objects.create(passage=reason)
    provider = machines.make_provider("here")
    run = Run.objects.create(
        study=study, number=1, kind="code", created_at=NOW, design={}, design_sha256="0" * 64
    )
    coder = Coder.objects.create(study=study, name="phi", provider=provider, model_id="phi-1", family="phi")
    coding = Coding.objects.create(
        run=run, provider=provider, coder=coder, codebook=book, passage=reason, not_before=NOW
    )
    CodingMark.objects.create(coding=coding, code=code)
    system = study.systems.all()[0]
    BenchmarkScore.objects.create(system=system, benchmark="MMLU", score=80, source="a paper")
    SheetAnswer.objects.create(study=study, question="heds-system-tasks", value="x")


def only(model: type[models.Model], **which: Any) -> Any:
    return model._default_manager.get(**which)


def reason() -> Any:
    return only(Passage, kind="reason")


def reply() -> Any:
    return only(Passage, kind="reply")


TWICE: dict[str, tuple[type[models.Model], dict[str, Any], dict[str, Any]]] = {
    "studies_code_once_per_study": (Code, {}, {}),
    "studies_codebook_version_once_per_study": (Codebook, {}, {}),
    "studies_passage_key_once_per_study": (Passage, {"kind": "reason"}, {"place": 9}),
    "studies_coder_once_per_study": (Coder, {}, {}),
    "studies_coding_once": (Coding, {}, {}),
    "studies_coding_mark_once": (CodingMark, {}, {}),
    "studies_benchmark_once_per_system": (BenchmarkScore, {}, {}),
    "studies_sheet_answer_once": (SheetAnswer, {}, {}),
    "raters_coding_passage_once_per_coder": (CodingAssignment, {}, {"position": 9}),
    "raters_code_mark_once": (CodeMark, {}, {}),
    "a passage of two ratings": (RaterPassage, {}, {}),
}


@pytest.mark.parametrize("what", TWICE)
def test_the_same_thing_twice_is_refused(what: str) -> None:
    model, which, other = TWICE[what]
    row = only(model, **which)
    if model is CodingAssignment:
        other = {**other, "token": "7b7c1b53-6f5c-4d4c-9b71-000000000001"}

    assert refused(copy_of(row, **other))


def test_two_passages_at_one_place_of_a_coder_are_refused() -> None:
    session = only(CodingSession)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodingAssignment.objects.create(session=session, passage=reply(), position=1)


SENSELESS: list[tuple[str, type[models.Model], dict[str, Any], dict[str, Any]]] = [
    ("studies_code_kind_known", Code, {}, {"kind": "feeling"}),
    ("studies_code_has_a_definition", Code, {}, {"definition": ""}),
    ("studies_passage_erased_means_no_text", Passage, {"kind": "reason"}, {"text": ""}),
    ("studies_passage_erased_means_no_text", Passage, {"kind": "reason"}, {"erased_at": NOW}),
    ("studies_coder_has_a_family", Coder, {}, {"family": ""}),
    ("studies_benchmark_names_its_source", BenchmarkScore, {}, {"source": ""}),
    ("studies_sheet_answer_says_something", SheetAnswer, {}, {"value": ""}),
    ("raters_coding_coded_or_skipped", CodingAssignment, {}, {"skipped_at": NOW}),
    (
        "raters_coding_session_stopped_only_after_start",
        CodingSession,
        {},
        {"started_at": None, "stopped_at": NOW},
    ),
]
OF_A_SOURCE = "studies_passage_a_reason_has_a_pair_a_reply_a_response"


@pytest.mark.parametrize(("constraint", "model", "which", "fields"), SENSELESS)
def test_what_makes_no_sense_is_refused(
    constraint: str, model: type[models.Model], which: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert constraint in sentence_of(changed(only(model, **which), **fields))


@pytest.mark.parametrize(
    "fields",
    [{"pair": None}, {"order": ""}, {"order": "AA"}, {"source_kind": "system"}, {"kind": "reply"}],
)
def test_a_reason_is_of_a_rater_or_judge_on_a_pair(fields: dict[str, Any]) -> None:
    assert OF_A_SOURCE in sentence_of(changed(reason(), **fields))


@pytest.mark.parametrize("fields", [{"response": None}, {"order": "AB"}, {"source_kind": "rater"}])
def test_a_reply_is_a_systems(fields: dict[str, Any]) -> None:
    assert OF_A_SOURCE in sentence_of(changed(reply(), **fields))


def test_a_reply_is_of_no_pair_and_a_reason_no_response() -> None:
    assert OF_A_SOURCE in sentence_of(changed(reply(), pair=reason().pair))
    assert OF_A_SOURCE in sentence_of(changed(reason(), response=Response.objects.all()[0]))


def sentence_of(row: models.Model) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        row.save()
    return str(caught.value)
