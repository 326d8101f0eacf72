"""The tables of an export beside the verdicts: which columns of each are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from studies.analysis.reading import LacksColumns, TextTable, read_table

#: Further tables: what is read of each. An absent one switches its section off, and the section says so.
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "systems.csv": ("system", "kind", "family", "model_id", "params_total", "params_active"),
    "dialogues.csv": ("dialogue", "turns", "tags"),
    "imports.csv": ("import_number", "report"),
    "responses.csv": ("response", "dialogue", "system", "kind", "writer", "text", "words"),
    "pairs.csv": (
        "pair", "dialogue", "kind", "expected", "system_a", "system_b", "response_a", "response_b",
        "p_rated", "feedback",
    ),
    "sessions.csv": (
        "rater", "outcome", "excluded", "exclusion_reason", "minutes", "pairs_rated",
        "decoys_seen", "decoys_lost", "checks_seen", "checks_failed", "consented_at", "completed_at",
        "stopped_at", "timed_out_at", "reviewed_at", "channel",
    ),
    "assignments.csv": (
        "booklet", "rater", "pair", "dialogue", "kind", "order", "rated_main", "released_at", "protocol_hash",
        "skipped", "instructed_value",
    ),
    "skips.csv": ("phase", "reason", "rater"),
    "guesses.csv": (
        "rater", "pair", "dialogue", "kind_first", "kind_second", "guess_first", "guess_second",
        "certainty_first", "certainty_second", "system_first", "system_second",
    ),
    "answers.csv": ("rater", "use", "value"),
    "judges.csv": ("judge", "family", "variant", "model_id", "for_trial", "prompt_version"),
    "judgments.csv": (
        "judge", "dialogue", "pair", "order", "replicate", "role", "same_family", "variant", "status",
        "outcome", "model_requested", "model_returned", "other_model", "protocol_hash", "samples",
    ),
    "generations.csv": (
        "dialogue", "system", "replicate", "status", "outcome", "response", "model_requested",
        "model_returned", "other_model",
    ),
    "runs.csv": (
        "run", "kind", "state", "protocol_hash", "design", "pause_reason", "cap_calls", "cap_tokens",
        "cap_micros", "gate_passed", "gate_waived_at", "gate_waiver",
    ),
    "llm_calls.csv": (
        "purpose", "judge", "system", "result", "reading", "latency_ms", "first_token_ms", "input_tokens",
        "output_tokens", "cost_micros", "currency",
    ),
    "sheet.csv": ("element_id", "value", "criterion", "comment"),
    "codes.csv": ("code", "kind", "codebook_version", "codebook_sha256", "name", "definition"),
    "passages.csv": (
        "passage", "kind", "source_kind", "source", "variant", "dialogue", "tags", "pair", "order",
        "occasion", "system", "response", "erased",
    ),
    "codings.csv": (
        "passage", "coder", "coder_kind", "family", "model_id", "codebook_sha256", "replicate", "status",
        "outcome", "codes", "same_family", "for_trial", "model_requested", "model_returned", "other_model",
    ),
    "benchmarks.csv": ("system", "benchmark", "score", "source"),
}  # fmt: skip


def kinds_in(tables: Mapping[str, TextTable]) -> dict[str, str]:
    """The kind of every system in systems.csv; nothing without it."""
    if "systems.csv" not in tables:
        return {}
    systems = tables["systems.csv"]
    return dict(zip(systems["system"].texts(), systems["kind"].texts(), strict=True))


def read_tables(folder: Path) -> tuple[dict[str, TextTable], tuple[str, ...]]:
    """The further tables, and a sentence on each file that is none of ours in spite of its name."""
    tables, unread = {}, []
    for name, columns in TABLES.items():
        if (folder / name).exists():
            try:
                tables[name] = read_table(folder / name, needed=columns[:2], known=columns[2:])
            except LacksColumns as error:
                unread.append(f"Not read: {error}")
    return tables, tuple(unread)
