"""Whether this analysis is the one that was frozen: each check with what was frozen and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.contrasts.deciding import Decided
from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.protocol import Exclusion, ProtocolDocument

HASH: Final = "protocol_hash"
#: The column of sessions.csv and the reason in an export behind each exclusion rule.
RULES: Final = {"decoys_lost": "decoys", "checks_failed": "checks"}
#: What an older protocol says of a plan that it does not hold.
NOT_FROZEN: Final = "not frozen: default"


@dataclass(frozen=True, slots=True)
class Check:
    """`frozen` is what the protocol says, `found` what is there; `deviates` if they differ."""

    what: str
    frozen: str
    found: str
    deviates: bool


def hashes(evidence: Evidence) -> dict[str, int]:
    """Rows under each protocol's SHA-256; empty where the table does not say."""
    if evidence.verdicts is None or not evidence.verdicts.says(HASH):
        return {}
    return dict(sorted(Counter(evidence.verdicts.table[HASH].texts()).items()))


def checks(evidence: Evidence, protocol: ProtocolDocument, contrasts: list[Decided]) -> list[Check]:
    """All checks in a fixed order, those that deviate and those that do not."""
    return [
        *_hash(evidence),
        _plan(evidence, protocol),
        _dimensions(evidence, protocol),
        *_exclusions(evidence, protocol),
        _contrasts(contrasts),
    ]


def _hash(evidence: Evidence) -> Iterator[Check]:
    rows = hashes(evidence)
    total = len(evidence.verdicts) if evidence.verdicts is not None else 0
    ours = rows.get(evidence.protocol_sha256, 0)
    found = f"{ours} of {total} rows" if rows or not total else "the table has no column protocol_hash"
    yield Check(
        "Answers given under this protocol", f"SHA-256 {evidence.protocol_sha256[:12]}…", found, ours != total
    )
    for other, count in rows.items():
        if other != evidence.protocol_sha256:
            yield Check(
                "Answers given under another protocol", "none", f"{count} rows: {other or 'unnamed'}", True
            )


def _plan(evidence: Evidence, protocol: ProtocolDocument) -> Check:
    plan, seed = protocol.analysis, evidence.options.seed
    if protocol.froze_analysis:
        return Check("Seed of all random draws", str(plan.seed), str(seed), seed != plan.seed)
    found = f"seed {seed}, margin of agreement {plan.agreement_margin}, epsilon {plan.epsilon}"
    return Check("Plan of the analysis", NOT_FROZEN, found, False)


def _dimensions(evidence: Evidence, protocol: ProtocolDocument) -> Check:
    asked = [row.key for row in protocol.rubric]
    if not evidence.dimensions:
        return Check("Dimensions", ", ".join(asked), "there are no answers yet", False)
    absent = [key for key in asked if key not in evidence.dimensions]
    other = [key for key in evidence.dimensions if key not in asked]
    found = [f"without answers: {', '.join(absent)}"] if absent else []
    found += [f"not in the protocol: {', '.join(other)}"] if other else []
    return Check("Dimensions", ", ".join(asked), "; ".join(found) or "all answered, no others", bool(found))


def _exclusions(evidence: Evidence, protocol: ProtocolDocument) -> Iterator[Check]:
    verdicts = evidence.verdicts
    rules = {rule.measure: rule for rule in protocol.exclusion_rules}
    reasons: Counter[str] = Counter()
    if verdicts is not None and verdicts.says("exclusion_reason"):
        reasons.update(verdicts.table["exclusion_reason"].take(verdicts.by_rater).texts())
    elif rules:
        yield Check("Exclusions", _worded(rules.values()), "the table has no column exclusion_reason", True)
    for measure, reason in RULES.items():
        rule = rules.get(measure)
        if rule is None:
            yield Check(
                f"Exclusions for {reason}", "no rule", f"{reasons[reason]} rows", bool(reasons[reason])
            )
        else:
            yield from _applied(evidence, rule, reason, reasons[reason])


def _applied(evidence: Evidence, rule: Exclusion, reason: str, rows: int) -> Iterator[Check]:
    """Whether just those raters are left out whom the rule leaves out, as sessions.csv counts them."""
    frozen = _worded([rule])
    sessions = evidence.tables.get("sessions.csv")
    if sessions is None or rule.measure not in sessions or "exclusion_reason" not in sessions:
        yield Check(
            f"Exclusions for {reason}", frozen, f"{rows} rows; no sessions.csv to check them by", False
        )
        return
    meant, kept, wrongly = _compared(sessions, rule, reason)
    found = f"{rows} rows; {meant} raters meet the rule, {kept} of them kept, {wrongly} left out without it"
    yield Check(f"Exclusions for {reason}", frozen, found, bool(kept or wrongly))


def _compared(sessions: TextTable, rule: Exclusion, reason: str) -> tuple[int, int, int]:
    """Raters who meet the rule, those of them kept, and those left out for it without meeting it.

    A weightier reason may be given for a rater who meets the rule: then the rater is left out all the same.
    """
    meets = sessions.integers(rule.measure, empty=0) >= rule.at_least
    given = sessions["exclusion_reason"]
    kept = meets & given.equals("")
    return int(meets.sum()), int(kept.sum()), int(np.sum(given.equals(reason) & ~meets))


def _contrasts(contrasts: list[Decided]) -> Check:
    missing = [one.contrast.name for one in contrasts if one.significance is None]
    found = f"not computed: {', '.join(missing)}" if missing else "all computed"
    return Check("Confirmatory contrasts", str(len(contrasts)), found, bool(missing))


def _worded(rules: Iterable[Exclusion]) -> str:
    return ", ".join(f"{rule.measure} ≥ {rule.at_least}" for rule in rules)
