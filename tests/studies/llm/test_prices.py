"""What calls cost. Models of the table that no longer change price are the examples."""

from decimal import Decimal

from studies.llm.port import Endpoint, Usage
from studies.llm.prices import ListPrice, Priced, list_price, price_of, price_provider

OWN = {"local-7b": ListPrice(Decimal("0.2"), Decimal("0.6"), currency="EUR")}


def test_the_table_knows_a_dated_model_and_cached_input() -> None:
    told = price_of("gpt-4o-mini-2024-07-18", "openai", Usage(1000, 200, 100, None))
    # 800 at 0.15, 200 at 0.075 and 100 at 0.60 dollars a million
    assert (told.cost_micros, told.currency, told.reason) == (195, "USD", "")
    assert told.source.startswith("genai-prices ")


def test_a_fraction_is_rounded_up() -> None:
    assert price_of("gpt-4o-mini", "openai", Usage(1, None, 0, None)).cost_micros == 1


def test_what_is_not_known_is_none_with_a_reason() -> None:
    assert price_of("gpt-4o-mini", "openai", Usage(None, None, None, None)) == Priced(
        None, "", "", "The provider told no token counts."
    )
    assert price_of("smollm2", "openai", Usage(10, 0, 10, None)) == Priced(
        None, "", "", "No price is known for smollm2 at openai."
    )
    assert price_of("gpt-4o-mini", "https://llm.example.org/v1", Usage(9, 0, 9, None)).cost_micros is None
    assert price_of("scripted-a", "scripted", Usage(9, 0, 9, None)).cost_micros is None
    assert list_price("smollm2", "openai") is None


def test_an_endpoints_own_list_wins() -> None:
    told = price_of("local-7b", "openai", Usage(1_000_000, 500_000, 1_000_000, None), overrides=OWN)
    assert told == Priced(800_000, "EUR", "the endpoint's own price list", "")
    own = {"gpt-4o-mini": ListPrice(Decimal(2), Decimal(3), Decimal(1))}
    assert price_of("gpt-4o-mini", "openai", Usage(10, 4, 10, None), overrides=own).cost_micros == 46
    free = {"local-7b": ListPrice(Decimal(0), Decimal(0))}
    assert price_of("local-7b", "openai", Usage(10, 4, 10, None), overrides=free).cost_micros == 0


def test_the_list_price_of_a_plan() -> None:
    found = list_price("gpt-4o-mini", "openai")
    assert found is not None
    assert (found.input, found.cached, found.output) == (Decimal("0.15"), Decimal("0.075"), Decimal("0.6"))
    assert list_price("local-7b", "openai", overrides=OWN) == OWN["local-7b"]


def test_who_is_asked_for_a_price() -> None:
    assert price_provider(Endpoint("anthropic")) == "anthropic"
    assert (
        price_provider(Endpoint("openai", "https://openrouter.ai/api/v1")) == "https://openrouter.ai/api/v1"
    )
