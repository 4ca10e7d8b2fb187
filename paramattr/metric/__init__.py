"""Metrics: how good predictions are, over all batches of an epoch."""

from paramattr.metric.metrics import Accuracy, Auc, Metric, Precision, Recall, accuracy
from paramattr.utils import absent

__all__ = ["Accuracy", "Auc", "Metric", "Precision", "Recall", "accuracy"]

absent.explain(__name__)
