from pathlib import Path

import numpy as np
import pytest

from studies.analysis.bias.position import position
from studies.analysis.evidence import Options, read_evidence
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests.studies.analysis.tables import Row, answer, ends, evidence_of, rows_of, turned, value, why, write


def judged(dialogue: str, ab: int, ba: int, **other: object) -> list[Row]:
    """One judge's two verdicts on a pair, as shown: with the person's reply first, and with the model's."""
    cells = {"source_kind": "judge", "source": "claude", "dialogue": dialogue} | other
    return [answer(ab, **cells), turned(ba, **cells)]


def test_without_answers_the_section_says_so(tmp_path: Path) -> None:
    write(tmp_path, "verdicts.csv", [], tuple(answer(0)))
    assert position(read_evidence(tmp_path, Options())).absent.startswith(
        "There are no answers on main pairs"
    )


def test_the_first_shown_counts_among_decided_answers(tmp_path: Path) -> None:
    """Two of three decided answers are for the first shown, whichever system that is."""
    rows = [
        answer(-1, dialogue="d1"), turned(-2, dialogue="d2", source="r2"),
        answer(1, dialogue="d3", source="r3"), answer(0, dialogue="d4", source="r4"),
    ]  # fmt: skip
    (found,) = rows_of(position(evidence_of(tmp_path, rows)), "bias_position")
    assert (value(found["first_preferred"]), found["decisive"], found["ties"]) == pytest.approx((2 / 3, 3, 1))


def test_all_ties_leave_nothing_to_tell(tmp_path: Path) -> None:
    (found,) = rows_of(position(evidence_of(tmp_path, [answer(0)])), "bias_position")
    assert (why(found["first_preferred"]), found["ties"]) == ("No answer names a better reply.", 1)


def test_a_system_is_told_when_first_and_when_second(tmp_path: Path) -> None:
    rows = [answer(-1, dialogue=f"d{n}") for n in range(4)] + [turned(-1, dialogue=f"e{n}") for n in range(3)]
    human, model = rows_of(position(evidence_of(tmp_path, rows)), "bias_position_by_system")
    assert (value(human["preferred_when_first"]), value(human["preferred_when_second"])) == (1.0, 0.0)
    assert (model["system"], value(model["preferred_when_first"])) == ("model", 1.0)
    assert ends(model["preferred_when_first"]) == pytest.approx((0.025 ** (1 / 3), 1.0))


def test_a_known_effect_of_position_is_found(tmp_path: Path) -> None:
    """The simulated shift of 0.3 standard deviations is found within the interval, and none without it."""
    design = Design(dialogues=100, raters=60, models=2)
    for effect in (0.0, 0.3):
        simulated = simulate(design, Effects(position=effect), np.random.default_rng(5))
        write_verdicts(simulated, tmp_path / "verdicts.csv")
        evidence = read_evidence(tmp_path, Options(human=("human",)))
        low, high = ends(rows_of(position(evidence), "bias_position")[0]["first_preferred"])
        assert (low > 0.5) == (effect > 0)
        assert high > 0.5


def test_orders_that_agree_are_consistent(tmp_path: Path) -> None:
    """Eight dialogues: 3 the same reply, 1 no difference twice, 2 always the first, 1 first and then no
    difference, 1 always the second."""
    rows = [
        *judged("d1", -1, 1), *judged("d2", -2, 1), *judged("d3", 1, -1), *judged("d4", 0, 0),
        *judged("d5", -1, -1), *judged("d6", -1, -2), *judged("d7", -1, 0), *judged("d8", 1, 1),
    ]  # fmt: skip
    (found,) = rows_of(position(evidence_of(tmp_path, rows)), "bias_swaps")
    assert (found["pairs"], value(found["consistent"])) == (8, 0.5)
    assert value(found["agree_decided"]) == 0.5  # 3 of 6
    assert (found["primacy_pairs"], found["recency_pairs"], value(found["primacy"])) == (3, 1, 0.75)
    assert found["p_mcnemar"] == found["p_dialogues"] == pytest.approx(0.625)  # 3 of 4, two-sided


def test_pairs_of_one_dialogue_are_one_trial_of_the_sign_test(tmp_path: Path) -> None:
    rows = [row for n in range(8) for row in judged("d1", -1, -1, pair=f"p{n}")]
    (found,) = rows_of(position(evidence_of(tmp_path, rows)), "bias_swaps")
    assert (found["p_mcnemar"], found["p_dialogues"]) == pytest.approx((2 / 2**8, 1.0))


def test_a_consistent_judge_has_no_p(tmp_path: Path) -> None:
    (found,) = rows_of(position(evidence_of(tmp_path, judged("d1", -1, 1))), "bias_swaps")
    assert (value(found["consistent"]), found["p_mcnemar"], found["p_dialogues"]) == (1.0, None, None)
    assert why(found["primacy"]) == "Every pair got the same verdict in both orders."


def test_the_first_judgment_in_each_order_counts(tmp_path: Path) -> None:
    rows = [*judged("d1", 1, 1, occasion=2), *judged("d1", -1, 1, occasion=1)]
    (found,) = rows_of(position(evidence_of(tmp_path, rows)), "bias_swaps")
    assert (found["pairs"], value(found["consistent"])) == (1, 1.0)


def test_one_order_alone_is_no_swap(tmp_path: Path) -> None:
    section = position(evidence_of(tmp_path, judged("d1", -1, 1)[:1]))
    assert "bias_swaps" not in {part.key for part in section.parts}


def test_sides_are_told_as_planned_and_as_achieved(tmp_path: Path) -> None:
    """Planned AB, AB and BA over two booklets, a place given back left out; rated once AB."""
    place = {"booklet": 1, "rater": "r1", "pair": "p1", "dialogue": "d1", "kind": "main", "order": "AB"}
    write(tmp_path, "assignments.csv", [
        place | {"released_at": ""},
        place | {"dialogue": "d2", "released_at": ""},
        place | {"booklet": 2, "order": "BA", "released_at": ""},
        place | {"order": "BA", "released_at": "2026-01-01T00:00:00Z"},
        place | {"kind": "repeat", "released_at": ""},
    ])  # fmt: skip
    write(tmp_path, "pairs.csv", [
        {"pair": "p1", "dialogue": name, "kind": "main", "system_a": "human", "system_b": "model"}
        for name in ("d1", "d2")
    ])  # fmt: skip
    section = position(evidence_of(tmp_path, [answer(-1, order="AB")]))
    found = {(row["stage"], row["per"]): row for row in rows_of(section, "side_balance")}
    assert {key: row["largest"] for key, row in found.items()} == {
        ("planned", "pair"): 1, ("planned", "booklet"): 2, ("planned", "system"): 1,
        ("achieved", "pair"): 1, ("achieved", "rater"): 1, ("achieved", "system"): 1,
    }  # fmt: skip
    assert value(found["planned", "pair"]["mean"]) == 0.5
    sides = {(row["stage"], row["system"]): row for row in rows_of(section, "side_balance_by_system")}
    assert (sides["planned", "human"]["first"], sides["planned", "human"]["second"]) == (2, 1)
    assert value(sides["achieved", "model"]["share_first"]) == 0.0


def test_the_plan_is_told_before_anybody_rated(tmp_path: Path) -> None:
    place = {"booklet": 1, "rater": "", "pair": "p1", "dialogue": "d1", "kind": "main", "order": "AB"}
    write(tmp_path, "assignments.csv", [place])
    write(tmp_path, "pairs.csv", [
        {"pair": "p1", "dialogue": "d1", "kind": "main", "system_a": "human", "system_b": "model"}
    ])  # fmt: skip
    section = position(evidence_of(tmp_path, [answer(-1, kind="training")]))
    assert not section.absent
    assert {part.key for part in section.parts} == {"side_balance", "side_balance_by_system"}
