import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr import initializer as init
from paramattr.initializer.spec import parse_initializer, parse_shape
from paramattr.testing import strategies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Normal", init.Normal()),
        ("xavier_uniform", init.XavierUniform()),
        (" XavierUniform() ", init.XavierUniform()),
        ("TruncatedNormal(0.0, 0.02, a=-2, b=+2)", init.TruncatedNormal(0.0, 0.02, -2, 2)),
        ("KaimingNormal(nonlinearity='leaky_relu', negative_slope=0.2)", init.KaimingNormal(None, 0.2, "leaky_relu")),
        ("Assign([[1, 2], [3, 4]])", init.Assign([[1, 2], [3, 4]])),
        ("Dirac(groups=2)", init.Dirac(2)),
        ("ZeroRow(normal(std=2), row=3)", init.ZeroRow(init.Normal(std=2), 3)),
        ("ZeroRow('normal', 3)", init.ZeroRow("normal", 3)),
    ],
)
def test_what_it_reads(text, expected):
    assert parse_initializer(text) == expected


@given(strategies.initializers((4, 3)))
def test_a_repr_is_read_back(recipe):
    if not isinstance(recipe, init.Assign):
        assert parse_initializer(repr(recipe)) == recipe


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "can't be read"),
        ("Normal(", "can't be read"),
        ("Normal(std=1) + 1", "must be the name"),
        ("os.system('true')", "must be the name"),
        ("__import__('os').system('true')", "must be the name"),
        ("(lambda: 0)()", "must be the name"),
        ("normall", "did you mean Normal"),
        ("eval('1')", "is not an initializer"),
        ("Normal(std=open('x'))", "must be a literal"),
        ("Normal(std=2**10)", "must be a literal"),
        ("Normal(*[0, 1])", "must be a literal"),
        ("Normal(**{'std': 1})", "one by one"),
        ("Normal(variance=1)", "the arguments are"),
        ("Normal(0, 1, 2, 3, 4)", "the arguments are"),
        ("Normal(std=-1)", "std"),
        ("(" * 5000, "can't be read"),
    ],
)
def test_what_it_refuses(text, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=says):
        parse_initializer(text)


@given(st.lists(st.integers(1, 999), min_size=1, max_size=6))
def test_shapes(sizes):
    assert parse_shape(",".join(map(str, sizes))) == tuple(sizes)
    assert parse_shape(" x ".join(map(str, sizes))) == tuple(sizes)


@pytest.mark.parametrize("text", ["", ",", "3,a", "3,0", "-1", "2.5", "3;4"])
def test_bad_shapes(text):
    with pytest.raises(ValueError, match="shape must be"):
        parse_shape(text)


def test_what_is_not_text():
    with pytest.raises(TypeError, match="text must be a string"):
        parse_initializer(3)
