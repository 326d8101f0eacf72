"""Prompts and raw bodies as a file: exact, whole, the same twice, and never over another file."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.calling import transcripts
from studies.judging.planning import plan_judgments
from studies.llm.port import CallError, CallRequest, Completion, ErrorKind
from studies.models import Judgment, LLMCall, Passage, Study
from studies.selectors import comparison_for
from tests import machines
from tests.factories import NOW, SYSTEMS, make_study, open_study
from tests.scripted_runs import make_judges, make_provider, run_to_end
from tests.studies.coding.material import coded_study, coding_run

pytestmark = pytest.mark.django_db


class Unreachable:
    """Nothing ever comes back."""

    async def complete(self, request: CallRequest) -> Completion:
        raise CallError(ErrorKind.CONNECTION, "example.org could not be reached.")


def judged_study(slug: str = "kind-words", dialogues: int = 1) -> Study:
    study = make_study(slug, dialogues=dialogues, systems=SYSTEMS[:2])
    judges = make_judges(study, make_provider(slug, key_name=f"PLANTED_{dialogues}_API_KEY"))
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, pilot=0, now=NOW))
    return study


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).decode().splitlines()]


def test_a_line_holds_what_was_sent_and_what_came_back(tmp_path: Path) -> None:
    study = judged_study()
    transcripts.write_transcripts(study=study, file=tmp_path / "calls.jsonl.gz")
    lines = lines_of(tmp_path / "calls.jsonl.gz")
    assert len(lines) == LLMCall.objects.count() >= 6
    call = LLMCall.objects.order_by("pk")[0]
    judgment = Judgment.objects.select_related("pair__dialogue", "judge").get(pk=call.judgment_id)
    line = lines[0]
    prompt = [(said["role"], said["text"]) for said in line.pop("prompt")]
    assert [role for role, _ in prompt] == ["system", "user"]
    assert comparison_for(judgment.pair, judgment.order, "none").first in prompt[1][1]
    body = line.pop("body")
    assert hashlib.sha256(body.encode()).hexdigest() == line["body_sha256"]
    assert json.loads(body)
    assert line == {
        "call": call.pk,
        "purpose": "judge",
        "run": 1,
        "system": "",
        "judge": judgment.judge.name,
        "coder": "",
        "dialogue": "d1",
        "pair": judgment.pair.key,
        "order": judgment.order,
        "passage": "",
        "replicate": judgment.replicate,
        "attempt": 1,
        "model_requested": "scripted-judge",
        "left_out": "",
        "prompt_sha256": call.prompt_sha256,
        "body_base64": None,
        "body_sha256": call.raw_sha256,
        "body_truncated": False,
    }


def test_a_prompts_hash_can_be_checked_from_the_file(tmp_path: Path) -> None:
    transcripts.write_transcripts(study=judged_study(), file=tmp_path / "calls")
    for line in lines_of(tmp_path / "calls"):
        said = json.dumps(
            [[message["role"], message["text"]] for message in line["prompt"]],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        assert hashlib.sha256(said.encode()).hexdigest() == line["prompt_sha256"]


def test_bodies_that_are_no_text_or_were_cut_are_marked(tmp_path: Path) -> None:
    study = judged_study()
    first, second, third = LLMCall.objects.order_by("pk")[:3]
    LLMCall.objects.filter(pk=first.pk).update(raw=zlib.compress(b"\xff\0\x01"), raw_truncated=True)
    LLMCall.objects.filter(pk=second.pk).update(raw=None, raw_sha256="")
    said = json.dumps([["user", "\ud800 \0 =1"]])
    LLMCall.objects.filter(pk=third.pk).update(prompt=zlib.compress(said.encode()))
    transcripts.write_transcripts(study=study, file=tmp_path / "calls")
    odd, empty, hostile = lines_of(tmp_path / "calls")[:3]
    assert (odd["body"], base64.b64decode(odd["body_base64"])) == (None, b"\xff\0\x01")
    assert odd["body_truncated"] is True
    assert (empty["body"], empty["body_base64"], empty["body_truncated"]) == (None, None, False)
    assert hostile["prompt"] == [{"role": "user", "text": "\ud800 \0 =1"}]


def test_a_call_that_brought_nothing_has_its_line(tmp_path: Path) -> None:
    study = make_study(dialogues=1, systems=SYSTEMS[:2])
    judges = make_judges(study, make_provider())
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, pilot=0, now=NOW), client=Unreachable())
    transcripts.write_transcripts(study=study, file=tmp_path / "calls")
    lines = lines_of(tmp_path / "calls")
    assert len(lines) == LLMCall.objects.count() > 0
    assert {(line["body"], line["body_base64"], line["body_sha256"]) for line in lines} == {(None, None, "")}


def test_twice_the_same_calls_are_the_same_bytes_and_of_one_study_only(tmp_path: Path) -> None:
    study = judged_study()
    judged_study("other", dialogues=2)
    one = transcripts.write_transcripts(study=study, file=tmp_path / "one.gz")
    other = transcripts.write_transcripts(study=study, file=tmp_path / "deeper" / "other.gz")
    content = (tmp_path / "one.gz").read_bytes()
    assert one == other
    assert (one.bytes, one.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert one.calls == LLMCall.objects.filter(run__study=study).count()
    assert b"PLANTED" not in gzip.decompress(content)


def test_calls_are_read_in_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    study = judged_study(dialogues=3)
    whole = list(transcripts.transcripts_of(study))
    monkeypatch.setattr(transcripts, "CHUNK", 2)
    with CaptureQueriesContext(connection) as queries:
        assert list(transcripts.transcripts_of(study)) == whole
    assert len(queries) <= 1


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    judged_study()
    file = tmp_path / "calls.jsonl.gz"
    file.write_text("mine")
    with pytest.raises(CommandError, match="exists: choose another name"):
        call_command("export_calls", "kind-words", "--out", str(file))
    assert file.read_text() == "mine"


def test_a_file_that_could_not_be_finished_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(study: Study) -> Iterator[dict[str, Any]]:
        yield {}
        raise OSError("disk full")

    monkeypatch.setattr(transcripts, "transcripts_of", breaks)
    make_study()
    with pytest.raises(CommandError, match="disk full"):
        call_command("export_calls", "kind-words", "--out", str(tmp_path / "calls"))
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    judged_study()
    file = tmp_path / "calls.jsonl.gz"
    out = StringIO()
    call_command("export_calls", "kind-words", "--out", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "study": "kind-words",
        "out": str(file),
        "calls": LLMCall.objects.count(),
        "bytes": file.stat().st_size,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


def test_raters_words_and_erased_texts_are_left_out_with_a_reason(tmp_path: Path) -> None:
    study = coded_study()
    Passage.objects.filter(source_kind="rater").update(text="PLANTED words of a rater.")
    machines.run_to_end(coding_run(study), quoting())
    Passage.objects.filter(kind="reply", place=5).update(text="", erased_at=NOW)
    transcripts.write_transcripts(study=study, file=tmp_path / "calls")
    lines = lines_of(tmp_path / "calls")
    assert {line["purpose"] for line in lines} == {"code"}
    assert {line["coder"] for line in lines} == {"coder"}
    told = {line["passage"]: line for line in lines}
    of = {passage.key: passage for passage in Passage.objects.all()}
    assert set(told) == set(of)
    for key, line in told.items():
        is_out = of[key].source_kind == "rater" or of[key].erased_at is not None
        assert (line["prompt"] is None, line["body"] is None) == (is_out, is_out)
        assert bool(line["left_out"]) is is_out
        assert len(line["prompt_sha256"]) == len(line["body_sha256"]) == 64
    assert "PLANTED" not in gzip.decompress((tmp_path / "calls").read_bytes()).decode()
    assert {line["left_out"] for line in lines} == {"", transcripts.RATERS_WORDS, transcripts.ERASED}


def quoting() -> machines.Told:
    """A coder that says what it was told not to: the text itself."""

    def answer(request: CallRequest, made: int) -> Completion:
        told = machines.completion(request)
        body = request.messages[1].text.split(" text>>\n")[1].encode()
        return replace(told, wire=replace(told.wire, raw_body=body))

    return machines.Told(answer)
