"""Scores of other benchmarks come from a table, line by line or not at all."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from studies import benchmarks
from studies.models import BenchmarkScore, Study, System
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = "system,benchmark,score,source\n"


@pytest.fixture
def study() -> Study:
    return factories.make_study()


def store(study: Study, *lines: str) -> benchmarks.Stored:
    return benchmarks.store(study=study, file=io.StringIO(HEAD + "\n".join(lines)))


def test_scores_are_stored_and_may_be_corrected(study: Study) -> None:
    done = store(study, "model-a,MMLU,71.5,a paper", "model-b,MMLU,-3,a page")
    assert (done.added, done.changed) == (2, 0)

    done = store(study, "model-a,MMLU,72,the second edition", "model-a,GPQA,0.1234,a page")

    assert (done.added, done.changed) == (1, 1)
    rows = BenchmarkScore.objects.order_by("system__name", "benchmark")
    assert list(rows.values_list("system__name", "benchmark", "score", "source")) == [
        ("model-a", "GPQA", Decimal("0.1234"), "a page"),
        ("model-a", "MMLU", Decimal("72.0000"), "the second edition"),
        ("model-b", "MMLU", Decimal("-3.0000"), "a page"),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nobody,MMLU,1,x", "line 3: the study has no model 'nobody'; it has model-a, model-b"),
        ("counsellor,MMLU,1,x", "line 3: the study has no model 'counsellor'"),
        ("model-a,MMLU,much,x", "line 3: 'much' is no score: write a number such as 71.5"),
        ("model-a,MMLU,nan,x", "line 3: 'nan' is no score"),
        ("model-a,MMLU,1e9,x", "line 3: '1e9' is no score"),
        ("model-a,MMLU,1.23456,x", "line 3: '1.23456' is no score"),
        ("model-a,MMLU,1,", "line 3: source is empty"),
        ("model-a,MMLU", "line 3: score, source is empty"),
        ("model-b,MMLU,2,x", "line 3: model-b has a score on MMLU already, further up"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_nothing_is_stored(
    study: Study, line: str, told: str
) -> None:
    with pytest.raises(benchmarks.BadTable) as refusal:
        store(study, "model-b,MMLU,1,x", line)

    assert str(refusal.value).startswith(told)
    assert not BenchmarkScore.objects.exists()


def test_many_bad_lines_are_counted(study: Study) -> None:
    with pytest.raises(benchmarks.BadTable, match=r"and 5 more$"):
        store(study, *["nobody,MMLU,1,x"] * 25)


def test_a_table_without_its_columns_is_refused(study: Study) -> None:
    with pytest.raises(benchmarks.BadTable, match="the first line lacks benchmark, source; it must name"):
        benchmarks.store(study=study, file=io.StringIO("system,score\n"))


def test_the_command_reads_a_file_and_tells_what_it_did(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("\ufeff" + HEAD + "model-a,MMLU,71.5,a paper\n", encoding="utf-8")
    out = io.StringIO()

    call_command("import_benchmarks", study.slug, str(path), stdout=out)

    assert "scores new: 1" in out.getvalue()
    with pytest.raises(CommandError, match="cannot read"):
        call_command("import_benchmarks", study.slug, str(tmp_path / "absent.csv"))


def test_a_models_page_in_the_administration_has_its_scores(study: Study, admin_client: Client) -> None:
    store(study, "model-a,MMLU,71.5,a paper")
    model, person = (study.systems.get(name=name) for name in ("model-a", "counsellor"))

    def page(system: System) -> str:
        address = reverse("admin:studies_system_change", args=[system.pk])
        return admin_client.get(address).content.decode()

    assert 'value="71.5000"' in page(model)
    assert "benchmark_scores" not in page(person)
