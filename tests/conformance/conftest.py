"""These tests compare with the real PaddlePaddle; they run where it is installed (extra ``conformance``)."""

import warnings

# Paddle's own import warns about its environment; the suite turns warnings into errors.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import paddle  # noqa: F401
