"""A table that could not be made leaves no folder."""

import resource
import signal

import pytest
from program import bad, good, run


def full():
    """As on a full disk: no file can hold a byte."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "a.csv").write_text("id,p\n1,x\n2,y\n")
    return tmp_path / "a.csv"


@pytest.mark.parametrize("command", [("append",), ("overwrite",), ("merge", "--on", "id")])
@pytest.mark.parametrize("more", [(), ("--partition-by", "p")])
def test_rows_that_make_a_table(tmp_path, rows, command, more):
    make = ["table", command[0], tmp_path / "n", rows, *command[1:], "--create", *more]
    assert run(*make, preexec_fn=full).code == 3
    assert not (tmp_path / "n").exists()
    # What was there before stays, and so does what is in it.
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "mine").write_text("")
    run(*make, preexec_fn=full)
    assert (tmp_path / "n" / "mine").exists()
    good(*make)
    assert len(good("table", "read", tmp_path / "n").lines()) == 2


def test_create(tmp_path):
    make = ["table", "create", tmp_path / "n", "--schema", "id int64"]
    assert run(*make, preexec_fn=full).code == 3
    assert not (tmp_path / "n").exists()
    good(*make)
    bad(4, *make)
    assert (tmp_path / "n" / "_delta_log").exists()
