"""The rater's journey as a study sets it: read for freezing, and checked before raters are let in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _

from studies import protocol
from studies.comparison import OVERALL
from studies.models import Pair, Question, Study
from studies.models.journey import RISK_PHRASES

#: A repeat comes back after at least so many other pairs: by then the first answer is no longer at hand.
REPEAT_LAG: Final = 10
#: What a rater is taken to need for a pair, in each pass.
SECONDS_PER_PAIR: Final = 40
#: How long a rest between two sittings takes.
REST_MINUTES: Final = 15


def journey_of(study: Study) -> protocol.Journey:
    return protocol.Journey(
        asking=study.asking,
        reason_percent=study.reason_percent,
        training_pairs=study.training_pairs,
        repeats_percent=study.repeats_percent,
        decoys_per_rater=study.decoys_per_rater,
        checks_per_rater=study.checks_per_rater,
        blinding_pairs=study.blinding_pairs,
        break_minutes=study.break_minutes,
        break_tagged_pairs=study.break_tagged_pairs,
        sitting_minutes=study.sitting_minutes,
        withdrawal=study.withdrawal,
        identity_days=study.identity_days,
        texts_days=study.texts_days,
        themes=themes_in(study.themes),
        risk_phrases=_lines(study.risk_phrases),
        comprehension=_questions(study, Question.Use.COMPREHENSION),
        survey=_questions(study, Question.Use.SURVEY),
    )


def phases_of(study: Study) -> tuple[str, ...]:
    """The phases in which raters answer rows of the rubric."""
    return (protocol.MAIN, protocol.RUBRIC) if study.asking == Study.Asking.TWO_PASS else (protocol.MAIN,)


def exclusions_of(study: Study) -> tuple[protocol.Exclusion, ...]:
    rules = {"decoys_lost": study.exclude_decoys_lost, "checks_failed": study.exclude_checks_failed}
    return tuple(protocol.Exclusion(measure, at_least) for measure, at_least in rules.items() if at_least)


def problems_of(study: Study) -> list[str]:
    """Why raters could not walk this journey, one sentence each."""
    return [
        *_missing_pairs(study),
        *_rules_out_of_reach(study),
        *_wrong_questions(study),
        *_phrases_of_another_language(study),
        *_bad_layout(study),
        *_too_little_time(study),
    ]


def _missing_pairs(study: Study) -> Iterator[str]:
    decoys = Pair.objects.of(study).decoys_for_raters().count()
    training = Pair.objects.of(study).training().count()
    if study.decoys_per_rater > decoys:
        told = {"wanted": study.decoys_per_rater, "there": decoys}
        yield _("each rater is to meet %(wanted)d decoys, and %(there)d fit raters: make decoy pairs") % told
    if study.training_pairs > training:
        told = {"wanted": study.training_pairs, "there": training}
        yield _("%(wanted)d training pairs are asked for, and there are %(there)d: make them") % told


def _rules_out_of_reach(study: Study) -> Iterator[str]:
    if study.exclude_decoys_lost > study.decoys_per_rater:
        told = {"lost": study.exclude_decoys_lost, "met": study.decoys_per_rater}
        yield _("a rule leaves out raters who lose %(lost)d decoys, and each meets %(met)d") % told
    if study.exclude_checks_failed > study.checks_per_rater:
        told = {"failed": study.exclude_checks_failed, "met": study.checks_per_rater}
        yield _("a rule leaves out raters who fail %(failed)d checks, and each meets %(met)d") % told


def _bad_layout(study: Study) -> Iterator[str]:
    if study.repeats_percent and study.pairs_per_rater <= REPEAT_LAG:
        yield _("pairs come back after %d others: give raters more pairs, or set repeats to 0") % REPEAT_LAG
    is_two_pass = study.asking == Study.Asking.TWO_PASS
    if is_two_pass and not study.dimensions.exclude(key=OVERALL).exists():
        yield _("the second pass asks the rubric, and it has no row but 'overall'")


def _too_little_time(study: Study) -> Iterator[str]:
    minutes = minutes_needed(study)
    if minutes > study.session_minutes:
        told = {"pairs": longest_booklet(study), "needed": minutes, "limit": study.session_minutes}
        yield (
            _(
                "%(pairs)d pairs a rater take about %(needed)d minutes with rests, and the time limit is "
                "%(limit)d: raters would lose their place; raise the limit or give raters fewer pairs"
            )
            % told
        )


def minutes_needed(study: Study) -> int:
    """About how long a rater is at work, rests between sittings included, rounded up."""
    mains = longest_booklet(study)
    shown = mains + study.training_pairs + study.decoys_per_rater + mains * study.repeats_percent // 100
    again = mains if study.asking == Study.Asking.TWO_PASS else 0
    work = -(-(shown + again) * SECONDS_PER_PAIR // 60)
    rests = (work - 1) // study.sitting_minutes if study.sitting_minutes and work else 0
    return work + rests * REST_MINUTES


def longest_booklet(study: Study) -> int:
    """Main pairs of the longest booklet that planning will make, under all limits of the design."""
    by_dialogue = Pair.objects.of(study).main().order_by().values_list("dialogue").annotate(Count("pk"))
    pairs: list[int] = [number for _dialogue, number in by_dialogue]
    if not pairs:
        return 0
    for_length = -(-sum(pairs) * study.ratings_per_pair // study.pairs_per_rater)
    for_dialogues = study.ratings_per_pair * -(-max(pairs) // study.max_pairs_per_dialogue)
    return -(-sum(pairs) * study.ratings_per_pair // max(for_length, for_dialogues))


def themes_in(text: str) -> tuple[protocol.Theme, ...]:
    """Lines of `tag | what raters read`; without a bar raters read the tag itself."""
    rows = (line.partition("|") for line in _lines(text))
    return tuple(protocol.Theme(tag.strip(), label.strip() or tag.strip()) for tag, _bar, label in rows)


def _wrong_questions(study: Study) -> Iterator[str]:
    for row in study.questions.filter(use=Question.Use.COMPREHENSION).order_by("position", "key"):
        options = len(_lines(row.options))
        if row.right and row.right > options:
            told = {"key": row.key, "right": row.right, "options": options}
            yield _("comprehension question '%(key)s': right is option %(right)d of %(options)d") % told


def _phrases_of_another_language(study: Study) -> Iterator[str]:
    """The list that a study starts with is English; an empty one is a choice of the researcher's."""
    is_english = study.language.startswith("en")
    if not is_english and _lines(study.risk_phrases) == _lines(RISK_PHRASES):
        yield _("the risk phrases are still the English ones: write them in the raters' language, or none")


def _questions(study: Study, use: str) -> tuple[protocol.Question, ...]:
    rows = study.questions.filter(use=use).order_by("position", "key")
    return tuple(protocol.Question(row.key, row.text, _lines(row.options), row.right) for row in rows)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
