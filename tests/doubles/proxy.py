"""A TCP proxy before a Redis that can lose one reply: of the next command that holds a given word, on purpose."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit


class LossyProxy:
    """Forwards to `url`. `lose(word)` throws the reply to the next command with `word` away and cuts its connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 6379)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        address = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = urlunsplit(parts._replace(netloc=address.removeprefix("@")))
        self._lock = threading.Lock()
        self._word: bytes | None = None
        self.lost = threading.Event()
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def lose(self, word: str) -> None:
        """From now on; `lost` is set when it has happened."""
        with self._lock:
            self.lost.clear()
            self._word = word.encode()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake the thread in accept()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self._target) as far:
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            losing = False
            while True:
                readable, _, _ = select.select([near, far], [], [])
                if near in readable:
                    asked = near.recv(1 << 18)
                    if not asked:
                        return
                    losing = losing or self._is_meant(asked)
                    far.sendall(asked)
                if far in readable:
                    answer = far.recv(1 << 18)
                    if losing:
                        self.lost.set()
                    if losing or not answer:
                        return
                    near.sendall(answer)

    def _is_meant(self, asked: bytes) -> bool:
        with self._lock:
            if self._word is None or self._word not in asked:
                return False
            self._word = None
            return True
