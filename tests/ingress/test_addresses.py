from __future__ import annotations

import pytest

from config.settings import SettingsError
from ingress.addresses import client_address, is_loopback, trusted_proxies

OURS = trusted_proxies("10.0.0.0/8, 192.168.1.1 ,fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # nobody we trust wrote it
        ("10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # the first hop is the caller's own claim
        ("10.1.1.1", ["1.2.3.4, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.1.1.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),  # two headers are one list
        ("10.1.1.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.1.1", ["nonsense, 10.2.2.2"], "10.2.2.2"),
        ("10.1.1.1", [""], "10.1.1.1"),
        ("10.1.1.1", [], "10.1.1.1"),
        ("::ffff:10.1.1.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", [], "2001:db8:1:2::/64"),
        (None, ["198.51.100.1"], "unknown"),
        ("testclient", [], "unknown"),
        ("10.1.1.1", [",".join(["1.2.3.4"] * 10_000)], "1.2.3.4"),
    ],
)
def test_the_last_hop_that_is_not_ours_is_the_caller(peer, forwarded, expected):
    assert client_address(peer, forwarded, OURS) == expected


def test_without_trusted_proxies_only_the_peer_counts():
    assert trusted_proxies("") == ()
    assert client_address("10.1.1.1", ["1.2.3.4"], ()) == "10.1.1.1"


@pytest.mark.parametrize("text", ["ten", "10.0.0.0/99", "10.0.0.1;10.0.0.2"])
def test_wrong_proxies_stop_the_process_with_a_sentence(text):
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        trusted_proxies(text)


def test_loopback_is_this_machine():
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("::ffff:127.0.0.1")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback(None)
