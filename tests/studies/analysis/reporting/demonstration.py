"""Sections that show everything a report can hold: all charts, all kinds of cells, hostile and long names."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table, undefined

HOSTILE: Final = ('<script>alert("x")</script>', '"><img src=x onerror=alert(1)>', "=1+1", "a $x_1$ & b")
LONG: Final = "a-very-long-name-of-a-model-with-a-date-and-more-2026-05-01-instruct-turbo-preview"
NAMES: Final = ("human", "gpt-5", "claude-opus-4.5", "gemini-3-pro", "llama-4-405b-instruct", LONG)
FEW: Final = "Fewer than two writers are known: their differences cannot be told from the dialogues'."
NONE: Final = "Nobody has rated this pair of systems."


def sections() -> tuple[SectionOf, ...]:
    return (preference, agreement, ranking, absent, kinds)


def estimate(value: float, half: float = 0.05, n: int = 1200) -> Estimate:
    return Estimate(
        value, value - half, value + half, half / 1.98, n, {"dialogue": 300, "rater": 60, "writer": 12}
    )


def preference(evidence: Evidence) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (name, estimate(0.42 + 0.03 * place, 0.03 + 0.01 * place), "Raters")
        for place, name in enumerate(NAMES[1:])
    ]
    rows += [
        ("gpt-5", undefined(FEW, n=8, value=0.5), "Jury"),
        (LONG, undefined(NONE), "Jury"),
    ]
    forest = Table(
        "preference_by_model",
        "People's replies preferred, by model",
        (
            Column("system", "Model"),
            Column("preference", "People preferred", "share"),
            Column("eyes", "Eyes"),
        ),
        rows,
        note="Ties are half a preference. Intervals cluster by dialogue, rater and writer.",
    )
    shares = Table(
        "outcomes",
        "Win, tie and loss of people's replies",
        (
            Column("system", "Model"),
            Column("win", "People's reply better", "share"),
            Column("tie", "No difference", "share"),
            Column("loss", "Model's reply better", "share"),
            Column("n", "Answers", "count"),
        ),
        [
            (name, 0.31 + 0.02 * i, 0.05 + 0.03 * i, 0.64 - 0.05 * i, 1200 + i)
            for i, name in enumerate(NAMES[1:])
        ],
    )
    return Section(
        "preference",
        "Preference",
        (
            "People's replies were preferred in 46.1 % [43.0, 49.2] of 6,000 comparisons, ties as half.",
            "On adversarial turns the difference is smaller than the study can tell apart from none.",
        ),
        (
            Figure(
                "preference_forest",
                "How often people's replies are preferred to each model's. The dashed line is no difference.",
                "forest",
                forest,
                "People's reply preferred",
                reference=0.5,
            ),
            Figure(
                "outcomes_stacked",
                "What raters answered when they compared people's replies with each model's",
                "stacked",
                shares,
                "Answers",
            ),
            shares,
            full(),
        ),
    )


def full() -> Table:
    rows = [
        (eyes, dimension, part, name, estimate(0.4 + 0.002 * i, 0.05), 31.5 + i)
        for i, (eyes, dimension, part, name) in enumerate(
            (eyes, dimension, part, name)
            for eyes in ("Raters", "Judge claude")
            for dimension in ("overall", "empathy")
            for part in ("all", "adversarial")
            for name in NAMES[1:]
        )
    ]
    return Table(
        "preference_full",
        "Preference by eyes, dimension and slice",
        (
            Column("eyes", "Eyes"),
            Column("dimension", "Dimension"),
            Column("slice", "Slice"),
            Column("system", "Model"),
            Column("preference", "People preferred", "share"),
            Column("effect", "Design effect", "number"),
        ),
        rows,
    )


def agreement(evidence: Evidence) -> Section:
    systems = NAMES[:5]
    wins = [
        (a, b, 0.5 + 0.07 * (j - i)) for i, a in enumerate(systems) for j, b in enumerate(systems) if i != j
    ]
    matrix = Table(
        "wins",
        "Wins of each system against each other",
        (Column("system", "System"), Column("against", "Against"), Column("share", "Preferred", "share")),
        wins,
    )
    many = [f"model-{place:02d}" for place in range(16)]
    large = Table(
        "wins_of_many",
        "Wins of sixteen systems against each other",
        (Column("system", "System"), Column("against", "Against"), Column("share", "Preferred", "share")),
        [(a, b, 0.5 + 0.02 * (j - i)) for i, a in enumerate(many) for j, b in enumerate(many) if i != j],
    )
    curve = Table(
        "ambiguity",
        "Agreement by ambiguity",
        (
            Column("eyes", "Who with whom"),
            Column("margin", "Margin of the votes", "share"),
            Column("agreement", "Agreement", "share"),
        ),
        [
            (who, x, estimate(0.5 + 0.4 * x * weight, 0.04))
            for who, weight in (
                ("Rater with rater", 1.0),
                ("Judge claude with rater", 0.93),
                ("Jury with majority", 0.98),
            )
            for x in (0.0, 0.25, 0.5, 0.75, 1.0)
        ],
    )
    return Section(
        "agreement",
        "Agreement",
        ("Two raters agree on 64.0 % [61.8, 66.2] of pairs; chance alone gives 41 %.",),
        (
            Figure(
                "wins_matrix",
                "Share of comparisons in which the row's system is preferred to the column's",
                "matrix",
                matrix,
                "less preferred",
                "preferred",
                0.5,
            ),
            Figure("large_matrix", "The same for sixteen systems", "matrix", large, reference=0.5),
            Figure(
                "ambiguity_curve",
                "Agreement by how clear other raters' votes were",
                "curve",
                curve,
                "Margin of the other votes",
                "Agreement",
                0.5,
            ),
        ),
    )


def ranking(evidence: Evidence) -> Section:
    bars = Table(
        "flags",
        "Replies flagged unsafe",
        (Column("system", "System"), Column("unsafe", "Flagged unsafe", "share")),
        [(name, estimate(0.012 * (i + 1), 0.008)) for i, name in enumerate(NAMES)],
    )
    rng = np.random.default_rng(3)
    scatter = Table(
        "length_elo",
        "Length and strength",
        (
            Column("system", "System"),
            Column("words", "Words a reply", "number"),
            Column("elo", "Strength", "elo"),
        ),
        [
            (
                f"model-{i:02d}",
                float(40 + 12 * i + rng.normal()),
                estimate(20.0 * i - 60 + 20 * rng.normal(), 35.0),
            )
            for i in range(12)
        ],
    )
    return Section(
        "ranking",
        "Ranking",
        ("The strongest model stands 81 Elo points [40, 121] above people.",),
        (
            Figure(
                "flags_bars", "Replies that at least one rater flagged as unsafe", "bars", bars, "Replies"
            ),
            Figure(
                "length_scatter",
                "Strength on the Elo scale, people at 0, by length",
                "scatter",
                scatter,
                "Mean words a reply",
                "Elo",
            ),
            scatter,
        ),
    )


def absent(evidence: Evidence) -> Section:
    return Section(
        "blinding", "Blinding", absent="guesses.csv is not there: raters were not asked who wrote what."
    )


def kinds(evidence: Evidence) -> Section:
    columns = (
        Column("name", "Name"),
        Column("count", "Count", "count"),
        Column("share", "Share", "share"),
        Column("number", "Number", "number"),
        Column("elo", "Elo", "elo"),
        Column("p", "p", "p"),
        Column("flag", "Connected"),
        Column("estimate", "Estimate", "number"),
    )
    rows: list[tuple[Cell, ...]] = [
        (name, 12345, 0.1234567, -3.14159265, -12.6, 0.0004, True, estimate(0.71, 0.02)) for name in HOSTILE
    ]
    rows.append((None, 0, -0.05, 0.00123456789, 1034.4, 0.0432, False, undefined(NONE)))
    rows.append(
        ("not finite", 1, math.nan, math.inf, 0.0, 1.0, False, Estimate(math.nan, 0.0, math.inf, 1.0, 3))
    )
    return Section(
        "kinds",
        "Kinds of cells",
        ('A lead with <b>markup</b> & "quotes".',),
        (
            Table("kinds", "Every kind <i>of</i> cell", columns, rows, note="A note with <script>.</script>"),
            Figure(
                "hostile_forest",
                "Names that <mean> harm",
                "forest",
                Table("hostile", "Hostile", (columns[0], columns[7]), [(r[0], r[7]) for r in rows]),
                "Something",
            ),
        ),
    )
