"""Providers: where language models are asked, how fast, and at what price. Never a key."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.llm.port import Api as WireApi
from studies.llm.port import Endpoint
from studies.llm.prices import ListPrice

#: Which variables may hold a key: a free choice could send the site's own secrets to an address.
KEY_NAME: Final = r"^[A-Z][A-Z0-9_]*_API_KEY$"


class Provider(models.Model):
    """One address with one key. Its limits a minute hold for all workers together, so they are kept here."""

    class Api(models.TextChoices):
        OPENAI = "openai", _("OpenAI, and whatever speaks its language (vLLM, Ollama, OpenRouter, a proxy)")
        ANTHROPIC = "anthropic", _("Anthropic")
        GOOGLE = "google", _("Google")
        SCRIPTED = "scripted", _("scripted: no model at all, for tests and first steps")

    name = models.SlugField(max_length=60, unique=True, help_text=_("How it is called here, e.g. openai."))
    api = models.CharField(_("language spoken"), max_length=10, choices=Api.choices)
    base_url = models.URLField(
        _("address"),
        max_length=300,
        blank=True,
        help_text=_("Only for an endpoint of your own. Empty: the provider's own address."),
    )
    key_name = models.CharField(
        _("variable with the key"),
        max_length=80,
        blank=True,
        validators=[RegexValidator(KEY_NAME, _("A name such as OPENAI_API_KEY: it ends in _API_KEY."))],
        help_text=_(
            "The name of the environment variable that holds the key where the workers run, such as "
            "OPENAI_API_KEY. The key itself is never stored. Empty: no key is sent."
        ),
    )
    max_in_flight = models.PositiveSmallIntegerField(
        _("calls at once"),
        default=8,
        validators=[MinValueValidator(1)],
        help_text=_("By each worker process; make run has two."),
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Empty: no limit.")
    )
    tokens_per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit. A call counts with the most tokens that it can have."),
    )
    prices = models.JSONField[dict[str, Any]](
        default=dict,
        blank=True,
        help_text=_(
            'Prices of your own by model id, for a million tokens: {"my-model": {"input": "0.50", "output": '
            '"1.50"}}, also "cached" and "currency". They win over the built-in price list.'
        ),
    )
    for_trial = models.BooleanField(
        _("for trying out only"),
        default=False,
        help_text=_("What its models judge is marked as such wherever it shows and left out of results."),
    )

    is_own = models.BooleanField(
        _("on machines of our own"),
        default=False,
        help_text=_(
            "What is sent there reaches nobody outside your team. Raters' own words go to no other provider, "
            "unless the consent text of their protocol says so."
        ),
    )

    held_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("It asked to wait until then.")
    )
    paced_at = models.DateTimeField(null=True, blank=True, editable=False)
    requests_left = models.FloatField(default=0, editable=False)
    tokens_left = models.FloatField(default=0, editable=False)

    class Meta:
        constraints = (
            # One row for an address and a key: its limits would not hold with two.
            models.UniqueConstraint(fields=["api", "base_url", "key_name"], name="studies_provider_once"),
            models.CheckConstraint(
                name="studies_provider_speaks_a_known_language",
                condition=Q(api__in=["openai", "anthropic", "google", "scripted"]),
            ),
            models.CheckConstraint(
                name="studies_provider_asked_at_least_one_at_once", condition=Q(max_in_flight__gte=1)
            ),
            models.CheckConstraint(
                name="studies_provider_scripted_is_for_trial",
                condition=~Q(api="scripted") | Q(for_trial=True),
            ),
            models.CheckConstraint(
                name="studies_provider_own_has_an_address",
                condition=Q(is_own=False) | ~Q(base_url="") | Q(api="scripted"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def endpoint(self) -> Endpoint:
        api: WireApi = self.api  # type: ignore[assignment]  # the choices above, as the database checks
        return Endpoint(api, self.base_url, self.key_name)

    @property
    def is_outside(self) -> bool:
        """Whether what is sent there leaves the team's own machines."""
        return not (self.is_own or self.api == self.Api.SCRIPTED)

    @property
    def own_prices(self) -> dict[str, ListPrice]:
        """The price list of this row. Raises ValueError where it is not what it should be."""
        return {model: _list_price(model, row) for model, row in self.prices.items()}


def _list_price(model: str, row: Any) -> ListPrice:
    try:
        cached = None if row.get("cached") in (None, "") else _amount(row["cached"])
        unknown = set(row) - {"input", "output", "cached", "currency"}
        if unknown:
            raise ValueError(sorted(unknown)[0])
        currency = str(row.get("currency") or "USD")
        return ListPrice(_amount(row["input"]), _amount(row["output"]), cached, currency)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f'the price of {model} must look like {{"input": "0.50", "output": "1.50"}}, optionally with '
            f'"cached" and "currency" ({error})'
        ) from error


def _amount(value: Any) -> Decimal:
    amount = Decimal(str(value))
    if not (amount.is_finite() and amount >= 0):
        raise ValueError(f"{value} is no price")
    return amount
