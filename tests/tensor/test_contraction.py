import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa


@st.composite
def equations(draw):
    """Terms of a few letters, some with an ellipsis, and a result; sizes of 1 broadcast."""
    count = draw(st.integers(1, 4))
    terms = [draw(st.lists(st.sampled_from("abcd"), max_size=3)) for _ in range(count)]
    numbers = {letter: draw(st.integers(0, 3)) for letter in "abcd"}
    letters = sorted({letter for term in terms for letter in term})
    result = draw(st.lists(st.sampled_from(letters), unique=True)) if letters else []
    dots = [draw(st.integers(0, 2)) if draw(st.booleans()) else None for _ in terms]
    lead = draw(st.lists(st.integers(1, 3), min_size=2, max_size=2))
    arrays = []
    for term, more in zip(terms, dots, strict=True):
        shape = [*(lead[2 - more :] if more else []), *(numbers[letter] for letter in term)]
        arrays.append(np.random.default_rng(len(arrays)).standard_normal(shape))
    left = ",".join(("..." if more is not None else "") + "".join(term) for term, more in zip(terms, dots, strict=True))
    explicit = "->" + ("..." if any(more is not None for more in dots) else "") + "".join(result)
    return left + (explicit if draw(st.booleans()) else ""), arrays


@given(equations())
def test_sums_are_those_of_numpy(case):
    equation, arrays = case
    found, expected = pa.einsum(equation, *arrays).numpy(), np.einsum(equation, *arrays)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("equation", ["dca,abd,cbd,acb->bd", "ba,d,dac,db->bc", "bac,cdb,c,dba->dca"])
def test_several_are_contracted_at_once_where_a_pair_would_be_larger(equation):
    sizes = dict(zip("abcd", (4, 4, 2, 2) if equation[0] == "d" else (2, 5, 3, 4), strict=True))
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal([sizes[name] for name in term]) for term in equation.partition("->")[0].split(",")]
    assert any(len(step) > 2 for step in np.einsum_path(equation, *arrays, optimize="greedy")[0][1:])
    np.testing.assert_allclose(
        pa.einsum(equation, *arrays).numpy(), np.einsum(equation, *arrays), rtol=1e-12, atol=1e-12
    )


def test_an_axis_of_size_1_broadcasts(check_grads):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((3, 1)), rng.standard_normal((3, 4))
    np.testing.assert_allclose(pa.einsum("ij,ij->i", x, y).numpy(), (x * y).sum(1))
    check_grads(lambda x, y: pa.einsum("ij,ij->i", x, y), x, y)
    check_grads(lambda x, y: pa.einsum("...i,...i->...", x, y), x[0, 0] * np.ones((1, 4)), y)


def test_dtypes_and_forms():
    assert pa.einsum("ij,jk->ik", np.ones((2, 2), np.int64), np.ones((2, 2), np.int64)).dtype == np.int64
    assert pa.einsum("i->", pa.to_tensor([1.0, 2.0], "float16")).dtype == np.float16
    assert pa.einsum(" i j , j k -> i k", np.ones((2, 3)), np.ones((3, 1))).shape == [2, 1]
    assert pa.einsum("i,i", [pa.to_tensor([1.0, 2.0]), pa.to_tensor([3.0, 4.0])]).item() == 11.0


@pytest.mark.parametrize(
    ("equation", "shapes", "message"),
    [
        ("ij,jk->ik", [(2, 3)], "equation must have 1 operands, but received 'ij,jk->ik'"),
        ("ij->ik", [(2, 3)], "equation must name letters of the operands in the result"),
        ("ij->ii", [(2, 3)], "equation must name letters of the operands in the result, each once"),
        ("ijk->i", [(2, 3)], "equation names 'ijk' for operand 0, which has 2 axes"),
        ("i1->i", [(2, 3)], "equation must consist of letters"),
        ("ij,jk->ik", [(2, 3), (2, 3)], "einsum needs inputs whose shapes"),
        ("...ijk->i", [(2, 3)], "equation names '...ijk' for operand 0"),
    ],
)
def test_what_is_refused(equation, shapes, message):
    with pytest.raises(ValueError, match=message.replace("...", r"\.\.\.")):
        pa.einsum(equation, *map(np.ones, shapes))


def test_what_is_refused_by_type():
    with pytest.raises(TypeError, match="equation must be a string, but received"):
        pa.einsum(np.ones(2), "i")
    with pytest.raises(TypeError, match=r"operands\[1\] must be numeric"):
        pa.einsum("i,i", np.ones(2), "i")
