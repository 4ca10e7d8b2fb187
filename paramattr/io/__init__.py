"""Data sets, the order in which samples are taken, and batches of them."""

from paramattr.io.batch_sampler import BatchSampler, DistributedBatchSampler
from paramattr.io.collate import default_collate_fn, default_convert_fn
from paramattr.io.dataset import (
    ChainDataset,
    ComposeDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    random_split,
)
from paramattr.io.loader import DataLoader, get_worker_info
from paramattr.io.sampler import RandomSampler, Sampler, SequenceSampler, SubsetRandomSampler, WeightedRandomSampler
from paramattr.utils import absent

__all__ = [
    "BatchSampler", "ChainDataset", "ComposeDataset", "ConcatDataset", "DataLoader", "Dataset", "DistributedBatchSampler",
    "IterableDataset", "RandomSampler", "Sampler", "SequenceSampler", "Subset", "SubsetRandomSampler", "TensorDataset",
    "WeightedRandomSampler", "default_collate_fn", "default_convert_fn", "get_worker_info", "random_split",
]  # fmt: skip

absent.explain(__name__)
