"""What Paddle has and this library does not: one table with the reasons, and the errors that say them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

_CONSTRUCTORS = (
    "BFloat16Tensor BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor"
    " ShortTensor"
)

# By reason, and there by module or class, what is left out. A module that is left out is one name here.
_TABLE: dict[str, dict[str, str]] = {
    "builds graphs to be run later; every step is computed at once here": {
        "paramattr": (
            "static jit enable_static inference onnx pir pir_utils IrGuard ir_guard decomposition FLAGS_trace_api core"
            " device_guard"
        ),
        "paramattr.nn.Layer": "full",
        "paramattr.tensor": "array_length array_read array_write create_array create_tensor fill_constant",
        "paramattr.Tensor": (
            "create_parameter create_tensor block get_tensor set_tensor get_map_tensor value reconstruct_from_"
            " set_string_list set_vocab"
        ),
        "paramattr.optimizer.Optimizer": "fused_buffer_version fused_states_accumulators_meta fused_states_buffer"
        " fused_states_buffer_ipc_meta fused_states_master_weights_meta need_refuse reset_need_refuse"
        " set_merged_model_params use_fusion_storage",
    },
    "is of accelerators; NumPy computes on CPUs": {
        "paramattr": (
            "CUDAPlace CUDAPinnedPlace CustomPlace IPUPlace XPUPlace XPUPinnedPlace Event Stream cuda_env"
            " get_cuda_rng_state set_cuda_rng_state get_device_module get_default_device set_default_device"
        ),
        "paramattr.device": (
            "XPUPlace IPUPlace Stream Event StreamContext current_stream set_stream stream_guard device_guard synchronize"
            " max_memory_allocated max_memory_reserved reset_max_memory_allocated reset_max_memory_reserved"
            " memory_allocated memory_reserved empty_cache is_current_stream_capturing get_device_name"
            " get_device_capability get_device_properties is_bf16_supported reset_peak_memory_stats ipc_collect"
            " get_stream_from_external xpu device"
        ),
        "paramattr.cuda": (
            "cudart check_error mem_get_info synchronize current_stream get_device_properties get_device_name"
            " get_device_capability stream Stream get_stream_from_external current_device memory_allocated"
            " memory_reserved set_device set_stream manual_seed_all get_rng_state set_rng_state device"
            " is_bf16_supported manual_seed max_memory_allocated reset_peak_memory_stats Event ipc_collect"
            " StreamContext max_memory_reserved reset_max_memory_allocated reset_max_memory_reserved"
            " memory_summary stream_guard vmm_compact"
        ),
        "paramattr.nn.functional": (
            "flash_attn_qkvpacked flash_attn_varlen_qkvpacked flash_attention_v3_varlen flashmask_attention"
            " moe_permute moe_unpermute"
        ),
        "paramattr.incubate": "cc identity_loss inference softmax_mask_fuse softmax_mask_fuse_upper_triangle",
        "paramattr.linalg": "fp8_fp8_half_gemm_fused",
        "paramattr.Tensor": "cuda pin_memory",
    },
    "is of how memory is used, which NumPy decides": {
        "paramattr.Tensor": ("grad_ grad_fn inplace_version layout offset resize_ set_"),
    },
    "is a rare decomposition; numpy.linalg and scipy.linalg work on arrays": {
        "paramattr.linalg": ("householder_product lu lu_solve lu_unpack matrix_exp ormqr pca_lowrank svd_lowrank"),
        "paramattr.Tensor": "householder_product lu lu_unpack ormqr pca_lowrank svd_lowrank",
    },
    "counts in several dimensions; numpy.histogramdd works on arrays": dict.fromkeys(
        ("paramattr", "paramattr.Tensor"), "histogramdd"
    ),
    "holds a stream of numbers; numbers have addresses here, and seed returns what sets them": {
        "paramattr": "Generator",
    },
    "is of many processes; one process trains here": {
        "paramattr": "distributed DataParallel",
        "paramattr.nn.functional": "class_center_sample",
        "paramattr.Tensor": "num_shard placements process_mesh",
        "paramattr.nn.Layer": "sharded_state_dict",
    },
    "mixes precisions automatically; float16 and bfloat16 are computed in float32 here": {
        "paramattr": (
            "amp autocast is_autocast_enabled get_autocast_dtype get_autocast_cpu_dtype get_autocast_gpu_dtype"
        ),
    },
    "is of sparse tensors; arrays are dense here": {
        "paramattr": "sparse",
        "paramattr.nn.functional": "sparse_attention",
        "paramattr.Tensor": (
            "coalesce is_coalesced to_dense to_sparse_coo to_sparse_csr indices values crows cols nnz sparse_dim"
            " dense_dim rows is_selected_rows get_selected_rows"
        ),
    },
    "is of graphs of nodes and edges, which is not part of this library": {
        "paramattr": "geometric",
        "paramattr.incubate": (
            "graph_khop_sampler graph_reindex graph_sample_neighbors graph_send_recv segment_max segment_mean"
            " segment_min segment_sum"
        ),
    },
    "searches for sequences, which is not part of this library": {
        "paramattr.nn": "BeamSearchDecoder dynamic_decode",
        "paramattr.nn.functional": "gather_tree",
        "paramattr.Tensor": "top_p_sampling",
    },
    "quantizes models, which is not part of this library": {"paramattr": "quantization"},
    "brings data sets and models, which is not part of this library": {
        "paramattr": "vision audio text dataset reader hub",
    },
    "runs a training loop of its own; write the loop, it is five lines": {"paramattr": "Model callbacks hapi flops"},
    "measures programs; Python's cProfile does that": {"paramattr": "profiler"},
    "is not part of this library; numpy.fft and scipy.signal work on arrays": {
        "paramattr": ("fft signal bartlett_window blackman_window hamming_window hann_window kaiser_window special"),
        "paramattr.Tensor": "stft istft",
    },
    "is of probability distributions; scipy.stats works on arrays": {"paramattr": "distribution"},
    "is of Paddle's own packaging": {
        "paramattr": (
            "version sysconfig library check_shape ops"
            " common_ops_import async_save clear_async_save_task_queue MmapStorage"
        ),
        "paramattr.utils": "deprecated require_version run_check try_import",
    },
    "stands for PyTorch's constructors; to_tensor makes tensors of every dtype": dict.fromkeys(
        ("paramattr", "paramattr.device", "paramattr.cuda"), _CONSTRUCTORS
    ),
    "is of functions that take arguments as PyTorch's do; those of paramattr take Paddle's": {
        "paramattr": "compat enable_compat disable_compat use_compat_guard",
    },
    "is of tensors that are no arrays of numbers": {"paramattr": "pstring raw"},
    "is an 8-bit float, which parameters can't have here": {"paramattr": "float8_e4m3fn float8_e5m2"},
    "is another name of bfloat16; say that": {"paramattr": "uint16"},
    "needs derivatives of derivatives, which are not recorded here; autograd.grad gives the first": {
        "paramattr.autograd": "hessian jacobian",
    },
    "packs saved tensors away; the tape holds arrays that it needs and no other": {
        "paramattr.autograd": "saved_tensors_hooks",
    },
}


@functools.cache
def _reasons() -> dict[tuple[str, str], str]:
    return {
        (module, name): reason
        for reason, modules in _TABLE.items()
        for module, names in modules.items()
        for name in names.split()
    }


def reason(module: str, name: str) -> str | None:
    """Return why ``module``, such as ``"paramattr.nn"``, lacks what Paddle's has under ``name``; None if nobody says."""
    return _reasons().get((module, name))


class AbsentError(AttributeError):
    """The error for an attribute ``name`` that ``home``, which has ``names()``, lacks.

    ``home`` is the name of a module, or "Tensor". The text is made when it is read, for most of these errors never are:
    ``from package import module`` asks for the attribute first, and so does ``hasattr``.
    """

    def __init__(self, home: str, name: str, names: Callable[[], Iterable[str]]) -> None:
        super().__init__(name=name)
        self._asked = home, name, names

    def __str__(self) -> str:
        return _text(*self._asked)

    def __reduce__(self) -> tuple[type[AttributeError], tuple[str]]:
        return AttributeError, (str(self),)


def _text(home: str, name: str, names: Callable[[], Iterable[str]]) -> str:
    text = f"{home!r} has no attribute {name!r}"
    if name.startswith("__"):
        return text
    module = "paramattr.Tensor" if home == "Tensor" else home
    why = reason(module, name)
    if why is not None:
        return f"{text}: in Paddle it {why}"
    import difflib  # here, because who makes no mistake need not wait for it

    near = difflib.get_close_matches(name, [other for other in names() if other[0] != "_"], 1, 0.75)
    if near:
        text += f"; did you mean {near[0]!r}?"
    for space, prefix in ((np, "numpy"), (np.linalg, "numpy.linalg")):
        if module in ("paramattr", "paramattr.linalg", "paramattr.Tensor") and callable(getattr(space, name, None)):
            return f"{text}; {prefix}.{name} works on the arrays of tensors, without gradients"
    return text


def explain(module: str, later: Mapping[str, Sequence[str]] | None = None) -> None:
    """Let ``module`` raise `AbsentError` for what it lacks, and load what is in ``later`` when it is first used.

    ``later`` has modules inside this one, and the names that each of them defines for it. A ``__getattr__`` is put there
    now: a type checker that saw one would take every name for one of the module.
    """
    later = later or {}
    homes = {name: home for home, names in later.items() for name in names}

    def __getattr__(name: str) -> Any:  # noqa: N807  (the name that a traceback shows)
        space = vars(sys.modules[module])
        if name in homes:
            space[name] = getattr(import_module(f"{module}.{homes[name]}"), name)
            return space[name]
        if name in later:
            return import_module(f"{module}.{name}")
        raise AbsentError(module, name, lambda: space.get("__all__", ()))

    vars(sys.modules[module])["__getattr__"] = __getattr__
