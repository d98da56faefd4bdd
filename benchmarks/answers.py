"""
Processor time of an answer at the command line: explain, compare, check, and imports.

    python -m benchmarks.answers [ROUNDS]

Each command runs in a process of its own; the least user time of the rounds is printed. The first
line of `check` checks every table again, the second those that changed since the first.
"""

import resource
import subprocess
import sys

_COMMAND = ("-m", "analysis")
ASKED = {
    "check, every table": (*_COMMAND, "check", "--again"),
    "check, nothing changed": (*_COMMAND, "check"),
    "explain chuxiong deaths": (*_COMMAND, "explain", "chuxiong", "deaths"),
    "compare chuxiong nantong": (*_COMMAND, "compare", "chuxiong", "nantong"),
    "import analysis.charts": ("-c", "import analysis.charts"),
    "rs.profile": ("-c", "import analysis as rs; rs.profile('chuxiong')"),
}


def seconds(arguments: tuple[str, ...]) -> float:
    """Return the user time of Python with *arguments*."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    """Print the least user time of each command."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for name, arguments in ASKED.items():
        print(f"{name:26}{min(seconds(arguments) for _ in range(rounds)):6.2f} s")


if __name__ == "__main__":
    main()
