"""The examples of Paddle's manual, taken from the installed package, and run with this library under Paddle's name.

As a program it reads a list of sources from standard input, as JSON, and writes what became of each: an example runs in a
process of its own, forked from one that has imported the library.
"""

import contextlib
import doctest
import inspect
import io
import json
import multiprocessing
import os
import re
import subprocess
import sys
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 60
# In examples that Paddle's own checks leave out, or run on other machines only.
DIRECTIVE = re.compile(r"doctest:\s*\+(SKIP|REQUIRES)\b.*")
MISSING = [
    re.compile(r"'(?P<home>paramattr[\w.]*|Tensor)' has no attribute '(?P<name>\w+)'"),
    re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<home>paramattr[\w.]*)'"),
    re.compile(r"No module named '(?P<home>paramattr)\.(?P<name>[\w.]+)'"),
    re.compile(r"^(?P<home>\w+) has no attribute '(?P<name>\w+)'"),
]


def blocks(text):
    """The blocks of code in a docstring, each with its prompts."""
    parts = re.split(r"^.*\.\. code-block:: ?python.*$", inspect.cleandoc(text or ""), flags=re.M)[1:]
    return [part for part in parts if ">>>" in part]


def collected():
    """Names of examples, such as ``nn.Linear#0``, and their texts."""
    import paddle

    from tests.conformance import surface

    found = {}

    def take(name, thing):
        for number, block in enumerate(blocks(getattr(thing, "__doc__", ""))):
            found.setdefault(f"{name}#{number}", block)

    for path in ("nn.initializer", "nn.init", "nn.utils", "optimizer", "optimizer.lr", "regularizer"):
        for name in surface.names(path):
            thing = getattr(surface.at(paddle, path), name)
            take(f"{path}.{name}", thing)
            if inspect.isclass(thing):
                for method, function in vars(thing).items():
                    if not method.startswith("_"):
                        take(f"{path}.{name}.{method}", function)
    for path in ("ParamAttr", "create_parameter", "LazyGuard", "nn.Parameter", "nn.Layer"):
        take(path, surface.at(paddle, path))
    for method in surface.names("nn.Layer"):
        take(f"nn.Layer.{method}", getattr(paddle.nn.Layer, method))
    for name in surface.names("nn"):
        given = {name for name, _ in surface.signature(paddle, "nn", name) or []}
        if any(argument.endswith("_attr") for argument in given):
            take(f"nn.{name}", getattr(paddle.nn, name))
    return found


def renamed(source):
    """``source`` with this library imported where it imports Paddle."""
    source = re.sub(r"^(\s*)import paddle$", r"\1import paramattr as paddle", source, flags=re.M)
    source = re.sub(r"^(\s*)import paddle\.([\w.]+) as", r"\1import paramattr.\2 as", source, flags=re.M)
    source = re.sub(
        r"^(\s*)import paddle\.([\w.]+)$", r"\1import paramattr.\2; import paramattr as paddle", source, flags=re.M
    )
    return re.sub(r"^(\s*)from paddle\b", r"\1from paramattr", source, flags=re.M)


def plain(text):
    """``text`` without what is no matter of values: spaces, where tensors are, prefixes of dtypes."""
    text = re.sub(r",? ?place=Place\(\w+\)", "", text.replace("Parameter containing:", ""))
    text = re.sub(r"\bpaddle\.(?=(u?int|float|bfloat|complex|bool)\d*\b)", "", text)
    return re.sub(r"\s+", "", text)


NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.\d*(?:e[-+]?\d+)?|\d+(?:e[-+]?\d+)?|nan|inf)(?![\w])")


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


def run(block):
    """What becomes of an example: ["passed"], or a kind and an explanation."""
    directive = DIRECTIVE.search(block)
    if directive:
        return ["directive", directive.group(0)]
    import paramattr

    space = {"__name__": "__main__"}
    before = repr(paramattr.get_rng_state())
    earlier = ""
    for example in doctest.DocTestParser().get_examples(block):
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(renamed(example.source), "<example>", "single"), space)  # noqa: S102
        except Exception as error:
            if example.exc_msg and type(error).__name__ in example.exc_msg:
                continue
            for pattern in MISSING:
                match = pattern.search(str(error))
                if match and isinstance(error, (AttributeError, ImportError)):
                    return ["missing", match["home"], match["name"], str(error)]
            return ["failed", f"{example.source.strip()}: {traceback.format_exception_only(error)[-1].strip()}"]
        random = repr(paramattr.get_rng_state()) != before
        found = printed.getvalue()
        earlier += found
        if example.want:
            # Some say under one statement what those before it print too.
            if not any(agrees(told, example.want, random) for told in (found, earlier)):
                return ["differs", f"{example.source.strip()}: {found.strip()!r}, not {example.want.strip()!r}"]
            earlier = ""
    return ["passed"]


def _child(block, pipe):
    warnings.simplefilter("ignore")
    os.chdir("/tmp")  # noqa: S108
    with open(os.devnull, "w") as sink:
        sys.stderr = sink
        pipe.send(run(block))


def outcomes(sources):
    """What becomes of each, from one run of this file as a program."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.conformance.examples"]
    done = subprocess.run(command, input=json.dumps(sources), check=True, capture_output=True, text=True, cwd=ROOT)
    return dict(zip(sources, json.loads(done.stdout), strict=True))


def main():
    import paramattr.nn
    import paramattr.optimizer  # noqa: F401

    context = multiprocessing.get_context("fork")
    results = []
    for block in json.load(sys.stdin).values():
        end, other = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(block, other))
        process.start()
        other.close()
        try:
            results.append(end.recv() if end.poll(SECONDS) else ["failed", f"still running after {SECONDS} s"])
        except EOFError:
            results.append(["failed", "the process ended"])
        process.kill()
        process.join()
    print(json.dumps(results))


if __name__ == "__main__":
    main()
