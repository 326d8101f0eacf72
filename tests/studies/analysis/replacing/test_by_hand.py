"""A small study with raters and three judges, from its file: the report's numbers against a few plain lines.

Nothing of the analysis is used to expect them but scipy: rows are read with csv, counted with dictionaries.
"""

import csv
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from studies.analysis.agreement.sections import SECTIONS as AGREEMENT
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.replacing.sections import SECTIONS as REPLACING
from studies.analysis.results import Estimate
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests.studies.analysis.tables import rows_of, value

DESIGN = Design(dialogues=40, models=2, raters=8, ratings_per_pair=4, writers=10, adversarial=0)
ALL_JUDGES = Design(dialogues=40, models=2, raters=3, ratings_per_pair=3, writers=10, adversarial=0)
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every judge answers every pair twice, with another draw of the same kind: mostly in both orders."""
    path = tmp_path_factory.mktemp("study") / "verdicts.csv"
    rng = np.random.default_rng(6)
    write_verdicts(simulate(DESIGN, Effects(strong=99.0), rng), path)
    for _order in range(2):
        judged = simulate(ALL_JUDGES, Effects(strong=99.0), rng)
        write_verdicts(judged, path, source_kind="judge", append=True)
    return path


@pytest.fixture(scope="module")
def evidence(folder: Path) -> Evidence:
    return read_evidence(folder, Options(human=("human",)))


def rows(folder: Path, kind: str) -> Iterator[tuple[Pair, str, bool, int]]:
    """Pair, source, whether people's reply stood first, and the answer toward people's reply."""
    with folder.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first = row["system_first"] == "human"
            shown = int(row["value_shown"])
            if row["source_kind"] == kind:
                yield (row["dialogue"], row["pair"]), row["source"], first, -shown if first else shown


def sign(number: float) -> int:
    return (number > 0) - (number < 0)


def votes(folder: Path) -> dict[Pair, dict[str, int]]:
    found: dict[Pair, dict[str, int]] = defaultdict(dict)
    for pair, rater, _first, said in rows(folder, "rater"):
        found[pair][rater] = sign(said)
    return found


def settled(folder: Path) -> dict[Pair, dict[str, int]]:
    """Of each judge on each pair: the sign it has in every order it saw, else no difference."""
    orders: dict[tuple[Pair, str, bool], int] = defaultdict(int)
    for pair, judge, first, said in rows(folder, "judge"):
        orders[pair, judge, first] += sign(said)
    signs: dict[tuple[Pair, str], list[int]] = defaultdict(list)
    for (pair, judge, _first), total in orders.items():
        signs[pair, judge].append(sign(total))
    found: dict[Pair, dict[str, int]] = defaultdict(dict)
    for (pair, judge), each in signs.items():
        found[pair][judge] = each[0] if len(set(each)) == 1 else 0
    return found


def jury(folder: Path) -> dict[Pair, int]:
    """What two of the three judges say, else no difference."""
    found = {}
    for pair, answers in settled(folder).items():
        often, count = Counter(answers.values()).most_common(1)[0]
        found[pair] = often if count >= 2 else 0
    return found


def against_three(votes: dict[Pair, dict[str, int]], answers: dict[Pair, int]) -> tuple[float, float]:
    """How often the jury, and a rater, say what two of three (other) raters say, where two of them do."""
    met: dict[str, list[bool]] = {"jury": [], "rater": []}
    for pair, given in votes.items():
        for own, vote in given.items():
            for three in itertools.combinations([given[one] for one in given if one != own], 3):
                often, count = Counter(three).most_common(1)[0]
                if count >= 2:
                    met["rater"].append(vote == often)
                    met["jury"].append(answers[pair] == often)
    return tuple(float(np.mean(each)) for each in met.values())  # type: ignore[return-value]


def alt_test(
    votes: dict[Pair, dict[str, int]], answers: dict[Pair, int], epsilon: float
) -> tuple[float, float]:
    """ω and ρ of Calderon et al. (2025), with scipy's t-test and false discovery rate."""
    p_values, advantages = [], []
    for rater in sorted({rater for given in votes.values() for rater in given}):
        human, judge = [], []
        for pair, given in votes.items():
            others = [vote for one, vote in given.items() if one != rater]
            if rater in given and len(others) >= 2:
                own, its = others.count(given[rater]), others.count(answers[pair])
                human.append(own >= its)
                judge.append(its >= own)
        assert len(human) >= 30
        behind = np.array(human, dtype=float) - np.array(judge, dtype=float)
        p_values.append(stats.ttest_1samp(behind, epsilon, alternative="less").pvalue)
        advantages.append(np.mean(judge))
    corrected = stats.false_discovery_control(p_values, method="by")
    return float(np.mean(corrected <= 0.05)), float(np.mean(advantages))


def test_the_jury_against_three_raters(folder: Path, evidence: Evidence) -> None:
    (found,) = (
        row
        for row in rows_of(AGREEMENT[0](evidence), "agreement")
        if row["answered_by"] == "Jury of judges" and row["ties"] == "count (S1)"
    )
    expected = against_three(votes(folder), jury(folder))
    assert found["pairs"] == 80
    assert (value(found["judge_with_raters"]), value(found["raters_with_raters"])) == pytest.approx(expected)
    assert 0.1 < expected[0] < 0.9


def test_equivalence_by_the_integral_of_students_density(evidence: Evidence) -> None:
    """p of the weaker of two tests at ±5 points; both from the printed difference, its error and clusters."""
    for row in rows_of(AGREEMENT[0](evidence), "agreement_full"):
        if row["slice"] == "all" and row["primary"] == "yes":
            difference = row["difference"]
            assert isinstance(difference, Estimate)
            assert difference.se is not None
            freedom = min(difference.clusters.values()) - 1
            grid = np.linspace(0.0, 400.0, 400_001)
            scale = math.gamma((freedom + 1) / 2) / math.gamma(freedom / 2) / math.sqrt(freedom * math.pi)
            density = scale * (1 + grid**2 / freedom) ** (-(freedom + 1) / 2)
            nearest = (0.05 - abs(value(difference))) / difference.se
            inside = np.trapezoid(density[grid <= abs(nearest)], grid[grid <= abs(nearest)])
            expected = 0.5 - inside if nearest > 0 else 0.5 + inside
            assert row["equivalence_p"] == pytest.approx(expected, abs=1e-3)  # the grid's step
            assert (row["equivalent"] == "yes") == (row["equivalence_p"] < 0.05)  # type: ignore[operator]


def test_the_alt_test_of_a_judge_and_of_the_jury(folder: Path, evidence: Evidence) -> None:
    found = {row["answered_by"]: row for row in rows_of(REPLACING[0](evidence), "alt_test")}
    one = {pair: answers["judge-0000"] for pair, answers in settled(folder).items()}
    for name, answers in (("Judge judge-0000", one), ("Jury of judges", jury(folder))):
        rate, chance = alt_test(votes(folder), answers, epsilon=0.1)
        assert found[name]["raters_tested"] == 8
        assert value(found[name]["winning_rate"]) == pytest.approx(rate)
        assert value(found[name]["advantage_probability"]) == pytest.approx(chance)
        assert found[name]["passes"] == ("yes" if rate >= 0.5 else "no")
