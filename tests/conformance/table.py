"""How much of Paddle's public surface is here, as one page of the documentation.

python -m tests.conformance.table            # prints it
python -m tests.conformance.table --write    # into docs/coverage.md
"""

import sys
import warnings
from collections import Counter

PAGE = "docs/coverage.md"
HEAD = """# Coverage

What of the public names of `paddlepaddle==3.3.1` is here, and why the others are not. Asking for one of those raises an
`AttributeError` that gives the reason. Arguments have the names, the order and the defaults of Paddle's but for the
differences below. `python -m tests.conformance.table --write` makes this page with the real Paddle, and
`pytest tests/conformance` fails while it is out of date.
"""


def rows(cells):
    return ["| " + " | ".join(cells[0]) + " |", "| --- |" + " ---: |" * (len(cells[0]) - 1)] + [
        "| " + " | ".join(map(str, row)) + " |" for row in cells[1:]
    ]


def page():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tests.conformance import examples, surface, test_examples, test_signatures

    counts, absent = [("of Paddle", "public names", "here")], {}
    for path in [*surface.MODULES, *surface.CLASSES]:
        names, present = surface.names(path), set(surface.present(path))
        where = ".".join(filter(None, ["paddle", path]))
        counts.append((f"`{where}`", len(names), len(present)))
        for name in names:
            if name not in present:
                why = surface.reason(path, name) or "is not there yet"
                absent.setdefault(why, {}).setdefault(where, []).append(name)
    outcomes = examples.outcomes()
    kinds = Counter(kind for kind, *_ in outcomes.values())
    ran = sum(kinds.values()) - kinds["directive"] - kinds["not Paddle"]
    lines = [HEAD, *rows(counts), "", "## Examples", ""]
    lines += [
        f"Of the {len(outcomes)} examples in Paddle's manual of what is here, {kinds['directive']} are not run by Paddle's"
        f" own checks, and {kinds['not Paddle']} do not run on a CPU with Paddle itself. Of the other {ran},"
        f" {kinds['passed']} run here as they stand, with nothing changed but the import, and print what they say, or what"
        " Paddle prints.",
        "",
    ]
    for why, names in test_examples.EXCEPTIONS.items():
        lines.append(f"- {', '.join(f'`{name}`' for name in names.split())}: {why}.")
    stops = {}
    for name, (kind, *rest) in outcomes.items():
        if kind == "missing":
            stops.setdefault(f"{rest[0]}.{rest[1]}", []).append(f"`{name}`")
    lines += [f"- {', '.join(names)}: stops at `{missing}`." for missing, names in sorted(stops.items())]
    lines += ["", "## Arguments that differ", ""]
    lines += [f"- `{name.lstrip('*')}`, ours alone: {why}." for name, why in test_signatures.EXTRA.items()]
    for why, names in test_signatures.DIFFERENT.items():
        lines.append(f"- {', '.join(f'`{name}`' for name in names.split())}: {why}.")
    lines += ["", "## What is not here", ""]
    for why in sorted(absent):
        names = [f"`{where}`: {' '.join(f'`{name}`' for name in found)}" for where, found in absent[why].items()]
        lines += [f"What {why}:", "", *(f"- {entry}" for entry in names), ""]
    return "\n".join(lines).rstrip() + "\n"


def main():
    from tests.conformance import examples

    text = page()
    if "--write" in sys.argv:
        (examples.ROOT / PAGE).write_text(text, "utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
