"""The whole report, from the table of replies alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.evidence import Options, read_evidence
from studies.analysis.leaks.chance import SHUFFLES
from studies.analysis.leaks.sections import SECTIONS, leak_report
from studies.analysis.results import Estimate, Figure
from studies.analysis.verdicts import NEEDED
from studies.protocol import canonical_json
from tests.studies.analysis.leaks.material import alike, cells, estimate, evidence_of, export, restyled, table
from tests.studies.judging import material as protocol_of

DASH = " \u2014"


def test_the_report_is_one_section() -> None:
    assert list(SECTIONS) == [leak_report]


def test_it_runs_before_launch_with_no_answer_and_no_protocol(tmp_path: Path) -> None:
    folder = export(tmp_path, alike(30))
    (folder / "verdicts.csv").write_text(f"{','.join(NEEDED)}\n")
    section = leak_report(read_evidence(folder, Options()))
    assert section.absent == ""
    assert any("no protocol.json" in line for line in section.lead)
    assert estimate(table(section, "leaks"), "auc").value is not None


def test_the_protocol_tells_how_replies_are_shown_and_how_long_they_may_be(tmp_path: Path) -> None:
    document = protocol_of.protocol()
    design = replace(document.design, shown_profile="plain-1", max_words=11)
    folder = export(tmp_path, alike(30))
    (folder / "protocol.json").write_text(canonical_json(replace(document, design=design)))
    section = leak_report(read_evidence(folder, Options()))
    assert (
        section.lead[-1]
        == "The protocol shows replies in the profile plain-1; the full table has every profile."
    )
    assert table(section, "leaks").title.endswith("(profile plain-1)")
    assert cells(table(section, "leaks_full"), "shown") == [False, True]
    # Every reply has twelve words.
    assert estimate(table(section, "lengths"), "over_cap", system="people").value == 1.0


def test_a_mark_that_only_the_model_uses_gives_it_away(tmp_path: Path) -> None:
    # Half of all replies have a comma; the model writes a dash for it.
    section = leak_report(evidence_of(tmp_path, restyled(alike(120), "model-a", ",", DASH)))
    full = table(section, "leaks_full")
    raw = estimate(full, "auc", profile="none")
    assert raw.low is not None
    assert raw.low > 0.6
    assert cells(full, "p", profile="none") == [1 / (1 + SHUFFLES)]
    features = table(section, "leak_features")
    dashes, commas = (estimate(features, "coefficient", feature=one) for one in ("Em dashes", "Commas"))
    assert dashes.high is not None
    assert dashes.high < 0.0
    assert commas.low is not None
    assert commas.low > 0.0


def test_what_a_profile_evens_out_leaks_no_more(tmp_path: Path) -> None:
    # Everybody has an apostrophe in half of the replies; the model's are curly.
    rows = restyled(restyled(alike(120), "people", ",", "'s"), "model-a", ",", "\u2019s")
    full = table(leak_report(evidence_of(tmp_path, rows)), "leaks_full")
    raw, plain = (estimate(full, "auc", profile=profile) for profile in ("none", "plain-1"))
    gain = estimate(full, "auc_gain", profile="plain-1")
    assert raw.low is not None
    assert raw.low > 0.6
    assert plain.low is not None
    assert plain.low < 0.5 < (plain.high or 0)
    assert gain.value == pytest.approx((raw.value or 0) - (plain.value or 0))
    assert gain.low is not None
    assert gain.low > 0.0
    assert cells(full, "auc_gain", profile="none") == [None]


def test_replies_of_one_distribution_are_not_told_apart(tmp_path: Path) -> None:
    section = leak_report(evidence_of(tmp_path, alike(200, models=("model-a", "model-b"))))
    found = table(section, "leaks")
    assert cells(found, "system")[0] == "all models"
    for system in ("all models", "model-a", "model-b"):
        for column in ("auc", "pair_accuracy"):
            one = estimate(found, column, system=system)
            assert one.low is not None
            assert one.high is not None
            # 3 contrasts × 2 numbers: wider than one interval by half.
            assert one.low - 0.03 < 0.5 < one.high + 0.03
            assert one.clusters == {"dialogue": 200, "writer": 12}
        (p,) = cells(found, "p", system=system)
        assert isinstance(p, float)
        assert p > 0.02


def test_replies_all_the_same_are_told_apart_in_half_of_the_pairs(tmp_path: Path) -> None:
    rows = [(*row[:4], "The same for all.") for row in alike(40)]
    found = table(leak_report(evidence_of(tmp_path, rows)), "leaks")
    for column in ("auc", "pair_accuracy"):
        one = estimate(found, column)
        assert (one.value, one.low) == (0.5, None)
        assert one.undefined == NOTHING_VARIES
    assert cells(found, "p") == [1.0]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (alike(9), "People answered 9 dialogues and the model 9; 5 folds need at least 10 of both."),
        ([row for row in alike(30) if row[2] == "llm"], "No reply is a person's"),
        ([row for row in alike(30) if row[2] == "human"], "No reply is a model's"),
        (alike(1)[:1], "No reply is a model's"),
    ],
)
def test_too_little_says_why(tmp_path: Path, rows: list[tuple[str, str, str, str, str]], why: str) -> None:
    section = leak_report(evidence_of(tmp_path, rows))
    found = table(section, "leaks")
    for column in ("auc", "pair_accuracy", "p", "chance_high"):
        one = estimate(found, column)
        assert one.value is None
        assert one.undefined.startswith(why)
    assert table(section, "leak_features").note.startswith(why)
    assert len(table(section, "lengths").rows) == len({row[1] for row in rows})


def test_dialogues_that_nobody_shares_have_no_pairs_but_an_auc(tmp_path: Path) -> None:
    rows = [(f"{row[0]}{row[2]}", *row[1:]) for row in alike(30)]
    found = table(leak_report(evidence_of(tmp_path, rows)), "leaks")
    assert estimate(found, "auc").value is not None
    assert "no rater could face" in estimate(found, "pair_accuracy").undefined


def test_without_replies_the_section_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "systems.csv").write_text("system,kind\npeople,human\n")
    assert "no responses.csv" in leak_report(read_evidence(tmp_path, Options())).absent
    (tmp_path / "responses.csv").write_text("response,dialogue\n")
    assert "no column system and no column text" in leak_report(read_evidence(tmp_path, Options())).absent
    assert "no reply of a person or a model" in leak_report(evidence_of(tmp_path, [])).absent


def test_people_are_known_by_the_callers_word_where_no_table_says_so(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text(
        "response,dialogue,system,text\n"
        + "".join(f'{row[0]}{row[1]},{row[0]},{row[1]},"{row[4]}"\n' for row in alike(30))
    )
    named = leak_report(read_evidence(tmp_path, Options(human=("people",))))
    assert cells(table(named, "leaks"), "replies_people") == [30]
    assert (
        "No reply is a person's"
        in estimate(
            table(leak_report(read_evidence(tmp_path, Options())), "leaks"), "auc", system="people"
        ).undefined
    )


def test_the_same_seed_gives_the_same_report_in_whatever_order_rows_come(tmp_path: Path) -> None:
    rows = alike(40, models=("model-a", "model-b"))
    first = leak_report(evidence_of(tmp_path / "a", rows))
    again = leak_report(evidence_of(tmp_path / "b", rows[::-1]))
    assert first == again


def test_the_figure_draws_each_system_in_each_profile_around_a_half(tmp_path: Path) -> None:
    section = leak_report(evidence_of(tmp_path, alike(30, models=("model-a", "model-b"))))
    (figure,) = [part for part in section.parts if isinstance(part, Figure)]
    assert (figure.chart, figure.reference) == ("forest", 0.5)
    assert [column.key for column in figure.table.columns] == ["system", "auc", "profile"]
    assert len(figure.table.rows) == 6
    assert [row[2] for row in figure.table.rows] == ["none", "plain-1"] * 3
    assert all(isinstance(row[1], Estimate) for row in figure.table.rows)


def test_features_stand_by_what_their_absence_costs(tmp_path: Path) -> None:
    found = table(leak_report(evidence_of(tmp_path, alike(40))), "leak_features")
    losses = [cell.value for cell in cells(found, "auc_loss") if isinstance(cell, Estimate)]
    assert len(losses) == 18
    assert losses == sorted(losses, key=lambda loss: -(loss or 0.0))
