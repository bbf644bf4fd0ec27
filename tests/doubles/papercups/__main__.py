"""Runs the double on loopback: `python -m tests.doubles.papercups --port N`; port 0 takes a free one and prints it.

`--account ID KEY URL` starts it with one account whose bot has that key and whose webhooks go to URL.
"""

from __future__ import annotations

import argparse
import socket

import uvicorn

from tests.doubles.papercups import create_app
from tests.doubles.papercups.control import populate
from tests.doubles.papercups.state import World


def main() -> None:
    """One line when it listens, then until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.doubles.papercups")
    parser.add_argument("--port", type=int, default=4000)
    parser.add_argument("--account", nargs=3, metavar=("ID", "KEY", "URL"))
    asked = parser.parse_args()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", asked.port))
    listener.listen(2048)  # connections wait here from now on, so the line below is true
    print(f"papercups double listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    world = World()
    if asked.account:
        populate(world, "Demo business", *asked.account)
    config = uvicorn.Config(create_app(world), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
