"""Whatever table of answers comes, a whole report comes out, with the sentence why where a number is not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options
from tests.studies.analysis.tables import answer, write
from tests.studies.analysis.test_end_to_end import assert_whole

Rows = list[dict[str, object]]
MODELS = ("m1", "m2")
HOSTILE = 'Ünï "q"\nnl,😀'
NAMES = ("m,1<script>alert(1)</script>", "=cmd|' /C'", "../..", "x" * 300)


def answers(
    *, dialogues: int = 4, raters: int = 3, judges: int = 2, human: str = "human",
    models: tuple[str, ...] = MODELS, values: tuple[int, ...] = (-2, -1, 0, 1, 2),
) -> Rows:  # fmt: skip
    """Everybody on every pair, judges in both orders; `values` favour people where they are below 0."""
    draw, found = random.Random(1), []
    for dialogue in range(dialogues):
        for model in models:
            for source in range(raters):
                found.append(_answer(dialogue, human, model, "rater", f"r{source}", draw.choice(values)))
            for source in range(judges):
                for turn in (1, -1):
                    row = _answer(dialogue, human, model, "judge", f"j{source}", turn * draw.choice(values))
                    found.append(row if turn == 1 else _turned(row))
    return found


def _answer(dialogue: int, human: str, model: str, kind: str, source: str, value: int) -> dict[str, object]:
    return answer(
        value, dialogue=f"d{dialogue}", pair=f"{human} {model}", system_first=human, system_second=model,
        source_kind=kind, source=source,
    )  # fmt: skip


def _turned(row: dict[str, object]) -> dict[str, object]:
    return row | {"system_first": row["system_second"], "system_second": row["system_first"]}


def _islands() -> Rows:
    """Two models that were never compared with the others, by nobody."""
    return answers() + answers(human="m3", models=("m4",))


#: The rows, who is human, and the raters' mean share of preference for people's replies; None: there is none.
INPUTS: dict[str, tuple[Rows, tuple[str, ...], float | None]] = {
    "eight columns only": (answers(), ("human",), 11.5 / 24),
    "one dialogue": (answers(dialogues=1), ("human",), 0.5),
    "one rater": (answers(raters=1), ("human",), 3 / 8),
    "judges only": (answers(raters=0), ("human",), None),
    "one judge in one dialogue": (answers(raters=0, judges=1, dialogues=1), ("human",), None),
    "all ties": (answers(values=(0,)), ("human",), 0.5),
    "no humans": (answers(), (), None),
    "two humans": (answers() + answers(human="person"), ("human", "person"), 11.5 / 24),
    "humans only": (answers(models=("person",)), ("human", "person"), None),
    "two rows": ([answer(-1), answer(1, source="r2")], ("human",), 0.5),
    "a single vote": ([answer(-1)], ("human",), 1.0),
    "a single tie": ([answer(0)], ("human",), 0.5),
    "no rows": ([], ("human",), None),
    "never loses": (answers(values=(-2, -1)), ("human",), 1.0),
    "ties and wins": (answers(values=(-1, 0)), ("human",), 0.75),
    "two islands": (_islands(), ("human",), 11.5 / 24),
    "hostile names": (answers(human=HOSTILE, models=NAMES), (HOSTILE,), 19.5 / 48),
}


def reported(folder: Path, rows: Rows, human: tuple[str, ...]) -> dict[str, Any]:
    """The report on these rows, whole, with its tables beside it in `folder`/out."""
    folder.mkdir(exist_ok=True)
    write(folder, "verdicts.csv", rows, columns=tuple(answer(0)))
    analyze(path=folder, out=folder / "out", options=Options(human=human, resamples=100))
    return assert_whole(folder / "out")


def shares(form: dict[str, Any]) -> Iterator[float]:
    """The raters' headline."""
    for section in form["sections"]:
        for part in section["parts"]:
            for row in part.get("rows", ()) if part["key"] == "preference" else ():
                if row["eyes"] == "Raters":
                    yield row["share"]["value"]


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_has_a_whole_report(name: str, tmp_path: Path) -> None:
    rows, human, share = INPUTS[name]
    found = list(shares(reported(tmp_path / "study", rows, human)))
    assert found == ([] if share is None else [pytest.approx(share, abs=1e-6)])


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    rows = answers(dialogues=12, raters=4)
    shuffled = random.Random(2).sample(rows, len(rows))
    for name, each in (("one", rows), ("other", shuffled)):
        reported(tmp_path / name, each, ("human",))
    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "out" / "tables").iterdir()}
        for name in ("one", "other")
    )
    assert one == other


def test_a_study_of_decoys_alone_has_a_whole_report(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "systems.csv").write_text("system,kind\nhuman,human\nmodel,decoy\n")
    assert list(shares(reported(tmp_path / "study", [answer(-1)], ()))) == []
