"""Statistical unit tests of any framework's initializers: a stated false-alarm rate, a report of what is wrong."""

from paramattr.testing.kit import assert_initializer, assert_sample, check_initializer, check_sample
from paramattr.testing.power import required_size
from paramattr.testing.report import Finding, Report

__all__ = [
    "Finding", "Report", "assert_initializer", "assert_sample", "check_initializer", "check_sample", "required_size",
]  # fmt: skip
