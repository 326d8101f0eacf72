"""Where models are asked, and how: providers, systems under test, judges, coders."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studies.calling import clients
from studies.coding import prompts as coding_prompts
from studies.generation import prompts as reply_prompts
from studies.judging import prompts as judge_prompts
from studies.llm.endpoints import EndpointRefused, check_endpoint
from studies.models import Coder, Judge, Provider, Study, System
from studies.models.asking import SETTINGS

PARAMETERS: Final = ("params_total", "params_active")


class ProviderForm(forms.ModelForm[Provider]):
    """An address that this installation may call, and prices that can be reckoned with."""

    base_url = forms.URLField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("Only for an endpoint of your own. Empty: the provider's own address."),
    )

    class Meta:
        model = Provider
        # Without the address: where the admin does not let it change, Django would make a field for it anew
        # and ask which scheme it assumes. The admin adds it.
        fields = (
            "name",
            "api",
            "key_name",
            "max_in_flight",
            "requests_per_minute",
            "tokens_per_minute",
            "prices",
            "for_trial",
            "is_own",
        )

    def clean_base_url(self) -> str:
        address: str = self.cleaned_data["base_url"]
        if address:
            try:
                check_endpoint(address, **asdict(clients.policy()))
            except EndpointRefused as refused:
                raise forms.ValidationError(str(refused)) from None
        return address

    def clean_prices(self) -> dict[str, Any]:
        prices = self.cleaned_data["prices"] or {}
        if not isinstance(prices, dict):
            raise forms.ValidationError(_("Prices are one JSON object, with a model's id before each price."))
        try:
            _unused = Provider(prices=prices).own_prices
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        return prices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self._said("api") == Provider.Api.SCRIPTED:
            cleaned["for_trial"] = True
            if self._said("base_url"):
                self.add_error("base_url", _("The scripted provider calls no address: leave it empty."))
        elif not (self._said("base_url") or self._said("key_name") or self.errors):
            self.add_error("key_name", _("The provider's own address needs a key: name its variable."))
        if cleaned.get("is_own") and not (
            self._said("base_url") or self._said("api") == Provider.Api.SCRIPTED
        ):
            self.add_error("is_own", _("Give the address on your own machines."))
        if not self.errors:
            self._check_once()
        return cleaned

    def _said(self, field: str) -> str:
        """A field's new value, or the stored one where the page does not let it change."""
        return str(self.cleaned_data.get(field, getattr(self.instance, field)) or "")

    def _check_once(self) -> None:
        same = {field: self._said(field) for field in ("api", "base_url", "key_name")}
        other = Provider.objects.filter(**same).exclude(pk=self.instance.pk).first()
        if other is not None:
            told = _("%s has this address and this key: its limits would not hold twice. Use that one.")
            raise forms.ValidationError(told % other.name)


class SystemForm(forms.ModelForm[System]):
    """A language model under test. One that was imported has no provider until its replies are fetched."""

    class Meta:
        model = System
        fields = ("study", "name", "provider", "model_id", "family", *PARAMETERS, *SETTINGS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.kind = System.Kind.LLM
            study = self.fields["study"]
            assert isinstance(study, forms.ModelChoiceField)
            study.queryset = Study.objects.filter(protocols=None)
            study.help_text = _("Studies that are not frozen: the replies of others no longer change.")
            for name in ("provider", "model_id", "family"):
                self.fields[name].required = True

    def clean_prompt_version(self) -> str:
        return _known_prompt(self.cleaned_data["prompt_version"], reply_prompts.TEMPLATES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        provider = cleaned.get("provider", self.instance.provider)
        if provider and not cleaned.get("model_id", self.instance.model_id) and "model_id" in self.fields:
            self.add_error("model_id", _("Say as which model the provider is to be asked."))
        return cleaned


class JudgeForm(forms.ModelForm[Judge]):
    """A judge starts as one wants it: at temperature 0, so that it says the same again."""

    class Meta:
        model = Judge
        fields = ("study", "name", "provider", "model_id", "family", "variant", *SETTINGS, "longest_text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.fields["temperature"].initial = Decimal(0)

    def clean_prompt_version(self) -> str:
        return _known_prompt(self.cleaned_data["prompt_version"], judge_prompts.TEMPLATES)


class CoderForm(forms.ModelForm[Coder]):
    """A coder starts at temperature 0, and on a provider of the team's own, where there is one."""

    class Meta:
        model = Coder
        fields = ("study", "name", "provider", "model_id", "family", *SETTINGS, "longest_text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.fields["temperature"].initial = Decimal(0)
            self.fields["provider"].initial = Provider.objects.filter(is_own=True).order_by("name").first()
            self.fields["provider"].help_text = _(
                "A rater's words go to an outside provider only where the rater agreed to it."
            )

    def clean_prompt_version(self) -> str:
        return _known_prompt(self.cleaned_data["prompt_version"], coding_prompts.TEMPLATES)


def _known_prompt(version: str, templates: Any) -> str:
    if version and version not in templates:
        raise forms.ValidationError(
            _("No prompt is called %(version)s. Known are: %(known)s.")
            % {"version": version, "known": ", ".join(templates)}
        )
    return version
