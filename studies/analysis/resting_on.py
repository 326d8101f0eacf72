"""What the report rests on: which tables and columns were there, and how many answers are analysed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from studies.analysis.evidence import PROTOCOL, VERDICTS, Evidence, SectionOf
from studies.analysis.further_tables import TABLES
from studies.analysis.reading import Mask
from studies.analysis.results import Cell, Column, Section, Table
from studies.analysis.taking_part import sessions, skips, writers
from studies.analysis.verdicts import JUDGE, MAIN, RATER, Verdicts

#: What each further table brings, and so what its absence switches off.
BRINGS: Final[Mapping[str, str]] = {
    VERDICTS: "everything that rests on answers",
    "systems.csv": "which systems are people, families, numbers of parameters",
    "dialogues.csv": "the flow of dialogues, whether the material is the frozen one, what was said before",
    "imports.csv": "what was left out at import",
    "responses.csv": "texts and lengths: effects of length and style, leaks, reading time",
    "pairs.csv": "the balance of sides as planned",
    "sessions.csv": "outcomes, attention checks and decoys, exclusion of raters from the blinding check",
    "assignments.csv": "the plan: balance of sides, fill",
    "skips.csv": "pairs that raters skipped",
    "guesses.csv": "the blinding check",
    "answers.csv": "how many say what the study compares",
    "judges.csv": "judges' families and which are for trying out only",
    "judgments.csv": "refusals, truncated and unreadable judgments, failures",
    "generations.csv": "the flow of fetched replies, models asked and returned",
    "runs.csv": "runs that were cancelled or paused, gates that were waived",
    "llm_calls.csv": "speed and cost of language models",
    "codes.csv": "the codebook that reasons and replies are coded with",
    "passages.csv": "which reasons and replies were set out to be coded",
    "codings.csv": "what reasons stress, and the strategies of replies",
    "benchmarks.csv": "models' scores elsewhere, beside how they support",
    PROTOCOL: "the frozen questions and contrasts: without them all is exploratory",
}
#: Columns beyond the needed ones, and what cannot be told apart without them.
SEPARATES: Final[Mapping[str, str]] = {
    "kind": "Main pairs could not be told from repeats, decoys and training pairs: all count as main",
    "occasion": "First ratings could not be told from repeated ones: all count as first",
    "excluded": "Answers to be left out could not be told: all are kept",
    "phase": "Judges without the rubric could not be told from those with it",
    "tags": "There are no tags: no slices",
    "writer_first": "Writers of people's replies are not known: intervals do not cluster by writer",
    "response_first": "Replies have no names: nothing is told of their lengths",
    "flags_first": "Raters' flags are not there: nothing is told of safety",
    "seconds": "Raters' time is not there",
}
NOTHING: Final = "There are no answers yet: only what needs none is told."
_NO_PEOPLE: Final = (
    "No system is known to be people: systems.csv is missing, or has none of the kind human, and none was "
    "named. Comparisons of people and models are left out."
)
_NON_COMMERCIAL: Final = (
    "The material holds a dataset that may only be used non-commercially: that holds for this report's "
    "numbers as far as they rest on it."
)
#: The step before exclusions, of raters and of judges.
_LAST_BUT_ONE: Final = {RATER: "first occasion", JUDGE: "with the rubric"}
_TITLES: Final = {RATER: "Raters", JUDGE: "Judges"}
_ROWS: Final = Column("rows", "Answers", "count")


def resting_on(evidence: Evidence) -> Section:
    """The section after the summary, never absent: what is left of the answers; the rest is folded."""
    tables = [_tables(evidence)]
    verdicts = evidence.verdicts
    if verdicts is not None:
        tables = [_flow(verdicts), _reasons(verdicts), *tables, _sources(evidence, verdicts)]
        tables += [_per_pair(evidence), _systems(evidence, verdicts)]
    tables += [writers(evidence), sessions(evidence), skips(evidence)]
    return Section(
        "resting_on", "What this rests on", tuple(_lead(evidence)), tuple(one for one in tables if one.rows)
    )


def _lead(evidence: Evidence) -> Iterator[str]:
    verdicts = evidence.verdicts
    if verdicts is None or not len(verdicts):
        yield NOTHING
    else:
        missing = [what for column, what in SEPARATES.items() if not verdicts.says(column)]
        if missing:
            yield "Not separated: " + "; ".join(missing) + "."
        if not verdicts.humans:
            yield _NO_PEOPLE
    trial = trial_judges(evidence)
    if trial:
        yield f"For trying out only, and never among the results: {', '.join(trial)}."
    if evidence.manifest.get("non_commercial") is True:
        yield _NON_COMMERCIAL


def trial_judges(evidence: Evidence) -> list[str]:
    """Judges of providers that are for trying out only, by name: of judges.csv and of the verdicts."""
    names: set[str] = set()
    judges = evidence.tables.get("judges.csv")
    if judges is not None and "for_trial" in judges:
        names |= set(judges["judge"].take(judges.flags("for_trial")).texts())
    verdicts = evidence.verdicts
    if verdicts is not None and verdicts.says("exclusion_reason"):
        rows = verdicts.table["exclusion_reason"].equals("trial") & ~verdicts.by_rater
        names |= {label.removeprefix(f"{JUDGE} ") for label in set(verdicts.source.take(rows).texts())}
    return sorted(names)


def _tables(evidence: Evidence) -> Table:
    found = {name: table.rows for name, table in evidence.tables.items()}
    if evidence.verdicts is not None:
        found[VERDICTS] = len(evidence.verdicts)
    rows = [
        (name, "yes" if name in found else "no", found.get(name), brings)
        for name, brings in BRINGS.items()
        if name == VERDICTS or name in TABLES
    ]
    there = "yes" if evidence.protocol is not None else "no"
    columns = (
        Column("table", "Table"),
        Column("there", "There"),
        _ROWS,
        Column("brings", "What it brings"),
    )
    note = "A table of answers by itself, whatever it is called, is read as verdicts.csv."
    return Table(
        "rests_tables_full", "Tables", columns, [*rows, (PROTOCOL, there, None, BRINGS[PROTOCOL])], note
    )


def _sources(evidence: Evidence, verdicts: Verdicts) -> Table:
    columns = (
        Column("source_kind", "Who answered"),
        _ROWS,
        Column("sources", "Raters or judges", "count"),
        Column("dialogues", "Dialogues", "count"),
        Column("pairs", "Pairs", "count"),
        Column("systems", "Systems", "count"),
        Column("analysed", "Answers analysed", "count"),
    )
    kept = {RATER: evidence.raters, JUDGE: evidence.judged}
    rows: list[tuple[Cell, ...]] = []
    for kind in (RATER, JUDGE):
        mine = verdicts.source_kind.equals(kind)
        votes = kept[kind]
        if mine.any():
            counted = (verdicts.source.codes, verdicts.dialogue.codes, verdicts.pair.codes)
            systems = len(np.union1d(verdicts.a[mine], verdicts.b[mine]))
            distinct = [len(np.unique(codes[mine])) for codes in counted]
            left = 0 if votes is None else len(votes)
            rows.append((_TITLES[kind], int(mine.sum()), *distinct, systems, left))
    note = "An answer is on one dimension. All that the table holds, whatever becomes of them."
    return Table("rests_sources_full", "Answers", columns, rows, note)


def _flow(verdicts: Verdicts) -> Table:
    """From all rows to those that are analysed, step by step."""
    columns = (
        Column("source_kind", "Who answered"),
        Column("step", "Step"),
        _ROWS,
        Column("ratings", "Pairs rated or judged", "count"),
        Column("sources", "Raters or judges", "count"),
    )
    rows: list[tuple[Cell, ...]] = []
    for kind in (RATER, JUDGE):
        mine = verdicts.source_kind.equals(kind)
        if mine.any():
            for step, left in _steps(verdicts, mine, kind):
                sources = len(np.unique(verdicts.source.codes[left]))
                rows.append((_TITLES[kind], step, int(left.sum()), _ratings(verdicts, left), sources))
    note = "An answer is on one dimension. Pairs rated: couples of a rater or judge and a pair, each once."
    return Table("rests_flow", "From all answers to those analysed", columns, rows, note)


def _steps(verdicts: Verdicts, mine: Mask, kind: str) -> Iterator[tuple[str, Mask]]:
    left = mine
    yield "all", left
    if verdicts.says("kind"):
        left = left & verdicts.table["kind"].equals(MAIN)
    yield "main pairs", left
    if kind == RATER:
        left = left & verdicts.main
        yield _LAST_BUT_ONE[kind], left
    else:
        if verdicts.says("phase"):
            left = left & ~verdicts.table["phase"].equals("no_rubric")
        yield _LAST_BUT_ONE[kind], left
    yield "not excluded", left & ~verdicts.excluded


def _ratings(verdicts: Verdicts, rows: Mask) -> int:
    key = verdicts.source.codes[rows].astype(np.int64) * (len(verdicts.pair.labels) + 1)
    return len(np.unique(key + verdicts.pair.codes[rows]))


def _reasons(verdicts: Verdicts) -> Table:
    """Why main first answers are left out."""
    columns = (
        Column("source_kind", "Who answered"),
        Column("reason", "Reason"),
        _ROWS,
        Column("ratings", "Pairs rated or judged", "count"),
        Column("sources", "Raters or judges", "count"),
    )
    rows: list[tuple[Cell, ...]] = []
    for kind in (RATER, JUDGE):
        steps = dict(_steps(verdicts, verdicts.source_kind.equals(kind), kind))
        out = steps[_LAST_BUT_ONE[kind]] & verdicts.excluded
        for reason, among in _by_reason(verdicts, out):
            sources = len(np.unique(verdicts.source.codes[among]))
            rows.append((_TITLES[kind], reason, int(among.sum()), _ratings(verdicts, among), sources))
    note = "Of main pairs; of raters on the first occasion. The weightiest reason counts (docs/codebook.md)."
    return Table("rests_excluded", "What is left out, and why", columns, rows, note)


def _by_reason(verdicts: Verdicts, out: Mask) -> Iterator[tuple[str, Mask]]:
    if not verdicts.says("exclusion_reason"):
        if out.any():
            yield "not told", out
        return
    reasons = verdicts.table["exclusion_reason"]
    for code in np.unique(reasons.codes[out]):
        yield reasons.labels[code] or "not told", out & (reasons.codes == code)


def _per_pair(evidence: Evidence) -> Table:
    """How many answers a pair has, of those analysed."""
    columns = (
        Column("eyes", "Who answered"),
        Column("pairs", "Pairs", "count"),
        *(Column(name, f"{name.capitalize()} a pair", "count") for name in ("fewest", "median", "most")),
    )
    rows: list[tuple[Cell, ...]] = []
    for eyes in evidence.eyes:
        votes = eyes.votes.take(eyes.votes.dimension == evidence.dimension_code(evidence.dimensions[0]))
        counts = np.unique(votes.pair, return_counts=True)[1]
        if len(counts):
            middle = float(np.median(counts))
            median = int(middle) if middle.is_integer() else middle
            rows.append((eyes.title, len(counts), int(counts.min()), median, int(counts.max())))
    note = "On the first dimension, of pairs with any answer; a judge's two orders are two."
    return Table("rests_per_pair_full", "Answers a pair", columns, rows, note)


def _systems(evidence: Evidence, verdicts: Verdicts) -> Table:
    columns = (
        Column("system", "System"),
        Column("kind", "Kind"),
        Column("pairs", "Pairs", "count"),
        Column("rater_rows", "Raters' answers analysed", "count"),
        Column("judge_rows", "Judges' answers analysed", "count"),
    )
    rows: list[tuple[Cell, ...]] = []
    for number, name in enumerate(verdicts.systems):
        pairs = len(np.unique(verdicts.pair.codes[(verdicts.a == number) | (verdicts.b == number)]))
        analysed = [
            0 if votes is None else int(((votes.a == number) | (votes.b == number)).sum())
            for votes in (evidence.raters, evidence.judged)
        ]
        kind = evidence.kinds.get(name) or ("human" if number < verdicts.humans else "not known")
        rows.append((name, kind, pairs, *analysed))
    return Table("rests_systems_full", "Systems", columns, rows)


SECTIONS: Final[tuple[SectionOf, ...]] = (resting_on,)
