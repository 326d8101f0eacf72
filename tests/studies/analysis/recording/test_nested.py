"""Whatever the sets are: parts add up to their step, and what is left to the difference to the next."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from studies.analysis.recording.nested import LEFT, PART, STEP, Level, Row, chained, fresh


def assert_adds_up(rows: Sequence[Row]) -> None:
    """Each split's parts come to its whole. Steps only shrink."""
    if not rows:
        return
    steps = [place for place, row in enumerate(rows) if row.role == STEP]
    assert steps[0] == 0
    for place, following in zip(steps, [*steps[1:], len(rows)], strict=True):
        between = rows[place + 1 : following]
        parts = [row.n for row in between if row.role == PART]
        left = [row.n for row in between if row.role == LEFT]
        assert not parts or sum(parts) == rows[place].n
        rest = rows[following].n if following < len(rows) else rows[place].n - sum(left)
        assert rows[place].n - sum(left) == rest >= 0
        assert 0 not in parts + left


def test_a_chain_counts_parts_and_losses() -> None:
    people = frozenset("abcde")
    ends = dict(zip("abcde", ("well", "well", "early", "early", "never"), strict=True))
    flow = chained(
        "People",
        [
            Level("Came", people | fresh("visit", 3), lambda _one: "went"),
            Level("Stayed", people, lambda one: f"not rated, {ends[one]}", lambda one: ends[one]),
            Level("Rated", frozenset("abc"), lambda _one: "too fast"),
            Level("Analysed", frozenset("ab")),
        ],
    )
    assert [(row.what, row.n, row.role) for row in flow.rows] == [
        ("Came", 8, STEP),
        ("went", 3, LEFT),
        ("Stayed", 5, STEP),
        ("early", 2, PART),
        ("well", 2, PART),
        ("never", 1, PART),
        ("not rated, early", 1, LEFT),
        ("not rated, never", 1, LEFT),
        ("Rated", 3, STEP),
        ("too fast", 1, LEFT),
        ("Analysed", 2, STEP),
    ]
    assert flow.said == ()
    assert_adds_up(flow.rows)


def test_a_step_that_does_not_hold_the_next_is_left_out_and_named() -> None:
    flow = chained(
        "Pairs",
        [Level("Made", frozenset("ab")), Level("Planned", frozenset("xy")), Level("Rated", frozenset("a"))],
    )
    assert [(row.what, row.n) for row in flow.rows] == [("Made", 2), ("reason not told", 1), ("Rated", 1)]
    assert len(flow.said) == 1
    assert flow.said[0].startswith(
        "Pairs: “Planned” is left out, for 1 of those under “Rated” are not among them"
    )


def test_what_never_was_has_no_rows() -> None:
    assert chained("Pairs", [Level("Made", frozenset()), Level("Rated", frozenset())]).rows == ()


@pytest.mark.parametrize("seed", range(50))
def test_any_sets_add_up(seed: int) -> None:
    draw = random.Random(seed)
    levels = [
        Level(
            f"step {number}",
            frozenset(str(draw.randrange(12)) for _ in range(draw.randrange(20))),
            lambda one: f"reason {int(one) % 3}",
            (lambda one: f"part {int(one) % 2}") if draw.random() < 0.5 else None,
        )
        for number in range(draw.randrange(1, 6))
    ]
    levels = sorted(levels, key=lambda one: -len(one.members)) if seed % 2 else levels
    flow = chained("Anything", levels)
    assert_adds_up(flow.rows)
    assert sum(row.role == STEP for row in flow.rows) + len(flow.said) in (len(levels), len(flow.said))
