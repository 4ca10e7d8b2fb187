import io
import json
import os
import shlex
import subprocess
import sys

import numpy as np
import pytest

import paramattr as pa
from paramattr import cli
from paramattr import initializer as init
from paramattr.cli import main
from paramattr.utils import checks


def run(capsys, *arguments):
    status = main(arguments)
    return status, *capsys.readouterr()


def test_list_names_every_initializer(capsys):
    status, out, _ = run(capsys, "list")
    assert status == 0
    # Other tests and doctests may have registered initializers of their own.
    ours = {cls.__name__ for cls in init.registered() if getattr(init, cls.__name__, None) is cls}
    rows = [row for row in json.loads(run(capsys, "list", "--json")[1]) if row["name"] in ours]
    assert {row["name"] for row in rows} == ours
    assert len(ours) == 13
    for row in rows:
        assert row["name"] in out
        assert "paddle.nn." in row["source"]
        assert row["law"].endswith(".")


def test_inspect(capsys):
    spec = "KaimingNormal(nonlinearity='leaky_relu', negative_slope=0.2)"
    status, out, _ = run(capsys, "inspect", spec, "--shape", "64,32,3,3", "--dtype", "float16")
    assert status == 0
    assert "fan_in       288" in out
    assert "fan_out      576" in out
    assert "Normal(loc=0.0" in out
    assert out.count("\n") > 20
    facts = json.loads(run(capsys, "inspect", spec, "--shape", "64,32,3,3", "--json")[1])
    assert facts["fan_in"] == 288
    assert facts["observed"]["std"] == pytest.approx(facts["theory"]["std"], rel=0.02)
    assert facts["theory"]["min"] == "-inf"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_bars_are_as_long_as_the_counts(monkeypatch, encoding):
    """To an eighth of a character, or to a whole one where the terminal knows no parts of blocks."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    values = np.random.default_rng(0).standard_normal(3000)
    counts, edges = np.histogram(values, 16)
    for row, count, edge in zip(cli._histogram(values).split("\n"), counts, edges[:-1], strict=True):
        bar = row[13:]
        length = len(bar) if encoding == "ascii" else sum("▏▎▍▌▋▊▉█".index(part) + 1 for part in bar) / 8
        assert length == pytest.approx(48 * count / counts.max(), abs=0.6 if encoding == "ascii" else 1 / 16)
        assert all(part == "█" for part in bar[:-1]) or encoding == "ascii"
        assert float(row[:12]) == pytest.approx(edge, rel=1e-4)


@pytest.mark.parametrize(
    ("spec", "shape"), [("Orthogonal", "8,4"), ("Bilinear()", "2,2,4,4"), ("Constant(0.5)", "3"), ("Dirac", "4,4,3")]
)
def test_inspect_what_has_no_density(capsys, spec, shape):
    status, out, _ = run(capsys, "inspect", spec, "--shape", shape)
    assert status == 0
    assert "observed" in out


def test_check(capsys):
    status, out, _ = run(capsys, "check", "xavier_uniform", "--shape", "40,30", "--draws", "2", "--alpha", "1e-3")
    assert status == 0
    assert "passed" in out
    out = run(capsys, "check", "normal", "--shape", "40,30", "--json")[1]
    report = json.loads(out)
    assert out.rstrip("\n") == json.dumps(report, indent=1)
    assert report["passed"]
    assert report["alpha"] == 1e-6


def test_a_failed_check_is_status_1(capsys):
    # At so high a rate of false alarms some property of four values fails for one of a few seeds.
    statuses = {
        run(capsys, "check", "normal", "--shape", "4", "--alpha", "0.9", "--seed", str(seed))[0] for seed in range(9)
    }
    assert statuses == {0, 1}


def test_plot(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    target = tmp_path / "picture.png"
    assert run(capsys, "check", "normal", "--shape", "40,30", "--plot", str(target))[0] == 0
    assert target.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "normall", "--shape", "3"), "did you mean Normal"),
        (("check", "normal", "--shape", "3,a"), "shape must be"),
        (("check", "normal", "--shape", "3", "--dtype", "int32"), "dtype"),
        (("check", "normal", "--shape", "3", "--alpha", "2"), "alpha"),
        (("check", "normal", "--shape", "3", "--draws", "0"), "draws"),
        (("check", "normal", "--shape", "3", "--seed", "-1"), "seed"),
        (("check", "bilinear", "--shape", "3,3"), "4 axes"),
        (("inspect", "normal", "--shape", "3", "--plot", "/no/such/folder/x.png"), "folder"),
    ],
)
def test_bad_arguments_are_status_2_and_one_line(capsys, arguments, says):
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert says in err
    assert err.count("\n") == 1


def test_as_a_process():
    command = [sys.executable, "-m", "paramattr"]
    done = subprocess.run([*command, "check", "normal", "--shape", "20,20"], capture_output=True, text=True)
    assert done.returncode == 0
    plain = {"PYTHONIOENCODING": "ascii", "PATH": ""}
    done = subprocess.run([*command, "inspect", "normal", "--shape", "99"], capture_output=True, text=True, env=plain)
    assert done.returncode == 0
    assert "###" in done.stdout
    done = subprocess.run([*command, "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe without a reader")
def test_a_reader_that_is_gone():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-m", "paramattr", "list"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_stops_reading():
    script = f"{sys.executable} -m paramattr list --json | head -c 10"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)  # noqa: S607
    assert done.stderr == ""


def process(*arguments, stdout="", **environment):
    """The command as a process of its own, with its standard output redirected by the shell."""
    command = f"{sys.executable} -m paramattr {' '.join(map(shlex.quote, arguments))} {stdout}"
    return subprocess.run(command, shell=True, capture_output=True, env={**os.environ, **environment})  # noqa: S602


def test_alone_it_helps_and_it_knows_its_version(capsys):
    status, out, _ = run(capsys)
    assert status == 0
    assert "inspect" in out
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"paramattr {pa.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "normal", "--shape", "1000000,1000000"),
        ("inspect", "normal", "--shape", "1000000,1000000"),
        ("check", "constant", "--shape", "3", "--draws", str(10**13)),
        ("check", "normal", "--shape", "30000,30000"),  # the values fit, what the check makes of them does not
    ],
)
def test_what_memory_does_not_suffice_for_is_one_line(capsys, arguments, monkeypatch):
    monkeypatch.setattr(checks, "_memory", lambda: 8 << 30)
    status, out, err = run(capsys, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "GiB, but this machine has 8 GiB" in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_gets_what_it_can_show(encoding):
    for arguments in (("list",), ("inspect", "normal", "--shape", "40,30"), ("check", "uniform", "--shape", "40,30")):
        done = process(*arguments, PYTHONIOENCODING=encoding)
        assert done.returncode == 0
        assert done.stderr == b""
        assert "?" not in done.stdout.decode(encoding)


@pytest.mark.parametrize("stdout", [">&-", "| head -c 1", "> /dev/null"])
def test_nobody_listens(stdout):
    for arguments in (("list",), ("inspect", "normal", "--shape", "99")):
        done = process(*arguments, stdout=stdout)
        assert (done.returncode, done.stderr) == (0, b"")


def test_an_argument_given_twice_is_refused(capsys):
    status, _, err = run(capsys, "check", "Normal(std=1, std=2)", "--shape", "3")
    assert status == 2
    assert "must give each argument once" in err
