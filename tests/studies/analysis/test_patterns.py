"""The summary's sentences on size, consistency and dimensions say what their tables say."""

from __future__ import annotations

import pytest

from studies.analysis.results import Cell, Estimate
from tests.studies.analysis.test_summary import said, section


def size(rho: float, p: float, remark: str = "") -> dict[str, Cell]:
    return {
        "eyes": "Raters", "parameters": "total", "systems": 14, "rho": Estimate(rho, rho - 0.1, rho + 0.05),
        "p": p, "remark": remark,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rho", "p", "found"),
    [
        (0.8, 0.01, "Larger models are rated higher"),
        (-0.8, 0.01, "Smaller models are rated higher"),
        (0.8, 0.05, "No clear relation between the size of models and their ratings"),
    ],
)
def test_size_is_clear_by_its_permutation_test(rho: float, p: float, found: str) -> None:
    assert said(section("scale_size", "size", size(rho, p)))[0][0] == found


def test_size_is_told_with_all_its_numbers() -> None:
    row = size(0.8, 0.0004, "descriptive")
    ((_found, numbers, eyes, where),) = said(section("scale_size", "size", row))
    assert numbers == (
        "Spearman's rho with total parameters 0.80 [0.70, 0.85], p < 0.001, n = 14 systems; descriptive, "
        "with so few systems."
    )
    assert (eyes, where) == ("Raters", "scale_size")


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.01, 0.09, "People's replies do less evenly over dialogues than models'"),
        (-0.09, -0.01, "Models' replies do less evenly over dialogues than people's"),
        (-0.01, 0.09, "No clear difference in how evenly people and models do over dialogues"),
    ],
)
def test_consistency_is_told_by_its_whole_interval(low: float, high: float, found: str) -> None:
    row: dict[str, Cell] = {
        "eyes": "Raters", "people": Estimate(0.2, 0.1, 0.3), "models": Estimate(0.1, 0.0, 0.2),
        "difference": Estimate((low + high) / 2, low, high, n=50),
    }  # fmt: skip
    assert said(section("consistency", "consistency_people", row))[0][0] == found


def test_halo_is_that_of_single_answers() -> None:
    mean = Estimate(0.6, 0.5, 0.7, n=900)
    rows: list[dict[str, Cell]] = [
        {"eyes": "Raters", "level": level, "mean": mean} for level in ("pairs", "answers, within each source")
    ]
    ((found, numbers, _eyes, _where),) = said(section("halo", "halo", *rows))
    assert found == "How far dimensions go together"
    assert numbers == (
        "Mean correlation of the rubric's dimensions 0.60 [0.50, 0.70], n = 900 answers; 0 if each measured "
        "something of its own."
    )
