from __future__ import annotations

import re

import pytest

from clients.web.addresses import is_permitted

PRIVATE = re.split(
    r"\s+",
    """127.0.0.1 127.9.9.9 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
    100.64.0.1 100.100.100.200 192.0.0.192 192.0.0.9 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.1.1.1 240.0.0.1 255.255.255.255 192.88.99.1 168.63.129.16 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
    ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 2002:7f00:1::
    2002:808:808::1 2001::1 2001:0:808:808::1 2001:db8::1 2001:10::1 fc00::1 fd00:ec2::254 fe80::1
    fe80::1%eth0 fec0::1 ff02::1 3fff::1 5f00::1 100::1 localhost 1 0x7f000001""",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_never_connected_to(address):
    assert not is_permitted(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::8b"])
def test_public_addresses_are(address):
    assert is_permitted(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_the_allowance_of_development_is_loopback_as_such_and_nothing_else(address):
    assert is_permitted(address, allow_loopback=True) is (address in {"127.0.0.1", "127.9.9.9", "::1"})
