"""Sentences about how a study was made: its design, its raters, its judges. Only what its record holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from studies.analysis.deviations.fieldwork import collected
from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.analysis.recording.members import REASONS, column
from studies.analysis.recording.raters_flow import OUTCOMES
from studies.protocol import RUBRIC, Answer, Exclusion, ProtocolDocument

_KINDS: Final = (("human", "People's replies"), ("llm", "Replies by language models"))
_MEASURES: Final = {"decoys_lost": "lost decoys", "checks_failed": "failed attention checks"}


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def answers_in_words(answers: Sequence[Answer]) -> str:
    return ", ".join(f"“{one.label}”" for one in answers)


def exclusions_in_words(rules: Sequence[Exclusion]) -> str:
    told = [f"at least {rule.at_least} {_MEASURES.get(rule.measure, rule.measure)}" for rule in rules]
    return " or ".join(told)


def material(evidence: Evidence) -> Iterator[str]:
    """Dialogues, systems and pairs."""
    tables = evidence.tables
    if "dialogues.csv" in tables:
        yield f"The material was {counted(tables['dialogues.csv'].rows, 'dialogue')}."
    systems = tables.get("systems.csv")
    if systems is not None:
        yield from _systems(systems)
    pairs = tables.get("pairs.csv")
    if pairs is not None and "kind" in pairs:
        main = int(pairs["kind"].equals("main").sum())
        yield (
            f"Of their replies {counted(main, 'pair was', 'pairs were')} formed, each of two replies to "
            "one dialogue."
        )
    if evidence.protocol is not None:
        yield from _shown(evidence.protocol)


def _systems(systems: TextTable) -> Iterator[str]:
    for kind, what in _KINDS:
        rows = systems["kind"].equals(kind)
        names = systems["system"].take(rows).texts()
        models = column(systems, "model_id")
        told = [
            f"{name} ({model})" if model not in ("", name) else name
            for name, model, there in zip(systems["system"].texts(), models, rows, strict=True)
            if there
        ]
        if names:
            yield f"{what} came from {counted(len(names), 'system')}: {listed(told)}."


def _shown(protocol: ProtocolDocument) -> Iterator[str]:
    design = protocol.design
    if design.shown_profile == "none":
        yield "Replies were shown as they came."
    else:
        yield (
            "Typography of the replies was evened out before they were shown (profile "
            f"{design.shown_profile})."
        )
    limits = [
        counted(most, unit)
        for most, unit in ((design.max_words, "word"), (design.max_sentences, "sentence"))
        if most
    ]
    if limits:
        yield f"The protocol limits a reply to {listed(limits)}."


def asked(evidence: Evidence) -> Iterator[str]:
    """What was asked on each pair, and the plan of who rates what. Nothing without raters' answers."""
    protocol, verdicts = evidence.protocol, evidence.verdicts
    if protocol is None or verdicts is None or not verdicts.by_rater.any():
        return
    design, journey = protocol.design, protocol.journey
    yield (
        "Raters compared both replies of a pair as Reply A and Reply B, not told who wrote them, and "
        f"answered {counted(len(protocol.rubric), 'question')} on a scale of {protocol.scale} answers "
        f"({answers_in_words(protocol.answers)}): "
        f"{listed([f'“{row.question}”' for row in protocol.rubric])}."
    )
    if RUBRIC in protocol.phases:
        yield "The preference was asked first; a second pass over the same pairs asked the other questions."
    yield (
        f"The plan was {counted(design.ratings_per_pair, 'rater')} for each pair, at most "
        f"{counted(design.pairs_per_rater, 'pair')} and {counted(design.max_pairs_per_dialogue, 'pair')} "
        "of one dialogue for a rater."
    )
    if "assignments.csv" in evidence.tables:
        yield (
            "Which reply was shown first was balanced within pairs, raters and systems; the order of "
            f"pairs was random, drawn from the seed {design.seed}."
        )
    extras: list[tuple[int, str] | tuple[int, str, str]] = [
        (journey.training_pairs, "training pair"),
        (journey.decoys_per_rater, "decoy, with one broken reply", "decoys, with one broken reply"),
        (journey.checks_per_rater, "attention check"),
    ]
    planned = [counted(*one) for one in extras if one[0]]
    planned += [f"repeats of {journey.repeats_percent} % of the pairs"] if journey.repeats_percent else []
    if planned:
        yield f"Each rater was planned to meet {listed(planned)} besides."


def took_part(evidence: Evidence) -> Iterator[str]:
    """Raters by how their visit ended, when, and who is left out why."""
    sessions = evidence.tables.get("sessions.csv")
    if sessions is not None and sessions.rows:
        outcomes = Counter(column(sessions, "outcome"))
        told = [
            f"{count:,} {OUTCOMES.get(name, name or 'not told')}" for name, count in outcomes.most_common()
        ]
        first, last = collected(evidence)
        when = f" and took part from {first[:10]} to {last[:10]}" if first else ""
        yield f"{counted(sessions.rows, 'rater')} consented{when}: {listed(told)}."
    votes = evidence.raters
    if votes is not None:
        raters, pairs = len(set(votes.source.tolist())), len(set(votes.pair.tolist()))
        yield f"Answers of {counted(raters, 'rater')} on {counted(pairs, 'pair')} are analysed."
    yield from _left_out(evidence)


def _left_out(evidence: Evidence) -> Iterator[str]:
    verdicts, protocol = evidence.verdicts, evidence.protocol
    if verdicts is None or not verdicts.by_rater.any():
        return
    if protocol is not None and protocol.exclusion_rules:
        yield (
            "Frozen in advance, raters were to be left out for "
            f"{exclusions_in_words(protocol.exclusion_rules)}."
        )
    rows = verdicts.by_rater & verdicts.excluded
    if not rows.any():
        yield "No rater's answer was left out." if verdicts.says("excluded") else ""
    elif verdicts.says("exclusion_reason"):
        reasons = Counter(verdicts.table["exclusion_reason"].take(rows).texts())
        told = [f"{count:,} ({REASONS.get(reason, reason)})" for reason, count in reasons.most_common()]
        yield f"Answers left out, counted by dimension: {listed(told)}."


def judges(evidence: Evidence) -> Iterator[str]:
    """Which models judged, how they were asked, what counts. Nothing of a study without judges."""
    table, names = evidence.tables.get("judgments.csv"), judges_there(evidence)
    if not names:
        return
    yield f"{counted(len(names), 'language model')} judged the pairs: {listed(names)}."
    if table is not None and table.rows:
        yield from _judgments(table)
    if any(eyes.kind == "judge" for eyes in evidence.eyes):
        yield "Where a judge saw a pair in both orders, each counts half."
    else:
        yield "None of their verdicts is among the results."
    if any(eyes.kind == "jury" for eyes in evidence.eyes):
        yield "The jury's verdict is what more than half of its judges say; no majority is a tie."


def judges_there(evidence: Evidence) -> list[str]:
    """Every judge that was asked or that answered, with its model as returned and its prompt's version."""
    table, about = evidence.tables.get("judgments.csv"), evidence.tables.get("judges.csv")
    names = set(table["judge"].texts()) if table is not None else set()
    if evidence.verdicts is not None:
        rows = ~evidence.verdicts.by_rater
        names |= set(evidence.verdicts.table["source"].take(rows).texts())
    returned = _returned(table) if table is not None else {}
    prompts = dict(zip(column(about, "judge"), column(about, "prompt_version"), strict=True)) if about else {}
    asked_for = dict(zip(column(about, "judge"), column(about, "model_id"), strict=True)) if about else {}
    told = []
    for name in sorted(names):
        model = returned.get(name) or (f"{asked_for[name]} as asked" if asked_for.get(name) else "")
        facts = [model, f"prompt {prompts[name]}" if prompts.get(name) else ""]
        said = ", ".join(filter(None, facts))
        told.append(f"{name} ({said})" if said else name)
    return told


def _returned(table: TextTable) -> dict[str, str]:
    """The models that answered for each judge, as the provider named them."""
    found: dict[str, set[str]] = {}
    for judge, model in zip(table["judge"].texts(), column(table, "model_returned"), strict=True):
        if model:
            found.setdefault(judge, set()).add(model)
    return {judge: " / ".join(sorted(models)) for judge, models in found.items()}


def _judgments(table: TextTable) -> Iterator[str]:
    outcomes = Counter(
        outcome if status == "done" else status
        for status, outcome in zip(column(table, "status"), column(table, "outcome"), strict=True)
    )
    read = outcomes.pop("ok", 0)
    orders = sorted(set(column(table, "order")) - {""})
    both = " in both orders" if len(orders) == 2 else ""
    yield f"{counted(table.rows, 'judgment')}{both} were planned, and {read:,} came to verdicts."
    if outcomes:
        told = listed([f"{count:,} {name or 'not told'}" for name, count in outcomes.most_common()])
        yield f"The others ({told}) are missing, and never a tie."
