"""What the leak report shows: who is told apart, through which features, and how long replies are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from studies.analysis.leaks.leak import RAW, Leak, Share
from studies.analysis.leaks.lengths import Length
from studies.analysis.results import Cell, Column, Figure, Table, undefined

Found = Sequence[Sequence[Leak]]

_SYSTEM: Final = Column("system", "System")
_PROFILE: Final = Column("profile", "Profile")
_REPLIES: Final = (
    Column("replies_people", "Replies of people", "count"),
    Column("replies_system", "Replies of the system", "count"),
)
_AUC: Final = Column("auc", "AUC", "number")
_PAIRS: Final = Column("pair_accuracy", "Pairs told apart", "share")
_CHANCE: Final = (
    Column("p", "p of the AUC", "p"),
    Column("chance_high", "AUC of shuffled labels, 95 % below", "number"),
)
_GAIN: Final = Column("auc_gain", "AUC taken away by the profile", "number")
_FEATURES: Final = (
    Column("feature", "Feature"),
    Column("coefficient", "Coefficient", "number"),
    Column("auc_loss", "AUC lost without it", "number"),
    Column("mean_people", "Mean of people", "number"),
    Column("mean_models", "Mean of models", "number"),
)
_LEAK_NOTE: Final = (
    "At least this much leaks. Intervals cluster by dialogue and, where known, by the reply's writer, and "
    "take the trained classifiers as given."
)
_FEATURE_NOTE: Final = (
    "Coefficient: logit for one standard deviation more; above 0 it makes a reply look like a person's. "
    "Features that go together share what they tell: each may be missed little, and all of them much."
)


def short(found: Found, shown: str) -> Table:
    """All models and each, as replies are shown."""
    rows = [
        (leak.contrast.name, *_counts(leak), leak.auc, leak.accuracy, *_chance(leak))
        for leak in _by_auc([_at(leaks, shown) for leaks in found])
    ]
    title = f"How well style tells people's replies from models' (profile {shown})"
    return Table("leaks", title, (_SYSTEM, *_REPLIES, _AUC, _PAIRS, *_CHANCE), rows, _LEAK_NOTE)


def full(found: Found, shown: str) -> Table:
    """The same in every profile, and what each takes away."""
    rows = [
        (
            *(leak.contrast.name, leak.profile, leak.profile == shown, *_counts(leak)),
            *(leak.auc, leak.accuracy, *_chance(leak), leak.gain),
        )
        for leaks in found
        for leak in leaks
    ]
    columns = (_SYSTEM, _PROFILE, Column("shown", "Shown so"), *_REPLIES, _AUC, _PAIRS, *_CHANCE, _GAIN)
    title = "How well style tells people's replies from models', in every profile"
    note = f"{_LEAK_NOTE} Taken away: AUC of replies as they came (profile {RAW}) less that in the profile."
    return Table("leaks_full", title, columns, rows, note)


def forest(found: Found) -> Figure:
    """The AUC of each model before and after typography is evened out."""
    order = [leak.contrast.name for leak in _by_auc([_at(leaks, RAW) for leaks in found])]
    drawn = sorted(
        (leak for leaks in found for leak in leaks), key=lambda leak: order.index(leak.contrast.name)
    )
    table = Table(
        "leaks_by_system",
        "AUC of style by system and profile",
        (_SYSTEM, _AUC, _PROFILE),
        [(leak.contrast.name, leak.auc, leak.profile) for leak in drawn],
        _LEAK_NOTE,
    )
    return Figure(
        "leaks_by_system",
        "What style alone tells, before and after typography is evened out",
        "forest",
        table,
        x_title="AUC of style alone (0.5 is chance)",
        reference=0.5,
    )


def features(found: Found, shown: str) -> Table:
    """The features responsible for what leaks of all models together."""
    leak = _at(found[0], shown) if found else None
    rows = [_feature(share) for share in leak.shares] if leak else []
    name = leak.contrast.name if leak else "no model"
    note = _FEATURE_NOTE if rows else (leak.auc.undefined if leak else "There is no reply of a model.")
    return Table(
        "leak_features", f"The features responsible ({name}, profile {shown})", _FEATURES, rows, note
    )


def features_full(found: Found) -> Table:
    """Every feature for every system and profile."""
    rows = [
        (leak.contrast.name, leak.profile, *_feature(share))
        for leaks in found
        for leak in leaks
        for share in leak.shares
    ]
    title = "The features responsible, by system and profile"
    return Table("leak_features_full", title, (_SYSTEM, _PROFILE, *_FEATURES), rows, _FEATURE_NOTE)


def lengths(found: Sequence[Length], cap: int | None) -> Table:
    """Words of each system's replies."""
    limit = "the limit" if cap is None else f"{cap} words"
    columns = (
        _SYSTEM,
        Column("human", "People"),
        Column("replies", "Replies", "count"),
        Column("words_mean", "Words, mean", "number"),
        Column("words_median", "Words, median", "number"),
        Column("over_cap", f"Longer than {limit}", "share"),
    )
    rows = [(one.system, one.human, one.replies, one.mean, one.median, one.over) for one in found]
    note = "Words are what white space parts, of replies as they came."
    return Table("lengths", "How long replies are", columns, rows, note)


def _at(leaks: Sequence[Leak], profile: str) -> Leak:
    return next(leak for leak in leaks if leak.profile == profile)


def _by_auc(leaks: Sequence[Leak]) -> list[Leak]:
    """The first stays in front if it is about all models; the others by AUC, the largest first."""
    return [
        *leaks[: len(leaks) > 1],
        *sorted(leaks[len(leaks) > 1 :], key=lambda leak: (-(leak.auc.value or 0.0), leak.contrast.name)),
    ]


def _counts(leak: Leak) -> tuple[int, int]:
    people = int(leak.contrast.human.sum())
    return people, len(leak.contrast.human) - people


def _chance(leak: Leak) -> tuple[Cell, Cell]:
    if leak.chance is None:
        return undefined(leak.contrast.why_not), undefined(leak.contrast.why_not)
    return leak.chance.p, leak.chance.high


def _feature(share: Share) -> tuple[Cell, ...]:
    return (share.title, share.coefficient, share.loss, share.mean_people, share.mean_models)
