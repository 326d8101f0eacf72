"""Which addresses may be called."""

import pytest

from studies.llm.endpoints import EndpointRefused, address_of, check_endpoint, host_of
from studies.llm.port import Endpoint

NAMES = {
    "llm.example.org": ["93.184.216.34", "2606:2800:220:1::1"],
    "gpu.lab.example.org": ["10.1.2.3"],
    "mixed.example.org": ["93.184.216.34", "192.168.1.9"],
    "mapped.example.org": ["::ffff:127.0.0.1"],
    "nat64.example.org": ["64:ff9b::a01:203"],
    "metadata.example.org": ["169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
    "nowhere.example.org": [],
}


def check(url: str, *hosts: str, private: bool = False, loopback: bool = False) -> list[str]:
    return check_endpoint(
        url, allowed_hosts=hosts, allow_private=private, allow_loopback=loopback, resolve=NAMES.__getitem__
    )


def why(url: str, *hosts: str, private: bool = False, loopback: bool = False) -> str:
    with pytest.raises(EndpointRefused) as refused:
        check(url, *hosts, private=private, loopback=loopback)
    return str(refused.value)


def test_a_listed_host_with_public_addresses() -> None:
    found = ["93.184.216.34", "2606:2800:220:1::1"]
    assert check("https://llm.example.org/v1", "llm.example.org") == found
    assert check("https://LLM.example.org:8443/v1", "llm.example.org:8443") == found
    assert check("https://llm.example.org/v1", "other.org", " .Example.org ") == found
    assert check("https://93.184.216.34/v1", "93.184.216.34") == ["93.184.216.34"]


@pytest.mark.parametrize(
    "listed", ["", "example.org", "xllm.example.org", "llm.example.org:8443", ".org.example"]
)
def test_a_host_off_the_list(listed: str) -> None:
    assert why("https://llm.example.org/v1", listed).startswith("The host llm.example.org is not on")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://llm.example.org/v1", "over https:// only"),
        ("ftp://llm.example.org/v1", "starts with https://"),
        ("llm.example.org/v1", "starts with https://"),
        ("https:///v1", "starts with https://"),
        ("https://llm.example.org:port/v1", "no web address"),
        ("https://[::1/v1", "no web address"),
        ("https://me:secret@llm.example.org/v1", "no user name and no password"),
        ("https://llm.example.org/v1?key=1", "without ? and #"),
        ("https://nowhere.example.org/v1", "can't be found"),
        ("https://gpu.lab.example.org/v1", "inside a private network (10.1.2.3)"),
        ("https://mixed.example.org/v1", "inside a private network (192.168.1.9)"),
        ("https://mapped.example.org/v1", "is this machine itself"),
        ("https://nat64.example.org/v1", "inside a private network (10.1.2.3)"),
        ("https://127.0.0.1/v1", "is not on"),
        ("https://metadata.example.org/v1", "never called: 169.254.169.254"),
    ],
)
def test_what_is_refused(url: str, words: str) -> None:
    assert words in why(url, ".example.org")


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "[fe80::1]", "224.0.0.1", "255.255.255.255", "[::]", "240.0.0.1", "[ff02::1]"],
)
def test_what_no_permission_opens(address: str) -> None:
    host = address.strip("[]")
    assert "never called" in why(f"https://{address}/v1", host, private=True, loopback=True)


def test_private_networks_and_this_machine_are_opened_apart() -> None:
    assert check("https://gpu.lab.example.org/v1", ".example.org", private=True) == ["10.1.2.3"]
    assert "this machine" in why("https://mapped.example.org", ".example.org", private=True)
    assert check("http://localhost:8192/v1", loopback=True) == ["127.0.0.1", "::1"]
    assert check("http://[::1]:8192/v1", loopback=True) == ["::1"]
    assert "not on" in why("http://localhost:8192/v1", private=True)


def test_the_real_resolver_says_so_when_it_finds_nothing() -> None:
    with pytest.raises(EndpointRefused, match="can't be found"):
        check_endpoint(
            "https://no-such-host.invalid", allowed_hosts=(), allow_private=False, allow_loopback=False
        )


def test_the_host_that_a_record_names() -> None:
    assert host_of(Endpoint("anthropic")) == "api.anthropic.com"
    assert host_of(Endpoint("openai", "https://llm.example.org:8443/v1")) == "llm.example.org:8443"
    assert address_of(Endpoint("google")) == "https://generativelanguage.googleapis.com"
    assert (address_of(Endpoint("scripted")), host_of(Endpoint("scripted"))) == ("", "")
    assert host_of(Endpoint("openai", "https://[::1/v1")) == ""
