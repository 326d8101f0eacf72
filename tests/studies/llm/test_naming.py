"""Which returned model ids are taken for the model that was asked for."""

import pytest

from studies.llm.naming import is_other_model

SAME = [
    ("gpt-4o-mini", "gpt-4o-mini"),
    ("gpt-4o-mini", "GPT-4o-Mini"),
    ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
    ("gemini-1.5-pro", "gemini-1.5-pro-002"),
    ("gpt-4", "gpt-4-0613"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-latest"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
    ("gemini-2.5-pro", "models/gemini-2.5-pro"),
    ("models/gemini-2.5-pro", "gemini-2.5-pro-05-06"),
    ("openai/gpt-4o", "gpt-4o-2024-08-06"),
    ("gpt-4o", "openai/gpt-4o"),
    ("accounts/fireworks/models/qwen3", "fireworks/qwen3"),
    ("claude-3-5-sonnet", "claude-3-5-sonnet@20240620"),
    ("anthropic.claude-3-5-sonnet", "anthropic.claude-3-5-sonnet-20240620-v1:0"),
    ("anything", ""),
    ("anything", " "),
    ("scripted-judge", "scripted-judge"),
]
OTHER = [
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4o-mini", "gpt-4o"),
    ("gpt-4o", "gpt-4o-mini-2024-07-18"),
    ("claude-opus-4", "claude-opus-4-1"),
    ("claude-opus-4", "claude-opus-4-1-20250805"),
    ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
    ("gpt-4o-2024-05-13", "gpt-4o"),
    ("gpt-3.5-turbo", "gpt-3.5-turbo-16k"),
    ("claude-3-5-sonnet-latest", "claude-3-7-sonnet-20250219"),
    ("meta/llama-3", "mistral/llama-3"),
    ("gemini-1.5-pro", "gemini-1.5-flash-002"),
    ("qwen3", "qwen3\n-001"),
]


@pytest.mark.parametrize(("asked", "returned"), SAME)
def test_the_same_model_under_another_name(asked: str, returned: str) -> None:
    assert is_other_model(asked, returned) is False


@pytest.mark.parametrize(("asked", "returned"), OTHER)
def test_another_model(asked: str, returned: str) -> None:
    assert is_other_model(asked, returned) is True
