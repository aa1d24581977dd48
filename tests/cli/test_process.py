"""The program as a process: signals, pipes, progress, folders it may not write to."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import pytest
from program import (PROGRAM, SANITIZED, TIME_LIMIT, bad, environment, good, names, start,
                     wait_until_catching)

ROW = b"%d,some text here,1.5,2020-01-01\n"


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    path = tmp_path_factory.mktemp("big") / "big.csv"
    rows = 100_000 if SANITIZED else 1_000_000
    with open(path, "wb") as file:
        file.write(b"id,text,number,at\n")
        for first in range(0, rows, 1000):
            file.write(b"".join(ROW % n for n in range(first, first + 1000)))
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2])
def test_interrupted(tmp_path, number, delay):
    """The input never ends, so only the signal can have ended it."""
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    process = start("convert", "-", target, "--from", "csv", stdin=subprocess.PIPE,
                    stderr=subprocess.PIPE)
    process.stdin.write(b"id,text,number,at\n" + b"".join(ROW % n for n in range(20_000)))
    process.stdin.flush()
    wait_until_catching(process)
    time.sleep(delay)
    process.send_signal(number)
    assert process.wait(timeout=TIME_LIMIT) == 130
    assert b"interrupted" in process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    assert names(tmp_path) == ["out.jsonl"]
    assert target.read_text() == "old"


def test_interrupted_while_waiting(tmp_path):
    """A sender that says nothing does not keep it."""
    process = start("convert", "-", tmp_path / "out.jsonl", "--from", "jsonl",
                    stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until_catching(process)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=TIME_LIMIT) == 130
    process.stdin.close()
    process.stderr.close()
    assert names(tmp_path) == []


@pytest.mark.parametrize("format, half", [
    ("csv", b"a,b\n1,2\n3"), ("csv", b'a,b\n1,"2'), ("jsonl", b'{"a":1}\n{"a"'),
    ("json", b'[{"a":1},')])
def test_interrupted_within_a_record(tmp_path, format, half):
    """It is the signal that ended the input, so the half record is no fault."""
    process = start("convert", "-", tmp_path / "out.csv", "--from", format,
                    stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(half)
    process.stdin.flush()
    wait_until_catching(process)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=TIME_LIMIT) == 130
    assert process.stderr.read() == b"quire: interrupted\n"
    process.stdin.close()
    process.stderr.close()
    assert names(tmp_path) == []


def test_pipe_closed_by_its_reader(big):
    """cat big | head -1: no message, and not the work of reading all."""
    process = start("cat", big, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert json.loads(process.stdout.readline())["id"] == 0
    process.stdout.close()
    assert process.wait(timeout=TIME_LIMIT) in (0, 3)
    assert process.stderr.read() == b""
    process.stderr.close()


def test_pipe_closed_under_a_shell(big):
    command = f"'{PROGRAM}' cat '{big}' | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, env=environment(), timeout=TIME_LIMIT)
    assert done.stdout.count(b"\n") == 1 and done.stderr == b""


def test_full_device_as_output(big):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "wb") as full:
        process = start("cat", big, stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 3 and b"space" in err and b"do not run it again" not in err


def test_what_was_written_is_told_where_only_the_report_is_lost(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"run_id": "a", "phase": "gold", "step_name": "s"}\n')
    with open("/dev/full", "wb") as full:
        process = start("log", "write", tmp_path / "log", rows, "--kind", "rows", "--json",
                        stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 3 and b"output" in err and b"do not run it again" in err
    assert good("table", "read", tmp_path / "log").text.count("\n") == 1


def test_progress_as_json(big, tmp_path):
    result = good("convert", big, tmp_path / "out.jsonl", "--progress", "json", "--durability",
                  "none")
    events = [json.loads(line) for line in result.err.splitlines()]
    assert [event["state"] for event in events[:-1]] == ["running"] * (len(events) - 1)
    last = events[-1]
    assert last["state"] == "done"
    assert last["bytes"] == last["bytes_total"] == big.stat().st_size
    assert all(a["rows"] <= b["rows"] and a["bytes"] <= b["bytes"]
               for a, b in zip(events, events[1:]))
    assert set(last) >= {"task", "name", "state", "rows", "bytes", "bytes_total",
                         "elapsed_seconds", "rows_per_second", "left_seconds"}


def test_progress_bar_on_a_terminal(big, tmp_path):
    """Drawn on the terminal, taken off at the end, and a summary left."""
    import pty

    controller, terminal = pty.openpty()
    process = start("convert", big, tmp_path / "out.jsonl.zst", "--compression", "zstd:12",
                    stderr=terminal, stdout=subprocess.DEVNULL)
    os.close(terminal)
    output = b""
    while True:
        try:
            block = os.read(controller, 65536)
        except OSError:
            break
        if not block:
            break
        output += block
    os.close(controller)
    assert process.wait(timeout=TIME_LIMIT) == 0
    assert b"out.jsonl.zst: " in output and b"rows" in output
    assert output.rstrip().count(b"\n") == 0 or b"\033[K" in output


def test_no_output_without_a_terminal(big, tmp_path):
    result = good("convert", big, tmp_path / "out.tsv", "--progress", "auto")
    assert result.err == ""


# As a user who may not ----------------------------------------------------------------------

NOBODY = 65534


@pytest.fixture
def common():
    """A folder that every user reaches, unlike pytest's own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_nobody():
    """Options that run a process as a user whom permissions bind."""
    if os.geteuid() != 0:
        return {}
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        probe = subprocess.run([PROGRAM, "version"], capture_output=True, env=environment(),
                               cwd="/", **user)
        runs = probe.returncode == 0
    except PermissionError:
        runs = False
    if not runs:
        pytest.skip("root is not bound by permissions, and another user cannot run the program")
    return user


def test_read_only_folder(common):
    user = as_nobody()
    source, folder = common / "in.csv", common / "closed"
    source.write_text("a\n1\n")
    folder.mkdir()
    (folder / "out.jsonl").write_text("old")
    folder.chmod(0o555)
    result = bad(3, "convert", source, folder / "out.jsonl", cwd="/", says=["closed", "ermission"],
                 **user)
    assert result.err.count("\n") == 1
    bad(3, "convert", source, folder / "more" / "out.jsonl", cwd="/", says="ermission", **user)
    assert names(folder) == ["out.jsonl"]
    assert (folder / "out.jsonl").read_text() == "old"
    folder.chmod(0o755)


def test_unreadable_input(common):
    user = as_nobody()
    source = common / "in.csv"
    source.write_text("a\n1\n")
    source.chmod(0)
    bad(3, "cat", source, cwd="/", says=["in.csv", "ermission"], **user)


def write_pipe(path, text):
    os.mkfifo(path)
    thread = threading.Thread(target=path.write_text, args=(text,), daemon=True)
    thread.start()
    return thread


def test_pipes_are_read_once(tmp_path):
    """What a first look takes of a pipe would be missing from the rows."""
    (tmp_path / "a.csv").write_text("a\n3\n")
    pipe = tmp_path / "pipe.csv"
    thread = write_pipe(pipe, "a\n1\n2\n")
    message = bad(2, "cat", pipe, tmp_path / "a.csv").err
    assert "pipe.csv" in message and "--schema" in message
    out = good("cat", "--schema", "a int8", pipe, tmp_path / "a.csv", "--to", "csv")
    assert out.text == "a\n1\n2\n3\n"
    thread.join()


def test_nested_names_of_a_pipe(tmp_path):
    """A column whose name has a point in it is found without a second look."""
    pipe = tmp_path / "pipe.jsonl"
    thread = write_pipe(pipe, "".join(f'{{"a.b":{i}}}\n' for i in range(50_000)))
    out = good("cat", "--select", "a.b", pipe, "--to", "csv")
    assert len(out.text.splitlines()) == 50_001
    thread.join()


def test_schema_from_a_pipe(tmp_path):
    """A pipe gives its bytes in pieces; half a schema is a wrong one."""
    (tmp_path / "in.jsonl").write_text('{"a":1,"b":2}\n')
    pipe = tmp_path / "schema"
    os.mkfifo(pipe)

    def write():
        with open(pipe, "w") as file:
            for line in ("b int8\n", "a int64\n"):
                file.write(line)
                file.flush()
                time.sleep(0.2)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    assert good("cat", "--schema", pipe, tmp_path / "in.jsonl", "--to", "csv").text == "b,a\n2,1\n"
    thread.join()


@pytest.mark.parametrize("more", [[], ["--in-place"]])
def test_append_to_a_pipe(tmp_path, more):
    """It holds nothing that could be read first."""
    (tmp_path / "in.csv").write_text("id\n1\n")
    os.mkfifo(tmp_path / "out.jsonl")
    for target in (tmp_path / "out.jsonl", "/dev/stdout"):
        bad(2, "convert", "--append", *more, "--to", "jsonl", tmp_path / "in.csv", target,
            says=["append", "pipes"])


@pytest.mark.parametrize("standard", ["<in.csv 2>&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_standard_files(tmp_path, standard):
    """An output never takes the place of a standard file, where messages would go into it."""
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id\n" + "".join(f"{n}\n" for n in range(1000)))
    name = "-" if standard.startswith("<in") else "in.csv"
    command = f'exec "{PROGRAM}" convert --progress json --from csv {name} out.csv {standard}'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment(), timeout=TIME_LIMIT)
    assert done.returncode == 0
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("standard", ["<&-", ">&-"])
def test_needed_standard_file_closed(tmp_path, standard):
    (tmp_path / "in.csv").write_text("id\n1\n")
    names = "- out.csv" if standard.startswith("<") else "in.csv -"
    command = f'exec "{PROGRAM}" convert --from csv --to csv {names} {standard}'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment(), timeout=TIME_LIMIT,
                          capture_output=standard.startswith("<"))
    assert done.returncode == 3
    assert not (tmp_path / "out.csv").exists()
