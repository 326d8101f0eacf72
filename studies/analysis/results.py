"""What a section of the report is made of. Every number has its n, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

#: How sure an interval is meant to be.
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval, or the sentence why there is none.

    `low` and `high` bound the 95 % interval in the unit of `value`, `se` is its standard error, `n` counts
    the answers (or what the section says) that it rests on and `clusters` the dialogues, raters and writers
    among them. A value may stand without an interval: then `undefined` says why that is missing.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    n: int = 0
    clusters: Mapping[str, int] = field(default_factory=dict)
    undefined: str = ""

    def __post_init__(self) -> None:
        if (self.value is None or self.low is None) and not self.undefined:
            raise ValueError("an estimate without value or interval says why")


Cell = str | int | float | bool | Estimate | None
ColumnKind = Literal["text", "count", "share", "points", "number", "elo", "p"]


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it in report.json and CSV files, `title` is what a reader sees, `kind` how numbers are
    written.

    A share is between 0 and 1 and is printed in percent; points are a difference of shares, between −1 and 1,
    and are printed as percentage points with their sign.
    """

    key: str
    title: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` and rows of one cell each. `note` stands below: the definition, and what is to be minded."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.key}: {len(row)} cells under {len(self.columns)} columns")


Chart = Literal["forest", "stacked", "matrix", "curve", "bars", "scatter", "flow"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of one tidy table, which is written beside it as CSV.

    `chart` decides which columns are read. forest: a label, an Estimate, optionally `group`; `reference` is
    the line of no difference. stacked: a label and shares that add up to one. matrix: row label, column
    label, value. curve: `group`, x, Estimate. bars: a label, a value or Estimate. scatter: a label, x, y,
    optionally `group`; `x_log` puts its x, which is above 0, on a logarithmic scale.
    flow: a label, a count, its role (`step`; `of which`, a part of the step above; `left out` before the
    next) and its chain's title.
    Columns are taken in that order; `x_title` and `y_title` name the axes with their unit.
    """

    key: str
    title: str
    chart: Chart
    table: Table
    x_title: str = ""
    y_title: str = ""
    reference: float | None = None
    x_log: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the report. `lead`: a paragraph each; `absent` is said instead of everything else."""

    key: str
    title: str
    lead: tuple[str, ...] = ()
    parts: tuple[Table | Figure, ...] = ()
    absent: str = ""


def bounded(estimate: Estimate, least: float = 0.0, most: float = 1.0) -> Estimate:
    """The estimate with an interval that stays among what can be: nothing beyond is ever the truth."""
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=max(estimate.low, least), high=min(estimate.high, most))


def undefined(why: str, *, n: int = 0, value: float | None = None) -> Estimate:
    """No number, or one without an interval, and the sentence why."""
    return Estimate(value, n=n, undefined=why)


@dataclass(frozen=True, slots=True)
class Document:
    """A text beside the report's page, such as methods.md. `name` is a plain file name."""

    name: str
    text: str
