"""The published extracts as the tables of counts that coefficients are read off."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np

from studies.analysis.agreement.counted import Counted, Floats

HERE = Path(__file__).parent
Cell = tuple[str, str, str]


def pandalm() -> tuple[list[tuple[int, int, int]], list[int]]:
    """The three people's labels of each pair, and PandaLM-7B's."""
    with (HERE / "pandalm_labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = [(int(row["annotator1"]), int(row["annotator2"]), int(row["annotator3"])) for row in rows]
    return people, [int(row["pandalm7b"]) for row in rows]


def llmbar_verdicts() -> dict[Cell, list[tuple[str, str, str, int]]]:
    """Gold label, winner as it is, winner swapped, and how often; of each subset, judge and prompt."""
    cells: dict[Cell, list[tuple[str, str, str, int]]] = defaultdict(list)
    with (HERE / "llmbar_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            answers = row["gold"], row["as_is"], row["swapped"], int(row["count"])
            cells[row["subset"], row["judge"], row["prompt"]].append(answers)
    return dict(cells)


def llmbar_statistics() -> dict[Cell, tuple[int, float, float]]:
    """What the authors say: n, accuracy and positional agreement in percent."""
    with (HERE / "llmbar_statistics.csv").open(encoding="utf-8") as file:
        return {
            (row["subset"], row["judge"], row["prompt"]): (
                int(row["n"]),
                float(row["accuracy_percent"]),
                float(row["positional_agreement_percent"]),
            )
            for row in csv.DictReader(file)
        }


def sample_of(ratings: Floats, labels: tuple[int, ...]) -> Counted:
    """A table of ratings (pairs × raters; not a number where there is none); each pair a dialogue."""
    unit, rater = np.nonzero(~np.isnan(ratings))
    pairs = np.arange(len(ratings), dtype=np.int32)
    return Counted(
        unit=unit,
        label=np.searchsorted(labels, ratings[unit, rater]).astype(np.intp),
        source=rater.astype(np.int32),
        pair=pairs,
        dialogue=pairs,
        writer=np.full(len(ratings), -1, dtype=np.int32),
        labels=labels,
    )
