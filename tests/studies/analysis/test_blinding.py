from pathlib import Path

from studies.analysis.blinding import blinding, guesses_in
from tests.studies.analysis.tables import answer, evidence_of, rows_of, turned, value, write


def guess(rater: str, first: str, second: str, **other: object) -> dict[str, object]:
    row: dict[str, object] = {
        "rater": rater, "pair": "p1", "dialogue": "d1", "system_first": "human", "system_second": "model",
        "kind_first": "human", "kind_second": "llm", "guess_first": first, "certainty_first": 5,
        "guess_second": second, "certainty_second": 5,
    }  # fmt: skip
    return row | other


def test_without_guesses_the_section_says_what_would_bring_it(tmp_path: Path) -> None:
    section = blinding(evidence_of(tmp_path, [answer(-1)]))
    assert section.absent.startswith("Blinding is not told: guesses.csv is missing")
    assert section.parts == ()


def test_kinds_are_told_apart_and_decoys_left_out(tmp_path: Path) -> None:
    write(tmp_path, "guesses.csv", [
        guess("r1", "person", "ai"),
        guess("r2", "ai", "unknown"),
        guess("r3", "person", "person", kind_second="decoy"),
    ])  # fmt: skip
    people, models, both = rows_of(blinding(evidence_of(tmp_path, [answer(-1)])), "blinding")
    assert [people[key] for key in ("kind", "person", "ai", "unknown")] == ["people's", 2, 1, 0]
    assert [models[key] for key in ("kind", "person", "ai", "unknown")] == ["models'", 0, 1, 1]
    assert value(people["bang"]) == 1 / 3
    assert value(models["bang"]) == 0.5
    assert (people["james"], both["bang"]) == (None, None)


def test_guesses_are_split_by_what_the_same_rater_preferred(tmp_path: Path) -> None:
    """r1 and r2 prefer the person's reply, one of them with the model's shown first; r3 is undecided; r4
    guessed only."""
    write(tmp_path, "guesses.csv", [guess(f"r{number}", "person", "ai") for number in range(1, 5)])
    verdicts = [answer(-1), turned(2, source="r2"), answer(0, source="r3"), answer(1, pair="p2", source="r4")]
    found = guesses_in(evidence_of(tmp_path, verdicts))
    assert found is not None
    assert found.won.tolist() == [1, 1, 0, -2, -1, -1, 0, -2]


def test_a_guess_turned_otherwise_than_the_answer_is_matched_by_system(tmp_path: Path) -> None:
    write(tmp_path, "guesses.csv", [
        guess("r1", "ai", "person", system_first="model", system_second="human", kind_first="llm",
              kind_second="human"),
    ])  # fmt: skip
    found = guesses_in(evidence_of(tmp_path, [answer(-1)]))
    assert found is not None
    assert (found.won.tolist(), found.kind.tolist()) == ([-1, 1], [1, 0])


def test_excluded_raters_are_only_in_the_full_table(tmp_path: Path) -> None:
    write(tmp_path, "guesses.csv", [guess("r1", "person", "ai"), guess("r2", "ai", "person")])
    write(tmp_path, "sessions.csv", [
        {"rater": "r1", "outcome": "completed", "excluded": 0},
        {"rater": "r2", "outcome": "completed", "excluded": 1},
    ])  # fmt: skip
    section = blinding(evidence_of(tmp_path, [answer(-1)]))
    assert [row["person"] for row in rows_of(section, "blinding")] == [1, 0, 1]
    everybody = [
        row for row in rows_of(section, "blinding_full") if row["raters"] == row["preferred"] == "all"
    ]
    assert [row["person"] for row in everybody] == [1, 1, 2]


def test_each_system_is_told_by_itself(tmp_path: Path) -> None:
    write(tmp_path, "guesses.csv", [guess("r1", "person", "ai"), guess("r2", "person", "person")])
    section = blinding(evidence_of(tmp_path, [answer(-1)]))
    rows = {row["system"]: value(row["bang"]) for row in rows_of(section, "blinding_by_system")}
    assert rows == {"human": 1.0, "model": 0.0}


def test_answers_to_the_open_question_are_counted_and_not_shown(tmp_path: Path) -> None:
    write(tmp_path, "guesses.csv", [guess("r1", "person", "ai")])
    write(tmp_path, "answers.csv", [
        {"rater": "r1", "use": "blinding", "value": "people and machines"},
        {"rater": "r2", "use": "blinding", "value": ""},
        {"rater": "r2", "use": "survey", "value": "yes"},
    ])  # fmt: skip
    section = blinding(evidence_of(tmp_path, [answer(-1)]))
    assert section.lead[1] == ("Answers to what the study compares, in raters' own words (answers.csv): 1.")
    assert "machines" not in " ".join(section.lead)


def test_guesses_are_told_before_anybody_rated(tmp_path: Path) -> None:
    write(tmp_path, "guesses.csv", [guess("r1", "person", "ai")])
    section = blinding(evidence_of(tmp_path, [answer(-1, kind="training")]))
    assert section.lead[-1] == "Guesses are not split by what was preferred: no raters' answers are there."
    assert len(rows_of(section, "blinding")) == 3
