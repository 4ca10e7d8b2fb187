import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

numbers = hnp.arrays(
    st.sampled_from([np.dtype("complex64"), np.dtype("complex128")]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    elements=st.complex_numbers(max_magnitude=1e3, width=64),
)


@given(numbers)
def test_parts_are_those_of_numpy_and_make_the_number_again(z):
    x = pa.to_tensor(z)
    for found, wanted in ((x.real(), z.real), (x.imag(), z.imag), (x.conj(), z.conj()), (x.angle(), np.angle(z))):
        assert (found.dtype, found.shape) == (wanted.dtype, list(wanted.shape))
        np.testing.assert_array_equal(found.numpy(), wanted)
    np.testing.assert_array_equal(pa.complex(x.real(), x.imag()).numpy(), z)
    np.testing.assert_array_equal(x.as_real().as_complex().numpy(), z)
    np.testing.assert_array_equal(x.view_as_real().view_as_complex().numpy(), z)
    turned = pa.polar(np.abs(z), x.angle())
    assert turned.dtype == z.dtype
    np.testing.assert_allclose(turned.numpy(), z, rtol=1e-5, atol=1e-5 * np.abs(z).max(initial=1))
    np.testing.assert_allclose((pa.sgn(x) * np.abs(z)).numpy(), z, rtol=1e-5)


def test_an_infinite_part_leaves_the_other_as_it_is():
    z = pa.complex(pa.to_tensor([np.inf, 1.0]), pa.to_tensor([[2.0], [-np.inf]]))
    assert z.real().tolist() == [[np.inf, 1.0]] * 2
    assert z.imag().tolist() == [[2.0, 2.0], [-np.inf, -np.inf]]
    assert pa.complex(pa.ones([1], "bfloat16"), pa.ones([1], "bfloat16")).dtype == np.complex64


def test_views_share_memory_and_others_do_not():
    z = pa.to_tensor([1.0 + 2.0j])
    z.view_as_real()[0, 1] = 7.0
    assert z.tolist() == [1.0 + 7.0j]
    for made in (z.real(), z.imag(), z.as_real(), z.conj()):
        assert not np.shares_memory(made.numpy(), z.numpy())
    assert np.shares_memory(z.view_as_real().view_as_complex().numpy(), z.numpy())
    out = pa.to_tensor([0.0j])
    assert pa.complex(pa.ones([1]), pa.ones([1]), out=out) is out
    assert out.tolist() == [1.0 + 1.0j]


def test_angles_and_conjugates_of_real_numbers():
    x = pa.to_tensor([1.0, -2.0, 0.0, -0.0, np.nan], stop_gradient=False)
    np.testing.assert_array_equal(x.angle().numpy(), np.float32([0.0, np.pi, 0.0, 0.0, np.nan]))
    (x.angle() + 2.0 * x.conj()).sum().backward()
    assert x.grad.tolist() == [2.0] * 5
    assert pa.angle([-1, 1]).dtype == np.float32
    assert pa.conj([1, 2]).tolist() == [1, 2]


X = pa.to_tensor([1.0, 2.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pa.real(X), TypeError, "x must hold complex numbers, but received dtype float32"),
        (lambda: pa.imag([1]), TypeError, "x must hold complex numbers"),
        (lambda: pa.as_real(X), TypeError, "x must hold complex numbers"),
        (lambda: pa.view_as_real("1"), TypeError, "input must be numeric"),
        (lambda: pa.complex(X, [1]), TypeError, "imag must hold floats, but received dtype int64"),
        (lambda: pa.complex(X, [1.0, 2.0, 3.0]), ValueError, "fit together"),
        (lambda: pa.polar(X * 1j, X), TypeError, "abs must hold real numbers"),
        (lambda: pa.as_complex(pa.ones([2, 3])), ValueError, r"x must have a last axis of size 2, but received shape"),
        (lambda: pa.as_complex(pa.ones([])), ValueError, "last axis of size 2"),
        (lambda: pa.view_as_complex(pa.ones([2, 2]).T), ValueError, "seen needs inputs"),
        (lambda: pa.complex(pa.to_tensor([1.0], stop_gradient=False), X), TypeError, "gradients need real inputs"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
