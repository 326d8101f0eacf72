"""What a study is planned from: its design, and how far votes differ. Loads no numerical library.

A web process makes these, and lets another one compute from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studies.analysis.planning.costs import SECONDS_PER_PAIR, Cost, cost_of

#: Plans with more votes of people and model are not simulated: one takes seconds.
MOST_VOTES: Final = 60_000
#: Under so many dialogues an interval by dialogue means little, and is not planned with.
FEWEST_DIALOGUES: Final = 10


class Impossible(ValueError):
    """These assumptions fit no study; the message says which to lower."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Variance components of a vote, in squared shares (0.01 is a standard deviation of 10 points).

    `pair` is what is common to a pair beyond its dialogue; a dialogue has one writer.
    """

    tie_rate: float
    dialogue: float
    pair: float
    rater: float
    writer: float

    @property
    def total(self) -> float:
        """The variance of one vote where neither side is preferred: ¼ without ties."""
        return (1 - self.tie_rate) / 4

    @property
    def noise(self) -> float:
        return self.total - self.dialogue - self.pair - self.rater - self.writer


@dataclass(frozen=True, slots=True)
class Plan:
    """A study's design as a researcher sets it, from which `Design` follows. All counts at least 1.

    `pairs_per_rater` counts all pairs; with `models_too` only some of them are of people and a model.
    """

    dialogues: int
    models: int
    ratings_per_pair: int
    pairs_per_rater: int
    writers: int
    adversarial: int = 0
    models_too: bool = False

    @property
    def pairs(self) -> int:
        models = self.models * (self.models + 1) // 2 if self.models_too else self.models
        return self.dialogues * models

    @property
    def ratings(self) -> int:
        return self.pairs * self.ratings_per_pair

    @property
    def raters(self) -> int:
        """At least so many as a pair needs different ones."""
        return max(-(-self.ratings // self.pairs_per_rater), self.ratings_per_pair)

    @property
    def votes(self) -> int:
        """Ratings of people against a model."""
        return self.dialogues * self.models * self.ratings_per_pair


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the sheet is computed from. Spreads are standard deviations in points of share, rates percent.

    The defaults: ties as HEART's raters gave them (17.4 %); dialogues, pairs and writers so that two raters
    agree on 79 % of the pairs that both decide, as HEART reports of its raters (79.5 %), however that splits;
    raters and writers are assumed, for nothing is published. A pilot's report gives all of them.
    """

    dialogues: int
    models: int
    ratings_per_pair: int
    pairs_per_rater: int
    writers: int
    adversarial: int = 0
    models_too: bool = False
    tie_percent: float = 17.4
    dialogue_points: float = 20.0
    pair_points: float = 23.0
    rater_points: float = 10.0
    writer_points: float = 8.0
    other_pairs: int = 0
    seconds_per_pair: float = SECONDS_PER_PAIR
    pay_per_hour: float = 12.0
    seed: int = 1

    @property
    def plan(self) -> Plan:
        return Plan(
            self.dialogues,
            self.models,
            self.ratings_per_pair,
            self.pairs_per_rater,
            self.writers,
            self.adversarial,
            self.models_too,
        )

    @property
    def spread(self) -> Spread:
        return Spread(
            self.tie_percent / 100,
            dialogue=(self.dialogue_points / 100) ** 2,
            pair=(self.pair_points / 100) ** 2,
            rater=(self.rater_points / 100) ** 2,
            writer=(self.writer_points / 100) ** 2,
        )

    def cost_of(self, plan: Plan) -> Cost:
        return cost_of(
            plan.ratings,
            raters=plan.raters,
            other_pairs=self.other_pairs,
            seconds=self.seconds_per_pair,
            hourly=self.pay_per_hour,
        )
