"""What was planned for raters, and what was reached: ratings, checks, the stopping rule."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Final

from studies.analysis.deviations.check import NO_RATERS, NOT_CHECKABLE, Check, counted, without
from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.protocol import ProtocolDocument

#: Columns of sessions.csv that hold a time of somebody's end.
_ENDS: Final = ("completed_at", "stopped_at", "timed_out_at", "reviewed_at")


def fieldwork(evidence: Evidence, protocol: ProtocolDocument) -> Iterator[Check]:
    """The sample, what was asked around the pairs, late and surplus ratings, and the stopping rule."""
    given = _ratings(evidence)
    yield _per_pair(evidence, protocol, given)
    yield _raters(evidence, protocol, given)
    yield _most(
        protocol.design.pairs_per_rater, "Main pairs a rater", Counter(rater for rater, _pair, _ in given)
    )
    yield _most(
        protocol.design.max_pairs_per_dialogue,
        "Main pairs of one dialogue a rater",
        Counter((rater, dialogue) for rater, _pair, dialogue in given),
    )
    yield _surplus(evidence)
    yield from _around(evidence, protocol)
    yield _stopping(evidence, protocol)


def _ratings(evidence: Evidence) -> set[tuple[int, int, int]]:
    """Rater, pair and dialogue of each rating that is analysed, by number."""
    votes = evidence.raters
    if votes is None:
        return set()
    return set(zip(votes.source.tolist(), votes.pair.tolist(), votes.dialogue.tolist(), strict=True))


def _main_pairs(evidence: Evidence) -> int | None:
    pairs = evidence.tables.get("pairs.csv")
    if pairs is None:
        return None
    return int(pairs["kind"].equals("main").sum()) if "kind" in pairs else pairs.rows


def _per_pair(evidence: Evidence, protocol: ProtocolDocument, given: set[tuple[int, int, int]]) -> Check:
    wanted, pairs = protocol.design.ratings_per_pair, _main_pairs(evidence)
    counts = Counter(pair for _rater, pair, _dialogue in given)
    above = sum(count > wanted for count in counts.values())
    short = sum(count < wanted for count in counts.values())
    if pairs is None:
        frozen = f"{wanted} of each main pair"
        found = f"{len(given)} analysed; {short} rated pairs short, {above} above; pairs.csv is not there"
        return Check("Ratings a pair", frozen, found, bool(short or above) or NOT_CHECKABLE)
    short += max(pairs - len(counts), 0)
    frozen = f"{wanted} of each of {counted(pairs, 'main pair', 'main pairs')}: {wanted * pairs:,}"
    found = f"{len(given):,} analysed; {short} pairs short, {above} above"
    return Check("Ratings a pair", frozen, found, bool(short or above))


def _raters(evidence: Evidence, protocol: ProtocolDocument, given: set[tuple[int, int, int]]) -> Check:
    """The protocol says how many pairs a rater gets: so many raters are needed at the least."""
    pairs, found = _main_pairs(evidence), len({rater for rater, _pair, _dialogue in given})
    if pairs is None:
        return without("Raters", "as many as the pairs need", "pairs.csv")
    needed = math.ceil(pairs * protocol.design.ratings_per_pair / protocol.design.pairs_per_rater)
    return Check("Raters", f"at least {needed}, as the pairs need", f"{found} analysed", found < needed)


def _most(limit: int, what: str, counts: Counter[object] | Counter[int] | Counter[tuple[int, int]]) -> Check:
    if not counts:
        return Check(what, f"at most {limit}", NO_RATERS, False)
    return Check(what, f"at most {limit}", f"at most {max(counts.values())}", max(counts.values()) > limit)


def _surplus(evidence: Evidence) -> Check:
    what, frozen = "Surplus ratings", "none: a pair that is given to somebody else is not rated twice"
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None:
        return Check(what, frozen, NO_RATERS, False)
    if not verdicts.says("surplus"):
        return Check(what, frozen, "not told: no column surplus", NOT_CHECKABLE)
    late = verdicts.table.flags("surplus")[votes.row]
    count = len(set(zip(votes.source[late].tolist(), votes.pair[late].tolist(), strict=True)))
    return Check(what, frozen, f"{counted(count, 'rating', 'ratings')} among those analysed", bool(count))


def _around(evidence: Evidence, protocol: ProtocolDocument) -> Iterator[Check]:
    """Decoys and checks of those who completed, by sessions.csv; training pairs by the plan."""
    journey, sessions = protocol.journey, evidence.tables.get("sessions.csv")
    planned = (
        ("Decoys a rater", journey.decoys_per_rater, "decoys_seen"),
        ("Attention checks a rater", journey.checks_per_rater, "checks_seen"),
    )
    for what, wanted, column in planned:
        if sessions is None or column not in sessions or "outcome" not in sessions:
            yield without(what, str(wanted), f"sessions.csv with {column}")
        else:
            yield _met(what, wanted, _seen(sessions, column))
    plan = evidence.tables.get("assignments.csv")
    if plan is None or sessions is None or "outcome" not in sessions:
        yield without(
            "Training pairs a rater", str(journey.training_pairs), "assignments.csv or sessions.csv"
        )
    else:
        yield _met("Training pairs a rater", journey.training_pairs, _trained(plan, sessions))


def _seen(sessions: TextTable, column: str) -> list[int]:
    done = sessions["outcome"].equals("completed")
    return [int(count) for count in sessions.integers(column, empty=0)[done]]


def _trained(plan: TextTable, sessions: TextTable) -> list[int]:
    rows = plan["kind"].equals("training") & plan.flags("rated_main")
    counts = Counter(plan["rater"].take(rows).texts())
    done = sessions["outcome"].equals("completed")
    return [counts[rater] for rater in sessions["rater"].take(done).texts()]


def _met(what: str, wanted: int, seen: list[int]) -> Check:
    if not seen:
        return Check(what, str(wanted), "no rater has completed", False)
    fewer, more = sum(count < wanted for count in seen), sum(count > wanted for count in seen)
    found = f"of {counted(len(seen), 'rater', 'raters')} who completed {fewer} met fewer, {more} more"
    return Check(what, str(wanted), found, bool(fewer or more))


def _stopping(evidence: Evidence, protocol: ProtocolDocument) -> Check:
    """When collecting began and ended. Whether that is what the rule asks for, a person has to judge."""
    first, last = collected(evidence)
    dates = f"answers from {first[:10]} to {last[:10]}" if first else "no dates of collection"
    closed = str(evidence.manifest.get("closed_at") or "")
    ended = f"closed on {closed[:10]}" if closed else "the export does not say that it was closed"
    found = f"{dates}; {ended}. A program cannot judge it"
    rule = " ".join(protocol.stopping_rule.split()) or "none"
    return Check("Stopping rule", rule, found, NOT_CHECKABLE)


def collected(evidence: Evidence) -> tuple[str, str]:
    """The first consent and the last end or consent of sessions.csv; empty where it does not tell."""
    sessions = evidence.tables.get("sessions.csv")
    if sessions is None or "consented_at" not in sessions:
        return "", ""
    first = sorted(filter(None, sessions["consented_at"].labels))
    ends = [label for name in _ENDS if name in sessions for label in sessions[name].labels if label]
    return (first[0], max([*first, *ends])) if first else ("", "")
