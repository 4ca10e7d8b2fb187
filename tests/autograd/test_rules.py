import itertools

import ml_dtypes
import mpmath
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr.autograd import rules


def values(shape, low=0.3, high=1.0, signs=False, seed=5):
    """Values away from 0 and from each other, so that no kink is within reach of a difference."""
    rng = np.random.default_rng([seed, *shape])
    array = rng.permutation(np.linspace(low, high, int(np.prod(shape)))).reshape(shape)
    return array * rng.choice([-1, 1], shape) if signs else array


shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
filled = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)


def one(signs=True):
    """One array, and nothing else."""
    return shapes.map(lambda shape: ([values(shape, signs=signs)], {}))


@st.composite
def two(draw, signs=True):
    """Two arrays that broadcast, from disjoint ranges: no ties, and no element that another divides."""
    x, y = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3)).input_shapes
    pair = [values(x, 0.3, 1.0, signs), values(y, 1.1137, 1.9837, signs, seed=6)]
    return pair if draw(st.booleans()) else pair[::-1], {}


@st.composite
def axes(draw, ndim):
    """Some of the axes, counted from the first or from the last, or None."""
    chosen = draw(st.lists(st.integers(0, ndim - 1), unique=True, max_size=ndim)) if ndim else []
    return draw(st.sampled_from([None, tuple(axis - ndim if draw(st.booleans()) else axis for axis in chosen)]))


@st.composite
def reduced(draw, shapes):
    shape = draw(shapes)
    return [values(shape, signs=True)], {"axis": draw(axes(len(shape))), "keepdim": draw(st.booleans())}


@st.composite
def reshaped(draw):
    shape = draw(shapes)
    return [values(shape)], {"shape": draw(st.sampled_from([(int(np.prod(shape)),), (1, *shape), shape[::-1]]))}


@st.composite
def transposed(draw):
    shape = draw(shapes)
    perm = draw(st.permutations(range(len(shape))))
    return [values(shape)], {"perm": tuple(axis - len(shape) if draw(st.booleans()) else axis for axis in perm)}


@st.composite
def indexed(draw):
    shape = draw(filled)
    forms = [hnp.basic_indices(shape, allow_newaxis=True)]
    if shape:
        forms += [hnp.integer_array_indices(shape), hnp.arrays(bool, shape)]
    return [values(shape)], {"index": draw(st.one_of(forms))}


@st.composite
def written(draw):
    """An index that names no element twice, and values that broadcast to what it names."""
    shape = draw(filled)
    index = draw(st.one_of([hnp.basic_indices(shape, allow_newaxis=True), hnp.arrays(bool, shape)]))
    sizes = np.zeros(shape)[index].shape
    kept = draw(st.integers(0, len(sizes)))
    part = tuple(draw(st.sampled_from([1, size])) for size in sizes[kept:])
    return [values(shape), values(part, 1.1, 2.0, seed=6)], {"index": index}


@st.composite
def joined(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    sizes = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    parts = [tuple(size if i == axis % len(shape) else n for i, n in enumerate(shape)) for size in sizes]
    return [values(part, seed=i) for i, part in enumerate(parts)], {"axis": axis}


@st.composite
def multiplied(draw):
    batches = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=2)).input_shapes
    m, n, p = (draw(st.integers(0, 3)) for _ in range(3))
    x = draw(st.sampled_from([(n,), (*batches[0], m, n)]))
    y = draw(st.sampled_from([(n,), (n, p), (*batches[1], n, p)]))
    return [values(x, signs=True), values(y, signs=True, seed=6)], {}


@st.composite
def chosen(draw):
    found = draw(hnp.mutually_broadcastable_shapes(num_shapes=3, min_side=0, max_side=3, max_dims=3)).input_shapes
    return [values(found[0]), values(found[1], seed=6)], {"condition": draw(hnp.arrays(bool, found[2]))}


# For each rule its arrays and settings, and the inputs of which a gradient needs the values.
CASES = {
    rules.add: (two(), set()),
    rules.subtract: (two(), set()),
    rules.multiply: (two(), {0, 1}),
    rules.divide: (two(), {1}),
    rules.power: (two(signs=False), {0, 1}),
    rules.negative: (one(), set()),
    rules.absolute: (one(), {0}),
    rules.where: (chosen(), set()),
    rules.matmul: (multiplied(), {0, 1}),
    rules.sum: (reduced(shapes), set()),
    rules.mean: (reduced(filled), set()),
    rules.max: (reduced(filled), {0}),
    rules.reshape: (reshaped(), set()),
    rules.transpose: (transposed(), set()),
    rules.remainder: (two(), {0, 1}),
    rules.getitem: (indexed(), set()),
    rules.setitem: (written(), set()),
    rules.concat: (joined(), set()),
    rules.clone: (one(), set()),
    rules.astype: (one().map(lambda case: (case[0], {"dtype": np.dtype(np.float64)})), set()),
}


def test_every_rule_has_a_case(rules_in):
    assert set(CASES) == rules_in(rules)


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: rule.__name__)
def test_gradients_dtypes_and_writes(rule, check_rule):
    check_rule(rule, *CASES[rule], examples=40)


BINARY = [rules.multiply, rules.divide, rules.power, rules.remainder]


@pytest.mark.parametrize("rule", [rule for rule in CASES if CASES[rule][1]], ids=lambda rule: rule.__name__)
def test_values_that_a_gradient_needs_are_refused_once_changed(rule):
    for changed in CASES[rule][1]:
        arrays = [values((2, 2)), values((2, 2), 1.1, 2.0)][: 1 + (rule in (rules.matmul, *BINARY))]
        tensors = [pa.Tensor(array, stop_gradient=False, name=f"input {i}") for i, array in enumerate(arrays)]
        value = pa.autograd.apply(rule, *tensors)
        tensors[changed].set_value(np.zeros((2, 2)))
        with pytest.raises(RuntimeError, match=f"needs values of tensor 'input {changed}' that have changed"):
            value.backward(np.ones(value.shape))


def gradient(function, x):
    tensor = pa.to_tensor(np.asarray(x, np.float64), stop_gradient=False)
    function(tensor).sum().backward()
    return tensor.grad.numpy()


@pytest.mark.parametrize("rule", [rules.sum, rules.mean, rules.max], ids=lambda rule: rule.__name__)
def test_a_reduction_is_over_all_axes_and_keeps_none(rule):
    x = values((2, 3))
    found = pa.autograd.apply(rule, x)
    assert found.shape == []
    assert found.item() == pytest.approx(getattr(np, rule.__name__)(x), rel=1e-15)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_narrow_value_written_to_many_places_gets_their_gradients_sum_rounded_once(dtype):
    x, y = pa.zeros([1000], dtype), pa.ones([1], dtype)
    y.stop_gradient = False
    x[:] = y
    weights = np.random.default_rng(3).uniform(0.5, 1.5, 1000).astype(x.dtype)
    x.backward(pa.Tensor(weights))
    assert y.grad.item() == weights.astype(np.float32).sum().astype(x.dtype)


def test_arrays_are_joined_along_the_first_axis():
    x, y = values((2, 3)), values((1, 3))
    np.testing.assert_array_equal(pa.autograd.apply(rules.concat, x, y).numpy(), np.concatenate([x, y]))


def test_equal_largest_values_share_the_gradient():
    np.testing.assert_array_equal(gradient(lambda x: x.max(), [1.0, 3.0, 3.0]), [0.0, 0.5, 0.5])
    np.testing.assert_array_equal(gradient(lambda x: x.max(axis=1), [[2.0, 2.0], [0.0, 1.0]]), [[0.5, 0.5], [0, 1]])


def test_a_size_has_the_gradient_0_at_0():
    np.testing.assert_array_equal(gradient(abs, [-2.0, 0.0, -0.0, 3.0]), [-1.0, 0.0, 0.0, 1.0])


def test_powers_have_gradients_at_zero():
    np.testing.assert_array_equal(gradient(lambda x: x**2, [0.0, 1.0]), [0.0, 2.0])
    np.testing.assert_array_equal(gradient(lambda x: x**1, [0.0]), [1.0])
    np.testing.assert_array_equal(gradient(lambda x: x**0, [0.0, 2.0]), [0.0, 0.0])


MAGNITUDES = [10.0**power for power in (-37, -30, -25, -10, 0, 10, 25, 30, 38)]
SIGNED = [sign * x for x in MAGNITUDES for sign in (1, -1)]

# Derivatives by the definition, and how large an error of one rounding can be beside the derivative itself.
DERIVATIVES = {
    rules.multiply: ([lambda x, y: y, lambda x, y: x], SIGNED, SIGNED),
    rules.divide: ([lambda x, y: 1 / y, lambda x, y: -x / y**2], SIGNED, SIGNED),
    rules.power: (
        [lambda x, y: y * x ** (y - 1), lambda x, y: x**y * mpmath.log(x)],
        MAGNITUDES,
        [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0],
    ),
    rules.absolute: ([mpmath.sign], SIGNED),
}


@pytest.mark.parametrize("rule", DERIVATIVES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_derivatives_at_extreme_magnitudes(rule, dtype):
    derivatives, *ranges = DERIVATIVES[rule]
    limits = np.finfo(dtype)
    inexact = 0
    for numbers in itertools.product(*ranges):
        arrays = [np.array(number, dtype) for number in numbers]
        with np.errstate(all="ignore"):
            _, pullbacks = rule(*arrays)
            found = [float(pullback(np.ones((), dtype))) for pullback in pullbacks]
        for value, derivative in zip(found, derivatives, strict=True):
            exact = derivative(*(mpmath.mpf(float(array)) for array in arrays))
            if limits.tiny <= abs(exact) <= limits.max:
                inexact += 1
                # What is lost beside 1, as 1 - tanh², or in a subnormal value on the way, is lost in all dtypes.
                assert abs(value - exact) <= 40 * limits.eps * max(abs(exact), False), numbers
            else:
                assert abs(value) <= limits.tiny if abs(exact) < 1 else abs(value) >= limits.max, numbers
    assert inexact


def test_powers_of_zero_have_the_limits_as_gradients():
    for exponent, slope in [(2.0, 0.0), (1.0, 0.0), (0.0, 0.0), (-1.0, -np.inf)]:
        with np.errstate(all="ignore"):
            _, (_, to_y) = rules.power(np.zeros(()), np.array(exponent))
            assert to_y(np.ones(())) == slope
    _, (to_x, _) = rules.power(np.array(np.inf), np.zeros(()))
    assert to_x(np.ones(())) == 0.0


@pytest.mark.parametrize("x", [(3,), (2, 3), (4, 2, 3), (5, 4, 2, 3), (5, 1, 2, 3)], ids=str)
@pytest.mark.parametrize("y", [(3,), (3, 2), (4, 3, 2), (5, 4, 3, 2), (1, 3, 2)], ids=str)
def test_products_of_every_pair_of_ranks_have_their_gradients(x, y, check_grads):
    check_grads(pa.matmul, values(x, signs=True), values(y, signs=True, seed=6))


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize(
    "move",
    [
        lambda x: pa.to_tensor(x).clone(),
        lambda x: x.reshape([256, 256]),
        lambda x: x.reshape([256, 256]).transpose([1, 0]).transpose([1, 0]),
        lambda x: pa.concat([x[:100], x[100:]]),
        lambda x: x.astype(x.dtype),
    ],
)
def test_what_only_moves_values_keeps_every_bit(move, dtype):
    """Those of a nan too, which a way by float32 would make a quiet one."""
    bits = np.arange(1 << 16, dtype=np.uint16)
    moved = move(pa.Tensor(bits.view(dtype))).numpy()
    np.testing.assert_array_equal(moved.reshape(-1).view(np.uint16), bits)
