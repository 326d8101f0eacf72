from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from studies.analysis.evidence import Options, read_evidence
from studies.analysis.preference.matrix import systems_compared
from studies.analysis.preference.sections import human_or_model
from studies.analysis.results import Figure, Table
from studies.analysis.simulating import Design, Effects, simulate, truth_of, write_verdicts
from tests.studies.analysis.preference.answers import cells, grid, read, table, value

TWO_BY_TWO = {("d1", "r1"): -1, ("d1", "r2"): 1, ("d2", "r1"): 0, ("d2", "r2"): -2}


def test_four_answers_by_hand(tmp_path: Path) -> None:
    row = cells(human_or_model(read(tmp_path, grid(TWO_BY_TWO))), "preference", eyes="Raters")

    shares = [value(row[key]) for key in ("share", "wins", "ties", "losses", "share_without_ties")]
    assert shares == pytest.approx([5 / 8, 1 / 2, 1 / 4, 1 / 4, 2 / 3])
    assert (row["share"].n, row["share"].clusters) == (4, {"dialogue": 2, "rater": 2, "writer": 1})


def test_a_system_that_never_loses_has_an_exact_interval(tmp_path: Path) -> None:
    """Two dialogues and raters: two trials, none of them lost. So at least .025^(1/2)."""
    won = dict.fromkeys(TWO_BY_TWO, -1)
    row = cells(human_or_model(read(tmp_path, grid(won))), "preference", eyes="Raters")

    for key, expected in (("share", 1.0), ("share_without_ties", 1.0), ("ties", 0.0), ("losses", 0.0)):
        ends = (row[key].low, row[key].high)
        assert row[key].value == expected
        assert ends == pytest.approx((0.025**0.5, 1.0) if expected else (0.0, 1 - 0.025**0.5))


def test_without_ties_the_answers_without_ties_are_counted(tmp_path: Path) -> None:
    """Five dialogues, five raters, of which two prefer a reply, both the person's: two trials, not five."""
    values = {(f"d{n}", f"r{n}"): -1 if n < 2 else 0 for n in range(5)}
    found = cells(human_or_model(read(tmp_path, grid(values))), "preference")["share_without_ties"]

    assert (found.value, found.n, found.clusters) == (1.0, 2, {"dialogue": 2, "rater": 2, "writer": 1})
    assert (found.low, found.high) == pytest.approx((0.025**0.5, 1.0))


def test_shares_and_their_differences_stay_among_what_can_be(tmp_path: Path) -> None:
    """With one degree of freedom t is 12.7: nothing is known, and nothing impossible is told."""
    rows = grid({(f"d{d}", f"r{r}"): -1 if (d + r) % 3 else 1 for d in range(4) for r in range(2)})
    for row in rows:
        row["tags"] = "hard" if row["dialogue"] < "d2" else ""
    section = human_or_model(read(tmp_path, rows))

    share = cells(section, "preference")["share"]
    reach = stats.t.ppf(0.975, 1) * share.se / (share.value * (1 - share.value))
    assert share.value + stats.t.ppf(0.975, 1) * share.se > 1
    assert (share.low, share.high) == pytest.approx(
        tuple(special.expit(special.logit(share.value) + np.array([-reach, reach])))
    )
    change = cells(section, "interaction")["difference"]
    assert -1 < change.low < change.value < change.high < 1


def test_all_ties_are_half_and_nothing_without_ties(tmp_path: Path) -> None:
    row = cells(
        human_or_model(read(tmp_path, grid(dict.fromkeys(TWO_BY_TWO, 0)))), "preference", eyes="Raters"
    )

    assert row["share"].value == 0.5
    assert row["share_without_ties"].value is None
    assert row["share_without_ties"].undefined == "All answers are ties: no answer prefers either."


def test_one_rater_on_one_dialogue_has_no_interval(tmp_path: Path) -> None:
    row = cells(human_or_model(read(tmp_path, grid({("d1", "r1"): -1}))), "preference", eyes="Raters")

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
    assert systems_compared(read(tmp_path, made_to_lose)).absent.startswith("There are no answers")


def test_exclusions_are_shown_both_ways(tmp_path: Path) -> None:
    rows = [*grid(TWO_BY_TWO), *grid({("d1", "r3"): 1, ("d2", "r3"): 1}, excluded=1)]
    section = human_or_model(read(tmp_path, rows))

    kept = cells(section, "preference_exclusions", answers="as analysed")
    everything = cells(section, "preference_exclusions", answers="with excluded answers")
    assert (value(kept["share"]), kept["share"].n) == (5 / 8, 4)
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
    assert (row["n_slice"], row["n_elsewhere"], row["difference"].n) == (2, 2, 2)
    assert len(table(section, "interaction").rows) == 1
    assert value(cells(section, "preference_by_slice", slice="regular")["share"]) == 3 / 4


def test_a_model_that_is_not_on_both_sides_is_no_part_of_the_difference(tmp_path: Path) -> None:
    rows = [
        *grid({("d1", "r1"): -1}, tags="adversarial"),
        *grid({("d1", "r1"): 1}, "other", tags="adversarial"),
        *grid({("d2", "r1"): 0}),
    ]
    section = human_or_model(read(tmp_path, rows))

    row = cells(section, "interaction", slice="adversarial")
    assert value(row["difference"]) == pytest.approx(0.5)
    assert (row["n_slice"], row["n_elsewhere"]) == (1, 1)
    other = cells(section, "interaction_full", slice="adversarial", model="other")["difference"]
    assert other.undefined == "No model has answers both on the slice and elsewhere."


def test_a_small_slice_is_not_hidden_behind_the_number_of_all_answers(tmp_path: Path) -> None:
    rows = grid({(f"d{n:02d}", f"r{n % 4}"): n % 3 - 1 for n in range(40)})
    for row in rows:
        row["tags"] = "hard" if row["dialogue"] < "d06" else ""
    row = cells(human_or_model(read(tmp_path, rows)), "interaction", slice="hard")

    assert (row["n_slice"], row["n_elsewhere"], row["difference"].n) == (6, 34, 6)


def test_what_there_is_only_one_of_is_said_once(tmp_path: Path) -> None:
    rows = [
        *grid(TWO_BY_TWO),
        *grid({("d1", "x"): 1, ("d2", "x"): -1}, source_kind="judge"),
    ]
    section = human_or_model(read(tmp_path, rows))
    assert section.lead[1] == (
        "All answers are on replies of one writer: what is found holds for that one alone, and the interval "
        "does not tell how another would differ."
    )
    assert not any("of one rater" in line for line in section.lead)

    alone = human_or_model(read(tmp_path, grid({("d1", "r1"): 1}, writer_first="")))
    assert [line[:60] for line in alone.lead[1:4]] == [
        "Who wrote the human replies is not known: intervals do not c",
        "All answers are on one dialogue: what is found holds for tha",
        "All answers are of one rater: what is found holds for that o",
    ]


def test_notes_name_the_ways_that_are_known(tmp_path: Path) -> None:
    known = table(human_or_model(read(tmp_path, grid(TWO_BY_TWO))), "preference").note
    rows = grid(TWO_BY_TWO, writer_first="")
    unknown = read(tmp_path, rows)

    assert "sandwich by dialogue, rater and writer, Student's" in known
    assert "not known" not in known
    for section, key in (
        (human_or_model(unknown), "preference"),
        (systems_compared(unknown), "systems_compared_full"),
    ):
        assert "sandwich by dialogue and rater, Student's" in table(section, key).note
    rows[0]["writer_first"] = "w1"
    assert table(human_or_model(read(tmp_path, rows)), "preference").note.endswith(
        "whose writer is not known count together as one writer."
    )


def test_short_tables_have_titles_and_no_second_n(tmp_path: Path) -> None:
    judged = [*grid(TWO_BY_TWO), *grid({("d1", "x"): 1}, source_kind="judge")]
    section = human_or_model(read(tmp_path, judged))

    for part in section.parts:
        found = part.table if isinstance(part, Figure) else part
        keys = [column.key for column in found.columns]
        assert ("n" in keys) == (found.key == "preference_full")
        assert "Against" not in {column.title for column in found.columns}
    assert [row[0] for row in table(section, "preference").rows] == ["Raters", "Judge x"]
    assert {row[0] for row in table(section, "preference_full").rows} == {"Raters", "Judge x"}


def test_the_best_of_two_replies_is_told_or_why_not(tmp_path: Path) -> None:
    """All three raters like w1's reply better than w2's: it alone counts."""
    rows = [
        {"source": f"r{rater}", "writer_first": writer, "pair": writer, "value_shown": value}
        for writer, value in (("w1", -1), ("w2", 1))
        for rater in range(3)
    ]
    row = cells(human_or_model(read(tmp_path, rows)), "best_of_replies", dimension="overall")
    assert (value(row["share"]), row["share"].n, row["dialogues"]) == (1.0, 3, 1)

    without = human_or_model(read(tmp_path, rows[:3]))
    assert "best_of_replies" not in {part.key for part in without.parts}
    assert without.lead[-1].startswith("Best of several people's replies: no dialogue has two human replies")


def test_the_matrix_holds_raw_counts_and_both_directions(tmp_path: Path) -> None:
    rows = [*grid(TWO_BY_TWO), *grid({("d1", "r1"): 2}, "other", system_first="model")]
    rows += grid({("d1", "r1"): 0}, "other", pair="d1-people")
    section = systems_compared(read(tmp_path, rows))

    one = cells(section, "systems_compared_1_raters_figure", system="person", against="model")
    back = cells(section, "systems_compared_1_raters_figure", system="model", against="person")
    assert [one[key] for key in ("wins", "ties", "losses")] == [2, 1, 1]
    assert [back[key] for key in ("wins", "ties", "losses")] == [1, 1, 2]
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

    row = cells(section, "systems_compared_full", eyes="Judge opus")
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
