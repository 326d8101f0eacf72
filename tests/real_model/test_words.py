"""The proof of tests/test_worded_study.py once more, with a real model among the coders."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from studies.llm.local_server import MODEL
from studies.models import Coding, LLMCall
from tests.small_model import small_model
from tests.test_worded_study import Report, prove
from tests.worded_study import CODED_BY_SMALL, MERGED, SMALL, worded_study

pytestmark = pytest.mark.django_db
PASSAGES = 2 * CODED_BY_SMALL


@pytest.mark.skipif(not MERGED.exists(), reason=f"HEART's files are not at {MERGED}; set HEARTSITE_DATA")
def test_the_proof_holds_with_a_real_model_among_the_coders(tmp_path: Path, settings: Settings) -> None:
    settings.LLM_ALLOW_LOOPBACK = True
    with small_model(tmp_path, threads=2) as port:
        study = worded_study(tmp_path, small_model=port)

    it_was_asked_for_each_and_could_be_read()
    it_stands_beside_the_others(prove(study, tmp_path))


def it_was_asked_for_each_and_could_be_read() -> None:
    codings = Coding.objects.filter(coder__name=SMALL)
    assert [row.outcome for row in codings] == ["ok"] * PASSAGES
    calls = LLMCall.objects.filter(coding__in=codings)
    assert calls.count() == PASSAGES
    assert {call.model_returned for call in calls} == {MODEL}
    assert all(call.input_tokens and call.output_tokens for call in calls)


def it_stands_beside_the_others(report: Report) -> None:
    """How well it codes is no matter here: it is far too small to be any good at it."""
    row = report.row("coding_coders", coder=SMALL)
    assert (row["planned"], row["ok"], row["used"]) == (PASSAGES, PASSAGES, PASSAGES)
    for passages in ("reasons", "replies"):
        found = report.row("coding_llm", passages=passages, code="all codes", coded_by=f"Coder {SMALL}")
        assert found["compared"] + found["split"] > 0
