"""The leak report: whether style alone tells people's replies from models', before anybody rates."""

from __future__ import annotations

from typing import Final

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.leaks import lengths, tables
from studies.analysis.leaks.chance import SHUFFLES
from studies.analysis.leaks.contrasts import contrasts
from studies.analysis.leaks.folds import FOLDS
from studies.analysis.leaks.leak import RAW, leaks_of
from studies.analysis.leaks.replies import NoReplies, replies_in
from studies.analysis.results import Section

KEY: Final = "leaks"
TITLE: Final = "Leaks: what style alone tells"
_WHAT: Final = (
    "A program that sees eighteen features of style and nothing of what a reply says learns on some "
    "dialogues to tell people's replies from models', and is tried on others. Raters see more than it does, "
    "so at least this much leaks. A low number says that this program found little, never that there is "
    "nothing to find."
)
_HOW: Final = (
    f"Logistic regression with a ridge, {FOLDS} folds by dialogue. AUC: the share of couples of a person's "
    "and a model's reply in which the person's is scored as more person-like; 0.5 is chance. Pairs told "
    "apart: the same within a dialogue, as a rater faces it. p: how often labels shuffled within dialogues "
    f"are separated as well, in {SHUFFLES} shuffles and for the classifier's first Newton step."
)


def leak_report(evidence: Evidence) -> Section:
    """Needs `responses.csv` alone; `protocol.json` tells how replies are shown and how long they may be."""
    try:
        replies = replies_in(evidence)
    except NoReplies as why:
        return Section(KEY, TITLE, absent=str(why))
    looks = replies.in_profiles()
    found = [leaks_of(contrast, looks) for contrast in contrasts(replies, evidence.rng)]
    shown = shown_profile(evidence)
    cap, why_no_cap = word_cap(evidence)
    parts = (
        tables.short(found, shown),
        tables.forest(found),
        tables.features(found, shown),
        tables.lengths(lengths.lengths_of(replies, cap, why_no_cap), cap),
        tables.full(found, shown),
        tables.features_full(found),
    )
    return Section(KEY, TITLE, lead=(_WHAT, _HOW, _profiles(evidence, shown)), parts=parts)


def shown_profile(evidence: Evidence) -> str:
    """The profile that replies are shown with; without a protocol, as they came."""
    return evidence.protocol.design.shown_profile if evidence.protocol else RAW


def word_cap(evidence: Evidence) -> tuple[int | None, str]:
    """The protocol's limit of words, or the sentence why there is none."""
    if evidence.protocol is None:
        return None, lengths.NO_PROTOCOL
    return evidence.protocol.design.max_words, lengths.NO_CAP


def _profiles(evidence: Evidence, shown: str) -> str:
    if evidence.protocol is None:
        return (
            "There is no protocol.json, which would name the profile that replies are shown with: first come "
            f"replies as they came (profile {RAW}), all profiles in the full table."
        )
    return f"The protocol shows replies in the profile {shown}; the full table has every profile."


SECTIONS: Final[tuple[SectionOf, ...]] = (leak_report,)
