from pathlib import Path

import pytest

from studies.analysis.evidence import Options, read_evidence
from studies.analysis.resting_on import NOTHING, resting_on, trial_judges
from tests.studies.analysis.tables import answer, evidence_of, rows_of, turned, write


def test_the_needed_columns_alone_leave_much_unseparated(tmp_path: Path) -> None:
    write(tmp_path, "votes.csv", [answer(1)])
    section = resting_on(read_evidence(tmp_path / "votes.csv", Options()))
    assert section.lead[0].startswith("Not separated: Main pairs could not be told from repeats")
    for what in ("First ratings", "to be left out", "Writers", "no slices"):
        assert what in section.lead[0]
    assert section.lead[1].startswith("No system is known to be people")
    there = {row["table"]: row["there"] for row in rows_of(section, "rests_tables_full")}
    assert [name for name, is_there in there.items() if is_there == "yes"] == ["verdicts.csv"]
    assert there["protocol.json"] == there["guesses.csv"] == "no"


def test_a_folder_without_answers_says_so(tmp_path: Path) -> None:
    write(tmp_path, "systems.csv", [{"system": "human", "kind": "human"}])
    section = resting_on(read_evidence(tmp_path, Options()))
    assert (section.lead, section.absent) == ((NOTHING,), "")
    assert {row["table"]: row["rows"] for row in rows_of(section, "rests_tables_full")}["systems.csv"] == 1


def test_rows_are_followed_to_those_analysed(tmp_path: Path) -> None:
    """One training pair, one repeat, two left out for two reasons, two kept; a judge with and without
    rubric."""
    plain: dict[str, object] = {
        "kind": "main", "occasion": 1, "excluded": 0, "exclusion_reason": "", "phase": "main"
    }  # fmt: skip
    judge: dict[str, object] = plain | {"source_kind": "judge", "source": "claude"}
    rows = [
        answer(1, **(plain | {"kind": "training", "pair": "t"})),
        answer(1, **plain),
        answer(1, **(plain | {"dimension": "empathy"})),
        answer(1, **(plain | {"occasion": 2})),
        answer(1, source="r2", **(plain | {"excluded": 1, "exclusion_reason": "decoys"})),
        answer(1, source="r3", **(plain | {"excluded": 1, "exclusion_reason": "pilot"})),
        answer(1, **judge),
        turned(1, **(judge | {"phase": "no_rubric"})),
        turned(1, **(judge | {"source": "tiny", "excluded": 1, "exclusion_reason": "trial"})),
    ]
    section = resting_on(evidence_of(tmp_path, rows))
    flow = {(row["source_kind"], row["step"]): (row["rows"], row["ratings"], row["sources"])
            for row in rows_of(section, "rests_flow")}  # fmt: skip
    assert flow == {
        ("Raters", "all"): (6, 4, 3),
        ("Raters", "main pairs"): (5, 3, 3),
        ("Raters", "first occasion"): (4, 3, 3),
        ("Raters", "not excluded"): (2, 1, 1),
        ("Judges", "all"): (3, 2, 2),
        ("Judges", "main pairs"): (3, 2, 2),
        ("Judges", "with the rubric"): (2, 2, 2),
        ("Judges", "not excluded"): (1, 1, 1),
    }
    left_out = [
        (row["source_kind"], row["reason"], row["rows"]) for row in rows_of(section, "rests_excluded")
    ]
    assert left_out == [("Raters", "decoys", 1), ("Raters", "pilot", 1), ("Judges", "trial", 1)]
    assert "For trying out only, and never among the results: tiny." in section.lead
    sources = {
        row["source_kind"]: (row["rows"], row["analysed"]) for row in rows_of(section, "rests_sources_full")
    }
    assert sources == {"Raters": (6, 2), "Judges": (3, 1)}


def test_exclusion_without_a_reason_is_not_told(tmp_path: Path) -> None:
    (found,) = rows_of(resting_on(evidence_of(tmp_path, [answer(1, excluded=1)])), "rests_excluded")
    assert found["reason"] == "not told"


def test_answers_a_pair_are_counted(tmp_path: Path) -> None:
    rows = [answer(1, pair=pair, source=f"r{n}") for pair, many in (("p1", 1), ("p2", 2), ("p3", 5))
            for n in range(many)]  # fmt: skip
    (found,) = rows_of(resting_on(evidence_of(tmp_path, rows)), "rests_per_pair_full")
    assert all(type(found[key]) is int for key in ("fewest", "median", "most"))
    assert [found[key] for key in ("pairs", "fewest", "median", "most")] == [3, 1, 2, 5]


def test_trial_judges_are_those_of_both_tables(tmp_path: Path) -> None:
    write(tmp_path, "judges.csv", [
        {"judge": "tiny", "family": "x", "for_trial": 1}, {"judge": "large", "family": "y", "for_trial": 0}
    ])  # fmt: skip
    row = answer(1, source_kind="judge", source="small", excluded=1, exclusion_reason="trial")
    assert trial_judges(evidence_of(tmp_path, [row])) == ["small", "tiny"]


@pytest.mark.parametrize("licence", ["true", "false"])
def test_a_non_commercial_dataset_is_said(tmp_path: Path, licence: str) -> None:
    (tmp_path / "manifest.json").write_text(f'{{"non_commercial": {licence}}}')
    lead = " ".join(resting_on(evidence_of(tmp_path, [answer(1)])).lead)
    assert ("only be used non-commercially" in lead) == (licence == "true")


def test_writers_are_counted_with_their_replies(tmp_path: Path) -> None:
    """By the answers: w1 wrote to two dialogues, rated three times; with responses.csv by that."""
    names = {"writer_first": "w1", "writer_second": ""}
    rows = [answer(1, **names), answer(1, source="r2", **names), answer(1, dialogue="d2", **names),
            turned(1, dialogue="d3", writer_first="", writer_second="w2")]  # fmt: skip
    found = rows_of(resting_on(evidence_of(tmp_path, rows)), "rests_writers_full")
    assert [(row["writer"], row["replies"]) for row in found] == [("w1", 2), ("w2", 1)]
    write(tmp_path, "responses.csv", [
        {"response": f"r{n}", "dialogue": f"d{n}", "writer": writer}
        for n, writer in enumerate(("w1", "w3", ""))
    ])  # fmt: skip
    found = rows_of(resting_on(evidence_of(tmp_path, rows)), "rests_writers_full")
    assert [(row["writer"], row["replies"]) for row in found] == [("w1", 1), ("w3", 1)]


def test_sessions_and_skips_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "sessions.csv", [
        {"rater": "r1", "outcome": "completed", "excluded": 1},
        {"rater": "r2", "outcome": "completed", "excluded": 0},
        {"rater": "r3", "outcome": "withdrawn", "excluded": 0},
    ])  # fmt: skip
    write(tmp_path, "skips.csv", [
        {"rater": "r1", "pair": pair, "phase": "main", "reason": "upsetting"} for pair in ("p1", "p2")
    ])  # fmt: skip
    section = resting_on(evidence_of(tmp_path, [answer(1)]))
    assert [tuple(row.values()) for row in rows_of(section, "rests_sessions_full")] == [
        ("completed", 2, 1), ("withdrawn", 1, 0),
    ]  # fmt: skip
    assert [tuple(row.values()) for row in rows_of(section, "rests_skips_full")] == [
        ("main", "upsetting", 2, 1)
    ]


def test_skips_that_name_nobody_are_counted_without_raters(tmp_path: Path) -> None:
    write(tmp_path, "skips.csv", [{"phase": "main", "reason": "broken"}] * 2)
    section = resting_on(evidence_of(tmp_path, [answer(1)]))
    assert [tuple(row.values()) for row in rows_of(section, "rests_skips_full")] == [
        ("main", "broken", 2, None)
    ]
