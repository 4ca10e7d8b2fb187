"""What the page on differences says, an entry at a time, beside the real Paddle."""

import re
import warnings
from pathlib import Path

import paddle
import pytest

import paramattr
from tests.conformance import differing_layers, differing_tensors
from tests.conformance.differing import outcome

PAGE = (Path(__file__).parents[2] / "docs" / "differences.md").read_text("utf-8")
ENTRIES = {
    **differing_tensors.PROGRAMS,
    **differing_tensors.DTYPES,
    **differing_tensors.VALUES,
    **differing_tensors.GRADIENTS,
    **differing_layers.PARAMETERS,
    **differing_layers.LAYERS,
    **differing_layers.TRAINING,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("entry", ENTRIES)
def test_both_libraries_do_as_the_entry_says(entry):
    for call, theirs, ours in ENTRIES[entry]:
        assert outcome(paddle, call) == theirs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert outcome(paramattr, call) == ours


def test_every_entry_of_the_page_is_compared():
    assert re.findall(r"^- \*\*(.+?)\*\*", PAGE, re.M) == list(ENTRIES)


def test_every_setting_that_is_refused_is_on_the_page():
    for name in differing_layers.REFUSED:
        assert f"`{name}`" in PAGE
