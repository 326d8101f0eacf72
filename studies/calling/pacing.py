"""How fast a provider may be asked, and how long to wait after a failure. Pure; the state is a row's.

A token bucket: it fills evenly, a minute's worth a minute, and holds ten seconds' worth, so that a pause is
not followed by a burst that the provider's own limits would refuse.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

#: The part of a minute's worth that a bucket can hold.
HELD: Final = 1 / 6
LONGEST_WAIT: Final = 900.0  # seconds
#: A row whose calls failed so often in a row is given up.
MOST_FAILURES: Final = 8


@dataclass(frozen=True, slots=True)
class Bucket:
    """`level` is what may be taken at once, `per_minute` None is no limit."""

    per_minute: int | None
    level: float

    @property
    def size(self) -> float:
        return max(1.0, (self.per_minute or 0) * HELD)

    def filled(self, seconds: float) -> Bucket:
        """After so many seconds in which nothing was taken."""
        if self.per_minute is None:
            return self
        return Bucket(self.per_minute, min(self.size, self.level + seconds * self.per_minute / 60))

    def holds(self, amount: float) -> bool:
        """Whether the amount can be taken. One that no bucket of this size could hold needs a full one."""
        return self.per_minute is None or self.level >= min(amount, self.size) - 1e-6

    def taken(self, amount: float) -> Bucket:
        """Without the amount: below zero for a larger one than it holds, so that the average is kept."""
        return self if self.per_minute is None else Bucket(self.per_minute, self.level - amount)

    def seconds_until(self, amount: float) -> float:
        """How long until `amount` can be taken."""
        if self.per_minute is None:
            return 0.0
        return max(0.0, (min(amount, self.size) - self.level) * 60 / self.per_minute)


def seconds_to_wait(failures: int, retry_after: float | None, rng: random.Random) -> float:
    """Before the next try of a row: what the provider asked for, else doubling, with jitter.

    `failures` counts this one. Between 1 and LONGEST_WAIT seconds.
    """
    asked = 2.0**failures * rng.uniform(0.5, 1.5) if retry_after is None else retry_after
    return min(max(asked, 1.0), LONGEST_WAIT)
