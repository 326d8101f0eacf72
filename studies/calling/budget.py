"""What a run may spend: reserved before a call by one conditional UPDATE, settled after it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from django.db.models import F, Q
from django.db.models.functions import Greatest

from studies.calling.estimating import most_input_tokens
from studies.llm.port import CallRequest, ErrorKind, Usage
from studies.llm.prices import Priced, price_of, price_provider
from studies.models import Provider, Run

logger = logging.getLogger(__name__)

#: Failures for which no provider charges. After any other one nobody here can know.
FREE: Final = frozenset(
    {
        ErrorKind.RATE_LIMITED,
        ErrorKind.OVERLOADED,
        ErrorKind.SERVER,
        ErrorKind.AUTHENTICATION,
        ErrorKind.QUOTA,
        ErrorKind.UNKNOWN_MODEL,
        ErrorKind.CONTEXT_WINDOW,
        ErrorKind.BAD_REQUEST,
    }
)


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens of input and output together, and money in millionths; no price counts as no money."""

    tokens: int
    micros: int

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.micros + other.micros)


NOTHING: Final = Amount(0, 0)


def most_of(request: CallRequest, provider: Provider) -> Amount:
    """The most that a call can have and cost."""
    told, wrote = most_input_tokens(request), request.settings.max_tokens
    priced = priced_for(request.model, provider, Usage(told, 0, wrote, 0))
    return Amount(told + wrote, priced.cost_micros or 0)


def priced_for(model: str, provider: Provider, usage: Usage) -> Priced:
    """What the tokens cost at this provider, or why that is not known. No model at all costs nothing."""
    if provider.api == Provider.Api.SCRIPTED:
        return Priced(0, "USD", "no model was called", "")
    return price_of(model, price_provider(provider.endpoint), usage, overrides=provider.own_prices)


def priced_anyhow(model: str, provider: Provider, usage: Usage) -> Priced:
    """As `priced_for`, for what is paid already: a price list that fails must cost nobody an answer."""
    try:
        return priced_for(model, provider, usage)
    except Exception as error:
        logger.exception("%s at %s could not be priced", model, provider)
        return Priced(None, "", "", f"The price could not be reckoned ({type(error).__name__}).")


def is_unlimited(run: Run, model: str, provider: Provider) -> bool:
    """Whether money alone limits the run, and this model's price is not known."""
    if run.cap_calls is not None or run.cap_tokens is not None:
        return False
    return priced_for(model, provider, Usage(1000, 0, 1000, 0)).cost_micros is None


def reserve(*, run: Run, calls: int, amount: Amount) -> bool:
    """Takes calls, tokens and money from what is left. False: the run is stopped, or it is not enough."""
    within = (
        Q(cap_calls__isnull=True) | Q(cap_calls__gte=F("calls") + calls),
        Q(cap_tokens__isnull=True)
        | Q(cap_tokens__gte=F("reserved_tokens") + F("spent_tokens") + amount.tokens),
        Q(cap_micros__isnull=True)
        | Q(cap_micros__gte=F("reserved_micros") + F("spent_micros") + amount.micros),
    )
    taken = (
        Run.objects.calling()
        .filter(*within, pk=run.pk)
        .update(
            calls=F("calls") + calls,
            reserved_tokens=F("reserved_tokens") + amount.tokens,
            reserved_micros=F("reserved_micros") + amount.micros,
        )
    )
    return bool(taken)


def is_spent(amount: Amount) -> Q:
    """Whether nothing is under way that could free a part of the budget, and it has not so much left."""
    return Q(reserved_tokens=0, reserved_micros=0) & (
        Q(cap_calls__isnull=False, cap_calls__lt=F("calls") + 1)
        | Q(cap_tokens__isnull=False, cap_tokens__lt=F("spent_tokens") + amount.tokens)
        | Q(cap_micros__isnull=False, cap_micros__lt=F("spent_micros") + amount.micros)
    )


def settle(*, run: Run, reserved: Amount, spent: Amount, unmade: int = 0) -> None:
    """Turns a reservation into what was really spent, which is written down whatever the cap says.

    `unmade` calls were reserved and never made.
    """
    Run.objects.filter(pk=run.pk).update(
        calls=F("calls") - unmade,
        reserved_tokens=Greatest(F("reserved_tokens") - reserved.tokens, 0),
        reserved_micros=Greatest(F("reserved_micros") - reserved.micros, 0),
        spent_tokens=F("spent_tokens") + spent.tokens,
        spent_micros=F("spent_micros") + spent.micros,
    )
