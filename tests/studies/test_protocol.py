from __future__ import annotations

import pytest

from studies.comparison import Order, canonical
from studies.protocol import read


def test_a_schema_of_another_time_is_refused() -> None:
    with pytest.raises(ValueError, match="protocol schema 99 is not readable here"):
        read('{"schema": 99}')


@pytest.mark.parametrize(
    ("shown", "order", "stored"), [(-2, Order.AB, -2), (-2, Order.BA, 2), (0, Order.BA, 0), (1, Order.BA, -1)]
)
def test_an_answer_is_turned_to_the_stored_order(shown: int, order: Order, stored: int) -> None:
    assert canonical(shown, order) == stored
