"""dbt in a process of its own that reads the project first, and builds when it is told to.

Loading dbt and reading the project take seconds in which nothing is decided yet; the process that started
this one uses them to look at what has come in. It writes one command to standard input, as a line of JSON:
its arguments, and settings that join the environment. Where the line never comes, nothing is run.
"""

from __future__ import annotations

import json
import os
import sys


def main(places: list[str]) -> int:
    """Reads the project of ``places`` (dbt's folder options), waits for a command, and runs it.

    What is wrong with the project is said by the command, which reads it again: only what changed, so that
    this takes little.
    """
    from dbt.cli.main import cli, dbtRunner

    # the manifest of the last build stays as it was
    dbtRunner().invoke(["--log-level", "none", "--no-write-json", "parse", *places])
    line = sys.stdin.readline()
    if line:
        command = json.loads(line)
        os.environ.update(command["settings"])
        cli([*command["arguments"], *places])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
