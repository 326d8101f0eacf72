"""What a report rests on: which rows are primary, whose eyes there are, which dialogues form a slice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.reading import CannotRead
from studies.protocol import canonical_json, sha256_of
from tests.protocols import a_protocol
from tests.studies.analysis.tables import write_rows
from tests.studies.analysis.test_votes import judge, turned


def evidence_of(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> Evidence:
    write_rows(tmp_path / "verdicts.csv", rows)
    return read_evidence(tmp_path, Options(human=("human",), **options))


def test_a_single_file_is_enough(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "any.csv", [{}, {"source": "r2"}])
    evidence = read_evidence(path, Options())
    assert evidence.raters is not None
    assert len(evidence.raters) == 2
    assert list(evidence.files) == ["any.csv"]


def test_training_repeats_and_excluded_rows_are_not_primary(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"kind": "main", "occasion": 1, "excluded": 0},
        {"kind": "main", "occasion": 1, "excluded": 1},
        {"kind": "repeat", "occasion": 2, "excluded": 0},
        {"kind": "training", "occasion": 1, "excluded": 0},
    ]
    evidence = evidence_of(tmp_path, rows)
    assert evidence.raters is not None
    assert evidence.raters_with_excluded is not None
    assert (len(evidence.raters), len(evidence.raters_with_excluded)) == (1, 2)


def test_decoys_are_no_main_pairs_for_anybody(tmp_path: Path) -> None:
    """The table has no column `kind`; systems.csv knows."""
    (tmp_path / "systems.csv").write_text("system,kind\nlost,decoy\n")
    decoy = {"pair": "p2", "system_second": "lost"}
    evidence = evidence_of(tmp_path, [{}, decoy, judge("x", -1), judge("x", -1, **decoy)])
    assert evidence.raters is not None
    assert evidence.raters_with_excluded is not None
    assert evidence.judged is not None
    assert (len(evidence.raters), len(evidence.raters_with_excluded), len(evidence.judged)) == (1, 1, 1)


def test_a_table_that_counts_a_rater_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"again\. Number repeats in a column `occasion`"):
        evidence_of(tmp_path, [{}, {}])


def test_eyes_are_raters_judges_and_jury(tmp_path: Path) -> None:
    rows = [{}, judge("y", -1), turned("y", -1), judge("x", -1), judge("w", 1, excluded=1)]
    evidence = evidence_of(tmp_path, rows)
    assert [one.key for one in evidence.eyes] == ["raters", "judge x", "judge y", "jury"]
    assert [one.title for one in evidence.eyes][1:3] == ["Judge x", "Judge y"]
    assert evidence.eyes[2].votes.weight.tolist() == [0.5, 0.5]


def test_judges_who_saw_no_rubric_are_no_jurors(tmp_path: Path) -> None:
    rows = [{"phase": "main"}, judge("x", -1, phase="main"), judge("y", -1, phase="no_rubric")]
    assert [one.key for one in evidence_of(tmp_path, rows).eyes] == ["raters", "judge x"]


def test_slices_are_all_regular_adversarial_and_tags(tmp_path: Path) -> None:
    rows = [
        {"dialogue": "d1", "tags": ""},
        {"dialogue": "d2", "tags": "adversarial|loss"},
        {"dialogue": "d3", "tags": "abuse"},
    ]
    slices = evidence_of(tmp_path, rows).slices
    assert {name: mask.tolist() for name, mask in slices.items()} == {
        "all": [True, True, True],
        "regular": [True, False, True],
        "adversarial": [False, True, False],
        "abuse": [False, False, True],
        "loss": [False, True, False],
    }
    assert list(slices) == ["all", "regular", "adversarial", "abuse", "loss"]


def test_a_tag_with_the_name_of_a_slice_does_not_take_its_place(tmp_path: Path) -> None:
    """d1 is tagged all, and d3, which is adversarial, regular."""
    tags = {"d1": "all", "d2": "", "d3": "adversarial|regular"}
    slices = evidence_of(tmp_path, [{"dialogue": key, "tags": tag} for key, tag in tags.items()]).slices
    assert {name: mask.tolist() for name, mask in slices.items()} == {
        "all": [True, True, True],
        "regular": [True, True, False],
        "adversarial": [False, False, True],
        "all (tag)": [True, False, False],
        "regular (tag)": [False, False, True],
    }


def test_a_tag_that_means_what_its_slice_means_is_that_slice(tmp_path: Path) -> None:
    tags = {"d1": "regular", "d2": "adversarial"}
    slices = evidence_of(tmp_path, [{"dialogue": key, "tags": tag} for key, tag in tags.items()]).slices
    assert list(slices) == ["all", "regular", "adversarial"]
    assert slices["regular"].tolist() == [True, False]


def test_dimensions_come_in_the_protocols_order(tmp_path: Path) -> None:
    document = a_protocol()
    (tmp_path / "protocol.json").write_text(canonical_json(document))
    keys = [row.key for row in document.rubric]
    evidence = evidence_of(tmp_path, [{"dimension": key} for key in reversed([*keys, "zest"])])
    assert evidence.dimensions == ("overall", *(key for key in keys if key != "overall"), "zest")
    assert evidence.protocol_sha256 == sha256_of(canonical_json(document))


def test_random_numbers_belong_to_seed_and_purpose(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, [{}], seed=7)
    draws = {(seed, purpose): evidence_of(tmp_path, [{}], seed=seed).rng(purpose).integers(10**9)
             for seed in (7, 8) for purpose in ("one", "other")}  # fmt: skip
    assert len(set(draws.values())) == 4
    assert evidence.rng("one").integers(10**9) == draws[7, "one"]


def test_kinds_of_systems_come_from_their_table(tmp_path: Path) -> None:
    (tmp_path / "systems.csv").write_text("system,kind\nzoe,human\nalpha,llm\n")
    write_rows(tmp_path / "verdicts.csv", [{"system_first": "alpha", "system_second": "zoe"}])
    evidence = read_evidence(tmp_path, Options())
    assert evidence.verdicts is not None
    assert (evidence.verdicts.systems, evidence.verdicts.humans) == (("zoe", "alpha"), 1)


def test_an_export_before_the_first_rating_has_no_votes(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, [])
    assert evidence.raters is None
    assert (evidence.eyes, evidence.dimensions) == ((), ())


def test_a_file_that_only_has_the_name_of_a_table_counts_as_absent(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("a,b\n1,2\n")
    (tmp_path / "skips.csv").write_text("phase,reason\nmain,other\n")
    evidence = evidence_of(tmp_path, [{}])
    assert list(evidence.tables) == ["skips.csv"]
    assert evidence.unread == (
        "Not read: answers.csv: no column rater, use. Needed are rater, use; the file has a, b.",
    )
    assert "answers.csv" not in evidence.files


@pytest.mark.parametrize(
    ("made", "says"),
    [({}, "holds neither verdicts.csv nor another table"), ({"protocol.json": "{}"}, "holds neither")],
)
def test_a_folder_that_is_no_export_is_refused(tmp_path: Path, made: dict[str, str], says: str) -> None:
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(CannotRead, match=says):
        read_evidence(tmp_path, Options())


def test_a_protocol_that_is_none_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "verdicts.csv", [{}])
    (tmp_path / "protocol.json").write_text(json.dumps({"schema": 99}))
    with pytest.raises(CannotRead, match=r"protocol\.json is no protocol of heartsite"):
        read_evidence(tmp_path, Options())
