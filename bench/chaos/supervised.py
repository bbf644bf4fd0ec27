"""One program under config/supervisor, as a platform's dyno: started again whenever it dies, stopped in order by SIGTERM.

`python -m bench.chaos.supervised NAME COMMAND`; the environment is the program's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from config.supervisor import Program, Supervisor

ROOT = Path(__file__).parents[2]
FIRST_WAIT_S = 0.2  # doubled with each death, as in `make run`, where it begins at 1 s
GRACE_S = 20.0  # what platforms give between SIGTERM and SIGKILL


def main(name: str, command: str) -> None:
    """Until SIGTERM."""
    run = f"chaos:{name}:{os.getpid()}"
    with Supervisor(os.environ, folder=ROOT, run=run, first_wait_s=FIRST_WAIT_S, grace_s=GRACE_S) as supervisor:
        supervisor.start(Program(name, command))
        supervisor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
