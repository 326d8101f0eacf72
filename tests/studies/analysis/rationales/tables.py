"""Exports with coded reasons and replies: rows by hand, and whole studies with an effect planted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.results import Cell
from tests.studies.analysis.tables import Row, answer, write

DIMENSIONS = (
    "human_alignment", "empathic_responsiveness", "attunement", "resonance", "task_following", "other",
)  # fmt: skip
STRATEGIES = ("emotional_validation", "reframe", "suggest_options", "boundary_setting", "tension_naming")
SHA256 = "a" * 64
#: How often a reason has each dimension, and a reply or reason each strategy, where nothing is planted.
USUAL = dict(zip(DIMENSIONS, (0.3, 0.45, 0.35, 0.25, 0.15, 0.05), strict=True))
USED = dict(zip(STRATEGIES, (0.55, 0.3, 0.4, 0.2, 0.25), strict=True))


def codes(version: int = 1, sha256: str = SHA256) -> list[dict[str, object]]:
    """codes.csv: five dimensions and `other`, five strategies."""
    return [
        {"codebook_version": version, "codebook_sha256": sha256, "code": code, "kind": kind,
         "name": code.title(), "definition": f"What {code} means.", "example": "", "counter_example": ""}
        for kind, some in (("dimension", DIMENSIONS), ("strategy", STRATEGIES)) for code in some
    ]  # fmt: skip


def reason(passage: str, **other: object) -> dict[str, object]:
    """A rater's reason; `other` cells."""
    row: dict[str, object] = {
        "passage": passage, "kind": "reason", "source_kind": "rater", "source": "r1", "variant": "main",
        "dialogue": "d1", "tags": "", "pair": "p1", "order": "AB", "occasion": 1, "system": "",
        "response": "", "place": 1, "words": 3, "text": "It is warm.", "may_leave": 1, "erased": 0,
    }  # fmt: skip
    return row | other


def judged(passage: str, judge: str = "j1", variant: str = "rubric", **other: object) -> dict[str, object]:
    return reason(passage, **({"source_kind": "judge", "source": judge, "variant": variant} | other))


def reply(passage: str, system: str, **other: object) -> dict[str, object]:
    cells: dict[str, object] = {
        "kind": "reply", "source_kind": "system", "source": system, "system": system, "variant": "",
        "pair": "", "order": "", "response": f"{passage} reply",
    }  # fmt: skip
    return reason(passage, **(cells | other))


def coding(passage: str, given: str = "", coder: str = "c1", **other: object) -> dict[str, object]:
    """A person's finished coding; `given` are codes with bars between."""
    row: dict[str, object] = {
        "passage": passage, "coder": coder, "coder_kind": "human", "family": "", "model_id": "",
        "codebook_sha256": SHA256, "replicate": 1, "status": "done", "outcome": "ok", "codes": given,
        "note": "", "seconds": 20, "same_family": 0, "for_trial": 0, "position": 1, "coded_at": "",
        "call": "", "model_requested": "", "model_returned": "", "other_model": "",
    }  # fmt: skip
    return row | other


def by_model(passage: str, given: str = "", coder: str = "m1", **other: object) -> dict[str, object]:
    cells: dict[str, object] = {
        "coder_kind": "llm", "family": "qwen", "model_id": "qwen-1", "model_requested": "qwen-1",
        "model_returned": "qwen-1", "other_model": 0,
    }  # fmt: skip
    return coding(passage, given, coder, **(cells | other))


def number(cell: Cell) -> float:
    """A plain number of a row."""
    assert isinstance(cell, int | float)
    return float(cell)


def write_coded(
    folder: Path, passages: Iterable[Row], codings: Iterable[Row], book: Iterable[Row] | None = None
) -> None:
    """The three tables."""
    write(folder, "codes.csv", codes() if book is None else book, columns=tuple(codes()[0]))
    write(folder, "passages.csv", passages, columns=tuple(reason("")))
    write(folder, "codings.csv", codings, columns=tuple(coding("")))


def coded(
    folder: Path,
    passages: Iterable[Row],
    codings: Iterable[Row],
    book: Iterable[Row] | None = None,
    *,
    verdicts: Iterable[Row] = (),
    resamples: int = 200,
) -> Evidence:
    """The evidence of these rows, with people's system `human`."""
    write_coded(folder, passages, codings, book)
    write(folder, "verdicts.csv", verdicts, columns=tuple(answer(0)))
    return read_evidence(folder, Options(human=("human",), resamples=resamples))


@dataclass(frozen=True)
class Planted:
    """A study. Each source's reasons have a code with the probability that `stress` says for its kind of
    source (`rater`, `judge`, `no_rubric`), else USUAL; so replies of a system, on `adversarial` dialogues by
    `adversarial_use`, by `use`, else USED. Coders see the codes wrongly with probability `error`. `shared`:
    how often a reason has the codes that belong to its pair instead of its own.
    """

    dialogues: int = 60
    adversarial: int = 20
    pairs: int = 2
    raters: int = 10
    ratings: int = 2
    judges: tuple[str, ...] = ("j1", "j2")
    bare: tuple[str, ...] = ("b1",)
    systems: tuple[str, ...] = ("human", "m-a", "m-b")
    coders: tuple[str, ...] = ("c1", "c2")
    models: tuple[str, ...] = ("m1",)
    stress: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    use: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    adversarial_use: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    error: float = 0.0
    shared: float = 0.0


def planted(folder: Path, design: Planted, rng: np.random.Generator, *, resamples: int = 400) -> Evidence:
    """Writes the study with its verdicts, systems and replies, and reads it."""
    passages: list[dict[str, object]] = []
    codings: list[dict[str, object]] = []
    verdicts: list[dict[str, object]] = []
    for row, chances, verdict in (*_reasons(design, rng), *_replies(design)):
        key = f"{len(passages):012x}"
        passages.append(row | {"passage": key})
        verdicts += [verdict] if verdict else []
        truth = _drawn(chances, rng)
        codings += [coding(key, _seen(truth, design.error, rng), name) for name in design.coders]
        codings += [by_model(key, _seen(truth, design.error, rng), name) for name in design.models]
    write_coded(folder, passages, codings)
    write(folder, "verdicts.csv", verdicts, columns=tuple(answer(0)))
    write(folder, "systems.csv", [{"system": name, "kind": "human" if name == "human" else "llm"}
                                  for name in design.systems])  # fmt: skip
    write(folder, "responses.csv", [
        {"response": row["response"], "dialogue": row["dialogue"], "system": row["system"],
         "writer": f"w{place % 7}" if row["system"] == "human" else ""}
        for place, row in enumerate(one for one in passages if one["kind"] == "reply")
    ], columns=("response", "dialogue", "system", "writer"))  # fmt: skip
    return read_evidence(folder, Options(resamples=resamples))


_Drawn = tuple[dict[str, object], Mapping[str, float], dict[str, object] | None]


def _tags(design: Planted, dialogue: int) -> str:
    return "adversarial" if dialogue < design.adversarial else ""


def _reasons(design: Planted, rng: np.random.Generator) -> Iterator[_Drawn]:
    sources = [("judge", name, "rubric") for name in design.judges]
    sources += [("judge", name, "no_rubric") for name in design.bare]
    for dialogue in range(design.dialogues):
        for pair in range(design.pairs):
            raters = rng.choice(design.raters, design.ratings, replace=False)
            of_pair = _drawn(USUAL, rng)
            for kind, name, variant in [("rater", f"r{one}", "main") for one in raters] + sources:
                where: dict[str, object] = {
                    "dialogue": f"d{dialogue}", "pair": f"p{pair}", "source_kind": kind, "source": name,
                    "tags": _tags(design, dialogue), "order": "AB", "occasion": 1,
                }  # fmt: skip
                stressed = design.stress.get(variant if variant == "no_rubric" else kind, {})
                chances = (USUAL | USED | dict(stressed)) | (
                    {code: float(of_pair[code]) for code in DIMENSIONS}
                    if rng.random() < design.shared else {}
                )  # fmt: skip
                value = int(rng.choice((-1, 0, 1), p=(0.45, 0.1, 0.45)))
                model = design.systems[1 + pair % (len(design.systems) - 1)]
                verdict = answer(value, system_second=model, kind="main", excluded=0, phase=(
                    "no_rubric" if variant == "no_rubric" else "main"), **where)  # fmt: skip
                yield reason("", variant=variant, **where), chances, verdict


def _replies(design: Planted) -> Iterator[_Drawn]:
    for dialogue in range(design.dialogues):
        for system in design.systems:
            tags = _tags(design, dialogue)
            chances = USED | dict(design.use.get(system, {}))
            chances |= dict(design.adversarial_use.get(system, {})) if tags else {}
            row = reply("", system, dialogue=f"d{dialogue}", tags=tags, response=f"{system} {dialogue}")
            yield row, chances, None


def _drawn(chances: Mapping[str, float], rng: np.random.Generator) -> dict[str, bool]:
    """Of each code that such a text is coded with, whether it has it."""
    return {code: bool(rng.random() < chance) for code, chance in chances.items()}


def _seen(truth: Mapping[str, bool], error: float, rng: np.random.Generator) -> str:
    return "|".join(code for code, there in truth.items() if there != bool(rng.random() < error))
