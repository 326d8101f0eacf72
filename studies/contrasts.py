"""Confirmatory contrasts of a study: read for freezing, checked against its material, proposed, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from studies import protocol
from studies.comparison import OVERALL
from studies.models import Contrast, Dialogue, Judge, Pair, Study, System
from studies.models.contrast import JURY, RATERS

#: The tag of the dialogues on which people are said to do better than models.
ADVERSARIAL: Final = "adversarial"
#: Judges of a jury that has a verdict.
QUORUM: Final = 2


def contrasts_of(study: Study) -> tuple[protocol.Contrast, ...]:
    return tuple(_as_frozen(row) for row in study.contrasts.order_by("position", "name"))


def plan_of(study: Study) -> protocol.AnalysisPlan:
    return protocol.AnalysisPlan(study.agreement_margin, study.epsilon, study.seed)


def _as_frozen(row: Contrast) -> protocol.Contrast:
    return protocol.Contrast(
        name=row.name,
        estimand=row.estimand,
        source=row.source,
        system=row.system,
        against=row.against,
        dimension=row.dimension,
        slice=row.slice,
        sidedness=row.sidedness,
        margin=row.margin,
        alpha=row.alpha,
    )


def problems_of(study: Study) -> list[str]:
    """Contrasts that could never be computed, one sentence each with how to mend it."""
    return [
        _("contrast '%(name)s': %(problem)s") % {"name": contrast.name, "problem": problem}
        for contrast in contrasts_of(study)
        for problem in _problems(study, contrast)
    ]


def _problems(study: Study, contrast: protocol.Contrast) -> Iterator[str]:
    yield from _unknown_source(study, contrast)
    yield from _unasked_dimension(study, contrast)
    yield from _unknown_tag(study, contrast)
    if contrast.estimand == "system_vs_system":
        yield from _systems_that_never_meet(study, contrast)
    elif contrast.estimand != "judge_agreement" and not _human_pairs(study).exists():
        yield _("no pair is of a person's reply and a model's: make such pairs, or remove the contrast")


def _unknown_source(study: Study, contrast: protocol.Contrast) -> Iterator[str]:
    judges = Judge.objects.filter(study=study)
    if contrast.source == JURY and judges.count() < QUORUM:
        yield _("a jury needs two judges at least: add judges, or remove the contrast")
    elif contrast.source not in (RATERS, JURY) and not judges.filter(name=contrast.source).exists():
        told = {"source": contrast.source, "known": _named(judges.values_list("name", flat=True))}
        yield (
            _("there is no judge '%(source)s' (judges: %(known)s): add it, or write raters, jury or its name")
            % told
        )


def _unasked_dimension(study: Study, contrast: protocol.Contrast) -> Iterator[str]:
    keys = set(study.dimensions.values_list("key", flat=True))
    told = {"dimension": contrast.dimension, "known": _named(keys)}
    if contrast.dimension not in keys:
        yield _("the rubric has no dimension '%(dimension)s' (it has: %(known)s): choose one of these") % told
    elif contrast.dimension == OVERALL:
        return
    elif _needs_raters(contrast) and study.asking == Study.Asking.PREFERENCE:
        yield _("raters are asked for the preference only, never '%(dimension)s': choose 'overall'") % told
    elif Judge.objects.filter(study=study, name=contrast.source, variant=Judge.Variant.NO_RUBRIC).exists():
        yield _("this judge is asked for the preference only, never '%(dimension)s': choose 'overall'") % told


def _needs_raters(contrast: protocol.Contrast) -> bool:
    return contrast.source == RATERS or contrast.estimand == "judge_agreement"


def _unknown_tag(study: Study, contrast: protocol.Contrast) -> Iterator[str]:
    if not contrast.slice:
        return
    paired = Dialogue.objects.filter(pk__in=Pair.objects.of(study).main().values("dialogue"))
    tags = list(paired.values_list("tags", flat=True))
    with_it = sum(contrast.slice in row for row in tags)
    told = {"tag": contrast.slice, "known": _named({tag for row in tags for tag in row})}
    if not with_it:
        absent = _("no dialogue with pairs has the tag '%(tag)s' (tags: %(known)s): choose one, or remove it")
        yield absent % told
    elif with_it == len(tags) and contrast.estimand == "slice_difference":
        yield _("every dialogue has the tag '%(tag)s', and nothing is left to compare with") % told


def _systems_that_never_meet(study: Study, contrast: protocol.Contrast) -> Iterator[str]:
    names = (contrast.system, contrast.against)
    known = set(System.objects.filter(study=study).values_list("name", flat=True))
    missing = [name for name in names if name not in known]
    if missing:
        told = {"name": missing[0], "known": _named(known)}
        yield (_("there is no system '%(name)s' (systems: %(known)s): write its name as it stands") % told)
    elif not _pairs_of(study, *names).exists() and not _pairs_of(study, *reversed(names)).exists():
        told = {"name": names[0], "known": names[1]}
        yield _("no pair is of '%(name)s' and '%(known)s': make pairs of all systems, or remove it") % told


def _pairs_of(study: Study, first: str, second: str) -> QuerySet[Pair]:
    mains = Pair.objects.of(study).main()
    return mains.filter(first__system__name=first, second__system__name=second)


def _human_pairs(study: Study) -> QuerySet[Pair]:
    mains, human, model = Pair.objects.of(study).main(), System.Kind.HUMAN, System.Kind.LLM
    return mains.filter(first__system__kind=human, second__system__kind=model) | mains.filter(
        first__system__kind=model, second__system__kind=human
    )


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or _("none yet")


@transaction.atomic
def propose(*, study: Study) -> list[Contrast]:
    """Adds those of the usual three contrasts that this study can answer and does not have; returns them.

    People against models over all; the same on adversarial dialogues minus the others; and whether the jury
    agrees with raters as raters do. A study never gets them by itself: what is confirmatory, its researcher
    says. Nothing is added to a frozen study.
    """
    if study.is_frozen():
        return []
    there = set(study.contrasts.values_list("name", flat=True))
    added: list[Contrast] = []
    for row in _usual(study):
        row.position = len(there) + len(added)
        if row.name not in there and not list(_problems(study, _as_frozen(row))):
            row.full_clean()
            row.save()
            added.append(row)
    return added


def _usual(study: Study) -> tuple[Contrast, ...]:
    return (
        Contrast(study=study, name="people against models"),
        Contrast(
            study=study,
            name="people's advantage on adversarial dialogues",
            estimand=Contrast.Estimand.SLICE_DIFFERENCE,
            slice=ADVERSARIAL,
        ),
        Contrast(
            study=study,
            name="the jury agrees as raters do",
            estimand=Contrast.Estimand.JUDGE_AGREEMENT,
            source=JURY,
            sidedness=Contrast.Sidedness.EQUIVALENCE,
            margin=study.agreement_margin,
        ),
    )


def in_words(contrast: protocol.Contrast) -> str:
    """One sentence that says what is claimed, for the desk."""
    told = {
        "system": contrast.system,
        "against": contrast.against,
        "source": {RATERS: _("raters"), JURY: _("the jury")}.get(contrast.source, contrast.source),
        "slice": contrast.slice,
        "margin": f"{100 * contrast.margin:g}",
    }
    compared = {
        "human_vs_models": _(
            "how far the share by which %(source)s prefer people to models is from one half"
        ),
        "system_vs_system": _(
            "how far the share by which %(source)s prefer %(system)s to %(against)s is from one half"
        ),
        "slice_difference": _(
            "the share by which %(source)s prefer people to models, on %(slice)s dialogues minus all others"
        ),
        "judge_agreement": _("how often %(source)s agrees with a rater, minus how often another rater does"),
    }[contrast.estimand]
    claim = {
        "two_sided": _("differs from 0"),
        "greater": _("is above 0"),
        "less": _("is below 0"),
        "equivalence": _("lies within ±%(margin)s points"),
    }[contrast.sidedness]
    where = (
        _(", on %(slice)s dialogues") if contrast.slice and contrast.estimand != "slice_difference" else ""
    )
    return f"{compared}{where} ({contrast.dimension}) {claim}" % told
