"""Whose request it is, by address: the last hop that is not one of our own proxies. Used for limits, never stored or logged."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from config.settings import SettingsError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64  # what one customer usually gets
LONGEST_CHAIN = 32  # hops looked at; nobody has more proxies


def trusted_proxies(text: str) -> tuple[Network, ...]:
    """TRUSTED_PROXIES as networks.

    Raises:
        SettingsError: one of them is neither an address nor a network.
    """
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingsError(
            "Frontdesk cannot start, the environment is not right:\n"
            "  TRUSTED_PROXIES: expected addresses or networks (10.0.0.0/8), separated by commas"
        ) from None


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The caller's IPv4 address or IPv6 network.

    `forwarded_for` are the X-Forwarded-For headers as they came; they count only as far as trusted proxies wrote them.
    """
    address = _parse(peer or "")
    hops = [hop for header in forwarded_for for hop in header.split(",")]
    for hop in reversed(hops[-LONGEST_CHAIN:]):
        if address is None or not _within(address, trusted):
            break
        before = _parse(hop)
        if before is None:
            break
        address = before
    return _bucket(address)


def is_loopback(peer: str | None) -> bool:
    """Whether the connection comes from this machine."""
    address = _parse(peer or "")
    return address is not None and address.is_loopback


def _parse(text: str) -> Address | None:
    """An address with or without port and brackets; IPv4 within IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _bucket(address: Address | None) -> str:
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))
    return str(address)
