"""What a study's size is planned from: its design, and what is assumed about votes."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studies.analysis.planning.assumptions import FEWEST_DIALOGUES, MOST_VOTES, Assumptions

#: A spread beyond it leaves nothing to chance: votes are 0, ½ or 1.
MOST_POINTS: Final = 45


def _spread(label: Any, help_text: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, max_value=MOST_POINTS, help_text=help_text)


class SizingForm(forms.Form):
    """One field for each of `Assumptions` but the seed."""

    dialogues = forms.IntegerField(
        label=gettext_lazy("Dialogues"), min_value=FEWEST_DIALOGUES, max_value=20_000
    )
    adversarial = forms.IntegerField(
        label=gettext_lazy("Of these, adversarial"),
        min_value=0,
        help_text=gettext_lazy("Dialogues with that tag. 0: their difference is not planned."),
    )
    models = forms.IntegerField(label=gettext_lazy("Models"), min_value=1, max_value=200)
    models_too = forms.BooleanField(
        label=gettext_lazy("Raters also compare models with each other"), required=False
    )
    ratings_per_pair = forms.IntegerField(label=gettext_lazy("Ratings per pair"), min_value=1, max_value=1000)
    pairs_per_rater = forms.IntegerField(
        label=gettext_lazy("Pairs per rater"), min_value=1, max_value=1_000_000
    )
    writers = forms.IntegerField(
        label=gettext_lazy("Writers of people's replies"),
        min_value=1,
        max_value=20_000,
        help_text=gettext_lazy("Everybody who wrote one counts, each about as often."),
    )
    tie_percent = forms.FloatField(
        label=gettext_lazy("'No difference', %"),
        min_value=0,
        max_value=90,
        help_text=gettext_lazy("HEART's raters: 17.4 %. 0 where raters must choose."),
    )
    dialogue_points = _spread(
        gettext_lazy("Spread between dialogues, points"),
        gettext_lazy(
            "How far one dialogue's own share of preference for people lies from another's: a standard "
            "deviation. 20 means that for two of three dialogues it is within 20 points of the mean."
        ),
    )
    pair_points = _spread(
        gettext_lazy("Spread between the pairs of a dialogue, points"),
        gettext_lazy(
            "What all raters of a pair see alike, beyond its dialogue. With the defaults here,"
            " raters agree on about 79 % of what both decide, as HEART reports."
        ),
    )
    rater_points = _spread(
        gettext_lazy("Spread between raters, points"),
        gettext_lazy("How far one rater leans to people's replies more than another. Assumed; ask a pilot."),
    )
    writer_points = _spread(
        gettext_lazy("Spread between writers, points"),
        gettext_lazy("How much better one person writes than another. Assumed; ask a pilot."),
    )
    seconds_per_pair = forms.FloatField(
        label=gettext_lazy("Seconds per pair"),
        min_value=1,
        max_value=36_000,
        help_text=gettext_lazy("All passes together. A pilot's median, or 40 seconds a pass."),
    )
    other_pairs = forms.IntegerField(
        label=gettext_lazy("Other pairs per rater"),
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("Training, decoys, repeats: they take time and count for nothing else."),
    )
    pay_per_hour = forms.FloatField(
        label=gettext_lazy("Pay per hour"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("In your own currency, without the platform's fee."),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")

    def assumptions(self, seed: int) -> Assumptions:
        """Of a valid form."""
        return Assumptions(**self.cleaned_data, seed=seed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["adversarial"] > cleaned["dialogues"]:
            self.add_error("adversarial", _("More than there are dialogues."))
        votes = Assumptions(**cleaned).plan.votes
        if votes > MOST_VOTES:
            told = {"votes": f"{votes:,}", "most": f"{MOST_VOTES:,}"}
            raise forms.ValidationError(
                _(
                    "%(votes)s ratings of people against models are too many to be simulated here (%(most)s "
                    "at most): lower the dialogues, the models or the ratings per pair."
                )
                % told
            )
        return cleaned
