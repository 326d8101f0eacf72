"""The file as bytes."""

import hashlib

import pytest

from studies.importing.files import CHUNK, inspect, opened
from studies.importing.records import Refused
from tests.studies.importing.material import source


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        inspect(source(data))
    return str(caught.value)


def test_checksum_and_size() -> None:
    data = "é".encode() * CHUNK + b"."  # characters that straddle the chunks
    data = b"x" + data
    facts = inspect(source(data))
    assert (facts.sha256, facts.size) == (hashlib.sha256(data).hexdigest(), 2 * CHUNK + 2)


def test_a_byte_order_mark_is_accepted() -> None:
    data = b"\xef\xbb\xbf{}"
    assert inspect(source(data)).size == 5
    with opened(source(data)) as stream:
        assert stream.read() == "{}"


@pytest.mark.parametrize("data", [b"", b"\n \n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file(data: bytes) -> None:
    assert refusal(data) == "the file is empty. Is it the right one?"


@pytest.mark.parametrize("before", [0, CHUNK - 8, CHUNK + 5])
def test_a_wrong_encoding_is_placed(before: int) -> None:
    data = b"a" * before + b"\nabc\nna\xefve\n"
    assert refusal(data).startswith(
        f"the file is not UTF-8: byte 0xef at offset {before + 7:,} (line 3). Save the file again"
    )


def test_utf_16_is_named() -> None:
    assert refusal("{}".encode("utf-16")).startswith("the file is UTF-16, not UTF-8")


def test_a_file_that_ends_inside_a_character() -> None:
    assert refusal("ab é".encode()[:-1]).startswith("the file ends inside a character")


@pytest.mark.parametrize("before", [1, CHUNK, CHUNK + 3])
def test_a_nul_byte_is_placed(before: int) -> None:
    data = b"\n" * before + b"a\0b"
    assert refusal(data).startswith(
        f"the file holds a NUL byte at offset {before + 1:,} (line {before + 1:,})"
    )
