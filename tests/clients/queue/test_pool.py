"""The pool: its budget, who waits, and connections that broke while they rested."""

from __future__ import annotations

import threading

import pytest
import redis

from clients.queue import connect
from tests.clients.queue.cast import LossyProxy


def test_no_more_connections_are_made_than_allowed_and_the_last_used_goes_first(valkey_url: str) -> None:
    client = connect(valkey_url, max_connections=2)
    pool = client.connection_pool
    first, second = pool.get_connection(), pool.get_connection()
    pool.release(first)
    pool.release(second)
    assert pool.get_connection() is second
    assert pool.get_connection() is first
    client.close()
    pool.disconnect()


def test_whoever_finds_none_waits_for_the_next(valkey_url: str) -> None:
    client = connect(valkey_url, max_connections=1)
    pool = client.connection_pool
    taken, got = pool.get_connection(), []
    waiting = threading.Thread(target=lambda: got.append(pool.get_connection()))
    waiting.start()
    pool.release(taken)
    waiting.join(5)
    assert got == [taken]
    pool.disconnect()


def test_nobody_waits_for_ever(valkey_url: str) -> None:
    client = connect(valkey_url, max_connections=1)
    pool = client.connection_pool
    pool._timeout_s = 0.01
    pool.get_connection()
    with pytest.raises(redis.ConnectionError, match="came free"):
        pool.get_connection()
    pool.disconnect()


def test_after_one_broke_the_others_are_looked_at_before_they_are_used(valkey_url: str, store: redis.Redis) -> None:
    proxy = LossyProxy(valkey_url)
    client = connect(proxy.url, max_connections=3)
    taken = [client.connection_pool.get_connection() for _ in range(3)]
    for connection in taken:
        client.connection_pool.release(connection)
    proxy.cut()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    assert client.ping()
    assert client.ping()
    client.connection_pool.disconnect()
    proxy.close()


def test_a_connection_that_cannot_be_opened_gives_its_place_back(valkey_url: str) -> None:
    client = connect("redis://127.0.0.1:1/0", max_connections=1)
    for _ in range(3):
        with pytest.raises(redis.ConnectionError, match="refused"):
            client.ping()


def test_after_a_renewal_every_connection_is_opened_anew(valkey_url: str) -> None:
    client = connect(valkey_url, max_connections=2)
    pool = client.connection_pool
    before = {client.client_id() for _ in range(2)}
    in_use = pool.get_connection()
    pool.renew()
    pool.release(in_use)
    after = {client.client_id() for _ in range(2)}
    assert not before & after
    pool.disconnect()
