"""The leak of HEART's own replies, where somebody has them: they are not part of this project.

Compared with what a program like ours found before this one was written (docs/methods.md, Leaks).
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from studies.analysis.leaks.sections import leak_report
from studies.analysis.results import Section
from tests.studies.analysis.leaks.material import Row, cells, estimate, evidence_of, table

DATA = Path(os.environ.get("HEARTSITE_DATA") or settings.BASE_DIR.parent / "shared" / "data")
MERGED = DATA / "heart" / "completions_merged.json"
pytestmark = pytest.mark.skipif(
    not MERGED.exists(), reason=f"HEART's files are not at {MERGED}; set HEARTSITE_DATA"
)
#: Of the first ones, some human cells hold a model's text.
FIRST_CLEAN = 56
AUC = {
    "all models": 0.80,
    "mi102l300b_completion": 0.988,
    "gpto3": 0.981,
    "gpt5": 0.972,
    "70b_completion": 0.971,
    "claude45haiku": 0.946,
    "gpt41mini": 0.933,
    "claude37sonnet": 0.933,
    "gemini25flash": 0.921,
    "claude45sonnet": 0.913,
    "kimik2": 0.912,
    "claude4opus": 0.909,
    "maverick": 0.904,
    "gpt4o": 0.836,
    "405b_completion": 0.834,
    "gemini3pro": 0.823,
    "gemini25pro": 0.786,
}
#: Standard errors of these AUCs run from .005 to .016; two deals of folds differed by up to .008, and
#: features of the same families that are counted in another way by up to .014.
TOLERANCE = 0.02


@cache
def replies() -> list[Row]:
    """People's replies from the first clean dialogue on that are no model's, and every model's to all."""
    found = json.loads(MERGED.read_text())
    models = [(at, key, item[key]) for at, item in enumerate(found) for key in AUC if item.get(key)]
    taken = {text for _at, _key, text in models}
    people = [
        (at, "human_completion", text)
        for at, item in enumerate(found[FIRST_CLEAN:], start=FIRST_CLEAN)
        for key, text in item.items()
        if key.startswith("human_completion") and text not in taken
    ]
    return [(f"{at:03d}", key, "human", "", text) for at, key, text in people] + [
        (f"{at:03d}", key, "llm", "", text) for at, key, text in models
    ]


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> Section:
    return leak_report(evidence_of(tmp_path_factory.mktemp("heart"), replies()))


def test_the_aucs_are_those_that_were_found_before(section: Section) -> None:
    found = table(section, "leaks")
    assert set(cells(found, "replies_people")) == {680}
    ours = {system: estimate(found, "auc", system=system).value for system in AUC}
    assert ours == pytest.approx(AUC, abs=TOLERANCE)


def test_evening_out_typography_takes_away_some_and_leaves_most(section: Section) -> None:
    found = table(section, "leaks_full")
    for system in ("gpt5", "claude45sonnet", "405b_completion", "gpt4o", "gpt41mini"):
        gain = estimate(found, "auc_gain", system=system, profile="plain-1")
        left = estimate(found, "auc", system=system, profile="plain-1")
        assert gain.low is not None
        assert gain.low > 0.0
        assert left.low is not None
        assert left.low > 0.7


def test_a_rater_would_face_pairs_that_style_tells_apart(section: Section) -> None:
    found = table(section, "leaks")
    assert estimate(found, "pair_accuracy", system="gpt5").value == pytest.approx(0.978, abs=TOLERANCE)
    assert estimate(found, "pair_accuracy", system="all models").value == pytest.approx(0.805, abs=TOLERANCE)
    assert set(cells(found, "p")) == {0.005}


def test_the_lengths_are_those_of_the_file(section: Section) -> None:
    found = table(section, "lengths")
    assert estimate(found, "words_mean", system="mi102l300b_completion").value == pytest.approx(
        56.7, abs=0.05
    )
    assert estimate(found, "words_mean", system="70b_completion").value == pytest.approx(18.8, abs=0.05)
