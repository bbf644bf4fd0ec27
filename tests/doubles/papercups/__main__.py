"""Runs the double on loopback: `python -m tests.doubles.papercups --port N`; port 0 takes a free one and prints it."""

from __future__ import annotations

import argparse
import socket

import uvicorn

from tests.doubles.papercups import create_app


def main() -> None:
    """One line when it listens, then until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.doubles.papercups")
    parser.add_argument("--port", type=int, default=4000)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", parser.parse_args().port))
    listener.listen(2048)  # connections wait here from now on, so the line below is true
    print(f"papercups double listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
