"""The tables of coding in an export: their cells, their order, and what they cost."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters.export.bundle import write_bundle
from raters.export.cells import original
from raters.export.coding_tables import CODING_TABLES, coding_rows, passage_rows
from raters.export.record_tables import RECORD_TABLES
from raters.models import CodeMark, CodingAssignment, CodingSession, Rating
from studies.coding import codebooks
from studies.coding.default_codebook import CODES
from studies.models import BenchmarkScore, Coder, Coding, CodingMark, Passage, Run, SheetAnswer, Study
from tests import factories
from tests.coded_studies import SET_OUT, coded_study
from tests.factories import NOW
from tests.raters.test_forgetting import a_call
from tests.scripted_runs import make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return coded_study(dialogues=1)


def table(study: Study, file: str, folder: Path) -> list[dict[str, str]]:
    write_bundle(study=study, folder=folder, now=NOW)
    with (folder / file).open(encoding="utf-8", newline="") as rows:
        return [{name: original(cell) for name, cell in row.items()} for row in csv.DictReader(rows)]


def a_person(study: Study) -> CodingSession:
    return CodingSession.objects.create(study=study, codebook=study.codebooks.get(), invited_at=NOW)


def coded(session: CodingSession, passage: Passage, *keys: str, **fields: object) -> CodingAssignment:
    values = {"position": passage.place, "coded_at": NOW, "seconds": 12, **fields}
    row = CodingAssignment.objects.create(session=session, passage=passage, **values)
    for key in keys:
        CodeMark.objects.create(assignment=row, code=passage.study.codes.get(key=key))
    return row


def by_model(study: Study, passage: Passage, *keys: str, **fields: object) -> Coding:
    coder = Coder.objects.filter(study=study).first() or Coder.objects.create(
        study=study, name="coder", provider=make_provider("trial"), model_id="m-1", family="phi"
    )
    run = study.runs.filter(kind="code").first() or Run.objects.create(
        study=study, kind=Run.Kind.CODE, number=9, created_at=NOW, design={}, plan={}
    )
    row = Coding.objects.create(
        run=run,
        coder=coder,
        codebook=study.codebooks.get(),
        passage=passage,
        provider=coder.provider,
        not_before=NOW,
    )
    for key in keys:
        CodingMark.objects.create(coding=row, code=study.codes.get(key=key))
    Coding.objects.filter(pk=row.pk).update(**fields)
    return row


def test_codes_are_those_of_every_frozen_version(study: Study, tmp_path: Path) -> None:
    study.codes.filter(key="other").update(definition="Anything else.")
    second = codebooks.freeze(study=study, now=SET_OUT)

    rows = table(study, "codes.csv", tmp_path)

    assert [row["code"] for row in rows] == [code.key for code in CODES] * 2
    assert [row["codebook_version"] for row in rows] == ["1"] * 25 + ["2"] * 25
    assert rows[30] == {
        "codebook_version": "2",
        "codebook_sha256": second.sha256,
        "code": "other",
        "kind": "dimension",
        "name": "Other",
        "definition": "Anything else.",
        "example": CODES[5].example,
        "counter_example": CODES[5].counter_example,
    }


def test_a_raters_passage_and_a_reply(study: Study, tmp_path: Path) -> None:
    rows = table(study, "passages.csv", tmp_path)

    assert [row["place"] for row in rows] == [str(place) for place in range(1, study.passages.count() + 1)]
    reason = study.passages.filter(source_kind="rater").select_related("pair").order_by("place")[0]
    assert reason.pair is not None
    assert rows[reason.place - 1] == {
        "passage": reason.key,
        "kind": "reason",
        "source_kind": "rater",
        "source": reason.source,
        "variant": "main",
        "dialogue": "d1",
        "tags": "everyday",
        "pair": reason.pair.key,
        "order": reason.order,
        "occasion": "1",
        "system": "",
        "response": "",
        "place": str(reason.place),
        "words": str(len(reason.text.split())),
        "text": reason.text,
        "may_leave": "0",
        "erased": "0",
        "text_released": "0",
    }
    reply = study.passages.get(source="model-a")
    told = rows[reply.place - 1]
    assert (told["system"], told["response"], told["pair"], told["order"]) == (
        "model-a",
        "d1/model-a/1",
        "",
        "",
    )
    assert (told["text"], told["may_leave"], told["variant"]) == ("Reply 2 to d1.", "1", "")


def test_a_text_is_released_only_as_long_as_it_is_what_somebody_released(
    study: Study, tmp_path: Path
) -> None:
    first, second, *_others = study.passages.filter(source_kind="rater").order_by("place")
    of_second = Rating.objects.filter(passage__passage=second)
    of_second.update(reason="Corrected: it listens.")
    Rating.objects.filter(passage__passage__in=[first, second]).update(reason_released_at=NOW)

    rows = table(study, "passages.csv", tmp_path)

    of_raters = [row for row in rows if row["source_kind"] == "rater"]
    assert [row["passage"] for row in of_raters if row["text_released"] == "1"] == [first.key]
    assert {row["text_released"] for row in rows if row["source_kind"] != "rater"} == {""}


def test_an_erased_passage_keeps_its_row_without_its_words(study: Study) -> None:
    study.passages.filter(place=1).update(text="", erased_at=NOW)

    row = next(passage_rows(study))

    assert (row.text, row.words, row.erased) == ("", 0, True)


def test_codings_of_people_and_models(study: Study, tmp_path: Path) -> None:
    first, second, third, fourth, fifth = study.passages.order_by("place")[:5]
    person = a_person(study)
    coded(person, first, "reframe", "attunement", note="hard")
    coded(person, second)
    coded(person, third, coded_at=None, skipped_at=NOW, seconds=None)
    coded(person, fourth, coded_at=None, seconds=None)
    coded(person, fifth, released_at=NOW)
    row = by_model(study, first, "resonance")
    call = a_call(row, "x", model_returned="m-2")
    Coding.objects.filter(pk=row.pk).update(
        status="done", outcome="ok", call=call, finished_at=NOW + timedelta(seconds=1), same_family=True
    )
    by_model(study, second, status="failed", error_kind="withheld", error="May not leave.", finished_at=NOW)
    by_model(study, third)

    rows = table(study, "codings.csv", tmp_path)

    told = [(row["passage"], row["coder_kind"], row["status"], row["outcome"], row["codes"]) for row in rows]
    assert told == [
        (first.key, "human", "done", "ok", "attunement|reframe"),
        (second.key, "human", "done", "ok", ""),
        (third.key, "human", "done", "skipped", ""),
        (fourth.key, "human", "pending", "", ""),
        (first.key, "llm", "done", "ok", "resonance"),
        (second.key, "llm", "failed", "withheld", ""),
        (third.key, "llm", "pending", "", ""),
    ]
    sha256 = study.codebooks.get().sha256
    assert rows[0] == {
        "passage": first.key,
        "coder": person.pseudonym,
        "coder_kind": "human",
        "family": "",
        "model_id": "",
        "codebook_sha256": sha256,
        "replicate": "1",
        "status": "done",
        "outcome": "ok",
        "codes": "attunement|reframe",
        "note": "hard",
        "seconds": "12",
        "same_family": "0",
        "for_trial": "0",
        "position": "1",
        "coded_at": "2025-03-03T09:00:00Z",
        "call": "",
        "model_requested": "",
        "model_returned": "",
        "other_model": "",
    }
    assert rows[4] == {
        "passage": first.key,
        "coder": "coder",
        "coder_kind": "llm",
        "family": "phi",
        "model_id": "m-1",
        "codebook_sha256": sha256,
        "replicate": "1",
        "status": "done",
        "outcome": "ok",
        "codes": "resonance",
        "note": "",
        "seconds": "",
        "same_family": "1",
        "for_trial": "1",
        "position": "",
        "coded_at": "2025-03-03T09:00:01Z",
        "call": str(call.pk),
        "model_requested": "m",
        "model_returned": "m-2",
        "other_model": "1",
    }


def test_codings_cost_the_same_queries_for_few_and_many(study: Study) -> None:
    person = a_person(study)
    counts = []
    for passage in study.passages.order_by("place")[:3]:
        coded(person, passage, "reframe")
        by_model(study, passage, "resonance")
        with CaptureQueriesContext(connection) as queries:
            for exported in (*CODING_TABLES, *RECORD_TABLES):
                list(exported.rows(study))
        counts.append(len(queries))

    assert len(list(coding_rows(study))) == 6
    assert counts[0] == counts[2] == 10


def test_benchmarks_and_sheet(study: Study, tmp_path: Path) -> None:
    system = study.systems.get(name="model-a")
    BenchmarkScore.objects.create(
        system=system, benchmark="MMLU-Pro", score=Decimal("61.50"), source="its card"
    )
    SheetAnswer.objects.create(
        study=study, question="4-3-1", criterion="attunement", value="=x", comment="so"
    )

    assert table(study, "benchmarks.csv", tmp_path) == [
        {"system": "model-a", "benchmark": "MMLU-Pro", "score": "61.5", "source": "its card"}
    ]
    with (tmp_path / "sheet.csv").open(encoding="utf-8", newline="") as rows:
        assert list(csv.reader(rows))[1] == ["4-3-1", "attunement", "'=x", "so"]


def test_another_studys_coding_does_not_show_through(study: Study) -> None:
    coded(a_person(study), study.passages.order_by("place")[0])
    other = factories.make_study("other")

    assert [list(exported.rows(other)) for exported in (*CODING_TABLES, *RECORD_TABLES)] == [
        [],
        [],
        [],
        [],
        [],
    ]


def test_a_reason_says_whether_it_was_released(study: Study, tmp_path: Path) -> None:
    first = Rating.objects.order_by("pk")[0]
    Rating.objects.filter(pk=first.pk).update(reason_released_at=NOW)

    rows = table(study, "verdicts.csv", tmp_path)

    written = [row for row in rows if row["source_kind"] == "rater" and row["reason"]]
    raters = [row["reason_released"] for row in written]
    assert sorted(raters) == ["0"] * (Rating.objects.count() - 1) + ["1"]
    assert {row["reason_released"] for row in rows if row["source_kind"] == "judge" or not row["reason"]} == {
        ""
    }
    with (tmp_path / "ratings.csv").open(encoding="utf-8", newline="") as wide:
        assert sorted(row["reason_released"] for row in csv.DictReader(wide)) == sorted(raters)
