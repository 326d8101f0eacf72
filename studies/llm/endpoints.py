"""Which addresses a worker may send dialogues to: rules and a look at the name service, nothing else.

A custom endpoint is an address that somebody typed in, so it is a way into the network the worker stands in.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from studies.llm.port import Api, Endpoint

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str], Iterable[str]]

#: The providers' own addresses, said here so that no environment variable of their libraries changes them.
OWN_ADDRESSES: Final[dict[Api, str]] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class EndpointRefused(Exception):
    """An address that must not be called; the message is a sentence for whoever typed it in."""


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """What this installation allows. allowed_hosts: "llm.example.org", ".example.org" for all below it,
    "llm.example.org:8443" for one port."""

    allowed_hosts: tuple[str, ...] = ()
    allow_private: bool = False
    allow_loopback: bool = False


def address_of(endpoint: Endpoint) -> str:
    """The base URL that is called; "" for the scripted provider, which calls none."""
    return endpoint.base_url or OWN_ADDRESSES.get(endpoint.api, "")


def host_of(endpoint: Endpoint) -> str:
    """The host as a record names it, with its port when the address has one; "" when there is none."""
    try:
        return urlsplit(address_of(endpoint)).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def resolve(host: str) -> list[str]:
    """The addresses of a host name, as the operating system knows them; blocks.

    Raises EndpointRefused when there are none.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise EndpointRefused(f"The host {host} can't be found ({error.strerror or error}).") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_endpoint(
    base_url: str,
    *,
    allowed_hosts: Collection[str],
    allow_private: bool,
    allow_loopback: bool,
    resolve: Resolver = resolve,
) -> list[str]:
    """The addresses of a custom endpoint that may be called, in the resolver's order.

    Raises EndpointRefused unless it is https on an allowed host (see EndpointPolicy) that resolves to public
    addresses only. allow_private lets private ones in as well, allow_loopback this machine, there over http
    too and off the list. One forbidden address among several refuses them all.
    """
    parts = _split(base_url)
    host = parts.hostname or ""
    addresses = [str(_parsed(text)) for text in _looked_up(host, resolve)]
    is_loopback = all(_parsed(text).is_loopback for text in addresses)
    if not (is_loopback and allow_loopback):
        _check_name(parts, allowed_hosts)
    for text in addresses:
        _check_address(host, _parsed(text), allow_private=allow_private, allow_loopback=allow_loopback)
    return addresses


def _split(base_url: str) -> SplitResult:
    try:
        parts = urlsplit(base_url)
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise EndpointRefused(f"This is no web address: {base_url!r}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EndpointRefused("An endpoint's address starts with https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise EndpointRefused(
            "An endpoint's address holds no user name and no password: keys come from the environment."
        )
    if parts.query or parts.fragment:
        raise EndpointRefused("An endpoint's address ends with its path, without ? and #.")
    return parts


def _looked_up(host: str, resolve: Resolver) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        found = list(resolve(host))
    if not found:
        raise EndpointRefused(f"The host {host} can't be found.")
    return found


def _check_name(parts: SplitResult, allowed_hosts: Collection[str]) -> None:
    host = (parts.hostname or "").rstrip(".")
    if not any(_is_listed(host, parts.port, entry.strip().lower()) for entry in allowed_hosts):
        raise EndpointRefused(
            f"The host {host} is not on this installation's list of allowed hosts. "
            "Whoever runs the installation can add it."
        )
    if parts.scheme != "https":
        raise EndpointRefused("An endpoint on another machine is called over https:// only.")


def _is_listed(host: str, port: int | None, entry: str) -> bool:
    names = (host, f"{host}:{port or 443}")
    return entry in names or (entry.startswith(".") and any(name.endswith(entry) for name in names))


def _parsed(text: str) -> IPAddress:
    """An address without its zone; an IPv4 address in IPv6 clothes is taken for what it is."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _check_address(host: str, address: IPAddress, *, allow_private: bool, allow_loopback: bool) -> None:
    if address.is_loopback:
        if not allow_loopback:
            raise EndpointRefused(f"The host {host} is this machine itself, which this installation refuses.")
        return
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        raise EndpointRefused(f"The host {host} has an address that is never called: {address}.")
    if not address.is_global and not allow_private:
        raise EndpointRefused(
            f"The host {host} is inside a private network ({address}), which this installation refuses."
        )
