from pathlib import Path

import numpy as np

from studies.analysis import blinding, resting_on, safety
from studies.analysis.bias import sections
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.results import Estimate, Figure, Section
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests.studies.analysis.tables import answer, write


def sections_of(evidence: Evidence) -> list[Section]:
    every = (*resting_on.SECTIONS, *sections.SECTIONS, *safety.SECTIONS, *blinding.SECTIONS)
    return [section(evidence) for section in every]


def a_study(folder: Path, seed: int) -> Evidence:
    """Raters, and two judges of two families who saw everything once."""
    design = Design(
        dialogues=12, models=3, raters=9, ratings_per_pair=3, adversarial=4, dimensions=("overall", "e")
    )
    write_verdicts(simulate(design, Effects(), np.random.default_rng(seed)), folder / "verdicts.csv")
    judges = Design(dialogues=12, models=3, raters=2, ratings_per_pair=2, dimensions=("overall", "e"))
    judged = simulate(judges, Effects(), np.random.default_rng(seed + 1))
    write_verdicts(judged, folder / "verdicts.csv", source_kind="judge", append=True)
    write(folder, "judges.csv", [{"judge": f"judge-000{n}", "family": f"family-{n}"} for n in range(2)])
    models = [
        {"system": f"model-0{number + 1}", "kind": "llm", "family": f"family-{number}"} for number in range(3)
    ]
    write(folder, "systems.csv", [{"system": "human", "kind": "human", "family": ""}, *models])
    return read_evidence(folder, Options())


def test_every_part_has_a_key_of_its_own(tmp_path: Path) -> None:
    found = sections_of(a_study(tmp_path, 1))
    keys = [part.key for section in found for part in section.parts]
    assert len(keys) == len(set(keys))
    assert {section.key for section in found if section.absent} == {"bias_raters", "safety", "blinding"}


def test_the_same_tables_give_the_same_sections(tmp_path: Path) -> None:
    evidence = a_study(tmp_path, 2)
    assert sections_of(evidence) == sections_of(read_evidence(tmp_path, Options()))


def test_no_answers_at_all_are_absent_everywhere_but_in_the_first(tmp_path: Path) -> None:
    write(tmp_path, "verdicts.csv", [], tuple(answer(0)))
    first, *others = sections_of(read_evidence(tmp_path, Options()))
    assert first.absent == ""
    assert [section.key for section in others if not section.absent] == []


def test_a_judge_is_never_told_as_a_rater(tmp_path: Path) -> None:
    seen = 0
    for section in sections_of(a_study(tmp_path, 3)):
        for part in section.parts:
            for row in part.table.rows if isinstance(part, Figure) else part.rows:
                if str(row[0]).startswith(("Judge", "Jury")):
                    for cell in row:
                        if isinstance(cell, Estimate) and cell.clusters:
                            seen += 1
                            assert "rater" not in cell.clusters, (part.key, row)
    assert seen == 51
