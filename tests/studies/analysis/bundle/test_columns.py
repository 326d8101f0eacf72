"""Every column that leaves with a bundle, looked at by a person: a new one has to be looked at too.

Ask of a column before it is added here: can it hold a person's words, a name, a time of day, a theme that
somebody could not bear, a machine or its folders? If so, `studies/analysis/bundle/released.py` has to say
what is written instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import pytest

from studies.analysis.bundle.released import tables, words_of

#: Names become new ones, `…_at` a date; `design` and `report` are cut; reasons and raters' passages are
#: there where they were released; of answers' `value` and of `pause_reason` only that there was one. The
#: researcher's words stay: `sheet.csv`, `gate_waiver`, `feedback`, the codebook, `source` of scores.
LEAVE: Final[Mapping[str, str]] = {
    "verdicts.csv": """
        dialogue pair system_first system_second dimension source_kind source value_shown
        protocol_hash tags order occasion scale target kind phase writer_first writer_second
        rater_group excluded exclusion_reason response_first response_second position layout seconds
        flags_first flags_second check_asked check_answered surplus reason value reason_released
    """,
    "systems.csv": """
        system kind family model_id params_total params_active
    """,
    "dialogues.csv": """
        dialogue turns tags turn_count licence non_commercial
    """,
    "imports.csv": """
        import_number report
    """,
    "responses.csv": """
        response dialogue system kind writer text words
    """,
    "pairs.csv": """
        pair dialogue kind expected system_a system_b response_a response_b p_rated feedback
    """,
    "sessions.csv": """
        rater outcome excluded exclusion_reason minutes pairs_rated rater_group decoys_seen
        decoys_lost checks_seen checks_failed consented_at completed_at stopped_at timed_out_at
        reviewed_at channel
    """,
    "assignments.csv": """
        booklet rater pair dialogue kind order rated_main released_at protocol_hash skipped
        instructed_value
    """,
    "skips.csv": """
        rater pair dialogue kind phase reason
    """,
    "guesses.csv": """
        rater pair dialogue kind_first kind_second guess_first guess_second certainty_first
        certainty_second system_first system_second
    """,
    "answers.csv": """
        rater use value
    """,
    "judges.csv": """
        judge family variant model_id for_trial prompt_version
    """,
    "judgments.csv": """
        judge dialogue pair order replicate role same_family variant status outcome model_requested
        model_returned other_model protocol_hash samples
    """,
    "generations.csv": """
        dialogue system replicate status outcome response model_requested model_returned other_model
    """,
    "runs.csv": """
        run kind state protocol_hash design pause_reason cap_calls cap_tokens cap_micros gate_passed
        gate_waived_at gate_waiver
    """,
    "llm_calls.csv": """
        purpose judge system result reading latency_ms first_token_ms input_tokens output_tokens
        cost_micros currency
    """,
    "sheet.csv": """
        element_id value criterion comment
    """,
    "codes.csv": """
        code kind codebook_version codebook_sha256 name definition example counter_example
    """,
    "passages.csv": """
        passage kind source_kind source variant dialogue tags pair order occasion system response
        erased place words text text_released
    """,
    "codings.csv": """
        passage coder coder_kind family model_id codebook_sha256 replicate status outcome codes
        same_family for_trial seconds position
    """,
    "benchmarks.csv": """
        system benchmark score source
    """,
}


@pytest.mark.parametrize("name", sorted({*LEAVE, *tables()}))
def test_no_column_leaves_that_nobody_has_looked_at(name: str) -> None:
    assert set(tables().get(name, ())) == set(LEAVE.get(name, "").split())


def test_of_an_imports_report_only_counts_leave() -> None:
    """It quotes the file: what was found in dialogues, and what was left out."""
    report = {
        "dialogues": {"in_file": 8, "new": 6, "known": 2, "tags_kept": 0, "first": "LOUD"},
        "systems": {"human": {"known": 1, "examples": ["LOUD"]}},
        "left_out": {"count": 4, "by_dialogue": {"LOUD": 1}},
        "findings": [{"examples": [{"excerpt": "LOUD", "message": "LOUD"}]}],
        "problems": [{"places": ["LOUD"]}], "conflicts": {"first": ["LOUD"]},
        "speakers": {"aliases": {"LOUD": 1}},
    }  # fmt: skip
    kept = words_of("imports.csv", "report", {"report": json.dumps(report)})
    assert json.loads(kept or "") == {
        "dialogues": {"in_file": 8, "new": 6, "known": 2, "tags_kept": 0}, "left_out": {"count": 4},
        "systems": {"human": {"known": 1}},
    }  # fmt: skip
    assert words_of("imports.csv", "report", {"report": ""}) == ""


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("/home/LOUD/models/small.gguf", "small.gguf"),
        ("~/models/small.gguf", "small.gguf"),
        ("C:\\LOUD\\small.gguf", "small.gguf"),
        ("org/small-2", "org/small-2"),
        ("", ""),
    ],
)
def test_a_model_that_is_named_by_its_file_loses_the_folders(model: str, kept: str) -> None:
    for name, column in (("judgments.csv", "model_returned"), ("codings.csv", "model_id")):
        assert words_of(name, column, {column: model}) == kept
    design = json.dumps({"coders": [{"model_id": model}]})
    written = words_of("runs.csv", "design", {"design": design})
    assert json.loads(written or "") == {"coders": [{"model_id": kept}]}
