"""The examples of Paddle's manual, taken from the installed package, run under both libraries, and what each prints.

As a program it reads a list of sources from standard input, as JSON, and writes what each of them does: an example runs in
a process of its own, forked from one that has imported the library named by the argument.
"""

import ast
import contextlib
import functools
import importlib
import inspect
import io
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 60
# Whose public names' examples are taken, with those of the methods of classes.
PATHS = [
    "nn", "nn.functional", "nn.initializer", "nn.init", "nn.utils", "optimizer", "optimizer.lr", "regularizer",
    "incubate", "io", "metric", "linalg", "autograd", "", "Tensor",
]  # fmt: skip
# Of statements that Paddle's own checks leave out, or run on other machines only.
DIRECTIVE = re.compile(r"#\s*doctest:\s*([+-])(?:SKIP|REQUIRES)\b(.*)")
MISSING = [
    re.compile(r"'(?P<home>paramattr[\w.]*|Tensor)' has no attribute '(?P<name>\w+)'"),
    re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<home>paramattr[\w.]*)'"),
    re.compile(r"No module named '(?P<home>paramattr)\.(?P<name>[\w.]+)'"),
    re.compile(r"^(?P<home>\w+) has no attribute '(?P<name>\w+)'"),
]


def blocks(text):
    """The blocks of code in a docstring, each with its prompts."""
    parts = re.split(r"^.*\.\. code-block:: ?(?:python|pycon).*$", inspect.cleandoc(text or ""), flags=re.M)[1:]
    return [part for part in parts if ">>>" in part]


def collected():
    """Names of examples, such as ``nn.Linear#0``, and their texts, of all that both libraries have; each text once."""
    import paddle

    from tests.conformance import surface

    found = {}

    def take(name, thing):
        for number, block in enumerate(blocks(getattr(thing, "__doc__", ""))):
            if "vision.datasets" not in block:  # these are downloaded
                found.setdefault(block, f"{name}#{number}")

    take("nn.Parameter", paddle.nn.Parameter)
    for path in PATHS:
        present = set(surface.present(path))
        for name in filter(present.__contains__, surface.names(path)):
            thing = getattr(surface.at(paddle, path), name)
            name = ".".join(filter(None, [path, name]))
            if inspect.ismodule(thing):
                continue
            take(name, thing)
            if inspect.isclass(thing):
                for method, function in vars(thing).items():
                    if not method.startswith("_"):
                        take(f"{name}.{method}", function)
    return {name: block for block, name in found.items()}


def runs(block):
    """The statements between one stated output and the next: (source, output or "").

    Where a statement ends is for Python to tell, as in Paddle's checks, not the kind of prompt. What a directive leaves out
    is not there.
    """
    found, lines, stated, ended, skipping = [], [], [], False, False
    for line in [*block.splitlines(), ">>> "]:
        text = line.strip()
        if text not in (">>>", "...") and not text.startswith((">>> ", "... ")):
            ended = ended or not text
            if not ended and lines and not skipping:
                stated.append(text)
            continue
        if stated:
            found.append(("\n".join(lines), "\n".join(stated)))
            lines, stated = [], []
        # Where the prompt is, so that an empty prompt is an empty line.
        ended, code = False, line.partition(text[:3])[2][1:]
        directive = DIRECTIVE.match(code)
        if directive:
            skipping = directive[1] == "+"
        elif not skipping:
            lines.append(code)
    return [pair for pair in map(kept, *zip(*found, ("\n".join(lines), ""), strict=True)) if pair[0]]


def kept(source, stated):
    """``source`` without the statements that a directive in one of their lines leaves out, nor what the last is to print."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return source, stated
    lines = source.splitlines()
    keeps = [not any(map(DIRECTIVE.search, lines[one.lineno - 1 : one.end_lineno])) for one in statements]
    text = "\n".join(ast.unparse(one) for one, keep in zip(statements, keeps, strict=True) if keep)
    return text, stated if keeps and keeps[-1] else ""


def renamed(source):
    """``source`` with this library imported where it imports Paddle."""
    source = re.sub(r"^(\s*)import paddle$", r"\1import paramattr as paddle", source, flags=re.M)
    source = re.sub(r"^(\s*)import paddle\.([\w.]+) as", r"\1import paramattr.\2 as", source, flags=re.M)
    source = re.sub(
        r"^(\s*)import paddle\.([\w.]+)$", r"\1import paramattr.\2; import paramattr as paddle", source, flags=re.M
    )
    return re.sub(r"^(\s*)from paddle\b", r"\1from paramattr", source, flags=re.M)


def plain(text):
    """``text`` without what is no matter of values: spaces, where tensors are, prefixes of dtypes and sizes."""
    text = re.sub(r",? ?place=(Place\([\w:]+\)|CPUPlace)", "", text.replace("Parameter containing:", ""))
    text = re.sub(r"\bpaddle\.(?=(u?int|float|bfloat|complex|bool|[if]info)\d*\b)", "", text.replace("<BLANKLINE>", ""))
    text = re.sub(r"\bpaddle\.Size\((\[[^\]]*\])\)", r"\1", text)
    return re.sub(r"\s+", "", re.sub(r"(?<=inf)\.", "", text))


NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.\d*(?:e[-+]?\d+)?|\d+(?:e[-+]?\d+)?|nan|inf)(?!(?!j\b)\w)")


def agrees(found, stated, random):
    """Whether an output is the one stated: its text, and its numbers to the digits that were printed.

    Of outputs that drew random numbers, numbers with a point are left out.
    """
    pattern = re.compile(r"(?<![\w.])-?\d+\.\d*(?:e[-+]?\d+)?(?![\w])") if random else NUMBER
    if random:
        found, stated = (re.sub(r"\[[-\d.,\s\[\]e+]*\.[-\d.,\s\[\]e+]*\]", "[]", text) for text in (found, stated))
    found, stated = plain(found), plain(stated)
    if [*pattern.split(found)] != [*pattern.split(stated)]:
        return found == stated
    pairs = zip(pattern.findall(found), pattern.findall(stated), strict=True)
    return random or all(abs(float(a) - float(b)) <= 1e-4 * max(1.0, abs(float(b))) or a == b for a, b in pairs)


def executed(source, space):
    """What statements print, and the value of the last if it is an expression."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "<example>", "exec"), space)  # noqa: S102
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<example>", "eval"), space)  # noqa: S307
    return printed.getvalue(), "" if value is None else repr(value)


def run(block, library):
    """What an example does: the outputs by run of statements, whether numbers were drawn until then, and the error."""
    space, outputs = {"__name__": "__main__"}, []
    state = library.get_rng_state if library.__name__ == "paramattr" else list
    before = repr(state())
    for source, _ in runs(block):
        try:
            printed, value = executed(renamed(source) if library.__name__ == "paramattr" else source, space)
        except Exception as error:
            return [outputs, f"{type(error).__name__}: {error}"]
        outputs.append([printed, value, repr(state()) != before])
    return [outputs, ""]


def judged(block, ours, theirs):
    """What became of an example, here and with Paddle itself: ["passed"], or a kind and an explanation.

    An output is right that is the one stated, or the one that Paddle prints here and now.
    """
    (outputs, stop), (references, limit) = ours, theirs
    statements = runs(block)
    if not statements:
        return ["directive", "Paddle's own checks leave it out"]
    earlier = ["", ""]
    for number, (source, stated) in enumerate(statements):
        if number == len(outputs):
            if number == len(references):
                return ["passed"] if stop.split(":")[0] in stated else ["not Paddle", limit]
            missing = next(filter(None, (pattern.search(stop) for pattern in MISSING)), None)
            return ["missing", missing["home"], missing["name"], stop] if missing else ["failed", stop]
        printed, value, random = outputs[number]
        told = references[number][:2] if number < len(references) else [stated, stated]
        earlier = [earlier[0] + printed, earlier[1] + told[0]]
        pairs = [(printed, told[0]), (value, told[1])] if stated else []
        wanted = any(agrees(text, stated, random) for text in (printed, value, printed + value, earlier[0]))
        if stated and not wanted and not all(agrees(a, b, random) for a, b in pairs):
            return ["differs", f"{source.strip()}: {(printed + value).strip()!r}, not {stated!r}"]
        if stated:
            earlier = ["", ""]
    return ["passed"]


def _child(block, library, pipe):
    warnings.simplefilter("ignore")
    os.chdir(tempfile.mkdtemp(dir=os.environ["EXAMPLES"]))
    with open(os.devnull, "w") as sink:
        sys.stderr = sink
        pipe.send(run(block, library))


def carried_out(sources, library):
    """What each of ``sources`` does under ``library``, from one run of this file as a program."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.conformance.examples", library]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "EXAMPLES": folder}
        done = subprocess.run(
            command, input=json.dumps(sources), check=True, capture_output=True, text=True, cwd=ROOT, env=environment
        )
    return json.loads(done.stdout.splitlines()[-1])


@functools.cache
def outcomes():
    """What becomes of each example of the manual, by its name."""
    sources = collected()
    pairs = zip(carried_out(sources, "paramattr"), carried_out(sources, "paddle"), strict=True)
    return {name: judged(block, *pair) for (name, block), pair in zip(sources.items(), pairs, strict=True)}


def main():
    library = importlib.import_module(sys.argv[1])
    importlib.import_module(f"{sys.argv[1]}.optimizer")
    context = multiprocessing.get_context("fork")
    results = []
    for block in json.load(sys.stdin).values():
        end, other = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(block, library, other))
        process.start()
        other.close()
        try:
            results.append(end.recv() if end.poll(SECONDS) else [[], f"still running after {SECONDS} s"])
        except EOFError:
            results.append([[], "the process ended"])
        process.kill()
        process.join()
    print(json.dumps(results))


if __name__ == "__main__":
    main()
