from __future__ import annotations

from studies.comparison import Order
from studies.judging.gate import Check, Gate, PilotJudgment, gate


def couple(
    number: int,
    ab: int | None = -1,
    ba: int | None = 1,
    *,
    judge: str = "j",
    expected: int | None = None,
    outcome: str = "unparseable",
) -> list[PilotJudgment]:
    """One pair in both orders; by default the same reply wins in both. None is a missing verdict."""
    return [
        PilotJudgment(f"p{number}", judge, order, 1, "ok" if value is not None else outcome, value, expected)
        for order, value in ((Order.AB, ab), (Order.BA, ba))
    ]


def sound(pairs: int = 100, decoys: int = 20, *, judge: str = "j") -> list[PilotJudgment]:
    return [
        *(one for number in range(pairs) for one in couple(number, judge=judge)),
        *(one for number in range(decoys) for one in couple(1000 + number, -2, 2, judge=judge, expected=-1)),
    ]


def named(result: Gate, name: str, judge: str = "") -> Check:
    return next(check for check in result.checks if (check.name, check.judge) == (name, judge))


def test_a_sound_pilot_passes() -> None:
    result = gate(sound(), spent=1.1, planned=1.0)

    assert result.passed
    assert [(check.name, check.passed) for check in result.checks] == [
        ("parse_failures", True),
        ("swap_consistency", True),
        ("decoys_lose", True),
        ("cost", True),
    ]
    assert [check.sentence for check in result.checks] == [
        "0 of 240 judgments gave no verdict, 0.0% (wanted is below 2%).",
        "100 of 100 verdicts stayed when the order was swapped, 100.0% (wanted is above 80%).",
        "40 of 40 decoys lost, 100.0% (wanted is above 95%).",
        "The pilot cost 10% more than planned (within 20%).",
    ]


def test_two_in_a_hundred_failures_are_too_many() -> None:
    one = [*sound(49, 0), *couple(99, None, 1)]
    two = [*sound(49, 0), *couple(99, None, None, outcome="refused")]

    assert named(gate(one, spent=1, planned=1), "parse_failures").passed is True
    failed = named(gate(two, spent=1, planned=1), "parse_failures")
    assert failed == Check(
        *("parse_failures", "", 0.02, 0.02, 100, False),
        "2 of 100 judgments gave no verdict (2 refused), 2.0% (wanted is below 2%).",
    )


def test_a_verdict_that_follows_the_position_is_no_consistency() -> None:
    followers = [one for number in range(20) for one in couple(100 + number, -1, -1)]
    result = named(gate([*sound(80, 0), *followers], spent=1, planned=1), "swap_consistency")

    assert (result.value, result.count, result.passed) == (0.8, 100, False)


def test_a_tie_in_one_order_only_is_no_consistency_and_a_missing_one_is_not_counted() -> None:
    odd = [*couple(100, 0, 1), *couple(101, 0, 0), *couple(102, None, 1)]
    result = named(gate([*sound(18, 0), *odd], spent=1, planned=1), "swap_consistency")

    assert (result.value, result.count) == (19 / 20, 20)


def test_a_strength_that_changes_is_still_the_same_side() -> None:
    result = gate([one for number in range(20) for one in couple(number, -2, 1)], spent=1, planned=1)

    assert named(result, "swap_consistency").value == 1


def test_a_decoy_loses_in_the_pairs_own_order_or_it_has_not_lost() -> None:
    right = [one for number in range(19) for one in couple(number, -1, 1, expected=-1)]
    stored_second = couple(50, 2, -1, expected=1)
    result = named(gate([*right, *stored_second], spent=1, planned=1), "decoys_lose")
    assert (result.value, result.count, result.passed) == (1, 40, True)

    for missed in (
        couple(51, 0, 0, expected=-1),
        couple(51, 1, -1, expected=-1),
        couple(51, None, None, expected=-1),
    ):
        result = named(gate([*right, *missed], spent=1, planned=1), "decoys_lose")
        assert (result.value, result.passed) == (0.95, False)


def test_too_few_to_tell_is_not_passed() -> None:
    result = gate(sound(10, 2), spent=1, planned=1)

    assert not result.passed
    assert [check.passed for check in result.checks] == [None, None, None, True]
    assert named(result, "decoys_lose").sentence == (
        "4 of 4 decoys lost: too few to tell (20 are needed, wanted is above 95%)."
    )
    assert named(gate([], spent=1, planned=1), "parse_failures").value is None


def test_cost_may_be_off_by_a_fifth_in_either_direction() -> None:
    def cost(spent: float | None, planned: float | None) -> Check:
        return named(gate([], spent=spent, planned=planned), "cost")

    assert cost(12, 10).passed is True
    assert cost(12.1, 10).sentence == "The pilot cost 21% more than planned (outside 20%)."
    assert cost(7.9, 10).sentence == "The pilot cost 21% less than planned (outside 20%)."
    assert cost(None, 10).passed is None
    assert cost(0, 0).passed is None


def test_one_bad_judge_is_not_hidden_by_three_good_ones() -> None:
    good = [one for name in ("a", "b", "c") for one in sound(60, 10, judge=name)]
    bad = [
        *(one for number in range(54) for one in couple(number, judge="d")),
        *(one for number in range(6) for one in couple(100 + number, None, None, judge="d")),
        *(one for number in range(10) for one in couple(200 + number, -1, 1, judge="d", expected=-1)),
    ]
    # 12 of 700 together stay below 2 %.
    result = gate([*good, *sound(60, 10, judge="e"), *bad], spent=1, planned=1)

    assert named(result, "parse_failures").passed is True
    assert named(result, "parse_failures", "a").passed is True
    assert named(result, "parse_failures", "d").passed is False
    assert not result.passed


def test_few_decoys_of_a_single_judge_do_not_stop_the_gate() -> None:
    judgments = [*sound(60, 9, judge="a"), *sound(60, 9, judge="b")]
    result = gate(judgments, spent=1, planned=1)

    assert named(result, "decoys_lose", "a").passed is None
    assert result.passed
