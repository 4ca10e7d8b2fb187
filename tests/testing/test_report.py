import dataclasses
import json

import numpy as np
import pytest

from paramattr import initializer as init
from paramattr.random import Normal, Uniform
from paramattr.testing import Report, check_initializer, check_sample
from paramattr.testing.expected import as_law
from paramattr.testing.report import Finding, holm


def test_report_in_every_form(tmp_path):
    sample = np.random.default_rng(1).standard_normal((50, 40))
    good, bad = (check_sample(scale * sample, Normal()) for scale in (1.0, 2.0))
    assert isinstance(good, Report)
    assert good
    assert not bad
    assert "passed" in str(good)
    for report in (good, bad):
        again = json.loads(json.dumps(report.to_dict()))
        assert again["passed"] == report.passed
        assert len(again["findings"]) == len(report.findings)
        assert sum(entry["failed"] for entry in again["findings"]) == len(report.failures)
        page = report._repr_html_()
        assert page.count("<tr>") == len(report.findings) + 1
        assert ("✗" in page) == (not report.passed)
    assert dataclasses.asdict(bad.findings[0])["name"] == "finite values"
    pytest.importorskip("matplotlib")
    figure = bad.plot(tmp_path / "report.png")
    assert [text.get_text() for text in figure.texts] == [str(bad).partition("\n")[0]]
    assert [axes.get_title() for axes in figure.axes] == ["density", "quantiles, as normal scores", "std of each slice"]
    assert [line.get_xdata().size for line in figure.axes[2].lines[:-1]] == [50, 40]
    assert figure.axes[2].lines[-1].get_ydata()[0] == 1.0
    legends = [axes.get_legend() for axes in figure.axes]
    told = [legend and [text.get_text() for text in legend.get_texts()] for legend in legends]
    assert [told[0] and sorted(told[0]), *told[1:]] == [["law", "sample"], None, ["axis 0", "axis 1"]]
    assert (tmp_path / "report.png").stat().st_size > 10_000
    with pytest.raises(ValueError, match="no law"):
        check_initializer(init.Orthogonal(), (4, 4)).plot()


@pytest.mark.parametrize(("n", "bars"), [(20, 10), (1000, 20), (64_000, 80)])
def test_a_density_has_more_bars_the_more_values_there_are(n, bars):
    pytest.importorskip("matplotlib")
    sample = np.random.default_rng(0).standard_normal(n)
    law = as_law(Normal())
    figure = Report("sample", [], 1e-6, sample, law).plot()
    assert abs(len(figure.axes[0].patches) - 1 - bars) <= 1  # one is the law's staircase


def test_quantiles_of_a_correct_sample_lie_on_the_line():
    pytest.importorskip("matplotlib")
    sample = np.random.default_rng(0).uniform(2.0, 5.0, 5000)
    points, line = check_sample(sample, Uniform(2.0, 5.0)).plot().axes[1].lines
    assert (line.get_xy1(), line.get_slope()) == ((0.0, 0.0), 1.0)
    x, y = points.get_xdata(), points.get_ydata()
    assert (np.diff(x) > 0).all() and (np.diff(y) >= 0).all()
    inner = np.abs(x) < 2.5
    assert np.abs(x - y)[inner].max() < 0.2


def test_values_outside_of_the_support_are_shown_too():
    pytest.importorskip("matplotlib")
    sample = np.append(np.random.default_rng(0).uniform(2.0, 5.0, 500), [-7.0, 9.0])
    points, _ = check_sample(sample, Uniform(2.0, 5.0)).plot().axes[1].lines
    assert np.isfinite(points.get_ydata()).all()
    assert (points.get_ydata()[[0, -1]] * [-1, 1] > 8.0).all()


def test_the_text_of_a_report_has_the_most_surprising_first():
    findings = [
        Finding("mean", 1e-9, "1", "0"),
        Finding("variance", 0.5, "std 1", "std 1"),
        Finding("support", 0.0, "3 outside", "none", "clipped?"),
    ]
    report = Report("sample", findings, 1e-3, np.zeros((40, 50)))
    assert str(report).splitlines() == [
        "sample: 2 of 3 properties of 2,000 values at alpha = 0.001 failed",
        "  support: 3 outside, expected none (impossible)",
        "    clipped?",
        "  mean: 1, expected 0 (p = 1e-09)",
    ]
    assert str(Report("sample", findings[1:2], 1e-3, np.zeros(7))) == (
        "sample: passed, 1 properties of 7 values at alpha = 0.001"
    )
    entry = {"name": "mean", "p": 1e-9, "observed": "1", "expected": "0", "cause": "", "failed": True}
    assert report.to_dict()["findings"][0] == entry
    assert {**report.to_dict(), "findings": 3} == {
        "subject": "sample", "passed": False, "alpha": 1e-3, "values": 2000, "findings": 3,
    }  # fmt: skip
    with pytest.raises(ValueError, match="sample has no law per value"):
        report.plot()
    for found, name in [(report, "alpha"), (findings[0], "p")]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(found, name, 0.5)


def test_holm_controls_the_family():
    rng = np.random.default_rng(0)
    ps = rng.random((20_000, 12))
    alarms = np.mean([any(holm(list(row), 0.05)) for row in ps])
    assert abs(alarms - (1 - (1 - 0.05 / 12) ** 12)) < 4 * np.sqrt(0.05 / 20_000)
    assert holm([1e-9, 0.04, 0.001], 0.05) == [True, True, True]
    assert holm([0.03, 0.03], 0.05) == [False, False]
    assert holm([0.05, 0.025], 0.05) == [True, True]  # at the limit, of one and of two
