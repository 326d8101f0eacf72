"""All orderings of a few systems, or seeded draws of them where there are too many."""

from __future__ import annotations

from functools import lru_cache
from math import factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Up to so many systems every ordering is gone through: 9! = 362,880.
EXACT_UP_TO: Final = 9
DRAWS: Final = 100_000
Orders = NDArray[np.int8]


@lru_cache(maxsize=EXACT_UP_TO + 1)
def every(count: int) -> Orders:
    """All orderings of 0 … count − 1, a row each (count! × count)."""
    found = np.zeros((1, 0), dtype=np.int8)
    for last in range(count):
        found = np.concatenate([np.insert(found, place, last, axis=1) for place in range(last + 1)])
    found.flags.writeable = False
    return found


def drawn(count: int, rng: np.random.Generator, draws: int = DRAWS) -> Orders:
    """So many random orderings, a row each."""
    return rng.permuted(np.tile(np.arange(count, dtype=np.int8), (draws, 1)), axis=1)


def can_be_gone_through(sizes: list[int]) -> bool:
    """Whether all orderings within groups of these sizes are few enough."""
    together = 1
    for size in sizes:
        together *= factorial(size)
    return together <= factorial(EXACT_UP_TO)


@lru_cache(maxsize=64)
def inversions(sizes: tuple[int, ...]) -> tuple[float, ...]:
    """How likely 0, 1, … couples are in the wrong order when all orderings are equally likely.

    Couples within a group of equals, of these `sizes`, do not count: the Gaussian multinomial coefficient
    over n! / Π size! (Mann & Whitney 1947, Annals of Mathematical Statistics 18:50; with groups of one,
    Kendall's S).
    """
    total = sum(sizes)
    couples = (total**2 - sum(size**2 for size in sizes)) // 2
    ways = [1] + [0] * couples
    for factor in range(1, total + 1):
        _times(ways, factor, 1)
    for size in sizes:
        for factor in range(1, size + 1):
            _times(ways, 1, factor)
    whole = sum(ways)
    return tuple(way / whole for way in ways)


def _times(ways: list[int], up: int, down: int) -> None:
    """Multiplies the polynomial by (1 − q^up) / (1 − q^down), in place, as far as it is kept."""
    for power in range(len(ways) - 1, up - 1, -1):
        ways[power] -= ways[power - up]
    for power in range(down, len(ways)):
        ways[power] += ways[power - down]
