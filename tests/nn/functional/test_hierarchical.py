import numpy as np
import pytest

from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("classes", [2, 3, 5, 8, 11])
def test_the_leaves_of_a_tree_share_all_probability(classes):
    x, nodes, bias = (
        RNG.standard_normal((1, 3)),
        RNG.standard_normal((classes - 1, 3)),
        RNG.standard_normal(classes - 1),
    )
    label = np.arange(classes)
    losses = F.hsigmoid_loss(x.repeat(classes, 0), label, classes, nodes, bias[:, None]).numpy()[:, 0]
    longest = (classes - 1).bit_length()
    steps = np.array([int(leaf + classes).bit_length() - 1 for leaf in label])
    assert np.exp(-losses + (longest - steps) * np.log(2)).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("classes", [2, 3, 5, 8, 11])
def test_the_tree_is_that_of_a_heap(classes):
    """The parent of node n is n // 2; the leaf of class c has the number c + classes, and the root is 1."""
    longest = (classes - 1).bit_length()
    table, code = np.full((2, classes, longest), -1)
    for label in range(classes):
        node, place = label + classes, 0
        while node > 1:
            table[label, place], code[label, place] = node // 2 - 1, node % 2
            node, place = node // 2, place + 1
    label, x, nodes = np.arange(classes), RNG.standard_normal((classes, 3)), RNG.standard_normal((classes - 1, 3))
    found = F.hsigmoid_loss(x, label, classes, nodes).numpy()
    np.testing.assert_allclose(found, F.hsigmoid_loss(x, label, classes, nodes, None, table, code).numpy(), rtol=1e-12)


def test_a_tree_of_your_own_is_followed():
    x, nodes = RNG.standard_normal((2, 3)), RNG.standard_normal((4, 3))
    table, code = np.array([[0, 3], [2, -1]]), np.array([[1, 0], [1, -1]])
    found = F.hsigmoid_loss(x, [0, 1], 4, nodes, None, table, code).numpy()[:, 0]
    scores = [[x[0] @ nodes[0], x[0] @ nodes[3]], [x[1] @ nodes[2], 0.0]]
    expected = np.log1p(np.exp(np.where([[1, 0], [1, 0]], -1, 1) * scores)).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def clustered():
    head, bias = RNG.standard_normal((3, 4)), RNG.standard_normal(4)
    tails = [[RNG.standard_normal((3, 2)), RNG.standard_normal((2, size))] for size in (3, 4)]
    return head, tails, [2, 5, 9], bias


def test_clusters_share_all_probability():
    weights, x = clustered(), RNG.standard_normal((1, 3))
    output, loss = F.adaptive_log_softmax_with_loss(x.repeat(9, 0), np.arange(9), *weights)
    assert np.exp(output.numpy()).sum() == pytest.approx(1.0)
    assert loss.item() == pytest.approx(-output.numpy().mean())
    unnamed, _ = F.adaptive_log_softmax_with_loss(x.repeat(9, 0), np.arange(9), *weights[:2], [2, 5], weights[3])
    np.testing.assert_array_equal(unnamed.numpy(), output.numpy())
    alone, _ = F.adaptive_log_softmax_with_loss(x[0], 7, *weights)
    assert alone.shape == []
    assert alone.item() == pytest.approx(output.numpy()[7])


HEAD, TAILS, CUTOFFS, BIAS = clustered()


def test_a_label_without_a_chance():
    barred = np.where(np.arange(4) == 1, -np.inf, BIAS)
    output, loss = F.adaptive_log_softmax_with_loss(np.ones((2, 3)), [1, 0], HEAD, TAILS, CUTOFFS, barred)
    assert output.numpy()[0] == -np.inf
    assert loss.item() == np.inf


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.hsigmoid_loss([[1.0]], [2], 2, [[1.0]]), ValueError, r"label must be in \[0, 1\], but holds 2"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 1, [[1.0]]), ValueError, "num_classes must be >= 2"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 3, [[1.0]]), ValueError, r"weight must have shape \[2, size\]"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 2, [[1.0, 2.0]]), ValueError, "input and weight must have shapes"),
        (lambda: F.hsigmoid_loss([[1.0]], [0, 0], 2, [[1.0]]), ValueError, r"label must have shape \[1\]"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 2, [[1.0]], [1.0, 2.0]), ValueError, r"bias must have shape \[1, 1\]"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 2, [[1.0]], None, [[0]]), ValueError, "must be given together"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 2, [[1.0]], None, [[1]], [[0]]), ValueError, "path_table must be in"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 2, [[1.0]], None, [[0]], [[2]]), ValueError, "path_code must be in"),
        (lambda: F.hsigmoid_loss([[1.0]], [0], 2, [[1.0]], None, [0], [0]), ValueError, "path_table must have shape"),
        (
            lambda: F.adaptive_log_softmax_with_loss(np.ones((2, 3)), [0], HEAD, TAILS, CUTOFFS),
            ValueError,
            "input and label must have shapes",
        ),
        (
            lambda: F.adaptive_log_softmax_with_loss(np.ones((1, 3)), [9], HEAD, TAILS, CUTOFFS),
            ValueError,
            r"label must be in \[0, 8\], but holds 9",
        ),
        (
            lambda: F.adaptive_log_softmax_with_loss(np.ones((1, 3)), [0], HEAD, TAILS, [2, 2, 9]),
            ValueError,
            "cutoffs must be growing",
        ),
        (
            lambda: F.adaptive_log_softmax_with_loss(np.ones((1, 3)), [0], HEAD, TAILS[:1], CUTOFFS),
            ValueError,
            "tail_weights must hold 2 pairs",
        ),
        (
            lambda: F.adaptive_log_softmax_with_loss(np.ones((1, 3)), [0], HEAD, [*TAILS, [HEAD, BIAS]], CUTOFFS),
            ValueError,
            r"tail_weights\[2\] must be two matrices",
        ),
        (
            lambda: F.adaptive_log_softmax_with_loss(np.ones((1, 3)), [0], HEAD.T, TAILS, CUTOFFS),
            ValueError,
            r"head_weight must have shape \[3, 4\]",
        ),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
