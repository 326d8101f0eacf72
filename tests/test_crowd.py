"""A crowd at the running site: gunicorn with several processes, real HTTP, on both databases."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.raters.temperaments import TEMPERAMENTS, LeftClicker, Quitter, Skipper, crowd
from tests.running import Site, running_site

PAIRS, RATINGS, DIMENSIONS, BOOKLETS = 48, 3, 6, 24


def exported(site: Site, folder: Path, study: str = "sample") -> list[dict[str, str]]:
    """The verdicts on main pairs."""
    site.manage("export_study", study, "--out", str(folder))
    with (folder / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["kind"] == "main"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path) as site:
        yield site


def test_forty_raters_at_once_leave_exactly_what_was_planned(site: Site, tmp_path: Path) -> None:
    kinds = list(islice(cycle(TEMPERAMENTS), 40))

    codes = crowd(site.port, "/join/sample/", kinds, at_once=40, seed=1)

    assert len([code for code in codes if code]) == len(set(codes) - {""}) == BOOKLETS
    rows = exported(site, tmp_path / "out")
    assert len(rows) == PAIRS * RATINGS * DIMENSIONS
    assert len({(row["pair"], row["source"], row["dimension"]) for row in rows}) == len(rows)
    ratings = Counter((row["dialogue"], row["pair"]) for row in rows if row["dimension"] == "overall")
    assert set(ratings.values()) == {RATINGS}
    assert len(ratings) == PAIRS
    assert {row["surplus"] for row in rows} == {"0"}
    assert_balanced(rows)


def test_what_quitters_and_skippers_leave_is_rated_by_others_and_nothing_twice(
    site: Site, tmp_path: Path
) -> None:
    left = crowd(site.port, "/join/sample/", [Quitter, Skipper] * 5, at_once=10, seed=2)
    assert left[::2] == ["stopped"] * 5
    assert all(left[1::2])
    crowd(site.port, "/join/sample/", list(islice(cycle(TEMPERAMENTS), 30)), at_once=15, seed=3)

    rows = exported(site, tmp_path / "out")
    ratings = Counter(row["pair"] for row in rows if row["dimension"] == "overall")
    assert sum(ratings.values()) == PAIRS * RATINGS
    assert set(ratings.values()) == {RATINGS}


def test_a_left_clicker_is_exported_as_shown_and_turned(site: Site, tmp_path: Path) -> None:
    crowd(site.port, "/join/sample/", [LeftClicker], at_once=1, seed=4)

    rows = exported(site, tmp_path / "out")
    assert len(rows) == 6 * DIMENSIONS
    assert {row["value_shown"] for row in rows} == {"-2"}
    assert {(row["order"], row["value"]) for row in rows} == {("AB", "-2"), ("BA", "2")}
    for row in rows:
        assert (row["system_first"] == "sample-human") == (row["order"] == "AB")


def assert_balanced(rows: list[dict[str, str]]) -> None:
    """|first - second| <= 1 per pair, per rater and per system, in what was really rated."""
    differences: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["dimension"] != "overall":
            continue
        sign = 1 if row["order"] == "AB" else -1
        differences["pair"][row["pair"]] += sign
        differences["rater"][row["source"]] += sign
        differences["system"][row["system_first"]] += 1
        differences["system"][row["system_second"]] -= 1
    worst = {kind: max(map(abs, counts.values())) for kind, counts in differences.items()}
    assert max(worst.values()) <= 1
