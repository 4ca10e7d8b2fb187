"""These tests compare with the real PaddlePaddle; they run where it is installed (extra ``conformance``)."""

import sys
import warnings
from pathlib import Path

# Paddle's own import warns about its environment; the suite turns warnings into errors.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import paddle  # noqa: F401

# The tests here share modules beside them.
sys.path.insert(0, str(Path(__file__).parents[2]))
