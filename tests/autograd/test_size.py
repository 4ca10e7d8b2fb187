from paramattr.autograd import Size


def test_a_size_equals_tuples_and_lists():
    size = Size((2, 3))
    assert size == [2, 3]
    assert size == (2, 3)
    assert size != [3, 2]
    assert repr(size) == "[2, 3]"
    assert {size: 1}[(2, 3)] == 1
