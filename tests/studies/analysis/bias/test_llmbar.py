"""LLMBar's 333 cells through the report's own table of swaps: the positional agreement that was published."""

import numpy as np
import pytest

from studies.analysis.bias.swaps import cells, swapped
from studies.analysis.votes import Votes
from tests.studies.analysis.agreement.studies_drawn import votes_of
from tests.studies.analysis.published.reading import llmbar_statistics, llmbar_verdicts
from tests.studies.analysis.tables import value

#: Toward the second output; an unreadable answer is no verdict and no vote.
TOWARD = {"1": -1, "2": 1}


def both_orders(answers: list[tuple[str, str]]) -> Votes:
    """One judge's votes on a pair a row: as it is (a first), and swapped (b first)."""
    readable = [
        (pair, TOWARD[said], order)
        for pair, orders in enumerate(answers)
        for order, said in enumerate(orders)
        if said
    ]
    votes = votes_of([(pair, 0, said) for pair, said, _order in readable])
    votes.a_first[:] = [order == 0 for _pair, _said, order in readable]
    return votes


def test_same_verdict_in_both_orders_is_their_positional_agreement() -> None:
    """They count two unreadable answers as the same and one as another: the only difference to the report,
    where such a pair is none. It concerns 76 cells; in the other 257 the report prints their number."""
    verdicts, published = llmbar_verdicts(), llmbar_statistics()
    alike = 0
    for cell, (size, _accuracy, positional) in published.items():
        answers = [(as_is, back) for _gold, as_is, back, count in verdicts[cell] for _each in range(count)]
        both = swapped(both_orders(answers), np.ones(2 * size, dtype=np.int64))
        pairs, consistent, decided, *_rest = cells(both)
        assert pairs == sum(bool(as_is and back) for as_is, back in answers), cell
        unreadable_twice = sum(not as_is and not back for as_is, back in answers)
        found = (value(consistent) * len(both.lean) + unreadable_twice) / size
        assert 100 * found == pytest.approx(positional, abs=1e-9), cell
        assert value(decided) == value(consistent), cell  # their judges had to decide
        alike += pairs == size
    assert (len(published), alike) == (333, 257)
