"""How many small faults the tests see: python tests/mutation/run.py --sample 600 --seed 1

Draws positions at random from the package, makes one small change at each (operators of cosmic-ray, and statements left
out), and runs the tests on a copy with that change: first those that mirror the module, then those of its folder, the
pinned values and signatures, and all others, the nearest above it first. A failure or a hang kills the mutant; what
survives is shown as a difference.

equivalent.json lists mutants that change nothing anyone can observe, with the reason. They are set apart. Outcomes go to a
file of JSON lines; a later run doesn't repeat them. Needs pip install -e '.[test,mutation]'.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import itertools
import json
import os
import queue
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import parso
import tomllib
from cosmic_ray.ast import ast_nodes
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names
from parso.python.tree import ExprStmt, KeywordStatement, PythonNode

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.json")
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]["layers"]
#: The folders and single modules of the package, those that use others last.
ROOMS = [room for layer in reversed(LAYERS) for room in layer.split(" | ")]
STAGES = ("own", "folder", "pinned", "rest", "slow")
SLOW = "10000000 or off_by_half or false_alarms or power_at_a_million or tracy_widom_published"
PINNED = ["tests/random/test_golden.py", "tests/test_signatures.py"]
SECONDS = {"slow": 300}  # the longest that one test may take; 60 elsewhere
MEMORY = 8 << 30
GOAL, GOAL_OF_FILE, LEAST_OF_FILE = 0.93, 0.85, 8

# Each operator becomes a neighbour of the same types: `+` for `|` would fail whatever the tests look at.
CHANGES = re.compile(
    "core/("
    "ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Div|FloorDiv_Mul|Mod_FloorDiv|Pow_Mul|RShift_LShift"
    "|LShift_RShift|BitOr_BitAnd|BitAnd_BitOr|BitXor_BitOr)"
    "|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_LtE|Lt_GtE|LtE_Lt|LtE_Gt|Gt_GtE|Gt_LtE|GtE_Gt|GtE_Lt|Is_IsNot"
    "|IsNot_Is)"
    "|ReplaceUnaryOperator_Delete_(USub|Invert|Not)"
    "|AddNot|Replace(TrueWithFalse|FalseWithTrue|AndWithOr|OrWithAnd|BreakWithContinue|ContinueWithBreak)"
    "|ExceptionReplacer|NumberReplacer|RemoveDecorator|ZeroIterationForLoop)"
)

Position = tuple[int, int]


class DeleteStatement(Operator):  # type: ignore[misc]
    """Leaves out a statement that acts: a call, a raise, an assignment to an attribute, an element or in place."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Where the statement stands."""
        if node.parent is None or node.parent.type != "simple_stmt":
            return
        call = isinstance(node, PythonNode) and node.children[-1].get_code().startswith("(")
        raises = isinstance(node, KeywordStatement) and node.type == "raise_stmt"
        writes = isinstance(node, ExprStmt) and (
            node.children[0].type in ("atom_expr", "power") or str(getattr(node.children[1], "value", "=")) not in "=:"
        )
        if call or raises or writes:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Put `pass` in its place."""
        return parso.parse(f"{node.get_first_leaf().prefix}pass")

    @classmethod
    def examples(cls) -> tuple[()]:
        """None: cosmic-ray's own tests ask for them."""
        return ()


def operators() -> dict[str, Operator]:
    """The operators by name."""
    named = {name.removeprefix("core/"): get_operator(name)() for name in operator_names() if CHANGES.fullmatch(name)}
    return {"DeleteStatement": DeleteStatement(), **named}


def unobservable(code: str) -> list[tuple[Position, Position]]:
    """What a test can't see or needn't: types, overloads, texts of errors, the line that a warning points to."""
    found: list[Any] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.arg):
            found.append(node.annotation)
        elif isinstance(node, ast.AnnAssign):
            found.append(node if "Alias" in ast.unparse(node.annotation) else node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(node.returns)
            found += [node, *node.decorator_list] if "overload" in map(ast.unparse, node.decorator_list) else []
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            found.append(node)
        elif isinstance(node, (ast.Raise, ast.Expr)):
            found += [n for n in ast.walk(node) if isinstance(n, ast.JoinedStr)]
        elif isinstance(node, ast.Call):
            found += [argument for argument in node.keywords if argument.arg == "stacklevel"]
            if {"frozen", "repr", "eq"} <= {argument.arg for argument in node.keywords}:  # Record's are as dataclass's
                found += [argument for argument in node.keywords if argument.arg in ("repr", "eq")]
            found.append(node if ast.unparse(node.func) in ("cast", "TypeVar") else None)
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in found if n is not None]


def positions(root: Path, file: str) -> list[tuple[str, Position, list[tuple[str, int]]]]:
    """The file's positions, each with the (operator, occurrence) that may change it."""
    code = (root / file).read_text("utf-8")
    hidden = unobservable(code)
    found: dict[Position, list[tuple[str, int]]] = {}
    nodes = list(ast_nodes(parso.parse(code)))
    for name, operator in operators().items():
        occurrence = 0
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                if not any(begin <= (start[0], start[1] + (name == "RemoveDecorator")) < end for begin, end in hidden):
                    found.setdefault(tuple(start), []).append((name, occurrence))
                occurrence += 1
    return [(file, position, sorted(found[position])) for position in sorted(found)]


def draw(root: Path, only: list[str], sample: int, seed: int) -> Iterator[dict[str, Any]]:
    """Mutants at random; the first of a larger sample are those of a smaller one."""
    files = [p.relative_to(root).as_posix() for p in sorted((root / "paramattr").rglob("*.py"))]
    drawn = random.Random(seed)  # noqa: S311
    choices = [choice for file in files if file.startswith(tuple(only)) for choice in positions(root, file)]
    drawn.shuffle(choices)
    by_name, seen = operators(), set()
    for file, (line, _), changes in choices:
        if len(seen) == sample:
            return
        name, occurrence = drawn.choice(changes)
        code = (root / file).read_text("utf-8")
        mutant = mutate_code(code, by_name[name], occurrence)
        try:
            same = ast.dump(ast.parse(mutant)) == ast.dump(ast.parse(code))
        except SyntaxError:
            continue
        if same or len(re.findall(r"reshape\(.*- 2", mutant)) > len(re.findall(r"reshape\(.*- 2", code)):
            continue  # NumPy works out any negative size, not -1 alone
        if mutant.count("/,") > code.count("/,"):
            continue  # a star between arguments: private settings are given by name, signatures.txt holds the public ones
        diff = list(difflib.unified_diff(code.splitlines(), mutant.splitlines(), lineterm="", n=0))[3:]
        before, after = ("\n".join(row[1:].strip() for row in diff if row[0] == sign).strip() for sign in "-+")
        if (file, line, before, after) not in seen:
            seen.add((file, line, before, after))
            yield {"file": file, "line": line, "operator": name, "before": before, "after": after, "code": mutant}


def stages(root: Path, file: str) -> dict[str, list[str]]:
    """The files whose tests and examples to run, nearest first."""
    inside = Path(file).relative_to("paramattr")
    every = [
        p.relative_to(root).as_posix() for p in sorted(root.glob("tests/**/test_*.py")) if "conformance" not in p.parts
    ]
    every += [p.relative_to(root).as_posix() for p in sorted(root.glob("paramattr/**/*.py")) if p.stem != "__main__"]
    every = [f for f in every if f not in PINNED]
    own = [f for f in (f"tests/{inside.parent.as_posix()}/test_{inside.name}".replace("/./", "/"), file) if f in every]
    room = inside.parts[0].removesuffix(".py")
    above = ROOMS[ROOMS.index(room) :] if room in ROOMS else []
    far = {f: len(ROOMS) for f in every}
    for distance, name in reversed(list(enumerate(above))):
        starts = (f"tests/{name}/", f"tests/test_{name}.py", f"paramattr/{name}/", f"paramattr/{name}.py")
        far.update({f: distance for f in every if f.startswith(starts)})
    folder = [f for f in every if Path(f).parent in (Path(file).parent, Path("tests") / inside.parent) and f not in own]
    rest = sorted((f for f in every if f not in own and f not in folder), key=lambda f: far[f])
    return {"own": own, "folder": folder, "pinned": PINNED, "rest": rest, "slow": [*own, *folder, *rest]}


def tests(root: Path, stage: str, files: list[str]) -> tuple[bool, str]:
    """Whether the tests in these files pass in a copy, and the end of what pytest prints."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", "-p", "no:cacheprovider"]
    command += ["-o", f"faulthandler_timeout={SECONDS.get(stage, 60)}", "-o", "faulthandler_exit_on_timeout=true"]
    if any(file.startswith("tests/") for file in files) and not any("strategies" in file for file in files):
        command.append("--hypothesis-profile=unshrunk")  # of tests/conftest.py; tests of strategies look at shrinking
    command += ["-k", SLOW if stage == "slow" else f"not ({SLOW})"]
    command += sorted(files, key=lambda file: file.startswith("paramattr/"))  # pytest would import a module twice
    environment = {**os.environ, "PYTHONPATH": str(root), "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryFile("w+") as output:
        run = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            code = run.wait(timeout=20 * SECONDS.get(stage, 60))
        except subprocess.TimeoutExpired:
            code = -1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)  # and what the tests have started
        run.wait()
        output.seek(0)
        return code in (0, 5), output.read()[-2000:]  # 5: no tests there


def decide(root: Path, mutant: dict[str, Any], until: str) -> dict[str, Any]:
    """Run the tests of a mutant in a copy, stage by stage, until one fails."""
    path = root / mutant["file"]
    whole, began = path.read_bytes(), time.monotonic()
    result = {key: value for key, value in mutant.items() if key != "code"} | {"outcome": "survived", "stage": until}
    for stage, files in list(stages(root, mutant["file"]).items())[: STAGES.index(until) + 1]:
        try:
            path.write_text(mutant["code"], "utf-8")
            forget(path)
            passed, text = tests(root, stage, files) if files else (True, "")
        finally:
            path.write_bytes(whole)
            forget(path)
        failed = re.findall(r"^(?:FAILED|ERROR) ([^\s\[]+)", text, flags=re.M)
        # What fails without the mutation too says nothing of it. The module's own tests were seen to pass before.
        if not passed and ((stage == "own" and failed) or tests(root, stage, failed or files)[0]):
            by = failed or text.splitlines()[-1:]
            result |= {"outcome": "killed", "stage": stage, "by": "".join(by)[:200]}
            break
    return result | {"seconds": round(time.monotonic() - began, 1)}


def forget(path: Path) -> None:
    """Remove the compiled module: a change within a second and of no length would go unseen."""
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()


def key(mutant: dict[str, Any]) -> tuple[str, str, str]:
    """What a mutant is, wherever its line moves."""
    return mutant["file"], mutant["before"], mutant["after"]


def report(results: list[dict[str, Any]]) -> int:
    """Print the survivors and the rates; the exit status is 1 below the goals."""
    equivalent = {key(m) for m in json.loads(EQUIVALENT.read_text("utf-8"))}
    set_apart = [m for m in results if m["outcome"] == "survived" and key(m) in equivalent]
    results = [m for m in results if m not in set_apart]
    for m in sorted(results, key=lambda m: (m["file"], m["line"])):
        if m["outcome"] == "survived":
            print(f"\nsurvived ({m['stage']}): {m['file']}:{m['line']} {m['operator']}")
            print(re.sub("^", "- ", m["before"], flags=re.M) + "\n" + re.sub("^", "+ ", m["after"], flags=re.M))
    missed = False
    for title in ("file", "folder", "whole"):
        level = {"file": str, "folder": os.path.dirname, "whole": lambda _: "paramattr"}[title]
        tried = Counter(level(m["file"]) for m in results)
        killed = Counter(level(m["file"]) for m in results if m["outcome"] == "killed")
        print(f"\n{title:50} tried killed survived")
        for name, n in sorted(tried.items()):
            print(f"{name:50} {n:5} {killed[name]:6} {n - killed[name]:8}   {killed[name] / n:.1%}")
            goal = {"file": GOAL_OF_FILE if n >= LEAST_OF_FILE else 0, "folder": 0, "whole": GOAL}[title]
            missed |= killed[name] < goal * n
    print(f"set apart as equivalent: {len(set_apart)}")
    return int(missed)


def main() -> int:
    """Draw, run and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=600, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which")
    parser.add_argument("--only", nargs="+", default=["paramattr/"], help="folders or files, such as paramattr/random")
    parser.add_argument("--until", choices=STAGES, default="slow", help="the last stage of tests")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--results", type=Path, default=ROOT / ".mutation.jsonl", help="the file of outcomes")
    parser.add_argument("--survivors", action="store_true", help="try again what survived an earlier run")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))

    lines = options.results.read_text("utf-8").splitlines() if options.results.exists() else []
    known = {(*key(m), m["line"]): m for m in map(json.loads, lines)}  # the latest outcome of each
    equivalent = {key(m) for m in json.loads(EQUIVALENT.read_text("utf-8"))}
    mutants = list(draw(ROOT, options.only, options.sample, options.seed))
    done = {k for k, m in known.items() if m["outcome"] == "killed" or key(m) in equivalent or not options.survivors}
    pending = [m for m in mutants if (*key(m), m["line"]) not in done]
    print(f"{len(mutants)} mutants, {len(pending)} to try", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        copies: queue.Queue[Path] = queue.Queue()
        for i in range(options.workers):
            unwanted = shutil.ignore_patterns(".git", ".*_cache", ".hypothesis", ".venv", "__pycache__", "site", "dist")
            copies.put(shutil.copytree(ROOT, Path(scratch, str(i)), ignore=unwanted))
        clean = copies.queue[0]
        own = {f for m in pending for f in stages(clean, m["file"])["own"]}
        passed, text = tests(clean, "own", sorted(own)) if own else (True, "")
        if not passed:
            print(f"The tests fail without any mutation:\n{text}")
            return 2
        lock, numbers = threading.Lock(), itertools.count(1)

        def work(mutant: dict[str, Any]) -> None:
            copy = copies.get()
            try:
                result = decide(copy, mutant, options.until)
            finally:
                copies.put(copy)
            with lock, options.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")
                known[(*key(result), result["line"])] = result
                told = "{outcome:8} {stage:6} {seconds:6} s {file}:{line} {operator}".format(**result)
                print(f"{next(numbers)}/{len(pending)} {told}", flush=True)

        with ThreadPoolExecutor(options.workers) as pool:
            list(pool.map(work, pending))
    return report([known[(*key(m), m["line"])] for m in mutants])


if __name__ == "__main__":
    sys.exit(main())
