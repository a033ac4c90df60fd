"""dbt in a process of its own that reads the project first, and builds when it is told to.

Loading dbt and reading the project take seconds in which nothing is decided yet; the process that started
this one uses them to look at what has come in. It writes one command to standard input, as a line of JSON:
its arguments, and settings that join the environment. Where the line never comes, nothing is run.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import sys
from typing import NoReturn


def main(places: list[str]) -> int:
    """Reads the project of ``places`` (dbt's folder options), waits for a command, and runs it.

    What is wrong with the project is said by the command, which reads it again: only what changed, so that
    this takes little. Where the command is there by the time that dbt is loaded, it alone reads the project.
    """
    # most of what dbt makes lives as long as its process: looking for garbage is an eighth of a build's time;
    # unit tests alone leave much, half a gigabyte between two looks
    gc.set_threshold(3_000_000, 10, 10)
    from dbt.cli.main import cli, dbtRunner

    is_there, _, _ = select.select([sys.stdin], [], [], 0)
    if not is_there:
        # the manifest of the last build stays as it was
        dbtRunner().invoke(["--log-level", "none", "--no-write-json", "parse", *places])
    line = sys.stdin.readline()
    if line:
        command = json.loads(line)
        os.environ.update(command["settings"])
        try:
            cli([*command["arguments"], *places])
        except SystemExit as end:
            _end(end.code)
    return 0


def _end(code: int | str | None) -> NoReturn:
    """Ends the process as Python does, but for freeing a million objects one by one."""
    # closes the build file, gives semaphores back, writes out the log
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else code is not None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
