"""The documentation runs. (The pages that need another framework: see tests/conformance.)"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["random.md", "training.md", "checkpoints.md", "testing.md"])
def test_sessions_print_what_the_page_shows(run_page, page):
    outcome = run_page(page)
    assert outcome.attempted > 4
    assert outcome.failed == 0


def snippets(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.S)


@pytest.mark.parametrize("code", snippets("docs/index.md") + snippets("README.md"))
def test_snippets_run_as_they_stand(code):
    shown = re.findall(r"^#\s*(.*)$", code, re.M)
    if not shown:
        exec(compile(code, "snippet", "exec"), {})  # noqa: S102
        return
    with pytest.raises(AssertionError) as caught:
        exec(compile(code, "snippet", "exec"), {})  # noqa: S102
    for line in shown:
        assert line.removeprefix("AssertionError: … ") in str(caught.value)
