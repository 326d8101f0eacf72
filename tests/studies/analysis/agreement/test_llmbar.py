"""LLMBar's 333 cells come out as its authors published them."""

import numpy as np
import pytest

from studies.analysis.agreement.coefficients import sums_of, values_of
from tests.studies.analysis.published.reading import llmbar_statistics, llmbar_verdicts, sample_of

#: An unreadable answer is a label of its own, as the authors have it: never right, and equal to another one.
LABEL = {"1": 0, "2": 1, "": 2}


def raw_percent(first: list[str], second: list[str]) -> float:
    """Raw agreement of two sources in percent."""
    ratings = np.array([[LABEL[one] for one in first], [LABEL[one] for one in second]], dtype=float).T
    sample = sample_of(ratings, (0, 1, 2))
    return 100 * float(values_of(3)(sums_of(3)(sample.counts).sum(axis=0))[0])


def test_accuracy_and_positional_agreement_of_all_cells() -> None:
    verdicts, published = llmbar_verdicts(), llmbar_statistics()
    assert len(published) == len(verdicts) == 333
    assert sum(count for rows in verdicts.values() for *_answers, count in rows) == 28_835
    for cell, (size, accuracy, positional) in published.items():
        rows = [answers for *answers, count in verdicts[cell] for _each in range(count)]
        gold, as_is, swapped = (list(column) for column in zip(*rows, strict=True))
        assert len(rows) == size, cell
        both = (raw_percent(gold, as_is) + raw_percent(gold, swapped)) / 2
        assert both == pytest.approx(accuracy, abs=1e-9), cell
        assert raw_percent(as_is, swapped) == pytest.approx(positional, abs=1e-9), cell
