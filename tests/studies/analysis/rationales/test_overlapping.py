"""Themes in common: by hand, where codes are independent, and where pairs decide what reasons are about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.rationales.overlapping import coupled, jaccard, overlap, shared
from studies.analysis.rationales.overlaps import overlaps
from tests.studies.analysis.rationales.tables import Planted, coded, coding, judged, planted, reason
from tests.studies.analysis.tables import answer, ends, rows_of, value, why

A, B = "resonance", "attunement"


def test_jaccard_of_sets_and_of_shares() -> None:
    left = np.array([[1.0, 1.0, 0.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
    right = np.array([[0.0, 1.0, 1.0], [1.0, 0.5, 0.0], [0.0, 0.0, 0.0]])
    assert [part.tolist() for part in jaccard(left, right)] == [[1 / 3, 0.5 / 1.5, 0], [1, 1, 0]]
    assert [part.tolist() for part in shared(left, right)] == [[1, 0.5, 0], [1, 1, 0]]


def test_couples_are_all_of_a_pair() -> None:
    pair = np.array([0, 1, 0, 1, 1, 2], dtype=np.int32)
    left = np.array([True, True, False, False, False, True])
    found = coupled(left, ~left, pair, pair)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 2), (1, 3), (1, 4)]


def test_overlap_and_chance_by_hand(tmp_path: Path) -> None:
    """d1: rater {a}, judge {a}; d2: {b} and {a, b}; d3: none and none, undefined.

    Jaccard 1 and ½, mean ¾. Across: {a} with {a, b} ½, {b} with {a} 0, and with none 0 each way (four
    couples): ½ / 6. Beyond chance (¾ − 1/12) / (11/12) = 8/11.
    """
    given = {"d1": (A, A), "d2": (B, f"{A}|{B}"), "d3": ("other", "")}
    passages, codings, verdicts = [], [], []
    for place, (dialogue, both) in enumerate(given.items()):
        passages += [reason(f"{dialogue}r", dialogue=dialogue), judged(f"{dialogue}j", dialogue=dialogue)]
        codings += [coding(f"{dialogue}{who}", some) for who, some in zip("rj", both, strict=True)]
        for kind, source, said in (("rater", "r1", -1), ("judge", "j1", (-1, 1, 0)[place])):
            verdicts.append(answer(said, dialogue=dialogue, source_kind=kind, source=source, order="AB",
                                   occasion=1, phase="main"))  # fmt: skip
    section = overlaps(coded(tmp_path, passages, codings, verdicts=verdicts))
    every, agreeing = rows_of(section, "overlap_jaccard")
    assert (every["who"], every["couples_of"]) == ("Raters with judges", "all")
    assert (every["pairs"], every["couples"], every["undefined"]) == (3, 3, 1)
    assert value(every["found"]) == pytest.approx(3 / 4)
    assert value(every["chance"]) == pytest.approx(1 / 12)
    assert value(every["beyond"]) == pytest.approx(8 / 11)
    assert (agreeing["couples_of"], agreeing["couples"]) == ("both prefer the same reply", 1)
    assert value(agreeing["found"]) == 1
    assert why(agreeing["beyond"]) == "What chance brings needs reasons of two dialogues."
    themes, _agreeing = rows_of(section, "overlap")
    assert [value(themes["found"]), value(themes["chance"])] == pytest.approx([1, 1 / 6])


def test_a_pair_counts_once_and_raters_are_set_beside_each_other(tmp_path: Path) -> None:
    """Pair 1 has two raters {a}, {b} and a judge {a}: ½; pair 2 one rater {a} and a judge {a}: 1."""
    passages = [
        reason("1"), reason("2", source="r2"), judged("3"),
        reason("4", dialogue="d2"), judged("5", dialogue="d2"),
    ]  # fmt: skip
    codings = [coding(key, some) for key, some in zip("12345", (A, B, A, A, A), strict=True)]
    section = overlaps(coded(tmp_path, passages, codings))
    judges, raters = rows_of(section, "overlap")
    drawn = rows_of(section, "overlap_figure")
    assert [(row["who"], row["found"]) for row in drawn] == [
        ("Raters with judges", judges["found"]), ("by chance: judges", judges["chance"]),
        ("Raters with each other", raters["found"]), ("by chance: each other", raters["chance"]),
    ]  # fmt: skip
    assert (judges["pairs"], judges["couples"], value(judges["found"])) == (2, 3, 0.75)
    assert (raters["who"], raters["pairs"], raters["couples"]) == (
        "Raters with each other, where judges gave reasons", 1, 1,
    )  # fmt: skip
    assert value(raters["found"]) == 0
    assert section.lead[1].startswith("Of 5 reasons, 5 have no answer on the dimension overall")


def _study(rng: np.random.Generator, common: float) -> tuple[float, bool]:
    """Beyond chance, and whether its interval holds 0: 40 dialogues of two pairs, two reasons a side. With
    probability `common` a reason has its pair's own themes.
    """
    pair = np.repeat(np.arange(80), 4).astype(np.int32)
    own = rng.random((80, 5)) < 0.3
    alone = rng.random((320, 5)) < 0.3
    themes = np.where(rng.random((320, 1)) < common, own[pair], alone).astype(float)
    left = np.tile([True, True, False, False], 80)
    found = overlap(coupled(left, ~left, pair, (pair // 2).astype(np.int32)), themes, jaccard)
    low, high = ends(found.beyond)
    return value(found.beyond), low <= 0 <= high


def test_independent_codes_overlap_as_by_chance() -> None:
    """In 300 studies: on the whole 0 beyond chance, and the interval holds 0 as often as it promises."""
    rng = np.random.default_rng(5)
    beyond, holds = zip(*(_study(rng, 0.0) for _study_number in range(300)), strict=True)
    assert abs(np.mean(beyond)) < 4 * np.std(beyond) / 300**0.5
    assert 0.91 <= np.mean(holds) <= 0.99


def test_what_a_pair_decides_is_beyond_chance() -> None:
    rng = np.random.default_rng(6)
    holds = [_study(rng, 0.6)[1] for _study_number in range(50)]
    assert not any(holds)


def test_a_planted_study_has_judges_and_their_ceiling(tmp_path: Path) -> None:
    section = overlaps(planted(tmp_path, Planted(shared=0.7), np.random.default_rng(3)))
    rows = rows_of(section, "overlap")
    assert [(row["who"], row["couples_of"]) for row in rows[:4]] == [
        ("Raters with judges", "all"),
        ("Raters with judges", "both prefer the same reply"),
        ("Raters with each other, where judges gave reasons", "all"),
        ("Raters with each other, where judges gave reasons", "both prefer the same reply"),
    ]
    assert all(ends(row["beyond"])[0] > 0 for row in rows if row["couples_of"] == "all")
    named = {row["who"] for row in rows_of(section, "overlap_judges_full")}
    assert {"Raters with judge j1", "Raters with judge j2"} < named


def test_raters_are_among_the_clusters_of_couples_with_a_judge() -> None:
    """Two raters in forty dialogues; reasons of one always share the judge's theme, of the other never: by
    dialogue the share is known, by rater it is not.
    """
    pair = np.repeat(np.arange(40), 2).astype(np.int32)
    rater = np.where(np.arange(80) % 2 == 0, np.arange(80) // 2 % 2, -1).astype(np.int32)
    left = np.arange(80) % 2 == 0
    themes = np.where(rater == 1, 0.0, 1.0)[:, None]
    both = [overlap(coupled(left, ~left, pair, pair, of), themes, shared).found for of in (None, rater)]
    assert [value(found) for found in both] == [0.5, 0.5]
    assert [found.clusters for found in both] == [{"dialogue": 40}, {"dialogue": 40, "rater": 2}]
    assert ends(both[0])[0] > 0.3
    assert ends(both[1])[0] < 0.01


def test_chance_is_exact_where_each_reason_has_weights_of_its_own() -> None:
    """4,000 reasons: the mean over all couples but those of one dialogue."""
    rng = np.random.default_rng(7)
    pair = np.repeat(np.arange(2000), 2).astype(np.int32)
    themes, left = rng.random((4000, 5)).round(3), np.arange(4000) % 2 == 0
    found = overlap(coupled(left, ~left, pair, pair), themes, jaccard)
    chosen = themes[left][:, None], themes[~left][None, :]
    each = np.minimum(*chosen).sum(axis=-1) / np.maximum(*chosen).sum(axis=-1)
    others = (each.sum() - np.trace(each)) / (2000 * 1999)
    assert value(found.chance) == pytest.approx(others)
