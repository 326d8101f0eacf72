from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.comparison import Order
from studies.judging.jury import (
    Authors,
    JudgeSpec,
    JuryDesign,
    Plan,
    PlanError,
    PlannedJudgment,
    Role,
    Summary,
    draw_pilot,
    eligible,
    plan,
    seats_for,
)

FAMILIES = ("claude", "gemini", "gpt", "llama")
JUDGES = [JudgeSpec(f"judge-{family}", family) for family in FAMILIES]
FIVE = [*JUDGES, JudgeSpec("judge-qwen", "qwen")]
ONCE = JuryDesign(consistency_share=0)


def human_pairs(count: int, family: str = "gpt") -> list[Authors]:
    return [Authors(f"p{number:03}", None, family) for number in range(count)]


def names(made: Plan, role: Role = Role.JURY) -> dict[str, set[str]]:
    seated: dict[str, set[str]] = defaultdict(set)
    for one in made.judgments:
        if one.role is role:
            seated[one.pair].add(one.judge)
    return seated


def test_four_families_suffice_for_a_person_against_a_model() -> None:
    made = plan(human_pairs(1), JUDGES, seed=1, design=ONCE)

    assert made.judgments == tuple(
        PlannedJudgment("p000", f"judge-{family}", order, 1, Role.JURY, same_family=False)
        for family in ("claude", "gemini", "llama")
        for order in (Order.AB, Order.BA)
    )
    assert made.summary == Summary(
        pairs=1,
        eligible={3: 1},
        without_jury=(),
        smaller=0,
        calls=6,
        calls_by_judge={"judge-claude": 2, "judge-gemini": 2, "judge-llama": 2},
        calls_by_role={Role.JURY: 6},
    )


def test_five_families_suffice_for_a_model_against_a_model() -> None:
    pairs = [Authors("p", "gpt", "claude")]

    assert plan(pairs, JUDGES, seed=1).summary.without_jury == ("p",)
    assert plan(pairs, JUDGES, seed=1).judgments == ()
    assert names(plan(pairs, FIVE, seed=1)) == {"p": {"judge-gemini", "judge-llama", "judge-qwen"}}


def test_fewer_than_three_are_never_a_jury_and_are_reported() -> None:
    made = plan([*human_pairs(2), Authors("q", "gpt", "llama"), Authors("r", None, None)], JUDGES, seed=1)

    assert made.summary.without_jury == ("q",)
    assert made.summary.eligible == {2: 1, 3: 2, 4: 1}
    assert set(names(made)) == {"p000", "p001", "r"}


def test_families_are_compared_without_case_and_spaces() -> None:
    pair = Authors("p", None, " GPT")

    assert [judge.name for judge in eligible(pair, JUDGES)] == ["judge-claude", "judge-gemini", "judge-llama"]


def test_seats_are_spread_evenly_and_drawn_by_seed() -> None:
    pairs = [Authors(f"p{number:03}", None, None) for number in range(100)]
    made = plan(pairs, FIVE, seed=3, design=ONCE)

    assert made.summary.calls_by_judge == {judge.name: 120 for judge in FIVE}
    assert made == plan(list(reversed(pairs)), list(reversed(FIVE)), seed=3, design=ONCE)
    assert made.judgments != plan(pairs, FIVE, seed=4, design=ONCE).judgments
    assert len({frozenset(seated) for seated in names(made).values()}) == 10


def test_an_extension_fills_up_those_who_have_judged_less() -> None:
    load = {"judge-claude": 10, "judge-gemini": 10, "judge-gpt": 10}
    made = plan(
        [Authors(f"q{number}", None, None) for number in range(10)], FIVE, seed=1, design=ONCE, load=load
    )

    assert made.summary.calls_by_judge["judge-llama"] == 20
    assert made.summary.calls_by_judge["judge-qwen"] == 20


@pytest.mark.parametrize(
    ("count", "size", "seats"), [(0, 3, 0), (2, 3, 0), (3, 3, 3), (4, 3, 3), (4, 5, 3), (5, 5, 5), (7, 5, 5)]
)
def test_a_jury_is_odd(count: int, size: int, seats: int) -> None:
    assert seats_for(count, size) == seats


def test_a_jury_smaller_than_asked_for_is_counted() -> None:
    made = plan(human_pairs(2), JUDGES, seed=1, design=JuryDesign(size=5, consistency_share=0))

    assert made.summary.smaller == 2
    assert made.summary.calls == 2 * 3 * 2


def test_a_share_of_every_judges_pairs_is_judged_three_times_in_both_orders() -> None:
    made = plan(human_pairs(40), JUDGES, seed=1, design=JuryDesign(consistency_share=0.05))
    again = [one for one in made.judgments if one.replicate > 1]

    assert Counter(one.judge for one in again) == {
        f"judge-{family}": 8 for family in FAMILIES if family != "gpt"
    }
    for one in again:
        seat = [other for other in made.judgments if (other.pair, other.judge) == (one.pair, one.judge)]
        assert [(other.replicate, other.order) for other in seat] == [
            (replicate, order) for replicate in (1, 2, 3) for order in (Order.AB, Order.BA)
        ]


def test_a_judge_of_an_authors_family_is_planned_apart() -> None:
    design = JuryDesign(same_family_share=0.1, consistency_share=0)
    made = plan(human_pairs(50), JUDGES, seed=1, design=design)
    kin = [one for one in made.judgments if one.role is Role.SAME_FAMILY]

    assert made.summary.calls_by_role == {Role.JURY: 300, Role.SAME_FAMILY: 10}
    assert {one.judge for one in kin} == {"judge-gpt"}
    assert all(one.same_family for one in kin)
    assert not any(one.same_family for one in made.judgments if one.role is Role.JURY)


def test_same_family_judgments_are_spread_over_both_families() -> None:
    pairs = [Authors(f"p{number:02}", "gpt", "claude") for number in range(20)]
    made = plan(pairs, FIVE, seed=1, design=JuryDesign(same_family_share=1, consistency_share=0))

    assert made.summary.calls_by_judge["judge-gpt"] == 20
    assert made.summary.calls_by_judge["judge-claude"] == 20


def test_the_papers_panel_is_everybody_and_no_jury() -> None:
    design = JuryDesign(preset="paper-panel", consistency_share=0)
    made = plan(human_pairs(2), JUDGES[:3], seed=1, design=design)

    assert made.summary.calls_by_role == {Role.PANEL: 12}
    assert {one.judge for one in made.judgments if one.same_family} == {"judge-gpt"}
    assert all(one.role is Role.PANEL for one in made.judgments)


@pytest.mark.parametrize(
    ("pairs", "judges", "design", "message"),
    [
        (human_pairs(1), JUDGES, JuryDesign(size=4), "an odd number of judges, 3 or more, not 4"),
        (human_pairs(1), JUDGES, JuryDesign(size=1), "an odd number of judges, 3 or more, not 1"),
        (human_pairs(1), JUDGES, JuryDesign(same_family_share=1.5), "between 0 and 1"),
        (human_pairs(1), JUDGES, JuryDesign(consistency_share=-0.1), "between 0 and 1"),
        (human_pairs(1), [], JuryDesign(), "there are no judges"),
        (human_pairs(1), [*JUDGES, JUDGES[0]], JuryDesign(), "the judge 'judge-claude' stands there twice"),
        (human_pairs(1) * 2, JUDGES, JuryDesign(), "the pair 'p000' stands there twice"),
        (human_pairs(1), [*JUDGES, JudgeSpec("x", " ")], JuryDesign(), "which family these judges are: x"),
        (human_pairs(2, family=""), JUDGES, JuryDesign(), "2 pairs have a reply by a model whose family"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(
    pairs: list[Authors], judges: list[JudgeSpec], design: JuryDesign, message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        plan(pairs, judges, seed=1, design=design)


def test_a_pilot_is_drawn_by_seed() -> None:
    keys = [f"p{number}" for number in range(200)]

    assert len(draw_pilot(keys, size=50, seed=1)) == 50
    assert draw_pilot(keys, size=50, seed=1) == draw_pilot(reversed(keys), size=50, seed=1)
    assert draw_pilot(keys[:3], size=50, seed=1) == set(keys[:3])


FAMILY = st.sampled_from([None, *FAMILIES, "qwen", "kimi"])


@given(
    st.lists(st.tuples(FAMILY, FAMILY), max_size=12),
    st.sampled_from([3, 5]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 3),
)
def test_no_jury_ever_holds_a_relative_and_every_seat_has_both_orders(
    authors: list[tuple[str | None, str | None]], size: int, kin: float, often: float, seed: int
) -> None:
    pairs = [Authors(f"p{number:02}", *both) for number, both in enumerate(authors)]
    design = JuryDesign(size=size, same_family_share=kin, consistency_share=often)
    made = plan(pairs, FIVE, seed=seed, design=design)
    families = {pair.pair: {pair.first, pair.second} for pair in pairs}
    family = {judge.name: judge.family for judge in FIVE}

    assert len(set(made.judgments)) == len(made.judgments) == made.summary.calls
    for pair, seated in names(made).items():
        assert len(seated) in (3, 5)
        assert not families[pair] & {family[name] for name in seated}
    for one in made.judgments:
        assert one.same_family is (one.role is Role.SAME_FAMILY)
        assert PlannedJudgment(
            one.pair, one.judge, one.order.flipped, one.replicate, one.role, one.same_family
        ) in (made.judgments)
    assert set(names(made)) | set(made.summary.without_jury) == set(families)
