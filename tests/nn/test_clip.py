import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue

CLIPS = [ClipGradByValue(0.7), ClipGradByValue(0.5, -1.5), ClipGradByNorm(1.3), ClipGradByGlobalNorm(1.3)]
SHAPES = st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=5)


def arrays(shapes, seed, scale=1.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return [np.asarray(scale * rng.standard_normal(shape), dtype) for shape in shapes]


def norm(*gradients):
    return math.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in gradients))


def params_grads(gradients, **attrs):
    pairs = []
    for gradient in gradients:
        p = pa.create_parameter(gradient.shape, gradient.dtype)
        p.grad = gradient
        pairs.append((p, p.grad))
    return pairs


@given(SHAPES, st.integers(0, 99), st.sampled_from([1e-3, 1.0, 1e3]))
def test_by_value_limits_each_element(shapes, seed, scale):
    gradients = arrays(shapes, seed, scale)
    for before, after in zip(gradients, ClipGradByValue(0.5, -1.5).clip(gradients), strict=True):
        expected = [min(max(x, -1.5), 0.5) for x in before.ravel()]
        np.testing.assert_array_equal(np.ravel(after), expected)


@given(SHAPES, st.integers(0, 99), st.sampled_from([1e-3, 1.0, 1e3]))
def test_by_norm_scales_each_gradient_by_itself(shapes, seed, scale):
    gradients = arrays(shapes, seed, scale)
    for before, after in zip(gradients, ClipGradByNorm(1.3).clip(gradients), strict=True):
        np.testing.assert_allclose(after, before * (1.3 / max(norm(before), 1.3)), rtol=1e-14)


@given(SHAPES, st.integers(0, 99), st.sampled_from([1e-3, 1.0, 1e3]))
def test_by_global_norm_scales_all_by_one_factor(shapes, seed, scale):
    gradients = arrays(shapes, seed, scale)
    clipped = ClipGradByGlobalNorm(1.3).clip(gradients)
    assert norm(*clipped) <= 1.3 * (1 + 1e-12)
    factor = 1.3 / max(norm(*gradients), 1.3)
    for before, after in zip(gradients, clipped, strict=True):
        np.testing.assert_allclose(after, before * factor, rtol=1e-14)


@pytest.mark.parametrize("factor", [1e-6, 0.25, 3.0, 1e6])
def test_scaling_the_gradients_and_the_limit_scales_the_result(factor):
    gradients = arrays([[3, 4], [5]], 1, 10.0)
    scaled = [factor * g for g in gradients]
    for make in (ClipGradByValue, ClipGradByNorm, ClipGradByGlobalNorm):
        for a, b in zip(make(2.0 * factor).clip(scaled), make(2.0).clip(gradients), strict=True):
            np.testing.assert_allclose(a, factor * b, rtol=1e-12)


@pytest.mark.parametrize("clip", [ClipGradByNorm(1.0), ClipGradByGlobalNorm(1.0)], ids=repr)
def test_beyond_the_limit_the_length_of_the_gradients_does_not_matter(clip):
    gradients = arrays([[3, 4], [5]], 2, 100.0)
    for a, b in zip(clip.clip(gradients), clip.clip([7.0 * g for g in gradients]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
def test_clipping_twice_is_clipping_once(clip):
    once = clip.clip(arrays([[3, 4], [5]], 3, 10.0))
    for a, b in zip(clip.clip(once), once, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-15)


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
def test_small_gradients_stay_to_the_bit(clip):
    gradients = arrays([[3, 4], [5]], 4, 1e-3, np.float32)
    for a, b in zip(clip.clip(gradients), gradients, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
@given(st.permutations(range(4)))
def test_the_order_of_the_gradients_does_not_matter(clip, order):
    gradients = arrays([[3, 4], [5], [], [2, 2, 2]], 5, 10.0)
    straight = clip.clip(gradients)
    shuffled = clip.clip([gradients[i] for i in order])
    for place, i in enumerate(order):
        np.testing.assert_allclose(shuffled[place], straight[i], rtol=1e-14)


def test_splitting_a_gradient_leaves_the_global_norm_alone():
    whole = arrays([[6, 4]], 6, 10.0)[0]
    clip = ClipGradByGlobalNorm(1.0)
    (one,), parts = clip.clip([whole]), clip.clip([whole[:2], whole[2:]])
    np.testing.assert_allclose(np.concatenate(parts), one, rtol=1e-14)


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
def test_parameters_that_need_no_clip_neither_count_nor_change(clip):
    pairs = params_grads(arrays([[3, 4], [5], [6]], 7, 10.0, np.float32))
    pairs[1][0].need_clip = False
    alone = clip([pairs[0], pairs[2]])
    among = clip(pairs)
    assert [p for p, _ in among] == [p for p, _ in pairs]
    assert among[1][1] is pairs[1][1]
    for (_, a), (_, b) in zip([among[0], among[2]], alone, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
def test_missing_gradients_are_left_out_and_given_ones_not_written_to(clip):
    pairs = params_grads(arrays([[3, 4], [5]], 8, 10.0))
    copies = [g.numpy().copy() for _, g in pairs]
    bare = pa.create_parameter([2])
    clipped = clip([pairs[0], (bare, None), pairs[1]])
    assert [p.name for p, _ in clipped] == [p.name for p, _ in pairs]
    for (p, g), copy in zip(pairs, copies, strict=True):
        np.testing.assert_array_equal(g.numpy(), copy)
        assert p.grad is g


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_dtype_stays(clip, dtype):
    p = pa.create_parameter([3], dtype)
    p.grad = [3.0, -4.0, 12.0]
    assert clip([(p, p.grad)])[0][1].dtype == p.dtype


@pytest.mark.parametrize("clip", CLIPS, ids=repr)
def test_nothing_to_clip(clip):
    assert clip([]) == []
    assert clip.clip([]) == []


@pytest.mark.parametrize(("dtype", "huge"), [("float16", 6e4), ("float32", 1e30), ("float64", 1e300)])
def test_a_huge_norm_does_not_overflow(dtype, huge):
    gradients = [np.full(1000, huge, dtype), np.full(1000, -huge, dtype)]
    expected = 1.0 / math.sqrt(2000.0)
    for clip in (ClipGradByGlobalNorm(1.0), ClipGradByNorm(math.sqrt(0.5))):
        up, down = clip.clip(gradients)
        np.testing.assert_allclose(up.astype(float), expected, rtol=1e-2 if dtype == "float16" else 1e-5)
        np.testing.assert_allclose(down.astype(float), -expected, rtol=1e-2 if dtype == "float16" else 1e-5)


def test_a_gradient_that_is_not_contiguous():
    gradient = arrays([[40, 30]], 9)[0].T[::2]
    np.testing.assert_allclose(ClipGradByNorm(1.0).clip([gradient])[0], gradient / norm(gradient), rtol=1e-13)


@pytest.mark.parametrize(
    ("bad", "by_norm", "by_value"),
    [
        (math.nan, [[math.nan, math.nan], [math.nan]], [math.nan, 0.5]),
        (math.inf, [[math.nan, 0.0], [0.0]], [0.5, 0.5]),
        (-math.inf, [[math.nan, 0.0], [0.0]], [-0.5, 0.5]),
    ],
)
def test_what_is_not_finite_shows(bad, by_norm, by_value):
    gradients = [np.array([bad, 1.0]), np.array([1.0])]
    for found, expected in zip(ClipGradByGlobalNorm(1.0).clip(gradients), by_norm, strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(ClipGradByValue(0.5).clip(gradients)[0], by_value)


def test_auto_skip_clip_and_group_name_change_no_value():
    gradients = arrays([[3, 4], [5]], 10)
    for limit in (0.1, 100.0):
        plain = ClipGradByGlobalNorm(limit).clip(gradients)
        for a, b in zip(ClipGradByGlobalNorm(limit, "other", True).clip(gradients), plain, strict=True):
            np.testing.assert_array_equal(a, b)


def test_text_and_defaults():
    assert str(ClipGradByValue(1.5)) == "Clip Gradient By Value, min = -1.500000, max=1.500000"
    assert str(ClipGradByNorm(2)) == "Gradient Clip By Norm, clip_norm=2.000000"
    assert str(ClipGradByGlobalNorm(2)) == "Gradient Clip By GlobalNorm, global_norm=2.000000"
    assert (ClipGradByGlobalNorm(1).group_name, ClipGradByGlobalNorm(1).auto_skip_clip) == ("default_group", False)
    assert ClipGradByValue(-1.0, -2.0).max == -1.0


def test_a_clip_without_a_law_says_so():
    with pytest.raises(TypeError, match="ClipGradBase does not define clip"):
        pa.nn.ClipGradBase()(params_grads([np.ones(2)]))


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: ClipGradByValue(-1.0), ValueError, "max"),
        (lambda: ClipGradByValue(0.0), ValueError, "max"),
        (lambda: ClipGradByValue(math.nan), ValueError, "max"),
        (lambda: ClipGradByValue(math.inf), ValueError, "max"),
        (lambda: ClipGradByValue("1"), TypeError, "max"),
        (lambda: ClipGradByValue(None), TypeError, "max"),
        (lambda: ClipGradByValue(True), TypeError, "max"),
        (lambda: ClipGradByValue(1.0, 2.0), ValueError, "min=2.0 and max=1.0"),
        (lambda: ClipGradByValue(1.0, math.nan), ValueError, "min"),
        (lambda: ClipGradByValue(1.0, -math.inf), ValueError, "min"),
        (lambda: ClipGradByValue(1.0, "0"), TypeError, "min"),
        *(
            (lambda kind=kind, value=value: kind(value), error, "clip_norm")
            for kind in (ClipGradByNorm, ClipGradByGlobalNorm)
            for value, error in [
                (-1.0, ValueError),
                (0.0, ValueError),
                (math.nan, ValueError),
                (math.inf, ValueError),
                ("1", TypeError),
                (None, TypeError),
                (True, TypeError),
                ([1.0], TypeError),
            ]
        ),
        (lambda: ClipGradByGlobalNorm(1.0, 3), TypeError, "group_name"),
        (lambda: ClipGradByGlobalNorm(1.0, auto_skip_clip=1), TypeError, "auto_skip_clip"),
    ],
)
def test_bad_arguments(make, error, text):
    with pytest.raises(error, match=text):
        make()
