"""The command ``paramattr``: lists initializers, shows what one draws, checks it."""

from __future__ import annotations

import argparse
import inspect
import json
import math
import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import numpy as np

from paramattr import __version__
from paramattr import initializer as initializers
from paramattr.initializer import Initializer, compute_fans
from paramattr.initializer.spec import parse_initializer, parse_shape
from paramattr.testing import Report, check_initializer
from paramattr.utils import dtypes

_BARS = " ▏▎▍▌▋▊▉█"
_ASCII = str.maketrans(
    {"√": "sqrt", "·": "*", "×": "x", "±": "+-", "≥": ">=", "≤": "<=", "²": "^2", "₁": "1", "₂": "2", "…": "..."}
    | {"ε": "epsilon", "μ": "mu", "β": "beta", "λ": "lambda", "Σ": "sum", "←": "<-", "–": "-", "’": "'"}
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, with the process's arguments or these; return 0, 1 where a check failed, or 2 for bad ones."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.command is None:
            _print(parser.format_help().rstrip())
            return 0
        status: int = options.run(options)
        if sys.stdout is not None:  # closed from the start
            sys.stdout.flush()
    except BrokenPipeError:
        # Who read the output has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (TypeError, ValueError, ImportError, OSError, MemoryError) as error:
        reason = "the machine's memory does not suffice" if isinstance(error, MemoryError) else error
        _print(f"paramattr {options.command}: {reason}", sys.stderr)
        return 2
    return status


def _print(text: object, file: TextIO | None = None) -> None:
    """Print in ASCII where the terminal has no more."""
    file = sys.stdout if file is None else file
    if file is None:
        return
    try:
        str(text).encode(file.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        text = str(text).translate(_ASCII).encode("ascii", "replace").decode()
    print(text, file=file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paramattr", description="Initializers: list them, look at one, check it.")
    parser.add_argument("--version", action="version", version=f"paramattr {__version__}")
    commands = parser.add_subparsers(dest="command")
    command = commands.add_parser("list", help="each initializer, its law and its source")
    command.set_defaults(run=_list)
    command.add_argument("--json", action="store_true")
    for name, run, text in (
        ("inspect", _inspect, "law, fans, theory beside what is drawn, a histogram"),
        ("check", _check, "statistical tests; the exit status is 1 if one fails"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run, alpha=1e-6, draws=1)
        command.add_argument("spec", metavar="SPEC", help='such as "TruncatedNormal(0.0, 0.02, a=-2, b=2)"')
        command.add_argument("--shape", required=True, help="such as 256,128,3,3")
        command.add_argument("--dtype", default="float32")
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--json", action="store_true")
        command.add_argument("--plot", metavar="FILE", help="draw the report into this file")
        if name == "check":
            command.add_argument("--alpha", type=float, help="the probability of a false alarm")
            command.add_argument("--draws", type=int, help="how many parameters to draw")
    return parser


def _list(options: argparse.Namespace) -> int:
    rows = []
    for cls in sorted(initializers.registered(), key=lambda cls: cls.__name__):
        law, _, document = (inspect.getdoc(cls) or "").partition("\n")
        references = document.partition("References\n----------\n")[2]
        source = " ".join(references.partition("\n\n")[0].split())
        rows.append({"name": cls.__name__, "signature": str(inspect.signature(cls)), "law": law, "source": source})
    if options.json:
        _print(json.dumps(rows, indent=1))
    else:
        for row in rows:
            _print(f"{row['name']}{row['signature'].partition(' -> ')[0]}\n    {row['law']}\n    {row['source']}")
    return 0


def _inspect(options: argparse.Namespace) -> int:
    recipe, shape = parse_initializer(options.spec), parse_shape(options.shape)
    report = _report(options, recipe, shape)
    law, values = report.law, report.values
    facts: dict[str, Any] = {"initializer": repr(recipe), "shape": list(shape), "dtype": options.dtype}
    facts["fan_in"], facts["fan_out"] = compute_fans(shape)
    theory: dict[str, float | None] = dict.fromkeys(("mean", "std", "min", "max"))
    if law is not None:
        facts["law"] = repr(law)
        theory = {"mean": law.mean, "std": law.std, "min": law.low, "max": law.high}
    seen = {name: float(getattr(values, name)()) for name in theory}
    if options.json:
        told = {name: x if x is None or math.isfinite(x) else repr(x) for name, x in theory.items()}
        _print(json.dumps({**facts, "theory": told, "observed": seen}, indent=1))
        return 0
    for name, fact in facts.items():
        _print(f"{name:12} {fact}")
    _print(f"{'':12} {'theory':>12} {'observed':>12}")
    for name, expected in theory.items():
        _print(f"{name:12} {'' if expected is None else f'{expected:.6g}':>12} {seen[name]:>12.6g}")
    _print(_histogram(values.reshape(-1)))
    return 0


def _histogram(values: np.ndarray[Any, Any], rows: int = 16, width: int = 48) -> str:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"all values are {low:.6g}"
    counts, edges = np.histogram(values, rows)
    fine = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
    lines = []
    for count, edge in zip(counts, edges[:-1], strict=True):
        eighths = round(8 * width * int(count) / int(counts.max()))
        bar = "█" * (eighths // 8) + _BARS[eighths % 8].strip() if fine else "#" * round(eighths / 8)
        lines.append(f"{edge:>12.5g} {bar}")
    return "\n".join(lines)


def _check(options: argparse.Namespace) -> int:
    report = _report(options, parse_initializer(options.spec), parse_shape(options.shape))
    _print(json.dumps(report.to_dict(), indent=1) if options.json else report)
    return 0 if report.passed else 1


def _report(options: argparse.Namespace, recipe: Initializer, shape: tuple[int, ...]) -> Report:
    dtype = dtypes.floating("dtype", options.dtype)
    report = check_initializer(recipe, shape, dtype=dtype, alpha=options.alpha, draws=options.draws, seed=options.seed)
    if options.plot:
        report.plot(options.plot)
    return report
