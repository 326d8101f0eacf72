"""The section on how coders agree: people with one another, and language models with people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.agreement.coefficients import COEFFICIENTS, coefficients_of, sums_of, values_of
from studies.analysis.agreement.counted import Counted
from studies.analysis.clustering import Floats
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import share
from studies.analysis.rationales.consensus import CodedBy, coded_by
from studies.analysis.rationales.leaving_out import without_each
from studies.analysis.rationales.material import Material, material
from studies.analysis.reading import Mask
from studies.analysis.results import Cell, Column, Estimate, Section, Table
from studies.analysis.verdicts import NOBODY

KEY: Final = "coding_agreement"
TITLE: Final = "Agreement of coders"
#: Of COEFFICIENTS, and in their order here.
_SHOWN: Final = ("alpha_nominal", "raw", "gwet_ac1")
_KINDS: Final = {"reasons": False, "replies": True}
_MEASURES: Final = (
    Column("alpha", "Krippendorff's α", "number"),
    Column("raw", "Raw agreement", "share"),
    Column("ac1", "Gwet's AC1", "number"),
)
_MEAN: Final = (
    Column("passages", "Passages"),
    Column("coded", "Coded by two or more", "count"),
    Column("coders", "Coders", "count"),
    Column("codes", "Codes", "count"),
    *_MEASURES,
)
_EACH: Final = (
    Column("passages", "Passages"),
    Column("code", "Code"),
    Column("prevalence", "Given in", "share"),
    *_MEASURES,
)
_EACH_NOTE: Final = (
    "Each code by itself, as given or not; passages with two human coders or more. α: Krippendorff (2018, "
    "ch. 12), nominal; AC1: Gwet (2008), steady where a code is rare. 95 % intervals leave out one dialogue "
    "at a time and, from five coders on, one coder; with fewer they hold for these coders. A code that "
    "nobody gave, or everybody always, has no α."
)
_MEAN_NOTE: Final = (
    "The mean over codes that have the coefficient, each counting alike. Codes on which coders differ stand "
    "in the folded table."
)
_LLM: Final = (
    Column("coded_by", "Coder"),
    Column("passages", "Passages"),
    Column("code", "Code"),
    Column("compared", "Compared", "count"),
    Column("split", "Human coders split", "count"),
    Column("human", "Given by human coders", "share"),
    Column("llm", "Given by the model", "share"),
    Column("kappa", "Cohen's κ", "number"),
    Column("precision", "Precision", "share"),
    Column("recall", "Recall", "share"),
)
_LLM_NOTE: Final = (
    "Beside the human coders' consensus: a code is present where more than half of a passage's human coders "
    "gave it, and absent where fewer did. Exactly half is split, and left out of the comparison of that "
    "code. Precision: of the passages to which the model gave the code, how many have it by consensus; "
    "recall: of those that have it, to how many the model gave it. Under “all codes” each code of each "
    "passage is one decision; κ is higher there where codes differ in how often they are given. Clusters are "
    "dialogues."
)
_NO_TWO: Final = "No passage has two human coders whose codings count, so their agreement cannot be told."
_NO_HUMAN: Final = (
    "Nobody human has coded: language models' codes stand alone, and nothing says how good they are."
)
_NO_COUPLE: Final = "The code is nowhere given, or everywhere."
_ASKED: Final = (
    "Would somebody else have given the same codes? Results that rest on codes are no surer than this "
    "agreement: 1 is complete, 0 is chance."
)
_NOT_GIVEN: Final = "The code is nowhere given."


def coding_agreement(evidence: Evidence) -> Section:
    found = material(evidence)
    if isinstance(found, str):
        return Section(KEY, TITLE, absent=found)
    everybody = coded_by(found)
    if not everybody:
        return Section(KEY, TITLE, absent="There are no codings yet that results could rest on.")
    people = [one for one in everybody if one.human]
    lead, tables = _among_people(found, people[0]) if people else ([_NO_HUMAN], [])
    models = [one for one in everybody if not one.human]
    if people and models:
        rows = [row for model in models for row in _with_people(found, people[0], model)]
        first = [row for row in rows if row[2] == _ALL]
        tables.append(Table("coding_llm", "Language models beside human coders", _LLM, first, _LLM_NOTE))
        tables.append(Table("coding_llm_full", "The same, each code", _LLM, rows, _LLM_NOTE))
    shown = tuple(table for table in tables if table.rows)
    return Section(KEY, TITLE, (*([_ASKED] if shown else []), *lead), shown)


_ALL: Final = "all codes"


def _among_people(found: Material, people: CodedBy) -> tuple[list[str], list[Table]]:
    means: list[tuple[Cell, ...]] = []
    each: list[tuple[Cell, ...]] = []
    for title, reply in _KINDS.items():
        passages = (found.passages.reply == reply) & (people.number > 1)
        codes = _asked(found, reply)
        if passages.any() and codes:
            each += [_code(found, people, passages, title, code) for code in codes]
            means.append(_mean(found, passages, title, codes))
    tables = [
        Table("coding_agreement", "Human coders with one another", _MEAN, means, _MEAN_NOTE),
        Table("coding_agreement_full", "Human coders, each code", _EACH, each, _EACH_NOTE),
    ]
    return ([] if means else [_NO_TWO]), tables


def _asked(found: Material, reply: bool) -> list[int]:
    """Numbers of the codes that such passages are coded with."""
    asked = found.book.strategies if reply else np.ones(len(found.book.codes), dtype=bool)
    return np.flatnonzero(asked).tolist()


def _sample(found: Material, passages: Mask, code: int) -> Counted:
    """Human coders as raters, whether they gave the code as the label, passages as pairs."""
    codings = found.codings
    rows = codings.human & passages[codings.passage]
    chosen = np.flatnonzero(passages)
    return Counted(
        unit=np.searchsorted(chosen, codings.passage[rows]),
        label=codings.marks[rows, code].astype(np.intp),
        source=codings.coder.codes[rows],
        pair=chosen.astype(np.int32),
        dialogue=found.passages.dialogue.codes[chosen],
        writer=np.full(len(chosen), NOBODY, dtype=np.int32),
        labels=(0, 1),
    )


def _code(found: Material, people: CodedBy, passages: Mask, title: str, code: int) -> tuple[Cell, ...]:
    ways = {"dialogue": found.passages.dialogue.codes[passages]}
    by_key = dict(
        zip(
            (one.key for one in COEFFICIENTS),
            coefficients_of(_sample(found, passages, code)),
            strict=True,
        )
    )
    prevalence = share(people.weights[passages, code], ways)
    return title, found.book.codes[code], prevalence, *(by_key[key] for key in _SHOWN)


def _mean(found: Material, passages: Mask, title: str, codes: list[int]) -> tuple[Cell, ...]:
    rows = found.codings.human & passages[found.codings.passage]
    dialogue = np.unique(found.passages.dialogue.codes[passages], return_inverse=True)[1]
    count, sums, values = int(dialogue.max()) + 1, sums_of(2), values_of(2)
    totals = np.stack(
        [_by_dialogue(sums(_sample(found, passages, code).counts), dialogue, count) for code in codes], axis=1
    )
    places = [[one.key for one in COEFFICIENTS].index(key) for key in _SHOWN]

    def mean(added: Floats) -> Floats:
        each = values(added.reshape(*added.shape[:-1], len(codes), -1))[..., places]
        known = np.isfinite(each)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(known, each, 0.0).sum(axis=-2) / known.sum(axis=-2))

    cells = without_each(
        totals.reshape(count, -1), mean, n=int(passages.sum()), least=-1.0, most=1.0, why=_NO_COUPLE
    )
    coders = len(np.unique(found.codings.coder.codes[rows]))
    return title, int(passages.sum()), coders, len(codes), *cells


def _by_dialogue(rows: Floats, dialogue: NDArray[np.intp], count: int) -> Floats:
    return np.stack([np.bincount(dialogue, column, count) for column in rows.T], axis=1)


def _with_people(found: Material, people: CodedBy, model: CodedBy) -> Iterator[tuple[Cell, ...]]:
    for title, reply in _KINDS.items():
        both = np.flatnonzero((found.passages.reply == reply) & people.coded & model.coded)
        codes = np.array(_asked(found, reply), dtype=np.intp)
        if not len(both) or not len(codes):
            continue
        human, given = people.weights[np.ix_(both, codes)], model.weights[np.ix_(both, codes)] > 0
        dialogue = np.broadcast_to(found.passages.dialogue.codes[both][:, None], human.shape)
        head = model.title, title
        yield *head, _ALL, len(both), *_compared(human.ravel(), given.ravel(), dialogue.ravel())
        for place, code in enumerate(codes.tolist()):
            cells = _compared(human[:, place], given[:, place], dialogue[:, place])
            yield *head, found.book.codes[code], len(both), *cells


def _compared(human: Floats, given: Mask, dialogue: NDArray[np.int32]) -> tuple[Cell, ...]:
    """What stands under the columns from `split` on."""
    kept = human != 0.5
    present, given, dialogue = human[kept] > 0.5, given[kept], dialogue[kept]
    ways = {"dialogue": dialogue}
    return (
        int((~kept).sum()),
        share(present, ways),
        share(given, ways),
        _kappa(present, given, dialogue),
        share(present[given], {"dialogue": dialogue[given]}, why=_NOT_GIVEN),
        share(given[present], {"dialogue": dialogue[present]}, why=_NOT_GIVEN),
    )


def _kappa(present: Mask, given: Mask, dialogue: NDArray[np.int32]) -> Estimate:
    """Cohen's κ (1960), one dialogue left out at a time."""
    groups = np.unique(dialogue, return_inverse=True)[1]
    cells = np.bincount(groups * 4 + present * 2 + given, minlength=4 * (int(groups.max(initial=-1)) + 1))
    totals = cells.reshape(-1, 4).astype(float)
    return without_each(totals, _kappas, n=len(present), least=-1.0, most=1.0, why=_NO_COUPLE)[0]


def _kappas(cells: Floats) -> Floats:
    """From counts (… × 4) by present and given: neither, given only, present only, both."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = cells / cells.sum(axis=-1, keepdims=True)
        present, given = shares[..., 2] + shares[..., 3], shares[..., 1] + shares[..., 3]
        chance = present * given + (1 - present) * (1 - given)
        kappa = (shares[..., 0] + shares[..., 3] - chance) / (1 - chance)
    return np.where(chance < 1.0 - 1e-12, kappa, np.nan)[..., None]


SECTIONS: Final = (coding_agreement,)
