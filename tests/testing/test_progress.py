import sys

import pytest

from paramattr.testing.progress import progress


@pytest.mark.parametrize("installed", [True, False])
def test_every_step_comes_in_order_and_nothing_is_shown_where_no_one_looks(installed, monkeypatch, capsys):
    if installed:
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    assert list(progress(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")
