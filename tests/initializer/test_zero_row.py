import json

import numpy as np
import pytest

import paramattr as pa
from paramattr import initializer as init
from paramattr.testing import check_initializer


def test_other_rows_are_those_of_the_other_recipe():
    key = pa.random.Key(4, 2)
    plain, zeroed = (
        init.KaimingUniform().values(key, (5, 3)),
        init.ZeroRow(init.KaimingUniform(), 2).values(key, (5, 3)),
    )
    assert not zeroed[2].any()
    assert np.array_equal(np.delete(zeroed, 2, 0), np.delete(plain, 2, 0))


@pytest.mark.parametrize("recipe", ["normal", {"name": "Normal", "std": 2.0}, init.Normal(0.0, 3.0)])
def test_it_takes_a_recipe_in_every_form_and_is_plain_data(recipe):
    one = init.ZeroRow(recipe, 1)
    assert one.initializer == init.get(recipe)
    assert init.get(json.loads(json.dumps(one.get_config()))) == one
    assert hash(one) == hash(init.ZeroRow(one.initializer, 1))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((3, 0), TypeError, "initializer"),
        ((None, 0), TypeError, "initializer"),
        (("no_such", 0), ValueError, "initializer"),
        (("normal", -1), ValueError, "row"),
        (("normal", 1.0), TypeError, "row"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        init.ZeroRow(*arguments)


@pytest.mark.parametrize("shape", [[], [0, 3], [2, 3]])
def test_a_parameter_without_the_row_is_refused(shape):
    with pytest.raises(ValueError, match="ZeroRow needs a row 2"):
        pa.create_parameter(shape, attr=init.ZeroRow("normal", 2))
    with pytest.raises(ValueError, match="Orthogonal"):
        pa.create_parameter([3], attr=init.ZeroRow("orthogonal", 2))


def test_the_kit_looks_at_the_row_and_at_the_others():
    recipe = init.ZeroRow(init.XavierNormal(), 7)
    for draws in (1, 3):
        assert check_initializer(recipe, (100, 40), draws=draws).passed
    plain = check_initializer(init.XavierNormal(), (100, 40), expected=recipe)
    assert [finding.name for finding in plain.failures] == ["row 7"]
    assert not check_initializer(recipe, (100, 40), expected=init.XavierNormal()).passed
    assert check_initializer(init.ZeroRow(init.Dirac(), 1), (4, 4, 3)).passed
    assert check_initializer(init.ZeroRow("normal", 0), (1, 5)).passed
