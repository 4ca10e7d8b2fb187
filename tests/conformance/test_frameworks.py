"""The kit with the initializers of other frameworks: the page on them is run, as far as they are installed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "testing-frameworks.md"


def test_paddles_part_of_the_page(run_page):
    outcome = run_page(PAGE.name)
    assert outcome.attempted > 8
    assert outcome.failed == 0


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_the_others(framework):
    pytest.importorskip(framework)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    (code,) = (block for block in blocks if f"import {framework}\n" in block)
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102
