"""A full disk: the old file stands, the temporary is gone, the exit status is 3."""

import json
import os
import random
import subprocess

import pytest
from program import bad, good, names

SIZE = 4 << 20


@pytest.fixture
def small_disk(tmp_path):
    """A file system of four megabytes."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    draw = random.Random(7) # of what no encoding makes small
    path.write_text("id,text\n" + "".join(f"{n},{draw.getrandbits(160):040x}x\n"
                                          for n in range(200_000)))
    assert path.stat().st_size > 2 * SIZE
    return path


@pytest.mark.parametrize("name, options", [
    ("out.csv", []), ("out.jsonl", []), ("out.json", []), ("out.tsv", []),
    ("out.parquet", ["--set", "compression=none", "--set", "row_group_rows=20000"]),
    ("out.parquet", ["--set", "compression=none"])])
def test_full_while_writing(small_disk, source, name, options):
    target = small_disk / name
    target.write_text("old")
    bad(3, "convert", source, target, *options, says=[name, "space"])
    assert names(small_disk) == [name]
    assert target.read_text() == "old"
    assert os.statvfs(small_disk).f_bavail * 4096 > SIZE - 65536
    good("convert", source, target, "--limit", "100")
    assert good("count", target).text == "100\n"


def test_full_at_the_end(small_disk, source):
    """The last bytes are what does not fit: they are few, and flushed late."""
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (SIZE - 8192))
    target = small_disk / "out.jsonl"
    bad(3, "convert", source, target, "--limit", "400", says="space")
    assert names(small_disk) == ["filler"]
    filler.unlink()
    good("convert", source, target, "--limit", "400")


def test_full_while_appending(small_disk, source):
    target = small_disk / "out.csv"
    good("convert", source, target, "--limit", "30000")
    before = target.read_bytes()
    bad(3, "convert", source, target, "--append", says="space")
    assert names(small_disk) == ["out.csv"]
    assert target.read_bytes() == before


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_full_of_what_is_being_sorted(small_disk, source, name):
    """Sorting needs more room beside the target than there is; all of it is given back."""
    target = small_disk / name
    target.write_text("old")
    bad(3, "convert", source, target, "--sort", "-text", "--memory", "2MB", says="space")
    assert names(small_disk) == [name]
    assert target.read_text() == "old"
    assert os.statvfs(small_disk).f_bavail * 4096 > SIZE - 65536


def test_full_for_the_rejects(small_disk, source, tmp_path):
    """The output is not committed either."""
    output = tmp_path / "out.csv"
    bad(3, "convert", source, output, "--schema", "id int64, text date", "--rejects",
        small_disk / "bad.jsonl", says=["bad.jsonl", "space"])
    assert names(small_disk) == []
    assert not output.exists()


def test_batch_of_executions(small_disk):
    """What was written stands; what was not is told once, with the cause, and nothing is tried
    any more."""
    text = "".join(json.dumps({"context": {"run_id": f"r{number}"}, "step_results": [
        {"phase": "gold", "step_name": "s"}]}) + "\n" for number in range(4000))
    done = bad(3, "log", "write", small_disk / "runs", "--kind", "execution-result",
               "--batch-size", "4", "--json", "--performance-max-secs", "0", stdin=text,
               says="space")
    told = done.json()
    assert told["code"] == "FULL" and {one["code"] for one in told["failures"]} == {"FULL"}
    assert 0 < told["successful_writes"] == told["rows_written"] < 4000
    assert told["successful_writes"] + told["failed_writes"] == told["total_executions"] == 4000
    assert told["metrics"]["total_writes"] == 4000
    assert len(done.err.splitlines()) <= 3, done.err[:2000]
    rows = good("table", "read", small_disk / "runs").lines()
    assert len(rows) == told["rows_written"]


@pytest.mark.parametrize("mode", ["append", "overwrite", "merge"])
def test_no_folder_of_a_table_that_could_not_be_made(small_disk, mode):
    """Nor of those above it; what was there before stays."""
    (small_disk / "there").mkdir()
    (small_disk / "filler").write_bytes(b"x" * (SIZE - 12288))
    for place in (["there/a/runs"], ["there", "--table-schema", "x", "--table-name", "runs"],
                  ["runs", "--partition-columns", "phase"]):
        bad(3, "log", "write", small_disk / place[0], *place[1:], "--kind", "rows",
            "--write-mode", mode, stdin='{"phase":"gold","step_name":"s"}', says="space")
        assert sorted(os.listdir(small_disk)) == ["filler", "there"]
        assert os.listdir(small_disk / "there") == []
