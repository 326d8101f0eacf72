"""The section on the strategies of replies: by system, by slice, and what adversarial dialogues change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.contrasts.significance import holm
from studies.analysis.evidence import ADVERSARIAL, EVERYTHING, REGULAR, Evidence
from studies.analysis.proportions import HOW
from studies.analysis.rationales.consensus import coded_by
from studies.analysis.rationales.material import material
from studies.analysis.rationales.preferring import preferred_with
from studies.analysis.rationales.replies import MODELS, PEOPLE, Replies, replies_of
from studies.analysis.rationales.shares import changes, differences, ratios, shares
from studies.analysis.rationales.turning import by_dialogue, changed, strata_of
from studies.analysis.reading import Mask
from studies.analysis.results import Cell, Column, Figure, Section, Table

KEY: Final = "strategies"
TITLE: Final = "Strategies in replies"
_CODED: Final = Column("coded_by", "Coded by")
_SYSTEM: Final = Column("system", "System")
_SLICE: Final = Column("slice", "Dialogues")
_STRATEGY: Final = Column("strategy", "Strategy")
_SHARES: Final = (_CODED, _SYSTEM, _SLICE, _STRATEGY, Column("share", "Share of replies", "share"))
_AGAINST: Final = (
    _CODED,
    Column("model", "Model"),
    _SLICE,
    _STRATEGY,
    Column("difference", "People less model", "points"),
    Column("ratio", "People's share by the model's", "number"),
)
_CHANGES: Final = (
    _CODED,
    Column("system", "Whose replies"),
    _STRATEGY,
    Column("adversarial", "Adversarial", "share"),
    Column("regular", "Regular", "share"),
    Column("difference", "Change", "points"),
    Column("ratio", "Times as often", "number"),
    Column("p", "p", "p"),
    Column("p_holm", "p, Holm", "p"),
)
_INTERACTION: Final = (
    _CODED,
    _STRATEGY,
    Column("people", "People's change", "points"),
    Column("models", "Models' change", "points"),
    Column("difference", "People's less models'", "points"),
    Column("p", "p", "p"),
    Column("p_holm", "p, Holm", "p"),
)
_PREFERRED: Final = (
    _CODED,
    _STRATEGY,
    Column("ratings", "Ratings", "count"),
    Column("preference", "Preferred, of replies with it", "share"),
)
_SHARES_NOTE: Final = (
    "How many replies use the strategy; a reply may use several. Where several people coded a reply it "
    "counts by the share of them who gave the code. Clusters are dialogues and, of people's replies, their "
    "writers. "
)
_AGAINST_NOTE: Final = (
    "All of people's replies beside each model's, and all models' together. The ratio's interval is "
    "symmetric in its logarithm; where a side always or never uses a strategy it has none, and the "
    "difference's adds the squared arms of both sides' intervals (Newcombe 1998)."
)
_WRITERS: Final = (
    "Of people's replies the mark is exchanged among dialogues of the same writers, so that writers' habits "
    "are no change; it holds for these writers. Where no writer has both kinds of dialogue there is no p."
)
_CHANGES_NOTE: Final = (
    "Exploratory. Adversarial dialogues less regular ones. p: dialogues exchange the mark “adversarial” at "
    "random, the mean of each dialogue's replies counting; Holm within the strategies of one row's replies. "
) + _WRITERS
_INTERACTION_NOTE: Final = (
    "Exploratory. Whether people change more than models when a dialogue is adversarial. p: dialogues "
    "exchange the mark at random, people's mean less models' in each dialogue counting; Holm over all "
    "strategies. "
) + _WRITERS
_PREFERRED_NOTE: Final = (
    "Exploratory. Raters' answers on overall where one reply has the strategy (more than half of its coders "
    "gave it) and the other has not; no difference is half. It tells what goes together, not what a strategy "
    "does: replies with it differ in other things too, and come from other systems. Clusters: dialogues, "
    "raters, writers."
)
_NONE: Final = "No reply has been coded yet in a way that results could rest on."
_NO_PEOPLE: Final = "People's replies are not set beside models': only one of both has coded replies."
_NO_SLICE: Final = (
    "No change on adversarial dialogues is told: no coded reply stands in a dialogue with that tag, or all "
    "of them do."
)


_ASKED: Final = (
    "What do replies do: validate, ask, reframe, suggest? Each share says how many of a system's replies use "
    "the strategy. Where a dialogue puts the supporter under pressure (adversarial), a good supporter may "
    "change what they do."
)


def strategies(evidence: Evidence) -> Section:
    found = material(evidence)
    if isinstance(found, str):
        return Section(KEY, TITLE, absent=found)
    every = [replies for coder in coded_by(found) if (replies := replies_of(evidence, found, coder))]
    if not every:
        return Section(KEY, TITLE, absent=_NONE)
    table = [row for replies in every for row in _shares(replies)]
    against = [row for replies in every for row in _against(replies)]
    change = [row for replies in every for row in _changes(evidence, replies)]
    interaction = [row for replies in every for row in _interaction(evidence, replies)]
    preferred = [
        (coder.title, *cells) for coder in coded_by(found) for cells in preferred_with(evidence, found, coder)
    ]
    note = _SHARES_NOTE + HOW.format(unit="dialogues")
    parts = (
        _figure(table, every[0]),
        Table("strategies_interaction", "Change of each strategy's share on adversarial dialogues",
              _INTERACTION, interaction, _INTERACTION_NOTE),
        Table("strategies", "Share of replies with each strategy, people and models",
              _SHARES, [row for row in table if row[1] in (PEOPLE, MODELS) and row[2] == EVERYTHING], note),
        Table("strategies_full", "Share of replies with each strategy, by system and dialogues",
              _SHARES, table, note),
        Table("strategies_against_full", "Shares of people's replies beside each model's",
              _AGAINST, against, _AGAINST_NOTE),
        Table("strategies_change_full", "Shares on adversarial dialogues, by system",
              _CHANGES, change, _CHANGES_NOTE),
        Table("strategies_preferred_full", "Strategies and raters' preference",
              _PREFERRED, preferred, _PREFERRED_NOTE),
    )  # fmt: skip
    missing = (text for text, rows in ((_NO_PEOPLE, against), (_NO_SLICE, change)) if not rows)
    return Section(
        KEY, TITLE, (_ASKED, *missing), tuple(part for part in parts if isinstance(part, Figure) or part.rows)
    )


def _shares(replies: Replies) -> Iterator[tuple[Cell, ...]]:
    for name, rows in replies.slices.items():
        for title, mine in replies.groups:
            at = rows & mine
            if not at.any():
                continue
            one = np.zeros(int(at.sum()), dtype=np.int32)
            found = shares(replies.weights[at], one, 1, replies.ways_at(at))[0]
            for code, estimate in zip(replies.codes, found, strict=True):
                yield replies.coder, title, name, code, estimate


def _against(replies: Replies) -> Iterator[tuple[Cell, ...]]:
    for name, rows in replies.slices.items():
        for title, mine in replies.groups:
            people, theirs = replies.human & rows, mine & rows & ~replies.human
            if not people.any() or not theirs.any():
                continue
            at = people | theirs
            sides = replies.weights[at], people[at], theirs[at], replies.ways_at(at)
            apart, times = differences(*sides), ratios(*sides)
            for cells in zip(replies.codes, apart, times, strict=True):
                yield replies.coder, title, name, *cells


def _changes(evidence: Evidence, replies: Replies) -> Iterator[tuple[Cell, ...]]:
    if REGULAR not in replies.slices:
        return
    on, off = replies.slices[ADVERSARIAL], replies.slices[REGULAR]
    for title, mine in replies.groups:
        if not (mine & on).any() or not (mine & off).any():
            continue
        ways = replies.ways_at(mine)
        weights, sides = replies.weights[mine], on[mine].astype(np.int32)
        regular, adversarial = shares(weights, sides, 2, ways)
        apart, times = (of(weights, on[mine], off[mine], ways) for of in (differences, ratios))
        p = _p(evidence, replies, mine, by_dialogue(weights, replies.dialogue[mine], _count(replies)))
        cells = zip(replies.codes, adversarial, regular, apart, times, p, holm(p), strict=True)
        yield from ((replies.coder, title, *each) for each in cells)


def _interaction(evidence: Evidence, replies: Replies) -> Iterator[tuple[Cell, ...]]:
    if REGULAR not in replies.slices:
        return
    on, off = replies.slices[ADVERSARIAL], replies.slices[REGULAR]
    parts = [side & part for side in (replies.human, ~replies.human) for part in (on, off)]
    if not all(part.any() for part in parts):
        return
    people, models = (
        differences(replies.weights, parts[place], parts[place + 1], replies.ways) for place in (0, 2)
    )
    between = changes(replies.weights, parts, replies.ways)
    means = [
        by_dialogue(replies.weights[side], replies.dialogue[side], _count(replies))
        for side in (replies.human, ~replies.human)
    ]
    p = _p(evidence, replies, replies.human, means[0] - means[1])
    cells = zip(replies.codes, people, models, between, p, holm(p), strict=True)
    yield from ((replies.coder, *each) for each in cells)


def _p(evidence: Evidence, replies: Replies, rows: Mask, values: Floats) -> list[float | None]:
    """Within the writers of these rows. The same exchanges for everybody: who has the same replies has the
    same p.
    """
    adversarial = np.zeros(_count(replies), dtype=bool)
    adversarial[replies.dialogue[replies.slices[ADVERSARIAL]]] = True
    rng = evidence.rng(f"strategies of {replies.coder}")
    strata = strata_of(replies.dialogue[rows], replies.writer[rows], _count(replies))
    found = changed(values, adversarial, strata, evidence.options.resamples, rng)
    return [None] * len(replies.codes) if found is None else list(found.tolist())


def _count(replies: Replies) -> int:
    return int(replies.dialogue.max()) + 1


def _figure(rows: list[tuple[Cell, ...]], replies: Replies) -> Figure:
    """Systems by strategies, on all dialogues, as the first coder has them."""
    drawn = [
        (system, code, getattr(share, "value", None))
        for coder, system, part, code, share in rows
        if coder == replies.coder and part == EVERYTHING and system in replies.systems
    ]
    columns = (_SYSTEM, _STRATEGY, Column("share", "Share of replies", "share"))
    table = Table("strategies_drawn", f"Coded by: {replies.coder}", columns, drawn)
    title = "Strategies in replies, percent of each system's"
    return Figure("strategies_figure", title, "matrix", table, "strategies", "systems")


SECTIONS: Final = (strategies,)
