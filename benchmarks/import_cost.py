"""What ``import paramattr`` costs beyond ``import numpy``: wall time and peak memory of whole processes.

Runs the two imports in turn, so that a machine that changes its speed changes both, and prints the median of the
differences.

    python benchmarks/import_cost.py [--rounds 31]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

PROBE = """
import resource, sys, time
import numpy
start = time.perf_counter()
{statement}
elapsed = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "linux" else 1024)
print(elapsed * 1e3, peak / 1024)
"""


# Compiled once and kept, as in any installation, whatever this shell says.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def probe(statement: str) -> tuple[float, float]:
    """Milliseconds that ``statement`` takes after ``import numpy``, and the peak memory of the process in MiB."""
    code = PROBE.format(statement=statement)
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=ENV).stdout
    elapsed, peak = map(float, printed.split())
    return elapsed, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=31, help="pairs of processes (default: 31)")
    rounds = parser.parse_args().rounds
    probe("import paramattr")  # the first one compiles and warms the disk cache
    pairs = [(probe("import paramattr"), probe("pass")) for _ in range(rounds)]
    added_time = statistics.median(ours[0] - base[0] for ours, base in pairs)
    added_memory = statistics.median(ours[1] - base[1] for ours, base in pairs)
    print("above `import numpy`, median of", rounds)
    print(f"  time    {added_time:6.1f} ms   (limit 30)")
    print(f"  memory  {added_memory:6.1f} MiB  (limit 5)")
    if added_time > 30 or added_memory > 5:
        raise SystemExit("over the limit")


if __name__ == "__main__":
    main()
