"""Layers' computations as functions."""

from paramattr.nn.functional.activation import (
    gelu,
    glu,
    log_sigmoid,
    logsigmoid,
    mish,
    silu,
    softplus,
    softsign,
    swiglu,
    swish,
)
from paramattr.nn.functional.adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    fractional_max_pool2d,
    fractional_max_pool3d,
)
from paramattr.nn.functional.attention import scaled_dot_product_attention, sequence_mask
from paramattr.nn.functional.binary_loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    dice_loss,
    multi_label_soft_margin_loss,
    sigmoid_focal_loss,
    soft_margin_loss,
)
from paramattr.nn.functional.conv import conv1d, conv1d_transpose, conv2d, conv2d_transpose, conv3d, conv3d_transpose
from paramattr.nn.functional.ctc import ctc_loss
from paramattr.nn.functional.distance import cosine_similarity, pairwise_distance
from paramattr.nn.functional.distance_loss import (
    cosine_embedding_loss,
    npair_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from paramattr.nn.functional.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from paramattr.nn.functional.embedding import embedding
from paramattr.nn.functional.fold import fold, unfold
from paramattr.nn.functional.grid import affine_grid, grid_sample
from paramattr.nn.functional.hierarchical import adaptive_log_softmax_with_loss, hsigmoid_loss
from paramattr.nn.functional.interpolate import interpolate, upsample
from paramattr.nn.functional.label import label_smooth, one_hot
from paramattr.nn.functional.likelihood import gaussian_nll_loss, kl_div, log_loss, nll_loss, poisson_nll_loss
from paramattr.nn.functional.linear import bilinear, linear
from paramattr.nn.functional.loss import cross_entropy, l1_loss, mse_loss, smooth_l1_loss, square_error_cost
from paramattr.nn.functional.margin_loss import (
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_label_margin_loss,
    multi_margin_loss,
)
from paramattr.nn.functional.norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from paramattr.nn.functional.padding import pad, zeropad2d
from paramattr.nn.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from paramattr.nn.functional.rectifier import (
    celu,
    elu,
    elu_,
    hardsigmoid,
    hardswish,
    hardtanh,
    hardtanh_,
    leaky_relu,
    leaky_relu_,
    maxout,
    prelu,
    relu,
    relu6,
    relu_,
    rrelu,
    selu,
)
from paramattr.nn.functional.rnnt import rnnt_loss
from paramattr.nn.functional.shrink import hardshrink, softshrink, tanhshrink, thresholded_relu, thresholded_relu_
from paramattr.nn.functional.softmax import gumbel_softmax, log_softmax, softmax, softmax_
from paramattr.nn.functional.softmax_loss import margin_cross_entropy, softmax_with_cross_entropy
from paramattr.nn.functional.unpooling import max_unpool1d, max_unpool2d, max_unpool3d
from paramattr.nn.functional.vector_norm import local_response_norm, normalize
from paramattr.nn.functional.vision import channel_shuffle, pixel_shuffle, pixel_unshuffle, temporal_shift
from paramattr.tensor import tanh, tanh_
from paramattr.tensor.activation import sigmoid
from paramattr.tensor.manipulation import flatten
from paramattr.utils import absent

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_log_softmax_with_loss",
    "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", "affine_grid", "alpha_dropout",
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "batch_norm", "bilinear", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "celu", "channel_shuffle", "conv1d", "conv1d_transpose", "conv2d",
    "conv2d_transpose", "conv3d", "conv3d_transpose", "cosine_embedding_loss", "cosine_similarity",
    "cross_entropy", "ctc_loss", "dice_loss", "dropout", "dropout1d", "dropout2d", "dropout3d", "elu", "elu_",
    "embedding", "feature_alpha_dropout", "flatten", "fold", "fractional_max_pool2d", "fractional_max_pool3d",
    "gaussian_nll_loss", "gelu", "glu", "grid_sample", "group_norm", "gumbel_softmax", "hardshrink",
    "hardsigmoid", "hardswish", "hardtanh", "hardtanh_", "hinge_embedding_loss", "hsigmoid_loss",
    "instance_norm", "interpolate", "kl_div", "l1_loss", "label_smooth", "layer_norm", "leaky_relu",
    "leaky_relu_", "linear", "local_response_norm", "log_loss", "log_sigmoid", "log_softmax", "logsigmoid",
    "lp_pool1d", "lp_pool2d", "margin_cross_entropy", "margin_ranking_loss", "max_pool1d", "max_pool2d",
    "max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d", "maxout", "mish", "mse_loss",
    "multi_label_margin_loss", "multi_label_soft_margin_loss", "multi_margin_loss", "nll_loss", "normalize",
    "npair_loss", "one_hot", "pad", "pairwise_distance", "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss",
    "prelu", "relu", "relu6", "relu_", "rms_norm", "rnnt_loss", "rrelu", "scaled_dot_product_attention", "selu",
    "sequence_mask", "sigmoid", "sigmoid_focal_loss", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax",
    "softmax_", "softmax_with_cross_entropy", "softplus", "softshrink", "softsign", "square_error_cost",
    "swiglu", "swish", "tanh", "tanh_", "tanhshrink", "temporal_shift", "thresholded_relu", "thresholded_relu_",
    "triplet_margin_loss", "triplet_margin_with_distance_loss", "unfold", "upsample", "zeropad2d",
]  # fmt: skip

absent.explain(__name__)
