"""The flow of the material and of what raters were to do: dialogues, replies, pairs, ratings."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.analysis.recording.members import (
    REASONS,
    column,
    dialogue_of,
    named,
    pair_of,
    rating_of,
    reasons,
)
from studies.analysis.recording.nested import Flow, Level, chained, fresh
from studies.analysis.verdicts import MAIN

NO_PAIRS: Final = "Pairs that nobody rated are not known: pairs.csv is not there."
NO_PLAN: Final = "Places in the plan that nobody rated are not known: assignments.csv is not there."
NO_MATERIAL: Final = "What was imported is not known: dialogues.csv or responses.csv is not there."
_NOT_RATED: Final = "no pair rated"
#: How far a place in the plan came, from what tells most of a pair that nobody rated.
_OPEN, _SKIPPED, _BACK, _RATED = "to be rated yet", "skipped", "given back to the plan", "rated"


def rows_by_raters(evidence: Evidence) -> bool:
    """Whether raters' steps say anything: there are answers of theirs, or a plan for them, or nobody's."""
    verdicts, plan = evidence.verdicts, evidence.tables.get("assignments.csv")
    if verdicts is None:
        return False
    return bool(verdicts.by_rater.any()) or not len(verdicts) or bool(plan is not None and plan.rows)


def dialogues_flow(evidence: Evidence) -> Flow:
    """From the dialogues in imported files to those with answers that are analysed."""
    dialogues, pairs = evidence.tables.get("dialogues.csv"), evidence.tables.get("pairs.csv")
    levels: list[Level] = []
    if dialogues is not None:
        imported = frozenset(dialogues["dialogue"].texts())
        levels += _in_files(evidence, imported)
        levels.append(Level("Imported", imported, lambda _one: "without a main pair"))
    if pairs is not None:
        paired = frozenset(dialogue for dialogue, _pair in _main_pairs(pairs))
        levels.append(Level("With a main pair", paired, lambda _one: _NOT_RATED))
    if rows_by_raters(evidence):
        why = reasons(evidence, dialogue_of)
        rated = named(evidence, evidence.raters_with_excluded, dialogue_of)
        levels += [
            Level("Rated", rated, lambda one: f"all left out: {why.get(one, REASONS[''])}"),
            Level("Analysed", named(evidence, evidence.raters, dialogue_of)),
        ]
    return _flow("Dialogues", levels, () if dialogues is not None else (NO_MATERIAL,))


def replies_flow(evidence: Evidence) -> Flow:
    """From replies in files and those asked of models to those in main pairs; no decoys."""
    responses, pairs = evidence.tables.get("responses.csv"), evidence.tables.get("pairs.csv")
    if responses is None:
        return Flow("Replies", ())
    names = zip(responses["response"].texts(), column(responses, "kind"), strict=True)
    there = frozenset(name for name, kind in names if kind != "decoy")
    levels = [Level("In the study", there, lambda _one: "in no main pair")]
    lost = _lost_replies(evidence)
    if lost:
        gone: dict[str, str] = {}
        for why, count in lost.items():
            gone |= dict.fromkeys(fresh(why, count), why)
        levels.insert(
            0, Level("In files, or asked of models", there | frozenset(gone), lambda one: gone[one])
        )
    if pairs is not None:
        main = [kind == MAIN for kind in column(pairs, "kind")]
        sides = (column(pairs, side) for side in ("response_a", "response_b"))
        used = frozenset(name for side in sides for name, is_main in zip(side, main, strict=True) if is_main)
        levels.append(Level("In a main pair", used - {""}))
    return _flow("Replies", levels)


def pairs_flow(evidence: Evidence) -> Flow:
    """From main pairs to those with ratings that are analysed."""
    pairs = evidence.tables.get("pairs.csv")
    levels: list[Level] = []
    if pairs is not None:
        standing = _standing(evidence)
        members = frozenset(f"{dialogue}/{pair}" for dialogue, pair in _main_pairs(pairs))
        planned = "assignments.csv" in evidence.tables
        unknown = "not in the raters' plan" if planned else "not rated"
        levels.append(Level("Main pairs", members, lambda pair: standing.get(pair, unknown)))
    if rows_by_raters(evidence):
        why = reasons(evidence, pair_of)
        rated = named(evidence, evidence.raters_with_excluded, pair_of)
        levels += [
            Level("Rated at least once", rated, lambda pair: f"all left out: {why.get(pair, REASONS[''])}"),
            Level("Analysed", named(evidence, evidence.raters, pair_of)),
        ]
    return _flow("Pairs", levels, () if pairs is not None else (NO_PAIRS,))


def ratings_flow(evidence: Evidence) -> Flow:
    """From places for main pairs in the plan to ratings analysed, each of one rater on one pair."""
    if not rows_by_raters(evidence):
        return Flow("Ratings", ())
    rated = named(evidence, evidence.raters_with_excluded, rating_of)
    places = {key: place for key, _pair, place in _places(evidence)}
    levels = []
    if places:
        lacks = "rated, and not in verdicts.csv"
        levels.append(
            Level(
                "Places for main pairs in the plan",
                frozenset(places),
                lambda key: lacks if places[key] == _RATED else places[key],
            )
        )
    why = reasons(evidence, rating_of)
    levels += [
        Level("Rated", rated, lambda key: why.get(key, REASONS[""])),
        Level("Analysed", named(evidence, evidence.raters, rating_of)),
    ]
    return _flow("Ratings", levels, () if "assignments.csv" in evidence.tables else (NO_PLAN,))


def _flow(title: str, levels: list[Level], said: tuple[str, ...] = ()) -> Flow:
    if not levels:
        return Flow(title, (), said)
    flow = chained(title, levels)
    return Flow(title, flow.rows, (*said, *flow.said))


def _main_pairs(pairs: TextTable) -> Iterator[tuple[str, str]]:
    kinds = pairs["kind"].texts() if "kind" in pairs else [MAIN] * pairs.rows
    for dialogue, pair, kind in zip(pairs["dialogue"].texts(), pairs["pair"].texts(), kinds, strict=True):
        if kind == MAIN:
            yield dialogue, pair


def _places(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """Each place for a main pair: its key (the rating's, where it was rated), its pair, how far it came."""
    plan = evidence.tables.get("assignments.csv")
    if plan is None:
        return
    names = ("rater", "dialogue", "pair", "kind", "rated_main", "skipped", "released_at")
    for number, cells in enumerate(zip(*(column(plan, name) for name in names), strict=True)):
        rater, dialogue, pair, kind, rated, skipped, released = cells
        if kind != MAIN:
            continue
        place = _RATED if rated == "1" else _SKIPPED if skipped == "1" else _BACK if released else _OPEN
        key = f"{rater} {dialogue}/{pair}" if place == _RATED else f"place {number}"
        yield key, f"{dialogue}/{pair}", place


def _standing(evidence: Evidence) -> dict[str, str]:
    """Of each planned pair what tells most why nobody rated it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for _key, pair, place in _places(evidence):
        found[pair].add(place)
    order = (_OPEN, _SKIPPED, _BACK, _RATED)
    return {pair: next(place for place in order if place in places) for pair, places in found.items()}


def _reports(evidence: Evidence) -> list[Mapping[str, Any]]:
    """What each import told of itself; those that cannot be read are left out."""
    imports = evidence.tables.get("imports.csv")
    found: list[Mapping[str, Any]] = []
    for text in column(imports, "report") if imports is not None else ():
        try:
            report = json.loads(text)
        except ValueError:
            continue
        if isinstance(report, dict):
            found.append(report)
    return found


def _in_files(evidence: Evidence, imported: frozenset[str]) -> list[Level]:
    """Only where the imports' own counts come to the dialogues that are there."""
    counts: Counter[str] = Counter()
    for report in _reports(evidence):
        counts.update(
            {name: count for name, count in report.get("dialogues", {}).items() if name != "tags_kept"}
        )
    if not counts["in_file"] or counts["new"] != len(imported):
        return []
    again, rest = counts["known"], counts["in_file"] - counts["new"] - counts["known"]
    gone = dict.fromkeys(fresh("known", again), "there already") | dict.fromkeys(
        fresh("rest", max(rest, 0)), "left out at import"
    )
    return [Level("In imported files", imported | frozenset(gone), lambda one: gone[one])] if gone else []


def _lost_replies(evidence: Evidence) -> Counter[str]:
    """Replies that never came into the study: left out or known at import, or not given by a model."""
    lost: Counter[str] = Counter()
    for report in _reports(evidence):
        lost["left out at import"] += int(report.get("left_out", {}).get("count", 0))
        lost["there already"] += sum(int(one.get("known", 0)) for one in report.get("systems", {}).values())
    asked = evidence.tables.get("generations.csv")
    if asked is not None:
        cells = (column(asked, name) for name in ("status", "outcome", "response"))
        for status, outcome, response in zip(*cells, strict=True):
            if not response:
                lost[f"asked of a model: {outcome or status}"] += 1
    return +lost
