from paramattr.autograd import Size


def test_a_size_equals_tuples_and_lists():
    size = Size((2, 3))
    assert size == [2, 3]
    assert size == (2, 3)
    assert size != [3, 2]
    assert repr(size) == "[2, 3]"
    assert {size: 1}[(2, 3)] == 1


def test_a_size_is_joined_to_lists_and_tuples():
    size = Size((2, 3))
    for joined in (size + [1], size + (1,), Size((2,)) + Size((3, 1))):  # noqa: RUF005
        assert (type(joined), joined) == (Size, [2, 3, 1])
    assert [1] + size == (1,) + size == [1, 2, 3]  # noqa: RUF005
    assert (size * 2, 2 * size, size[:1], size[-1]) == ([2, 3, 2, 3], [2, 3, 2, 3], [2], 3)
    assert type(size[1:]) is Size
    assert (size.numel(), Size(()).numel()) == (6, 1)
