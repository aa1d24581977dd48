"""Rows that are set apart, where a process is killed or the disk is full: they are in their file,
or in the one in which they waited for it, once the rows beside them stand."""

import collections
import fcntl
import json
import os
import signal
import subprocess
import time

import pytest
from log_samples import ROW
from program import bad, good, names, start
from test_disk_full import SIZE, small_disk  # noqa: F401

OLD = b'{"path":"old"}\n'
ROWS = 20_000
TRIES = 20


def source(path, wrong, right):
    with open(path, "w", encoding="utf-8") as file:
        for count, phase in ((wrong, "brass"), (right, "gold")):
            line = json.dumps({**ROW, "phase": phase, "note": "x" * 100}) + "\n"
            for _ in range(count):
                file.write(line)
    return path


def options(rejects):
    return ["--kind", "rows", "--quality-action", "reject", "--quality-rejects", rejects]


def pending(folder):
    return [name for name in names(folder) if ".pending-" in name]


def kill_before_the_end(table, rows, rejects, version):
    """Kills a writer whose rows stand and that waits for its turn at the rejects file. False:
    it had put them there before its turn was taken."""
    writer = start("log", "write", table, rows, *options(rejects), stderr=subprocess.DEVNULL)
    while not pending(rejects.parent) and writer.poll() is None:
        time.sleep(0.0005)
    with open(rejects, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        caught = rejects.read_bytes() == OLD
        if caught:
            commit = table / "_delta_log" / f"{version:020}.json"
            while not commit.exists() and writer.poll() is None:
                time.sleep(0.0005)
            time.sleep(0.05)  # for it to come to its turn, if it is quick
            writer.send_signal(signal.SIGKILL)
            assert writer.wait() == -signal.SIGKILL
    writer.wait()
    return caught


def kill_between(tmp_path, rows, makes=True):
    """Gives the table, which the write makes unless it is there, the file, and what waits beside it."""
    for attempt in range(TRIES):
        folder, table = tmp_path / f"{attempt}", tmp_path / f"runs{attempt}"
        folder.mkdir()
        rejects = folder / "rejects.jsonl"
        rejects.write_bytes(OLD)
        if not makes:
            good("log", "write", table, "--kind", "rows", stdin=json.dumps(ROW))
        if kill_before_the_end(table, rows, rejects, 0 if makes else 1):
            waiting, = pending(folder)
            return table, rejects, folder / waiting
    raise AssertionError("no writer was caught")


def writes(rejects):
    """How many rows of which writes are in the file."""
    return collections.Counter(json.loads(line).get("write")
                               for line in rejects.read_bytes().splitlines())


def test_killed_between(tmp_path):
    rows = source(tmp_path / "rows.jsonl", 10, ROWS)
    table, rejects, waiting = kill_between(tmp_path, rows)
    assert good("log", "info", table, "--json").json()["row_count"] == ROWS
    assert names(rejects.parent) == sorted(["rejects.jsonl", waiting.name])
    assert rejects.read_bytes() == OLD
    # Its rows, and the table that they are of.
    assert len(waiting.read_text().splitlines()) == 11
    # The next one puts them in place, and tells of it.
    told = good("log", "write", table, rows, *options(rejects)).err
    assert "10 rows that it set apart are now there, 0 dropped" in told
    assert names(rejects.parent) == ["rejects.jsonl"]
    found = writes(rejects)
    assert found.pop(None) == 1 and found[waiting.name[-36:]] == 10
    assert sorted(found.values()) == [10, 10]
    assert "log rejects" not in good("log", "write", table, rows, *options(rejects)).err


@pytest.mark.parametrize("makes", [True, False])
def test_killed_where_all_were_set_apart(tmp_path, makes):
    """A commit without rows tells of them."""
    rows = source(tmp_path / "rows.jsonl", ROWS, 0)
    table, rejects, waiting = kill_between(tmp_path, rows, makes)
    assert good("log", "info", table, "--json").json()["row_count"] == (0 if makes else 1)
    right = tmp_path / "right.json"
    right.write_text(json.dumps(ROW))
    told = good("log", "write", table, right, *options(rejects)).err
    assert f"{ROWS} rows that it set apart are now there, 0 dropped" in told
    assert writes(rejects) == {None: 1, waiting.name[-36:]: ROWS} and not waiting.exists()
    good("table", "fsck", table)
    newest = good("log", "history", table, "--json", "--limit", "2").json()["versions"][1]
    assert (newest["operation"], newest["rows"]) == ("WRITE" if not makes else newest["operation"], 0)


def test_killed_while_it_puts_them_there(tmp_path):
    """Those that are there already are not put there again."""
    rows = source(tmp_path / "rows.jsonl", 10, 1)
    right = tmp_path / "right.json"
    right.write_text(json.dumps(ROW))
    table, rejects, waiting = kill_between(tmp_path, source(rows, 10, ROWS))
    lines, id = waiting.read_text().splitlines()[:10], waiting.name[-36:]
    kept = waiting.read_bytes()
    for there in (3, 10):
        waiting.write_bytes(kept)
        whole = "".join(f'{line[:-1]},"write":"{id}"}}\n' for line in lines[:there])
        torn = lines[0][:40] if there < 10 else ""
        rejects.write_bytes(OLD + whole.encode() + torn.encode())
        good("log", "write", table, right, *options(rejects))
        assert writes(rejects) == {None: 1, id: 10} and not waiting.exists()
        records = [json.loads(line)["row"] for line in rejects.read_bytes().splitlines()[1:]]
        assert records == list(range(1, 11))


def test_what_cannot_be_known_stays(tmp_path):
    rows = source(tmp_path / "rows.jsonl", 10, ROWS)
    table, rejects, waiting = kill_between(tmp_path, rows)
    table.rename(tmp_path / "away")
    other = tmp_path / "other"
    told = good("log", "write", other, rows, *options(rejects)).err
    assert f"{waiting} has the rows that a write of " in told and f"the table {table} is not" in told
    assert waiting.exists() and writes(rejects)[waiting.name[-36:]] == 0
    # One that another process holds is in use, and none to be told of.
    with open(waiting, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "log rejects" not in good("log", "write", other, rows, *options(rejects)).err
    (tmp_path / "away").rename(table)
    good("log", "write", other, rows, *options(rejects))
    assert not waiting.exists() and writes(rejects)[waiting.name[-36:]] == 10


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.02, 0.04, 0.08])
def test_killed_at_any_time(tmp_path, delay):
    """What stands in the file is whole; without the commit nothing is."""
    rows = source(tmp_path / "rows.jsonl", 500, 2000)
    table, rejects = tmp_path / "runs", tmp_path / "apart" / "rejects.jsonl"
    rejects.parent.mkdir()
    rejects.write_bytes(OLD)
    writer = start("log", "write", table, rows, *options(rejects), stderr=subprocess.DEVNULL)
    time.sleep(delay)
    writer.kill()
    writer.wait()
    stands = (table / "_delta_log" / f"{0:020}.json").exists()
    found = rejects.read_bytes()
    assert found.startswith(OLD) and (stands or found == OLD)
    count = len(found.splitlines()) - 1
    assert count == 500 or not stands or pending(rejects.parent)
    # A line that was torn is cut by the next one.
    good("log", "write", table, rows, *options(rejects))
    assert all(json.loads(line) for line in rejects.read_bytes().splitlines())
    assert len(rejects.read_bytes().splitlines()) == 501 + 500 * stands
    assert pending(rejects.parent) == []


def leave(disk, left):
    """Fills the disk but for some bytes."""
    os.sync()
    (disk / "filler").write_bytes(b"x" * (SIZE - left))


@pytest.mark.parametrize("right", [10, 0])
def test_full_before_and_after(tmp_path, small_disk, right):  # noqa: F811
    rows, table = source(tmp_path / "rows.jsonl", 200, right), tmp_path / "runs"
    rejects = small_disk / "rejects.jsonl"
    rejects.write_bytes(OLD)
    leave(small_disk, 32768)
    bad(3, "log", "write", table, rows, *options(rejects), says=["rejects.jsonl", "space"])
    assert rejects.read_bytes() == OLD and not (table / "_delta_log").exists()
    assert names(small_disk) == ["filler", "rejects.jsonl"]
    # There is room for them once, but not for a copy.
    leave(small_disk, 120_000)
    said = bad(3, "log", "write", table, rows, *options(rejects), "--json",
               says=["rejects.jsonl", "space", "the write stands", ".pending-"])
    done = said.json()
    assert done["success"] and done["rows_written"] == right and done["version"] == 0
    waiting, = pending(small_disk)
    assert rejects.read_bytes() == OLD
    assert len((small_disk / waiting).read_bytes().splitlines()) == 201
    # When there is room again, the next write brings them with it.
    (small_disk / "filler").unlink()
    rows.write_text(json.dumps(ROW))
    assert "200 rows" in good("log", "write", table, rows, *options(rejects)).err
    assert names(small_disk) == ["rejects.jsonl"]
    assert len(rejects.read_bytes().splitlines()) == 201
