"""What the tests of schedules share."""

import pytest


@pytest.fixture(scope="session")
def curve():
    """The learning rates of a number of epochs."""

    def rates(scheduler, epochs):
        values = [scheduler()]
        for _ in range(epochs - 1):
            scheduler.step()
            values.append(scheduler())
        return values

    return rates


@pytest.fixture(scope="session")
def refused():
    """Each call of a table ends with its error."""

    def check(cases):
        for call, error, text in cases:
            with pytest.raises(error, match=text):
                call()

    return check
