"""Section 4 of the sheet, for each row of the rubric: what was asked, and what the answers were made into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from studies.analysis.heds.answers import Said, chosen, proposal, text
from studies.analysis.heds.record import Record, SaidOfOne
from studies.comparison import OVERALL


class Read(NamedTuple):
    """How this project reads a dimension: as a node of QCET (release 3.4.1), by its code and name.

    The first three letters and the one after the hyphen are the node's place, which is what HEDS asks for.
    """

    node: str
    name: str

    @property
    def quality(self) -> int:
        """The option of 4.1.1: correctness, goodness or feature."""
        return "CGF".index(self.node[2]) + 1

    @property
    def aspect(self) -> int:
        """The option of 4.1.2: form, content, or the output as a whole."""
        return "fcw".index(self.node[4]) + 1

    @property
    def frame(self) -> int:
        """The option of 4.1.3: in its own right, relative to the input, or to something external."""
        return "OIE".index(self.node[1]) + 1


#: HEART's dimensions. QCET has no criterion of empathy: for it stands the parent that it would be under.
READ: Final[dict[str, Read]] = {
    OVERALL: Read("QEG-w-3", "Usefulness (nonspecific)"),
    "human_alignment": Read("QEG-w-1", "Naturalness (outputs as a whole)"),
    "empathic_responsiveness": Read("QIG-w", "Goodness of outputs relative to input, Outputs as a whole"),
    "attunement": Read("QIG-c-3", "Relevance to Input"),
    "resonance": Read("QEG-w-3", "Usefulness (nonspecific)"),
    "task_following": Read("QEG-w-2", "Appropriateness (outputs as a whole)"),
}
_OURS: Final = "How this project reads the dimension (docs/methods.md); the researcher may read it otherwise."


def _reading(question: str, option_of: Callable[[Read], int]) -> SaidOfOne:
    def said(record: Record, key: str) -> Said | None:
        if key not in READ or key not in record.asked:
            return None
        return chosen("protocol", question, option_of(READ[key]), comment=_OURS)

    return said


def _asked_for(question: str, option: int) -> SaidOfOne:
    """By the design of the study: raters say which of two replies is better."""

    def said(record: Record, key: str) -> Said | None:
        return chosen("protocol", question, option) if key in record.asked else None

    return said


def _name(record: Record, key: str) -> Said | None:
    if key not in record.asked:
        return None
    return text(
        "protocol",
        "no name given (raters see the row's question, never its name, which is "
        f"“{record.asked[key].name}” in the protocol)",
    )


def _standard_name(record: Record, key: str) -> Said | None:
    if key not in READ or key not in record.asked:
        return None
    read = READ[key]
    return proposal(f"{read.name} ({read.node} in QCET 3.4.1; Belz et al., 2025), as this project reads it.")


def _definition(record: Record, key: str) -> Said | None:
    """What stands below the question on the rater's page (templates/raters/_rubric.html).

    Pages in another language than English join the two ends in their own words.
    """
    if record.protocol is None or key not in record.asked:
        return None
    row = record.asked[key]
    if row.low:
        is_english = record.protocol.texts.language.startswith("en")
        return text("protocol", f"From {row.low} to {row.high}" if is_english else f"{row.low} … {row.high}")
    return text("protocol", row.high or "no definition given (raters see the question only)")


def _size(record: Record, key: str) -> Said | None:
    protocol = record.protocol
    return text("protocol", str(protocol.scale)) if protocol and key in record.asked else None


def _values(record: Record, key: str) -> Said | None:
    if record.protocol is None or key not in record.asked:
        return None
    answers = record.protocol.answers
    return text("protocol", "; ".join(f"{answer.value} = {answer.label}" for answer in answers))


def _presented(record: Record, key: str) -> Said | None:
    if key not in record.asked:
        return None
    return chosen("protocol", "4.3.5", 1, comment="Radio buttons, one for each answer.")


def _instead_of_scale(record: Record, key: str) -> Said | None:
    return text("protocol", "N/A") if key in record.asked else None


def _question(record: Record, key: str) -> Said | None:
    return text("protocol", record.asked[key].question) if key in record.asked else None


def _is_answered(record: Record, key: str) -> bool:
    """Whether raters' analysed answers on main pairs hold the dimension."""
    votes = record.evidence.raters
    return votes is not None and bool((votes.dimension == record.evidence.dimension_code(key)).any())


def _aggregation(record: Record, key: str) -> Said | None:
    if not _is_answered(record, key):
        return None
    return text(
        "analysis",
        "Each answer is turned to the pair's stored order. Share of preference of a system: wins plus "
        "half of the answers without difference, of all answers; people against a model is the mean over "
        "writers, against all models the mean over models, equally weighted. Ranking: Bradley–Terry, and "
        "Davidson where there are answers without difference, on the Elo scale.",
    )


def _effects(record: Record, key: str) -> Said | None:
    if not _is_answered(record, key):
        return None
    contrasts = record.protocol.contrasts if record.protocol else ()
    mine = [contrast.name for contrast in contrasts if contrast.dimension == key]
    said = (
        "Effect size: difference of a share of preference from one half, or of two shares, with 95 % "
        "intervals clustered by dialogue, rater and writer (multiway sandwich, Student's t on log odds). "
    )
    if not mine:
        return text(
            "analysis",
            f"{said}No confirmatory contrast was frozen on this row: all its findings are exploratory.",
        )
    tests = (
        f"Significance: Student's t, or two one-sided tests for equivalence, for the frozen contrasts "
        f"{', '.join(mine)}; p-values corrected by Holm over all contrasts ({len(contrasts)})."
    )
    return text("analysis", said + tests)


ASKED: Final[dict[str, SaidOfOne]] = {
    "4.1.1": _reading("4.1.1", lambda read: read.quality),
    "4.1.2": _reading("4.1.2", lambda read: read.aspect),
    "4.1.3": _reading("4.1.3", lambda read: read.frame),
    "4.2.1": _asked_for("4.2.1", 2),
    "4.2.2": _asked_for("4.2.2", 2),
    "4.2.3": _asked_for("4.2.3", 1),
    "4.3.1.1": _name,
    "4.3.1.2": _standard_name,
    "4.3.2": _definition,
    "4.3.3": _size,
    "4.3.4": _values,
    "4.3.5": _presented,
    "4.3.6": _instead_of_scale,
    "4.3.7": _question,
    "4.3.8": _asked_for("4.3.8", 3),
    "4.3.9": _aggregation,
    "4.3.10": _effects,
}
