"""The methods of this very report in paragraphs for a paper: what was done, with what, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from studies.analysis.deviations.fieldwork import collected
from studies.analysis.evidence import Evidence
from studies.analysis.recording import designed
from studies.analysis.recording.coded import coded
from studies.analysis.recording.designed import counted, listed
from studies.analysis.recording.references import REFERENCES
from studies.analysis.recording.sources import METHODS, Method
from studies.analysis.results import Cell, Column, Document, Estimate, Figure, Section, Table
from studies.analysis.versions import versions

KEY: Final = "methods"
TITLE: Final = "Methods, in words"
FILE: Final = "methods.md"
#: Sections whose intervals are those of `clustering`.
_CLUSTERED: Final = frozenset({
    "preference", "preference_full", "contrasts", "ranking", "agreement", "bias_position", "safety",
    "reasons_dimensions", "reasons_strategies_full", "profile_differences", "overlap", "strategies",
    "strategies_against_full", "strategies_interaction", "strategies_preferred_full",
})  # fmt: skip
_INTERVALS: Final = (
    "Cameron et al., 2011",
    "MacKinnon et al., 2024",
    "Cameron & Miller, 2015",
    "Clopper & Pearson, 1934",
)
_NOTE: Final = "Ready to be shortened for a paper. The same text stands in methods.md beside the report."


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`cites` are keys of REFERENCES."""

    title: str
    text: str
    cites: tuple[str, ...] = ()


def paragraphs(evidence: Evidence, told: Sequence[Section]) -> list[Paragraph]:
    """The paragraphs that have something to say, in the order of a paper."""
    found = [
        Paragraph("Registration", _joined(_registered(evidence))),
        Paragraph("Material", _joined(designed.material(evidence))),
        Paragraph("Procedure", _joined(designed.asked(evidence))),
        Paragraph("Raters", _joined(designed.took_part(evidence))),
        Paragraph("Judges", _joined(designed.judges(evidence))),
        Paragraph("Coding", _joined(coded(evidence))),
        _statistics(evidence, told),
        Paragraph("Software and data", _joined(_software(evidence))),
    ]
    return [one for one in found if one.text]


def in_words(evidence: Evidence, told: Sequence[Section]) -> Section:
    """The report's last section, from the others as they were built."""
    found = paragraphs(evidence, told)
    rows = [(reference,) for reference in references(found)]
    table = Table("methods_references", "References", (Column("reference", "Reference"),), rows)
    lead = (*(f"{one.title}. {one.text}" for one in found), _NOTE)
    return Section(KEY, TITLE, lead, (table,) if rows else ())


def document(evidence: Evidence, told: Sequence[Section]) -> Document:
    """methods.md: a heading and a paragraph each, then the references that were cited."""
    found = paragraphs(evidence, told)
    parts = ["# Methods", *(f"## {one.title}\n\n{one.text}" for one in found)]
    files = [f"- {name}: `{sha256}`" for name, sha256 in sorted(evidence.files.items())]
    if files:
        parts.append("## Files\n\n" + "\n".join(files))
    cited = references(found)
    if cited:
        parts.append("## References\n\n" + "\n\n".join(cited))
    return Document(FILE, "\n\n".join(parts) + "\n")


def references(found: Sequence[Paragraph]) -> list[str]:
    """Each cited source once, by name."""
    keys = {key for one in found for key in one.cites}
    return sorted((REFERENCES[key] for key in keys), key=str.casefold)


def _joined(sentences: Iterator[str]) -> str:
    return " ".join(filter(None, sentences))


def _computed(told: Sequence[Section]) -> dict[str, set[str]]:
    """Of each table the columns in which a number stands, and the texts of rows with an estimate.

    A table of reasons why not has neither.
    """
    found: dict[str, set[str]] = {}
    for section in told:
        for part in section.parts:
            table = part.table if isinstance(part, Figure) else part
            found[table.key] = {
                column.key
                for place, column in enumerate(table.columns)
                if column.kind != "text" and any(_is_number(row[place]) for row in table.rows)
            }
            found[table.key] |= {
                cell
                for row in table.rows
                if any(isinstance(one, Estimate) and _is_number(one) for one in row)
                for cell in row
                if isinstance(cell, str)
            }
    return found


def _used(method: Method, computed: Mapping[str, set[str]]) -> bool:
    known = [name for key in method.tables for name in computed.get(key, ())]
    return any(name.startswith(method.where) for name in known)


def _is_number(cell: Cell) -> bool:
    return cell.value is not None if isinstance(cell, Estimate) else cell is not None


def _registered(evidence: Evidence) -> Iterator[str]:
    protocol = evidence.protocol
    if protocol is None:
        yield "There is no frozen protocol beside these data: the analysis is exploratory."
        return
    yield (
        f"The protocol (version {protocol.version}, SHA-256 {evidence.protocol_sha256}) was "
        f"frozen{_frozen_at(evidence)}."
    )
    if protocol.is_exploratory:
        yield "It names no confirmatory contrast: the analysis is exploratory."
    else:
        names = listed([f"“{one.name}”" for one in protocol.contrasts])
        many = counted(len(protocol.contrasts), "confirmatory contrast")
        yield f"It names {many}: {names}. All else is exploratory."


def _frozen_at(evidence: Evidence) -> str:
    """The day, where the export tells it of this protocol, and that it came before the first consent."""
    facts = evidence.manifest.get("protocol")
    if not isinstance(facts, dict) or facts.get("sha256") != evidence.protocol_sha256:
        return ""
    frozen, first = str(facts.get("frozen_at", "")), collected(evidence)[0]
    before = ", before the first rater consented" if frozen and first and frozen <= first else ""
    return f" on {frozen[:10]}{before}" if frozen else ""


def _statistics(evidence: Evidence, told: Sequence[Section]) -> Paragraph:
    computed = _computed(told)
    tables = {key for key, columns in computed.items() if columns}
    used = [*_intervals(evidence, tables), *_contrasts(evidence, tables)]
    used += [(method.sentence, method.cites) for method in METHODS if _used(method, computed)]
    cites = tuple(dict.fromkeys(key for _sentence, keys in used for key in keys))
    return Paragraph("Statistics", " ".join(sentence for sentence, _keys in used), cites)


def _intervals(evidence: Evidence, tables: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not tables & _CLUSTERED:
        return
    sentence = (
        f"Intervals are 95 %, from sandwich variances clustered by {listed(_ways(evidence))} (Cameron et "
        "al., 2011), never below that of a single way (MacKinnon et al., 2024), by Student's t with the "
        "fewest clusters less one as degrees of freedom (Cameron & Miller, 2015); those of shares on "
        "log odds, exact where all or no answers count (Clopper & Pearson, 1934)."
    )
    yield sentence, _INTERVALS


def _ways(evidence: Evidence) -> list[str]:
    """How answers hang together here: writers and raters only where they are known."""
    ways = ["dialogue"]
    if evidence.raters is not None:
        ways.append("rater")
    if evidence.verdicts is not None and evidence.verdicts.writers:
        ways.append("writer of people's replies")
    return ways


def _contrasts(evidence: Evidence, tables: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    protocol = evidence.protocol
    if protocol is None or "contrasts" not in tables:
        return
    alphas = listed(sorted({f"{one.alpha:g}" for one in protocol.contrasts}))
    sentence = (
        f"Confirmatory contrasts were tested by Student's t at α = {alphas}, corrected together by "
        "Holm's procedure (Holm, 1979)."
    )
    yield sentence, ("Holm, 1979",)
    if any(one.sidedness == "equivalence" for one in protocol.contrasts):
        yield (
            "Equivalence was tested by two one-sided tests (Schuirmann, 1987).",
            ("Schuirmann, 1987",),
        )


def _software(evidence: Evidence) -> Iterator[str]:
    made = listed([f"{name} {number}" for name, number in sorted(versions().items())])
    options = evidence.options
    yield (
        f"The analysis was made with {made}, the seed {options.seed} and "
        f"{counted(options.resamples, 'resample')}; the same files give the same numbers."
    )
    if options.human:
        yield f"Systems named as people's by hand: {listed(sorted(options.human))}."
    if evidence.manifest.get("version"):
        yield f"The data were exported by heartsite {evidence.manifest['version']}."
    if evidence.files:
        yield f"{counted(len(evidence.files), 'file was', 'files were')} read; each has its SHA-256 below."
