"""Layers' computations as functions."""

from paramattr.nn.functional.activation import gelu, leaky_relu, log_softmax, relu, sigmoid, softmax
from paramattr.nn.functional.binary_loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    dice_loss,
    multi_label_soft_margin_loss,
    sigmoid_focal_loss,
    soft_margin_loss,
)
from paramattr.nn.functional.common import dropout
from paramattr.nn.functional.conv import conv1d, conv1d_transpose, conv2d, conv2d_transpose, conv3d, conv3d_transpose
from paramattr.nn.functional.ctc import ctc_loss
from paramattr.nn.functional.distance_loss import (
    cosine_embedding_loss,
    npair_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from paramattr.nn.functional.embedding import embedding
from paramattr.nn.functional.hierarchical import adaptive_log_softmax_with_loss, hsigmoid_loss
from paramattr.nn.functional.likelihood import gaussian_nll_loss, kl_div, log_loss, nll_loss, poisson_nll_loss
from paramattr.nn.functional.linear import linear
from paramattr.nn.functional.loss import cross_entropy, l1_loss, mse_loss, smooth_l1_loss, square_error_cost
from paramattr.nn.functional.margin_loss import (
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_label_margin_loss,
    multi_margin_loss,
)
from paramattr.nn.functional.padding import pad
from paramattr.nn.functional.pooling import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from paramattr.nn.functional.rnnt import rnnt_loss
from paramattr.nn.functional.softmax_loss import margin_cross_entropy, softmax_with_cross_entropy
from paramattr.tensor.manipulation import flatten
from paramattr.tensor.math import tanh

__all__ = [
    "adaptive_log_softmax_with_loss", "avg_pool1d", "avg_pool2d", "avg_pool3d", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "conv1d", "conv1d_transpose", "conv2d", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "cosine_embedding_loss", "cross_entropy", "ctc_loss", "dice_loss", "dropout", "embedding",
    "flatten", "gaussian_nll_loss", "gelu", "hinge_embedding_loss", "hsigmoid_loss", "kl_div", "l1_loss",
    "leaky_relu", "linear", "log_loss", "log_softmax", "margin_cross_entropy", "margin_ranking_loss", "max_pool1d",
    "max_pool2d", "max_pool3d", "mse_loss", "multi_label_margin_loss", "multi_label_soft_margin_loss",
    "multi_margin_loss", "nll_loss", "npair_loss", "pad", "poisson_nll_loss", "relu", "rnnt_loss", "sigmoid",
    "sigmoid_focal_loss", "smooth_l1_loss", "soft_margin_loss", "softmax", "softmax_with_cross_entropy",
    "square_error_cost", "tanh", "triplet_margin_loss", "triplet_margin_with_distance_loss",
]  # fmt: skip
