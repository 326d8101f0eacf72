from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.evidence import Options, read_evidence
from studies.analysis.preference.matrix import systems_compared
from studies.analysis.preference.sections import human_or_model
from studies.analysis.results import Table
from studies.analysis.simulating import Design, Effects, simulate, truth_of, write_verdicts
from tests.studies.analysis.preference.answers import cells, grid, read, table, value

TWO_BY_TWO = {("d1", "r1"): -1, ("d1", "r2"): 1, ("d2", "r1"): 0, ("d2", "r2"): -2}


def test_four_answers_by_hand(tmp_path: Path) -> None:
    row = cells(human_or_model(read(tmp_path, grid(TWO_BY_TWO))), "preference", eyes="raters")

    shares = [value(row[key]) for key in ("share", "wins", "ties", "losses", "share_without_ties")]
    assert shares == pytest.approx([5 / 8, 1 / 2, 1 / 4, 1 / 4, 2 / 3])
    assert (row["n"], row["share"].clusters) == (4, {"dialogue": 2, "rater": 2, "writer": 1})


def test_a_system_that_never_loses_has_a_share_of_one_and_no_interval(tmp_path: Path) -> None:
    won = dict.fromkeys(TWO_BY_TWO, -1)
    row = cells(human_or_model(read(tmp_path, grid(won))), "preference", eyes="raters")

    assert (row["share"].value, row["share"].low, row["share"].undefined) == (1.0, None, NOTHING_VARIES)


def test_all_ties_are_half_and_nothing_without_ties(tmp_path: Path) -> None:
    row = cells(
        human_or_model(read(tmp_path, grid(dict.fromkeys(TWO_BY_TWO, 0)))), "preference", eyes="raters"
    )

    assert row["share"].value == 0.5
    assert row["share_without_ties"].value is None
    assert row["share_without_ties"].undefined == "All answers are ties: no answer prefers either."


def test_one_rater_on_one_dialogue_has_no_interval(tmp_path: Path) -> None:
    row = cells(human_or_model(read(tmp_path, grid({("d1", "r1"): -1}))), "preference", eyes="raters")

    assert row["share"].undefined.endswith("there is 1 dialogue, 1 rater, 1 writer.")


def test_no_rows_no_people_or_no_such_pairs_are_said(tmp_path: Path) -> None:
    assert human_or_model(read(tmp_path, [])).absent == (
        "There are no answers: verdicts.csv would bring them."
    )
    assert systems_compared(read(tmp_path, [])).absent == (
        "There are no answers: verdicts.csv would bring them."
    )
    only_models = [{"system_first": "one", "system_second": "two"}]
    assert human_or_model(read(tmp_path, only_models)).absent.startswith("No system is known to be people's")
    two_people = [{"system_first": "person", "system_second": "second-person"}]
    assert human_or_model(read(tmp_path, two_people)).absent.startswith("Nobody compared a person's reply")
    made_to_lose = [{"system_second": "lost"}]
    assert human_or_model(read(tmp_path, made_to_lose)).absent.startswith("Nobody compared a person's reply")
    assert systems_compared(read(tmp_path, made_to_lose)).absent.startswith("There are no answers on pairs")


def test_exclusions_are_shown_both_ways(tmp_path: Path) -> None:
    rows = [*grid(TWO_BY_TWO), *grid({("d1", "r3"): 1, ("d2", "r3"): 1}, excluded=1)]
    section = human_or_model(read(tmp_path, rows))

    kept = cells(section, "preference_exclusions", answers="as analysed")
    everything = cells(section, "preference_exclusions", answers="with excluded answers")
    assert (value(kept["share"]), kept["n"]) == (5 / 8, 4)
    assert value(everything["share"]) == pytest.approx(2.5 / 6)


def test_the_slice_is_set_against_all_other_dialogues(tmp_path: Path) -> None:
    """Hard: 1 and 0; others: ½ and 1 (regular is the same difference the other way round: told once)."""
    rows = grid(TWO_BY_TWO)
    for row in rows:
        row["tags"] = "adversarial" if row["dialogue"] == "d1" else ""
    section = human_or_model(read(tmp_path, rows))

    row = cells(section, "interaction", slice="adversarial")
    assert value(row["difference"]) == pytest.approx(1 / 2 - 3 / 4)
    assert row["difference"].undefined.startswith("An interval needs two dialogues")
    assert len(table(section, "interaction").rows) == 1
    assert value(cells(section, "preference_by_slice", slice="regular")["share"]) == 3 / 4


def test_a_model_that_is_not_on_both_sides_is_no_part_of_the_difference(tmp_path: Path) -> None:
    rows = [
        *grid({("d1", "r1"): -1}, tags="adversarial"),
        *grid({("d1", "r1"): 1}, "other", tags="adversarial"),
        *grid({("d2", "r1"): 0}),
    ]
    section = human_or_model(read(tmp_path, rows))

    assert value(cells(section, "interaction", slice="adversarial")["difference"]) == pytest.approx(0.5)
    other = cells(section, "interaction_full", slice="adversarial", model="other")["difference"]
    assert other.undefined == "No model has answers both on the slice and elsewhere."


def test_the_best_of_two_replies_is_told_or_why_not(tmp_path: Path) -> None:
    """All three raters like w1's reply better than w2's: it alone counts."""
    rows = [
        {"source": f"r{rater}", "writer_first": writer, "pair": writer, "value_shown": value}
        for writer, value in (("w1", -1), ("w2", 1))
        for rater in range(3)
    ]
    row = cells(human_or_model(read(tmp_path, rows)), "best_of_replies", dimension="overall")
    assert (value(row["share"]), row["n"], row["dialogues"]) == (1.0, 3, 1)

    without = table(human_or_model(read(tmp_path, rows[:3])), "best_of_replies")
    assert (len(without.rows), without.note[:45]) == (0, "No dialogue has two human replies that were r")


def test_the_matrix_holds_raw_counts_and_both_directions(tmp_path: Path) -> None:
    rows = [*grid(TWO_BY_TWO), *grid({("d1", "r1"): 2}, "other", system_first="model")]
    rows += grid({("d1", "r1"): 0}, "other")
    section = systems_compared(read(tmp_path, rows))

    one = cells(section, "systems_compared_1_raters_figure", system="person", against="model")
    back = cells(section, "systems_compared_1_raters_figure", system="model", against="person")
    assert [one[key] for key in ("wins", "ties", "losses", "n")] == [2, 1, 1, 4]
    assert [back[key] for key in ("wins", "ties", "losses", "n")] == [1, 1, 2, 4]
    assert value(one["share"]) + value(back["share"]) == pytest.approx(1.0)
    assert (one["share"].low, one["share"].high) == pytest.approx(
        (1 - back["share"].high, 1 - back["share"].low)
    )
    single = cells(section, "systems_compared_full", system="model", against="other")
    assert [single[key] for key in ("wins", "ties", "losses", "n")] == [0, 0, 1, 1]


def test_where_one_system_is_in_every_pair_there_is_no_matrix(tmp_path: Path) -> None:
    """Each model's row against people is a figure already: a matrix of one row says no more."""
    rows = [*grid(TWO_BY_TWO), *grid({("d1", "r1"): 2}, "other")]
    section = systems_compared(read(tmp_path, rows))
    assert [part.key for part in section.parts] == ["systems_compared_full"]


def test_two_orders_of_a_judge_share_one_count(tmp_path: Path) -> None:
    judge = {"source_kind": "judge", "source": "opus", "value_shown": -1}
    turned = {"system_first": "model", "system_second": "person", "writer_first": "", "writer_second": "w1"}
    section = systems_compared(read(tmp_path, [judge, {**judge, **turned, "occasion": 1}]))

    row = cells(section, "systems_compared_full", eyes="judge opus")
    assert [row[key] for key in ("wins", "ties", "losses", "n")] == [0.5, 0.0, 0.5, 2]


def test_the_truth_of_a_study_of_hearts_size_is_recovered(tmp_path: Path) -> None:
    """300 dialogues, 16 models, 15 raters, 12 writers: within its interval, which is 6 to 12 points wide."""
    design = Design(dialogues=300, models=16, raters=15, ratings_per_pair=3, adversarial=20)
    effects = Effects(adversarial=0.5)
    write_verdicts(simulate(design, effects, np.random.default_rng(11)), tmp_path / "verdicts.csv")
    evidence = read_evidence(tmp_path, Options(human=("human",)))
    section = human_or_model(evidence)

    for name, hard in (("regular", False), ("adversarial", True)):
        share = cells(section, "preference_by_slice", slice=name)["share"]
        truth = truth_of(design, effects, adversarial=hard)
        assert share.low < truth.human_vs_models < share.high
        assert 0.05 < share.high - share.low < 0.35
    difference = cells(section, "interaction", slice="adversarial")["difference"]
    assert difference.low < (
        truth_of(design, effects, adversarial=True).human_vs_models
        - truth_of(design, effects).human_vs_models
    ) < difference.high  # fmt: skip
    full = table(section, "preference_full")
    assert len(full.rows) == 3 * (1 + 16)
    assert all(isinstance(part, Table) or part.table.rows for part in section.parts)
