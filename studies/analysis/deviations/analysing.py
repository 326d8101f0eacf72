"""Whether this analysis is the one that was frozen: its answers, seed, dimensions, exclusions, contrasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from studies.analysis.contrasts.deciding import Decided, frozen
from studies.analysis.deviations.check import NOT_CHECKABLE, Check
from studies.analysis.evidence import Evidence, Options
from studies.analysis.reading import TextTable
from studies.protocol import Exclusion, ProtocolDocument

HASH: Final = "protocol_hash"
#: The column of sessions.csv and the reason in an export behind each exclusion rule.
RULES: Final = {"decoys_lost": "decoys", "checks_failed": "checks"}
#: Reasons that hold without a rule of the protocol (docs/codebook.md).
ALWAYS: Final = ("pilot", "returned", "after_end", "after_rubric")
_ALWAYS: Final = ", ".join(ALWAYS)
#: What an older protocol says of a plan that it does not hold.
NOT_FROZEN: Final = "not frozen: default"


def hashes(evidence: Evidence) -> dict[str, int]:
    """Rows under each protocol's SHA-256; empty where the table does not say."""
    if evidence.verdicts is None or not evidence.verdicts.says(HASH):
        return {}
    return dict(sorted(Counter(evidence.verdicts.table[HASH].texts()).items()))


def checks(evidence: Evidence, protocol: ProtocolDocument) -> Iterator[Check]:
    """The checks of the analysis itself, in a fixed order."""
    yield from _hash(evidence)
    yield _plan(evidence, protocol)
    yield _options(evidence)
    yield _dimensions(evidence, protocol)
    yield from _exclusions(evidence, protocol)
    yield _other_reasons(evidence)
    yield _contrasts(frozen(evidence))


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


def _options(evidence: Evidence) -> Check:
    """What the protocol has no word on: told, and nothing that it could deviate from."""
    options = evidence.options
    found = [f"{options.resamples} resamples"]
    found += [f"people's systems named by hand: {', '.join(sorted(options.human))}"] if options.human else []
    usual = options.resamples == Options().resamples and not options.human
    return Check(
        "Options of the report", "not in the protocol", "; ".join(found), False if usual else NOT_CHECKABLE
    )


def _dimensions(evidence: Evidence, protocol: ProtocolDocument) -> Check:
    names, asked = evidence.dimension_names, [row.key for row in protocol.rubric]
    planned = ", ".join(names[key] for key in asked)
    if not evidence.dimensions:
        return Check("Dimensions", planned, "there are no answers yet", False)
    absent = [names[key] for key in asked if key not in evidence.dimensions]
    other = [names[key] for key in evidence.dimensions if key not in asked]
    found = [f"without answers: {', '.join(absent)}"] if absent else []
    found += [f"not in the protocol: {', '.join(other)}"] if other else []
    return Check("Dimensions", planned, "; ".join(found) or "all answered, no others", bool(found))


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
    told = _worded([rule])
    sessions = evidence.tables.get("sessions.csv")
    if sessions is None or rule.measure not in sessions or "exclusion_reason" not in sessions:
        yield Check(
            f"Exclusions for {reason}", told, f"{rows} rows; no sessions.csv to check them by", NOT_CHECKABLE
        )
        return
    meant, kept, wrongly = _compared(sessions, rule, reason)
    found = f"{rows} rows; {meant} raters meet the rule, {kept} of them kept, {wrongly} left out without it"
    yield Check(f"Exclusions for {reason}", told, found, bool(kept or wrongly))


def _compared(sessions: TextTable, rule: Exclusion, reason: str) -> tuple[int, int, int]:
    """Raters who meet the rule, those of them kept, and those left out for it without meeting it.

    A weightier reason may be given for a rater who meets the rule: then the rater is left out all the same.
    """
    meets = sessions.integers(rule.measure, empty=0) >= rule.at_least
    given = sessions["exclusion_reason"]
    kept = meets & given.equals("")
    return int(meets.sum()), int(kept.sum()), int(np.sum(given.equals(reason) & ~meets))


def _other_reasons(evidence: Evidence) -> Check:
    """Raters' answers that are left out by no rule of the protocol; trials and late answers always are."""
    what, rule = "Exclusions for other reasons", f"only what the software always leaves out ({_ALWAYS})"
    verdicts = evidence.verdicts
    if verdicts is None or not verdicts.says("exclusion_reason"):
        return Check(what, rule, "no column exclusion_reason", NOT_CHECKABLE)
    out = verdicts.by_rater & verdicts.excluded
    counts = Counter(verdicts.table["exclusion_reason"].take(out).texts())
    others = {reason: count for reason, count in sorted(counts.items()) if reason not in RULES.values()}
    found = ", ".join(f"{count} rows: {reason or 'no reason'}" for reason, count in others.items()) or "none"
    return Check(what, rule, found, bool(others.keys() - set(ALWAYS)))


def _contrasts(contrasts: list[Decided]) -> Check:
    missing = [one.contrast.name for one in contrasts if one.significance is None]
    found = f"not computed: {', '.join(missing)}" if missing else "all computed"
    return Check("Confirmatory contrasts", str(len(contrasts)), found, bool(missing))


def _worded(rules: Iterable[Exclusion]) -> str:
    return ", ".join(f"{rule.measure} ≥ {rule.at_least}" for rule in rules)
