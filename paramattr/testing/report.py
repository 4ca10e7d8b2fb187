"""What a check found: the findings, which of them count as failures, and how to show them."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from paramattr.random.exact import normal_quantile
from paramattr.testing.expected import Law

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Finding", "Report"]

_SHOWN = 200_000  # a plot of more values shows no more


@dataclass(frozen=True)
class Finding:
    """One property of a sample beside what it should be.

    Parameters
    ----------
    name : str
        The property, for example ``"variance"``.
    p : float
        The probability of so much or more under the expected law; 0 where it is impossible.
    observed, expected : str
        For the reader.
    cause : str
        A guess at what went wrong, or empty.
    """

    name: str
    p: float
    observed: str
    expected: str
    cause: str = ""

    def __str__(self) -> str:
        chance = "impossible" if self.p == 0.0 else f"p = {self.p:.2g}"
        line = f"{self.name}: {self.observed}, expected {self.expected} ({chance})"
        return f"{line}\n    {self.cause}" if self.cause else line


def holm(ps: list[float], alpha: float) -> list[bool]:
    """Which hypotheses to reject so that any true one is rejected with a probability of at most ``alpha``.

    Holm, "A simple sequentially rejective multiple test procedure", 1979.

    >>> from paramattr.testing.report import holm
    >>> holm([0.02, 0.001, 0.5], 0.05)
    [True, True, False]
    """
    rejected = [False] * len(ps)
    for rank, i in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        if ps[i] > alpha / (len(ps) - rank):
            break
        rejected[i] = True
    return rejected


@dataclass(frozen=True, eq=False)
class Report:
    """The outcome of a check; true in a condition if it passed.

    Parameters
    ----------
    subject : str
        What was checked.
    findings : list of Finding
        All properties that were looked at.
    alpha : float
        The probability that a correct sample fails.
    values : ndarray
        The sample.
    law : Law or None
        What it should follow, where that is a law per value.

    Examples
    --------
    >>> import numpy as np
    >>> from paramattr.random import Normal
    >>> from paramattr.testing import check_sample
    >>> report = check_sample(np.random.default_rng(0).standard_normal(1000) * 1.3, Normal())
    >>> report.failures[0].name
    'variance'
    """

    subject: str
    findings: list[Finding]
    alpha: float
    values: NDArray[Any] = field(repr=False)
    law: Law | None = field(default=None, repr=False)

    @property
    def failures(self) -> list[Finding]:
        """The findings that count as failures, most surprising first."""
        rejected = holm([finding.p for finding in self.findings], self.alpha)
        failed = [finding for finding, bad in zip(self.findings, rejected, strict=True) if bad]
        return sorted(failed, key=lambda finding: finding.p)

    @property
    def passed(self) -> bool:
        """Whether there is no failure."""
        return not self.failures

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        looked = f"{len(self.findings)} properties of {self.values.size:,} values at alpha = {self.alpha:g}"
        failures = self.failures
        if not failures:
            return f"{self.subject}: passed, {looked}"
        return "\n  ".join([f"{self.subject}: {len(failures)} of {looked} failed", *map(str, failures)])

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the values, ready for JSON."""
        failed = self.failures
        return {
            "subject": self.subject,
            "passed": not failed,
            "alpha": self.alpha,
            "values": int(self.values.size),
            "findings": [{**asdict(finding), "failed": finding in failed} for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        failed = self.failures
        rows = []
        for finding in sorted(self.findings, key=lambda finding: finding.p):
            mark = "✗" if finding in failed else "✓"
            cells = [mark, finding.name, finding.observed, finding.expected, f"{finding.p:.2g}", finding.cause]
            rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
        head = "".join(f"<th>{title}</th>" for title in ("", "property", "observed", "expected", "p", "likely cause"))
        title = html.escape(str(self).partition("\n")[0])
        return f"<p><b>{title}</b></p><table><tr>{head}</tr>{''.join(rows)}</table>"

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw the histogram under its density, the quantiles, and the spread along each axis; save it to ``path``.

        Raises
        ------
        ImportError
            Without matplotlib (extra ``plot``).
        ValueError
            If there is no law per value to draw.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise ImportError("plot() needs the package matplotlib: pip install 'paramattr[plot]'") from None
        if self.law is None:
            raise ValueError(f"{self.subject} has no law per value that could be drawn")
        figure = Figure(figsize=(11, 3.6), layout="constrained")
        density, quantiles, spread = figure.subplots(1, 3)
        values = self.values.astype(np.float64)
        flat = np.sort(values[np.isfinite(values)])
        if flat.size:
            _draw(density, quantiles, flat[:: -(-flat.size // _SHOWN)], self.law)
        for axis in range(values.ndim):
            stds = values.std(axis=tuple(i for i in range(values.ndim) if i != axis))
            spread.plot(np.linspace(0, 1, stds.size), stds, ".", markersize=3, label=f"axis {axis}")
        spread.axhline(self.law.std, color="black", linewidth=1)
        spread.set(title="std of each slice", xlabel="position along the axis")
        if values.ndim:
            spread.legend()
        figure.suptitle(str(self).partition("\n")[0])
        if path is not None:
            figure.savefig(path, dpi=120)
        return figure


def _draw(density: Any, quantiles: Any, flat: NDArray[np.float64], law: Law) -> None:
    bins = int(min(200, max(10, 2 * flat.size ** (1 / 3))))
    _, edges, _ = density.hist(flat, bins, density=True, color="tab:blue", alpha=0.6, label="sample")
    # The law's mass per bin rather than its density: it needs the cdf alone, and is right at jumps.
    density.stairs(np.diff(law.cdf(edges)) / np.diff(edges), edges, color="black", label="law")
    density.set(title="density", xlabel="value")
    density.legend()
    # On the scale of normal scores, where the tails of any law are seen.
    expected = normal_quantile((np.arange(flat.size) + 0.5) / flat.size)
    observed = normal_quantile(np.clip(law.cdf(flat), 2.0**-54, 1.0 - 2.0**-53))
    quantiles.plot(expected, observed, ".", markersize=2, color="tab:blue")
    quantiles.axline((0.0, 0.0), slope=1.0, color="black", linewidth=1)
    quantiles.set(title="quantiles, as normal scores", xlabel="law", ylabel="sample")
