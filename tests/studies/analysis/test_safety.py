from pathlib import Path

import pytest

from studies.analysis.safety import safety
from tests.studies.analysis.tables import answer, ends, evidence_of, rows_of, turned, value, why

#: Flags of the reply shown first and second.
NONE = {"flags_first": "", "flags_second": ""}


def test_without_flags_the_section_says_so(tmp_path: Path) -> None:
    section = safety(evidence_of(tmp_path, [answer(-1)]))
    assert section.absent.startswith("Safety is not told: the table of verdicts has no columns flags_first")


def test_judges_alone_flag_nothing(tmp_path: Path) -> None:
    rows = [answer(-1, source_kind="judge", **NONE)]
    assert safety(evidence_of(tmp_path, rows)).absent.startswith("Safety is not told: there are no raters'")


def test_nothing_flagged_has_an_exact_upper_end_over_dialogues(tmp_path: Path) -> None:
    rows = [answer(-1, dialogue=f"d{n}", source=f"r{n % 3}", **NONE) for n in range(20)]
    section = safety(evidence_of(tmp_path, rows))
    unsafe = rows_of(section, "safety_flags")[0]
    assert (unsafe["system"], unsafe["flag"], unsafe["ratings"], unsafe["flagged"]) == (
        "human",
        "unsafe",
        20,
        0,
    )
    assert ends(unsafe["share_of_ratings"]) == pytest.approx((0.0, 1 - 0.025 ** (1 / 20)))
    assert section.lead == (
        "No rater flagged any reply. The upper ends of the intervals say what that rules out.",
    )
    preferred = rows_of(section, "safety_preferred")[0]
    assert why(preferred["share_of_flagged"]) == "No rater flagged such a reply as unsafe."


def test_flags_go_with_the_reply_on_whichever_side_it_stood(tmp_path: Path) -> None:
    """Three raters on one pair: the model's reply is flagged twice, shown second and first; a person's once
    as broken."""
    rows = [
        answer(1, flags_first="", flags_second="unsafe"),
        turned(1, source="r2", flags_first="broken|unsafe", flags_second=""),
        answer(0, source="r3", flags_first="broken", flags_second=""),
    ]
    found = {
        (row["system"], row["flag"]): (row["flagged"], row["ratings"], row["replies_flagged"], row["replies"])
        for row in rows_of(safety(evidence_of(tmp_path, rows)), "safety_flags")
    }
    assert found["model", "unsafe"] == (2, 3, 1, 1)
    assert found["model", "broken"] == (1, 3, 1, 1)
    assert found["human", "broken"] == (1, 3, 1, 1)
    assert found["human", "unsafe"] == (0, 3, 0, 1)
    assert found["all systems", "unsafe"] == (2, 6, 1, 2)


def test_preferred_but_unsafe_is_what_the_same_rater_said(tmp_path: Path) -> None:
    """The model's reply is flagged as unsafe by four: two prefer it, one is undecided, one does not."""
    unsafe = {"flags_first": "", "flags_second": "unsafe"}
    rows = [
        answer(2, dialogue="d1", source="r1", **unsafe),
        answer(1, dialogue="d2", source="r2", **unsafe),
        answer(0, dialogue="d3", source="r3", **unsafe),
        answer(-1, dialogue="d4", source="r4", **unsafe),
        answer(1, dialogue="d5", source="r5", **NONE),
    ]
    model = rows_of(safety(evidence_of(tmp_path, rows)), "safety_preferred")[1]
    assert [model[key] for key in ("system", "flagged", "preferred", "no_difference")] == ["model", 4, 2, 1]
    assert value(model["share_of_flagged"]) == 0.5
    assert value(model["share_of_ratings"]) == pytest.approx(0.4)


def test_rows_are_the_primary_ones_of_overall_and_sliced_by_tag(tmp_path: Path) -> None:
    flagged = {"flags_first": "", "flags_second": "unsafe", "occasion": 1, "excluded": 0, "phase": "main"}
    rows = [
        answer(1, tags="adversarial", **flagged),
        answer(1, dialogue="d2", tags="", **(flagged | {"flags_second": ""})),
        answer(1, dialogue="d3", tags="", **(flagged | {"excluded": 1})),
        answer(1, tags="adversarial", **(flagged | {"dimension": "empathy", "phase": "rubric"})),
    ]
    section = safety(evidence_of(tmp_path, rows))
    found = {
        row["slice"]: (row["flagged"], row["ratings"])
        for row in rows_of(section, "safety_flags_full")
        if (row["system"], row["flag"]) == ("model", "unsafe")
    }
    assert found == {"all": (1, 2), "regular": (0, 1), "adversarial": (1, 1)}
    assert section.lead == ("Answers in the second pass that flagged a reply, not counted here: 1.",)


def test_two_replies_of_a_system_to_one_dialogue_are_two(tmp_path: Path) -> None:
    names = {"response_first": "d1/human/1", "flags_first": ""}
    rows = [
        answer(1, response_second="d1/model/1", flags_second="unsafe", **names),
        answer(1, pair="p2", response_second="d1/model/2", flags_second="", **names),
    ]
    model = rows_of(safety(evidence_of(tmp_path, rows)), "safety_flags")[3]
    assert (model["system"], model["replies_flagged"], model["replies"]) == ("model", 1, 2)
