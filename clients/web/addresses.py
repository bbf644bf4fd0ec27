"""Which network addresses a crawl may connect to: public unicast ones, whatever form they are written in. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_REFUSED_V4 = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments, some of which Python calls global
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # a cloud's own control address, in public space
        "100.64.0.0/10",
        "198.18.0.0/15",
        "224.0.0.0/3",  # multicast and reserved
    )
)
_PUBLIC_V6 = ip_network("2000::/3")
_REFUSED_V6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
        "5f00::/16",
    )
)


def is_permitted(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether to connect to this address. Not to forms that carry an IPv4 address (mapped, 6to4, NAT64, compatible).

    `allow_loopback` is the development allowance: 127.0.0.0/8 and ::1 as such, no disguise of them.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if allow_loopback and is_loopback(address):
        return True
    if isinstance(found, IPv4Address):
        return found.is_global and not found.is_multicast and not any(found in network for network in _REFUSED_V4)
    return _is_public(found)


def is_loopback(address: str) -> bool:
    """127.0.0.0/8 or ::1 as such."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return found.is_loopback and getattr(found, "ipv4_mapped", None) is None


def _is_public(found: IPv6Address) -> bool:
    if found not in _PUBLIC_V6 or any(found in network for network in _REFUSED_V6):
        return False
    return found.is_global and not found.is_multicast and not found.is_site_local
