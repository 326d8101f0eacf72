"""Variance where every answer belongs to two raters: a vote compared with another one.

Aronow, Samii & Assenova (2015, Political Analysis 23:564): two couples of votes hang together if they share
either rater. With dialogues and writers beside raters: if they share any of them, added and taken away as by
Cameron, Gelbach & Miller (2011). A judge's call beside a vote has one rater only.
"""

from __future__ import annotations

import numpy as np

from studies.analysis.agreement.counted import RATER, Counted, Floats, Places
from studies.analysis.agreement.jackknife import FEWEST_RATERS


def sparse(sample: Counted) -> bool:
    """Whether pairs have the votes of a few out of many raters: less than half of FEWEST_RATERS or more.

    In a panel that rates everything, every couple is linked with most others, their influences add up to
    nothing, and the sandwich falls short by about 4/R for R raters; there `jackknife` does not.
    """
    raters = sample.clusters.get(RATER, 0)
    return raters >= FEWEST_RATERS and 2 * len(sample.unit) < raters * len(sample)


def dyadic_variance(sample: Counted, shown: Floats, said: Floats) -> Floats:
    """Variances (3) of the judge's agreement with a vote, of that of two votes, and of their difference.

    `shown` (U × 3) counts the votes that count (S2: decisive ones), `said` (U × 3) holds shares of the
    judge's answers. Every pair of the sample counts once. Influences of a mean of pairs: of a couple of votes
    (equal − mean) / number of couples; of a vote beside the judge's calls (share equal − mean) / n. A rater's
    total has each of their couples in full. Couples of the same two raters on two dialogues are so counted
    twice, which is a little on the safe side. No variance is under that by dialogue or writer alone.
    """
    by_vote, by_pair = _influences(sample, shown, said)
    ways = [name for name, count in sample.clusters.items() if count > 1]
    total, floor = np.zeros(3), np.zeros(3)
    for names, groups in sample.groups.items():
        if not set(names) <= set(ways):
            continue
        meat = _meat(groups, by_vote if RATER in names else by_pair)
        total += meat if len(names) % 2 else -meat
        if len(names) == 1 and RATER not in names:
            floor = np.maximum(floor, meat)
    return np.maximum(total, floor)


def _influences(sample: Counted, shown: Floats, said: Floats) -> tuple[Floats, Floats]:
    """Totals of each vote (V × 3) and of each pair (U × 3)."""
    size, n = len(sample), shown.sum(axis=1)
    couples = n * (n - 1)
    raters = (shown * (shown - 1)).sum(axis=1) / couples
    judge = (shown * said).sum(axis=1) / n
    means = float(judge.mean()), float(raters.mean())
    unit, label = sample.unit, sample.label
    counts = shown[unit, label] > 0
    with_judge = (said[unit, label] - means[0]) / n[unit] * counts / size
    alike = shown[unit, label] - 1 - (n[unit] - 1) * means[1]
    with_raters = 2 * alike / couples[unit] * counts / size
    by_pair = np.stack([judge - means[0], raters - means[1]], axis=1) / size
    return _with_difference(np.stack([with_judge, with_raters], axis=1)), _with_difference(by_pair)


def _with_difference(columns: Floats) -> Floats:
    return np.column_stack([columns, columns[:, 0] - columns[:, 1]])


def _meat(groups: Places, rows: Floats) -> Floats:
    count = int(groups.max(initial=-1)) + 1
    totals = np.stack([np.bincount(groups, column, count) for column in rows.T], axis=1)
    return np.asarray((totals**2).sum(axis=0) * count / max(count - 1, 1))
