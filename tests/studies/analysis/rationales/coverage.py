"""What the tests of coded passages call, and their intervals hold: the numbers in docs/methods.md.

`python -m tests.studies.analysis.rationales.coverage` takes about a minute.
"""

from __future__ import annotations

import sys

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.rationales.apart import difference_apart, divergence_apart, profiles_apart
from studies.analysis.rationales.divergence import divergence, exchanged, paired
from studies.analysis.rationales.leaving_out import without_each
from studies.analysis.rationales.overlapping import Couples, Measure, coupled, jaccard, overlap, shared
from studies.analysis.rationales.shares import differences, ratios
from studies.analysis.rationales.turning import changed
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate
from tests.studies.analysis.rationales.tables import USUAL

STUDIES = 400
PROFILE = np.array(list(USUAL.values()))
ODDS = np.log(PROFILE / (1 - PROFILE))
#: Of dialogues' own profiles, on log odds.
SPREAD = 0.6
PLANTED = np.arange(len(PROFILE)) == 3


def main() -> None:
    for design in ((20, 6, 2, 0.0, 0.0), (60, 4, 2, 0.0, 0.0), (60, 1, 6, 0.0, 0.0), (60, 4, 2, 0.0, 0.5),
                   (100, 4, 2, 0.5, 0.0), (100, 4, 2, 1.0, 0.0), (300, 4, 2, 1.0, 0.0)):  # fmt: skip
        say(f"profiles {design}: {profiles(*design)}")
    for of in ((60, 10, 0.0), (60, 4, 0.5), (60, 10, 0.5), (60, 60, 0.5), (300, 4, 0.5), (300, 10, 0.5),
               (300, 60, 0.5)):  # fmt: skip
        for stressed in (0.0, 1.0):
            say(f"raters' styles {of}, stressed {stressed}: {styles(*of, stressed)}")
    for rare in ((60, 10, 0.5, 0.0, 0.15), (60, 10, 1.0, 0.01, 0.15), (20, 4, 0.5, 0.02, 0.3),
                 (60, 60, 0.5, 0.005, 0.005), (200, 10, 1.0, 0.005, 0.02)):  # fmt: skip
        say(f"none on a side {rare}: {none_on_a_side(*rare)}")
    for some in ((15, 2, 2, 0.0), (60, 2, 2, 0.0), (100, 5, 4, 0.0), (60, 2, 2, 0.5)):
        for name, measure in (("Jaccard", jaccard), ("a shared theme", shared)):
            say(f"{name} {some}: beyond chance held in {themes(*some, measure):.1%}")
    for there, elsewhere, size in (
        (0.02, 0.02, (20, 280)), (0.04, 0.04, (20, 280)), (0.3, 0.3, (20, 280)), (0.6, 0.3, (20, 280)),
        (0.6, 0.3, (80, 120)),
    ):  # fmt: skip
        say(f"strategy {there, elsewhere, size}: {turning(there, elsewhere, *size)}")
    for blocks in (False, True):
        for writers, change in ((7, 0.0), (12, 0.0), (7, 1.5)):
            say(f"writers {writers}, blocks {blocks}, change {change}: {writing(writers, blocks, change)}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def drawn(odds: Floats, rng: np.random.Generator) -> Floats:
    return (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(float)


def profiles(dialogues: int, raters: int, judges: int, planted: float, style: float) -> str:
    """Raters write 1 to `raters` reasons on a dialogue, ten of them with a style of their own."""
    rng = np.random.default_rng(3)
    large = ODDS + np.random.default_rng(1).normal(0, SPREAD, (400_000, len(ODDS)))
    stressed, usual = (1 / (1 + np.exp(-odds)) for odds in (large + planted * PLANTED, large))
    truth = float(divergence(stressed.mean(axis=0), usual.mean(axis=0)))
    found, chance, called, held = [], [], 0, 0
    for _study in range(STUDIES):
        number = rng.integers(1, raters + 1, dialogues)
        dialogue = np.repeat(np.arange(dialogues), number + judges).astype(np.int32)
        left = np.concatenate([np.arange(one + judges) < one for one in number.tolist()])
        own = rng.normal(0, style, (10, len(ODDS)))[rng.integers(0, 10, len(dialogue))]
        odds = ODDS + rng.normal(0, SPREAD, (dialogues, len(ODDS)))[dialogue]
        pair = paired(drawn(odds + left[:, None] * (planted * PLANTED + own), rng), dialogue, left, ~left)
        test = exchanged(pair, np.ones(len(ODDS), dtype=bool), 199, rng)
        weights = np.vstack([pair.left, pair.right])
        mine = np.arange(2 * dialogues) < dialogues
        ways = {"dialogue": np.tile(np.arange(dialogues, dtype=np.int32), 2)}
        one = divergence_apart(weights, mine, ~mine, np.ones(2 * dialogues), ways)
        found.append(one.value)
        chance.append(test.baseline)
        called += test.p <= 0.05
        held += holds(one, truth)
    means = [np.mean(np.array(some, dtype=float)) for some in (found, chance)]
    return (
        f"truth {truth:.4f}, mean {means[0]:.4f}, by chance {means[1]:.4f}, called {called / STUDIES:.1%}, "
        f"held {held / STUDIES:.1%}"
    )


def styled(
    dialogues: int, raters: int, style: float, rng: np.random.Generator, stressed: float = 0.0
) -> tuple[Floats, Codes, Codes, Mask]:
    """Two of `raters`' reasons and two of judges' on each dialogue: codes, dialogue, rater, whose."""
    who = np.stack([rng.choice(raters, 2, replace=False) for _dialogue in range(dialogues)])
    rater = np.hstack([who, np.full((dialogues, 2), -1)]).ravel().astype(np.int32)
    dialogue, left = np.repeat(np.arange(dialogues), 4).astype(np.int32), rater >= 0
    own = rng.normal(0, style, (raters, len(ODDS)))[rater] + stressed * PLANTED
    odds = ODDS + rng.normal(0, SPREAD, (dialogues, len(ODDS)))[dialogue]
    return drawn(odds + left[:, None] * own, rng), dialogue, rater, left


def styles(dialogues: int, raters: int, style: float, stressed: float) -> str:
    """How often p, that for these raters, and p of a code that nobody stresses are at most .05; and how often
    the divergence's interval holds that of many raters, and leaving out one dialogue at a time would.
    """
    rng, codes = np.random.default_rng(6), np.flatnonzero(~PLANTED)
    called, true = np.zeros(5), many_raters(style, stressed)
    for _study in range(STUDIES):
        weights, dialogue, rater, left = styled(dialogues, raters, style, rng, stressed)
        ways, of = {"dialogue": dialogue, "rater": rater}, (weights, left, ~left)
        p = profiles_apart(*of, np.ones(len(left)), ways)
        pair = paired(weights, dialogue, left, ~left)
        test = exchanged(pair, np.ones(len(ODDS), dtype=bool), 199, rng)
        each = [difference_apart(one) for one in differences(weights[:, codes], left, ~left, ways)]
        by_code = np.mean([one is not None and one <= 0.05 for one in each])
        alone = without_each(np.hstack([pair.left, pair.right]), apart, n=1, least=0.0, most=1.0, why="empty")
        ours = divergence_apart(*of, np.ones(len(left)), ways)
        apart_by_code = p is not None and p <= 0.05, test.p <= 0.05, float(by_code)
        called += *apart_by_code, holds(ours, true), holds(alone[0], true)
    mine, these, code, held, by_dialogue = called / STUDIES
    return (
        f"called {mine:.1%}, for these raters {these:.1%}, by code {code:.1%}; divergence held {held:.1%}, "
        f"by dialogue alone {by_dialogue:.1%}"
    )


def many_raters(style: float, stressed: float) -> float:
    """The divergence that raters and judges as in `styled` have when there are very many."""
    rng, shape = np.random.default_rng(1), (400_000, len(ODDS))
    mine = ODDS + rng.normal(0, np.hypot(SPREAD, style), shape) + stressed * PLANTED
    judges = ODDS + rng.normal(0, SPREAD, shape)
    left, right = ((1 / (1 + np.exp(-odds))).mean(axis=0) for odds in (mine, judges))
    return float(divergence(left, right))


def none_on_a_side(dialogues: int, raters: int, style: float, mine: float, judges: float) -> str:
    """Of 1,000 studies as in `styled`, one code that raters and judges give in these shares, or nearly so.

    What intervals hold where a side has none, and where both have some; the truth is of many raters.
    """
    rng = np.random.default_rng(7)
    logs = np.log([max(mine, 1e-9), judges]) - np.log1p([-mine, -judges])
    spread = np.array([np.hypot(SPREAD, style), SPREAD])
    truth = 1 / (1 + np.exp(-logs - spread * rng.normal(size=(400_000, 2))))
    true = float(truth[:, 0].mean() - truth[:, 1].mean())
    held: dict[bool, list[bool]] = {True: [], False: []}
    for _study in range(1000):
        _weights, dialogue, rater, left = styled(dialogues, raters, style, rng)
        own = rng.normal(0, style, raters)[rater]
        odds = np.where(left, logs[0] + own, logs[1]) + rng.normal(0, SPREAD, dialogues)[dialogue]
        weights = drawn(odds, rng)[:, None]
        (found,) = differences(weights, left, ~left, {"dialogue": dialogue, "rater": rater})
        held[not weights[left].any() or not weights[~left].any()].append(holds(found, true))
    none, some = held[True], held[False]
    both = (f"{np.mean(one):.1%} of {len(one)}" if one else "never" for one in (none, some))
    return "with none held in {}, else in {}".format(*both)


def apart(added: Floats) -> Floats:
    left, right = np.split(added, 2, axis=-1)
    return divergence(left, right)[..., None]


def holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high


def themes(dialogues: int, pairs: int, judged: int, common: float, measure: Measure) -> float:
    """How often the interval beyond chance holds what 6,000 dialogues have."""
    large = reasons(6000, pairs, judged, common, np.random.default_rng(0))
    truth = overlap(*large, measure).beyond.value
    assert truth is not None
    rng = np.random.default_rng(4)
    studies = (reasons(dialogues, pairs, judged, common, rng) for _study in range(STUDIES))
    return float(np.mean([holds(overlap(*study, measure).beyond, truth) for study in studies]))


def reasons(
    dialogues: int, pairs: int, judged: int, common: float, rng: np.random.Generator
) -> tuple[Couples, Floats]:
    """Two raters' reasons a pair, `judged` of judges; with probability `common` one has its pair's themes."""
    size, each = dialogues * pairs, 2 + judged
    pair = np.repeat(np.arange(size), each).astype(np.int32)
    own, alone = rng.random((size, 5)) < PROFILE[:5], rng.random((len(pair), 5)) < PROFILE[:5]
    found = np.where(rng.random((len(pair), 1)) < common, own[pair], alone).astype(float)
    left = np.tile(np.arange(each) < 2, size)
    return coupled(left, ~left, pair, (pair // pairs).astype(np.int32)), found


def turning(there: float, elsewhere: float, adversarial: int, regular: int) -> str:
    """Of 1,000 studies with one reply a dialogue."""
    rng = np.random.default_rng(1)
    marks: Mask = np.arange(adversarial + regular) < adversarial
    values = (rng.random((len(marks), 1000)) < np.where(marks, there, elsewhere)[:, None]).astype(float)
    ways: dict[str, Codes] = {"dialogue": np.arange(len(marks), dtype=np.int32)}
    p = changed(values, marks, np.zeros(len(marks), dtype=np.int32), 999, rng)
    assert p is not None
    held = [
        np.mean([holds(one, truth) for one in of(values, marks, ~marks, ways) if one.low is not None])
        for of, truth in ((differences, there - elsewhere), (ratios, there / elsewhere))
    ]
    return f"called {np.mean(p <= 0.05):.1%}, difference held {held[0]:.1%}, ratio {held[1]:.1%}"


def writing(writers: int, blocks: bool, change: float) -> str:
    """Of 1,000 studies of 60 people's replies, 20 of them adversarial, with writers' styles (1 on log odds).

    In `blocks` the first writers have all adversarial dialogues.
    """
    rng, called, told = np.random.default_rng(2), 0, 0
    marks: Mask = np.arange(60) < 20
    for _study in range(1000):
        of = np.arange(60) * writers // 60 if blocks else rng.integers(0, writers, 60)
        odds = rng.normal(0, 1, writers)[of] - 0.5 + change * marks
        p = changed(drawn(odds, rng)[:, None], marks, of.astype(np.int32), 199, rng)
        told += p is not None
        called += p is not None and p[0] <= 0.05
    return f"called {called / 1000:.1%} of all, with a p {told / 1000:.0%}"


if __name__ == "__main__":
    main()
