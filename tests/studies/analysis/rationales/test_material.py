"""What of the codings the results rest on, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.analysis.rationales import material as reading
from studies.analysis.rationales.coding import coding as section_of
from studies.analysis.rationales.consensus import coded_by
from studies.analysis.rationales.material import Material, material
from studies.analysis.reading import CannotRead
from tests.studies.analysis.rationales.tables import (
    SHA256,
    by_model,
    coded,
    codes,
    coding,
    judged,
    reason,
    reply,
)
from tests.studies.analysis.tables import answer, rows_of


def found_in(folder: Path, *rows: list[dict[str, object]], **other: object) -> Material:
    found = material(coded(folder, *rows, **other))  # type: ignore[arg-type]
    assert isinstance(found, Material)
    return found


def left_out(found: Material) -> dict[str, int]:
    return {why: int(rows.sum()) for why, rows in found.left_out.items() if rows.any()}


def test_a_codes_weight_is_the_share_of_codings_that_gave_it(tmp_path: Path) -> None:
    codings = [
        coding("a", "resonance|other"),
        coding("a", "resonance", "c2"),
        coding("b", "", "c1"),
        by_model("a", "attunement"),
    ]
    found = found_in(tmp_path, [reason("a"), reason("b"), reason("c")], codings)
    people, model = coded_by(found)
    place = {code: number for number, code in enumerate(found.book.codes)}
    assert (people.title, people.number.tolist()) == ("Human coders", [2, 1, 0])
    assert people.weights[0, [place["resonance"], place["other"], place["attunement"]]].tolist() == [
        1,
        0.5,
        0,
    ]
    assert people.weights[1].sum() == 0
    assert (model.title, model.number.tolist()) == ("Coder m1", [1, 0, 0])
    assert model.weights[0, place["attunement"]] == 1


def test_what_is_left_out_is_counted_by_its_first_reason(tmp_path: Path) -> None:
    old = "b" * 64
    codings = [
        coding("a", "resonance"),
        coding("a", "resonance", replicate=2),
        coding("gone", "resonance"),
        coding("a", "no_such_code", "c2", codebook_sha256=old),
        by_model("a", "resonance", same_family=1),
        by_model("a", "resonance", "trial", for_trial=1),
        coding("dropped", "resonance"),
        coding("repeat", "resonance"),
        coding("b", "", "c2", status="failed", outcome="withheld"),
        by_model("b", "", status="done", outcome="refused"),
        by_model("b", "", "m2", status="pending", outcome=""),
    ]
    passages = [
        reason("a"), reason("b", pair="p2"), reason("dropped", source="r2"), reason("repeat", occasion=2),
    ]  # fmt: skip
    book = [*codes(1, old), *codes(2)]
    verdicts = [answer(-1, order="AB", occasion=1, excluded=0),
                answer(-1, order="AB", occasion=1, excluded=1, source="r2")]  # fmt: skip
    found = found_in(tmp_path, passages, codings, book, verdicts=verdicts)
    assert left_out(found) == {
        reading.TRIAL: 1, reading.UNLISTED: 1, reading.OLDER: 1, reading.FAMILY: 1, reading.DROPPED: 1,
        reading.REPEATED: 1, reading.AGAIN: 1,
    }  # fmt: skip
    assert len(found.codings.passage) == 1
    assert (found.book.version, found.book.sha256) == (2, SHA256)
    assert found.passages.preference.tolist() == [-1, 9, 9, 9]


def test_reasons_of_excluded_answers_are_left_out_whatever_was_asked(tmp_path: Path) -> None:
    """r1's second pass is excluded and the first is not; r2 and j1 with the rubric answered no `overall`."""
    passages = [
        reason("a"), reason("b", variant="rubric"), reason("c", source="r2"), judged("d"),
        judged("e", variant="no_rubric"),
    ]  # fmt: skip
    said = (("rater", "r1", "main", "overall", 0), ("rater", "r1", "rubric", "attunement", 1),
            ("rater", "r2", "main", "resonance", 1), ("judge", "j1", "main", "resonance", 0),
            ("judge", "j1", "no_rubric", "overall", 1))  # fmt: skip
    verdicts = [
        answer(1, source_kind=kind, source=name, phase=phase, dimension=dimension, excluded=excluded,
               order="AB", occasion=1)
        for kind, name, phase, dimension, excluded in said
    ]  # fmt: skip
    codings = [coding(key, "resonance") for key in "abcde"]
    found = found_in(tmp_path, passages, codings, verdicts=verdicts)
    assert found.passages.dropped.tolist() == [False, True, True, False, True]
    assert left_out(found) == {reading.DROPPED: 3}
    assert found.passages.preference.tolist() == [1, 9, 9, 9, 9]


def test_a_reason_of_the_second_pass_goes_with_the_preference_of_the_first(tmp_path: Path) -> None:
    verdicts = [answer(-1, order="AB", occasion=1, phase="main", excluded=0)]
    passages = [reason("a", variant="rubric")]
    assert found_in(tmp_path, passages, [coding("a")], verdicts=verdicts).passages.preference.tolist() == [-1]


def test_what_was_coded_is_counted(tmp_path: Path) -> None:
    codings = [
        coding("a", "resonance"),
        coding("a", "", "c2"),
        coding("b", "", status="pending", outcome=""),
        by_model("a", "", status="failed", outcome="withheld"),
        by_model("b", "", status="done", outcome="refused"),
        by_model("r", "reframe"),
        by_model("r", "reframe", "trial", for_trial=1),
        coding("a", "", "c3", codebook_sha256="c" * 64),
    ]
    passages = [reason("a", erased=1, text=""), judged("b", variant="no_rubric"), reply("r", "human")]
    section = section_of(coded(tmp_path, passages, codings))
    counts = [
        (row["kind"], row["source_kind"], row["variant"], row["passages"], row["erased"], row["human_none"],
         row["human_more"], row["llm_any"])
        for row in rows_of(section, "coding_passages")
    ]  # fmt: skip
    assert counts == [
        ("reason", "judge", "no_rubric", 1, 0, 1, 0, 0),
        ("reason", "rater", "main", 1, 1, 0, 1, 0),
        ("reply", "system", "", 1, 0, 1, 0, 1),
    ]
    coders = {row["coder"]: row for row in rows_of(section, "coding_coders")}
    assert list(coders) == ["c1", "c2", "c3", "m1", "trial"]
    assert [coders["m1"][key] for key in ("planned", "ok", "refused", "withheld", "used")] == [3, 1, 1, 1, 1]
    assert [coders["c1"][key] for key in ("planned", "open", "used")] == [2, 1, 1]
    assert (coders["trial"]["for_trial"], coders["trial"]["used"]) == ("yes", 0)
    assert "other versions too, which are left out: one that codes.csv lacks." in section.lead[1]
    assert section.lead[2] == "For trying out only, and never among the results: trial."
    used = {row["key"]: (row["given"], row["of"]) for row in rows_of(section, "coding_codes_full")}
    assert used["resonance"] == (1, 2)
    assert used["reframe"] == (1, 3)


def test_a_person_and_a_model_of_one_name_are_two_coders(tmp_path: Path) -> None:
    found = found_in(tmp_path, [reason("a")], [coding("a", "other", "kim"), by_model("a", "other", "kim")])
    assert [one.title for one in coded_by(found)] == ["Human coders", "Coder kim"]


def test_an_outcome_counts_where_the_coding_is_done_and_the_columns_add_up(tmp_path: Path) -> None:
    codings = [
        coding("a", "other", status="pending"), coding("b", "", status="done", outcome=""),
        coding("c", "", status="failed", outcome=""), coding("d", "", status="failed", outcome="withheld"),
        coding("e", "other"),
    ]  # fmt: skip
    (row,) = rows_of(
        section_of(coded(tmp_path, [reason(key, pair=key) for key in "abcde"], codings)), "coding_coders"
    )
    assert [row[key] for key in ("planned", "ok", "withheld", "failed", "open", "used")] == [5, 1, 1, 1, 2, 1]


def test_without_its_tables_it_says_which_is_missing(tmp_path: Path) -> None:
    evidence = coded(tmp_path, [reason("a")], [])
    assert section_of(evidence).absent == "No reasons or replies are coded: codings.csv has no rows."


@pytest.mark.parametrize(
    ("passages", "codings", "book", "words"),
    [
        ([reason("a"), reason("a")], [coding("a")], codes(), "passages.csv, row 2: the passage 'a' again"),
        ([reply("a", "m"), reason("b"), reply("c", "m", response="a reply")], [coding("a")], codes(),
         "passages.csv, row 3: the response 'a reply' again"),
        ([reason("a", kind="essay")], [coding("a")], codes(), "passages.csv, row 1: kind is 'essay'"),
        ([reason("a", source_kind="x")], [coding("a")], codes(), "passages.csv, row 1: source_kind is 'x'"),
        ([reason("a")], [coding("a", coder_kind="dog")], codes(), "codings.csv, row 1: coder_kind is 'dog'"),
        ([reason("a")], [coding("a", outcome="odd")], codes(), "codings.csv, row 1: outcome is 'odd'"),
        ([reason("a")], [coding("a", status="odd")], codes(), "codings.csv, row 1: status is 'odd'"),
        ([reply("a", "m")], [coding("a"), coding("a", "other", "c2")], codes(),
         "codings.csv, row 2: 'other' on a reply; replies are coded with strategies only"),
        ([reason("a")], [coding("a"), coding("a", "joy", "c2")], codes(), "codings.csv, row 2: 'joy' is"),
        ([reason("a")], [coding("a"), coding("a")], codes(), "codings.csv, row 2: this coder has coded"),
        ([reason("a")], [coding("a", replicate="x")], codes(), "codings.csv, row 1: replicate is 'x'"),
        ([reason("a")], [coding("a")], codes()[:1] * 2, "codes.csv, row 2: the code"),
        ([reason("a")], [coding("a")], [codes()[0] | {"kind": "x"}], "codes.csv, row 1: 'human_ali"),
        ([reason("a")], [coding("a")], [codes()[0], codes(sha256="x")[1]], "codes.csv, row 2: version 1 has"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_row(
    passages: list[dict[str, object]], codings: list[dict[str, object]], book: list[dict[str, object]],
    words: str, tmp_path: Path,
) -> None:  # fmt: skip
    with pytest.raises(CannotRead) as refused:
        material(coded(tmp_path, passages, codings, book))
    assert str(refused.value).startswith(words)
