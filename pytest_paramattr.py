"""The pytest fixture ``initializer_check``, with options for its false-alarm rate and its seed."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from paramattr.testing import Report

# A module of its own, outside the package, and the kit imported when the fixture is used: pytest loads this at every start,
# and must not wait for NumPy.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("paramattr", "statistical tests of initializers")
    group.addoption(
        "--initializer-alpha", type=float, default=None, help="false-alarm rate of initializer_check (default: 1e-6)"
    )
    group.addoption(
        "--initializer-seed", type=int, default=None, help="seed of initializer_check, instead of each test's"
    )


class InitializerCheck:
    """What the fixture gives: call it like `paramattr.testing.assert_initializer`.

    Parameters
    ----------
    node : str
        The test's id, from which its seed is made.
    alpha : float or None
        For checks that do not say otherwise.
    seed : int or None
        Instead of the test's own.
    """

    def __init__(self, node: str, alpha: float | None, seed: int | None) -> None:
        self.node = node
        self.alpha = 1e-6 if alpha is None else alpha
        self.seed = zlib.crc32(node.encode()) if seed is None else seed

    def __call__(self, initializer: object, shape: Any, **settings: Any) -> Report:
        """Raise an AssertionError unless the initializer draws what it should; see `assert_initializer`."""
        from paramattr.testing import check_initializer

        return self._demand(
            check_initializer(initializer, shape, **{"alpha": self.alpha, "seed": self.seed, **settings})
        )

    def sample(self, array: object, expected: object, **settings: Any) -> Report:
        """Raise an AssertionError unless the array follows the law; see `assert_sample`."""
        from paramattr.testing import check_sample

        return self._demand(check_sample(array, expected, **{"alpha": self.alpha, **settings}))

    def _demand(self, report: Report) -> Report:
        if not report.passed:
            raise AssertionError(f"{report}\nto repeat: pytest '{self.node}' --initializer-seed {self.seed}")
        return report


@pytest.fixture
def initializer_check(request: pytest.FixtureRequest) -> InitializerCheck:
    """Check initializers with a seed that is fixed for the test; ``seed`` is there for other frameworks' too."""
    options = request.config
    return InitializerCheck(
        request.node.nodeid, options.getoption("--initializer-alpha"), options.getoption("--initializer-seed")
    )
