"""The verb: a study's exported tables in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studies.analysis.documents import DOCUMENTS, DocumentOf
from studies.analysis.evidence import Evidence, Options, SectionOf, read_evidence, read_protocol
from studies.analysis.naming import Names, named, names_by_column
from studies.analysis.rationales.material import material
from studies.analysis.reading import CannotRead
from studies.analysis.recording.methods import in_words
from studies.analysis.reporting import Facts, Report, check_folder, write_report
from studies.analysis.results import Section
from studies.analysis.sections import SECTIONS
from studies.analysis.summary import in_short
from studies.analysis.versions import versions

Say = Callable[[str], None]


class SectionFailed(Exception):
    """A section raised: a mistake in the program, not in the file. Names the section."""


def analyze(
    *,
    path: Path,
    out: Path,
    options: Options,
    sections: Sequence[SectionOf] = SECTIONS,
    documents: Sequence[DocumentOf] = DOCUMENTS,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """Reads an export's folder or one table of verdicts, and writes the report into `out`.

    The same files, options, versions and platform give the same bytes. `out` is new or empty. Returns what
    was done, in a few words. Raises CannotRead, CannotWrite, SectionFailed.
    """
    check_folder(out)
    say(f"Reading {path.name}")
    evidence = read_evidence(path, options)
    for sentence in evidence.unread:
        say(sentence)
    facts = facts_of(evidence)
    told = _told(evidence, sections, say)
    names = names_of(evidence)
    beside = [document for of in documents if (document := of(evidence, told)) is not None]
    short = in_short([named(section, names) for section in told])
    report = Report(facts, (short, *told, in_words(evidence, told)), tuple(beside), names)
    write_report(report, out, say=say)
    return {
        "out": str(out),
        "exploratory": facts.exploratory,
        "protocol_sha256": evidence.protocol_sha256,
        "seed": options.seed,
        "sections": len(report.sections),
        "absent": [section.key for section in report.sections if section.absent],
        "figures": len(report.figures()),
        "tables": len(report.tables()),
        "documents": [document.name for document in beside],
    }


def planned_seed(path: Path, protocol: Path | None = None) -> int:
    """The seed that the protocol given, else the export's own, has frozen; that of `Options` without any.

    Raises CannotRead.
    """
    document, _sha256 = read_protocol(path, Options(protocol=protocol))
    return document.analysis.seed if document and document.froze_analysis else Options().seed


def names_of(evidence: Evidence) -> Names:
    """Of the version of the codebook that counts, and of the protocol's rubric. Raises CannotRead."""
    found = material(evidence)
    codes = {} if isinstance(found, str) else found.book.shown
    return names_by_column(codes=codes, dimensions=evidence.dimension_names)


def facts_of(evidence: Evidence) -> Facts:
    """What the report rests on.

    Raises CannotRead where all ratings name other protocols than the one given. Ratings that name none are
    taken, and the check of the protocol calls that a deviation.
    """
    document, options = evidence.protocol, evidence.options
    collected = _collected_under(evidence)
    given = options.protocol is not None
    if given and collected and evidence.protocol_sha256 not in collected:
        raise CannotRead(
            f"the ratings were collected under the protocol {collected[0]}, not under "
            f"{evidence.protocol_sha256}. Give the protocol.json of the same export."
        )
    _refuse_doubtful_slice(evidence)
    return Facts(
        study=document.study if document else str(evidence.manifest.get("study", "")),
        title=document.title if document else str(evidence.manifest.get("title", "")),
        exploratory=document is None or document.is_exploratory,
        protocol=_protocol(evidence, collected) if document else None,
        options={
            "seed": options.seed,
            "human": sorted(options.human),
            "resamples": options.resamples,
            "protocol": given,
        },
        files=dict(evidence.files),
        versions=versions(),
    )


def _refuse_doubtful_slice(evidence: Evidence) -> None:
    """A contrast names a tag; the report has another slice of that name."""
    for contrast in evidence.protocol.contrasts if evidence.protocol else ():
        if f"{contrast.slice} (tag)" in evidence.slices:
            raise CannotRead(
                f"the contrast {contrast.name!r} is about dialogues tagged {contrast.slice!r}, which is also "
                "what the report calls other dialogues. Give the tag another name in verdicts.csv and in the "
                "protocol."
            )


def _told(evidence: Evidence, sections: Sequence[SectionOf], say: Say) -> list[Section]:
    told = []
    for number, section in enumerate(sections, 1):
        told.append(_one(section, evidence))
        say(f"{number} of {len(sections)}: {told[-1].title}{' (absent)' if told[-1].absent else ''}")
    return told


def _one(section: SectionOf, evidence: Evidence) -> Section:
    try:
        return section(evidence)
    except CannotRead:
        raise
    except Exception as error:
        name = f"{section.__module__.rpartition('.')[2]}.{section.__name__}"
        raise SectionFailed(f"section {name}: {type(error).__name__}: {error}") from error


def _collected_under(evidence: Evidence) -> list[str]:
    """The hashes of the protocols that the rows name; none where they are silent."""
    verdicts = evidence.verdicts
    if verdicts is None or not verdicts.says("protocol_hash"):
        return []
    return sorted(set(verdicts.table["protocol_hash"].labels) - {""})


def _protocol(evidence: Evidence, collected: list[str]) -> dict[str, Any]:
    document = evidence.protocol
    assert document is not None
    return {
        "sha256": evidence.protocol_sha256,
        "version": document.version,
        "contrasts": [contrast.name for contrast in document.contrasts],
        "planned_seed": document.analysis.seed if document.froze_analysis else None,
        "named_by_ratings": evidence.protocol_sha256 in collected if collected else None,
    }
