"""What a call costs: by the endpoint's own price list, else by the table that comes with genai-prices.

Money is counted in millionths of the currency and rounded up. What is not known is None with a reason,
never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from studies.llm.port import Endpoint, Usage

MILLION: Final = 1_000_000
OWN_LIST: Final = "the endpoint's own price list"


@dataclass(frozen=True, slots=True)
class ListPrice:
    """Money for a million tokens. cached: input read from a cache; None when it costs like any other."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    currency: str = "USD"
    source: str = OWN_LIST


@dataclass(frozen=True, slots=True)
class Priced:
    """A cost in millionths of the currency; None with a reason when it is not known.

    source: the price table and its version, "" when none knew the model.
    """

    cost_micros: int | None
    currency: str
    source: str
    reason: str


def price_provider(endpoint: Endpoint) -> str:
    """What `price_of` takes as provider: the provider's name, or a custom endpoint's address."""
    return endpoint.base_url or endpoint.api


def price_of(
    model: str, provider: str, usage: Usage, *, overrides: Mapping[str, ListPrice] | None = None
) -> Priced:
    """The cost of a call by its token counts.

    For the most that a call can cost, give the most tokens it can have: tiers by length are in the table.
    overrides: the endpoint's own prices by model id; they win.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return Priced(None, "", "", "The provider told no token counts.")
    if overrides and model in overrides:
        return _by_list(overrides[model], usage.input_tokens, usage.cached_tokens or 0, usage.output_tokens)
    return _by_table(model, provider, usage.input_tokens, usage.cached_tokens or 0, usage.output_tokens)


def list_price(
    model: str, provider: str, *, overrides: Mapping[str, ListPrice] | None = None
) -> ListPrice | None:
    """The price of short calls, to be shown in a plan; None when it is not known."""
    if overrides and model in overrides:
        return overrides[model]
    # A thousand tokens at a time: in every model's lowest tier.
    told, source = _looked_up(model, provider, 1000, 0, 0)
    cached, _ = _looked_up(model, provider, 1000, 1000, 0)
    wrote, _ = _looked_up(model, provider, 0, 0, 1000)
    if told is None or wrote is None:
        return None
    return ListPrice(told * 1000, wrote * 1000, None if cached is None else cached * 1000, source=source)


def _by_list(price: ListPrice, told: int, cached: int, wrote: int) -> Priced:
    cached_price = price.input if price.cached is None else price.cached
    # Money for a million tokens is millionths of money for one.
    micros = (told - cached) * price.input + cached * cached_price + wrote * price.output
    return Priced(_whole(micros), price.currency, price.source, "")


def _by_table(model: str, provider: str, told: int, cached: int, wrote: int) -> Priced:
    cost, source = _looked_up(model, provider, told, cached, wrote)
    if cost is None:
        return Priced(None, "", "", f"No price is known for {model} at {provider}.")
    return Priced(_whole(cost * MILLION), "USD", source, "")


def _looked_up(model: str, provider: str, told: int, cached: int, wrote: int) -> tuple[Decimal | None, str]:
    """Dollars by the table, and the table's name; None for a model or provider that it does not know."""
    import genai_prices  # 90 MB and a second: not for every process

    by: dict[str, Any] = {"provider_api_url": provider} if "://" in provider else {"provider_id": provider}
    usage = genai_prices.Usage(input_tokens=told, cache_read_tokens=cached, output_tokens=wrote)
    try:
        found = genai_prices.calc_price(usage, model, **by)
    except LookupError:
        return None, ""
    rates = found.model_price
    if getattr(rates, "input_mtok", None) is None or getattr(rates, "output_mtok", None) is None:
        return None, ""
    return found.total_price, f"genai-prices {genai_prices.__version__}"


def _whole(micros: Decimal) -> int:
    return int(micros.to_integral_value(ROUND_CEILING))
