"""The attack in its long form: python tests/attack/run.py --minutes 10

Tries odd calls, mutated files, gradients, forks, kills and signals for the time given, on all cores, and prints how many
there were and what was found. The exit status is 1 if anything was. Needs what the tests need: pip install -e '.[test]'.
"""

from __future__ import annotations

import argparse
import os
import re
import runpy
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: The parts, longest first, and their shares of the time.
SHARES = {"files": 2, "gradients": 2, "calls": 1, "processes": 1}
#: Those that each core runs, with a seed of its own.
ON_EACH_CORE = ("files", "gradients")


def gradients(seed: int, seconds: float) -> dict[str, Any]:
    """Check the gradients of every rule and function against differences, at new examples again and again."""
    found: dict[str, Any] = {"gradients": 0, "stray": []}
    environment = {**os.environ, "PARAMATTR_EXAMPLES": "100", "PARAMATTR_COUNT_GRADIENTS": "1"}
    tests = [str(HERE.parent / "autograd" / "test_rules.py"), str(HERE.parent / "nn" / "functional")]
    options = ["-q", "-s", "-p", "no:cacheprovider", "-k", "gradient"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        command = [sys.executable, "-m", "pytest", f"--hypothesis-seed={seed}", *options, *tests]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        seed += 1_000_000
        found["gradients"] += sum(map(int, re.findall(r"^gradients checked: (\d+)$", done.stdout, re.M)))
        if done.returncode:
            found["stray"].append(done.stdout[-3000:])
            break
    return found


def attack(part: str, seed: int, seconds: float) -> dict[str, Any]:
    """Run one part."""
    if part == "gradients":
        return gradients(seed, seconds)
    found: dict[str, Any] = runpy.run_path(str(HERE / f"{part}.py"))["run"](seed, seconds)
    return found


def main() -> int:
    """Run all parts and print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    jobs = [(part, options.seed + i) for part in SHARES for i in range(cores if part in ON_EACH_CORE else 1)]
    share = options.minutes * 60 * cores / sum(SHARES[part] for part, _ in jobs)
    counts: Counter[str] = Counter()
    strays: list[str] = []
    with ProcessPoolExecutor(cores) as pool:
        for future in [pool.submit(attack, part, seed, share * SHARES[part]) for part, seed in jobs]:
            found = future.result()
            strays += found.pop("stray")
            counts.update(found)
    for name, count in counts.items():
        print(f"{name:12} {count:>10,}")
    print(f"{'found':12} {len(strays):>10,}")
    for stray in strays:
        print(f"\n{stray}")
    return 1 if strays else 0


if __name__ == "__main__":
    raise SystemExit(main())
