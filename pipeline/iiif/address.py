"""Address: which addresses of the web may be asked, so that a manifest cannot reach into the reader's own network."""

from __future__ import annotations

import ipaddress
import socket

import httpx

from tablekin.errors import FetchError

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_address(text: str) -> httpx.URL:
    """Read an address of the web.

    Raises
    ------
    FetchError
        It is none: a path, an address of another kind, or one with a password in it.
    """
    shown = text if len(text) <= 200 else f"{text[:200]}..."
    try:
        address = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError, TypeError, UnicodeError) as error:
        raise FetchError(f"{shown!r} is not a web address") from error
    if address.scheme == "file":
        raise FetchError(f"{shown} is a file of this machine, which is not opened by that address")
    if address.scheme not in ("http", "https") or not address.host:
        raise FetchError(f"{shown!r} is not a web address: it has to begin with https:// or http://")
    if address.userinfo:
        raise FetchError(
            f"the address of {address.host} has a name or password in it, which would be sent openly"
        )
    return address


def resolve(host: str, port: int, allow_private: bool) -> list[str]:
    """Find the numeric addresses of a host, all of which must be public.

    Raises
    ------
    FetchError
        The host is not known, or one of its addresses lies inside this machine or its network.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"there is no server named {host}; check the address and the connection") from error
    numbers = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    for number in numbers:
        if not allow_private and not is_public(number):
            raise FetchError(
                f"{host} lies inside this machine or its network ({number}) and is not asked; "
                "allow that with --allow-private if the server is your own"
            )
    return numbers


def is_public(number: str) -> bool:
    """Whether a numeric address is one of the open internet, also where it stands inside another one."""
    address = ipaddress.ip_address(number)
    return all(each.is_global and not each.is_multicast for each in (address, *_inner(address)))


def _inner(address: IPAddress) -> list[IPAddress]:
    """Give the IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[IPAddress | None] = [address.ipv4_mapped, address.sixtofour]
    found += address.teredo or ()
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
