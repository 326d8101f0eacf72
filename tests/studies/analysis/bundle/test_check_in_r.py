"""check.R: the headline figures once more, by formulas that share nothing with the report's."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from studies.analysis.bundle import write_bundle
from tests.studies.analysis.bundle.made import make_export
from tests.studies.analysis.bundle.running import check_in_r, differing, lines, needs_r
from tests.studies.analysis.tables import answer, turned, write

pytestmark = needs_r

#: One of each kind of figure.
FIGURES = (
    "Raters, overall, all, all models: share",
    "Raters, overall, all, all models: share 95 % from",
    "Raters, overall, all, all models: ties",
    "Raters, overall, all, model-02: share",
    "Raters, overall, regular, all models: share",
    "Raters, overall, adversarial, all models: share",
    "Raters, overall, adversarial, all models: less elsewhere",
    "Jury of judges, overall, all, all models: share",
    "Judge judge-0000, overall, all, all models: share",
    "Raters, overall: first shown preferred",
    "Raters, overall, model-03: Elo",
    "Raters, overall, model-03: rank",
    "Raters, overall, model-03: Elo 95 % from",
    "Jury of judges, overall, ties count (S1): with raters",
    "Jury of judges, overall, ties count (S1): difference 95 % to",
    "Judge judge-0000, overall, ties count (S1): with raters 95 % from",
    "Judge judge-0000, overall, ties left out (S2): difference",
    "Raters, overall: Raw agreement",
    "Raters, overall: Gwet's AC2, ordinal",
    "Raters, overall: Krippendorff's α, ordinal 95 % from",
    "Judges, overall: Gwet's AC1",
    "contrast people: p after Holm",
    "contrast one: difference",
    "contrast slice: p",
    "contrast equal: difference",
)


@pytest.fixture(scope="module")
def checked(made: Path) -> str:
    done = check_in_r(made)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_figure_is_equal(checked: str) -> None:
    found = lines(checked)
    assert [name for name in FIGURES if found.get(name) != "ok"] == []
    assert set(found.values()) == {"ok"}
    assert f"{len(found)} of {len(found)} figures are the same." in checked


def test_crossed_effects_are_told_in_words_beside_the_clustered_share(checked: str) -> None:
    models = checked.split("Models with crossed random effects", 1)[1]
    assert models.count("lme4::glmer, people ~ ") == 2
    assert models.count("ordinal::clmm, answer ~ side + ") == 1
    assert models.count("share of preference of the same answers, clustered: ") == 2
    # The study was made with people's replies weaker on adversarial dialogues.
    assert re.search(
        r"adversarial dialogues less others: log odds -\d.*: clearly below no difference", models
    )
    assert "no fit" not in models


def test_a_number_that_is_broken_ends_with_exit_code_1(bundle: Path, bare: dict[str, str]) -> None:
    path = bundle / "report" / "report.json"
    report = json.loads(path.read_text())
    parts = [part for section in report["sections"] for part in section["parts"]]
    (full,) = [part for part in parts if part["key"] == "preference_full"]
    full["rows"][0]["share"]["value"] += 0.00001
    path.write_text(json.dumps(report))
    done = check_in_r(bundle, **bare)
    assert done.returncode == 1
    assert differing(done.stdout) == [
        "rows of preference that stand in preference_full too",
        "Raters, overall, all, all models: share",
    ]


def test_without_lme4_and_ordinal_it_says_how_to_get_them_and_does_the_rest(
    made: Path, bare: dict[str, str]
) -> None:
    done = check_in_r(made, **bare)
    assert done.returncode == 0, done.stderr
    for package in ("lme4", "ordinal"):
        assert f"The package {package} is missing: install.packages" in done.stdout
        assert f"apt install r-cran-{package}" in done.stdout
    assert set(lines(done.stdout).values()) == {"ok"}


def test_few_answers_of_raters_alone_are_enough(tmp_path: Path) -> None:
    """No judges, no tags, no writers, nobody who loses, no protocol: what is there is recomputed."""
    export = tmp_path / "export"
    export.mkdir()
    answers = [
        make(2 if make is turned else -1, dialogue=f"d{number}", pair=f"p{number}", source=f"r{rater}")
        for number in range(4)
        for rater in range(3)
        for make in ((answer, turned)[(number + rater) % 2],)
    ]
    write(export, "verdicts.csv", answers)
    write(export, "systems.csv", [{"system": "human", "kind": "human"}, {"system": "model", "kind": "llm"}])
    write_bundle(export=export, out=tmp_path / "bundle")
    done = check_in_r(tmp_path / "bundle")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MISSING" not in done.stdout
    for title in ("Can a judge replace a rater?", "Strategies in replies", "Score against size"):
        assert f"  not in the report: {title}" in done.stdout
    found = lines(done.stdout)
    assert found["Raters, overall, all, all models: share 95 % from"] == "ok"
    assert set(found.values()) == {"ok"}


@pytest.mark.parametrize("kind", ["judge", "nobody"])
def test_judges_alone_and_no_answers_at_all_end_well(tmp_path: Path, bare: dict[str, str], kind: str) -> None:
    export = make_export(tmp_path / "export", dialogues=8)
    with (export / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with (export / "verdicts.csv").open("w", encoding="utf-8", newline="") as file:
        kept = [row for row in rows if row[header.index("source_kind")] == kind]
        csv.writer(file).writerows([header, *kept])
    write_bundle(export=export, out=tmp_path / "bundle")
    done = check_in_r(tmp_path / "bundle", **bare)
    assert done.returncode == 0, done.stdout + done.stderr
    found = lines(done.stdout)
    assert (set(found.values()), "contrast near: p" in found) == ({"ok"}, bool(kept))
    if not kept:  # what was coded needs no verdicts, and contrasts without numbers stand in both tables
        assert {name.split(":")[0].split(",")[0] for name in found} == {
            "rows of contrasts that stand in contrasts_full too",
            "human coders", "reasons", "profiles", "themes in common", "Jaccard's coefficient", "strategies",
        }  # fmt: skip
    assert "There are no raters' answers on people's and models' replies." in done.stdout


def test_a_small_study_is_recomputed_too(tmp_path: Path) -> None:
    """Few dialogues: slices without intervals, systems that never lost."""
    write_bundle(export=make_export(tmp_path / "export", dialogues=4), out=tmp_path / "bundle")
    done = check_in_r(tmp_path / "bundle")
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(lines(done.stdout).values()) == {"ok"}
