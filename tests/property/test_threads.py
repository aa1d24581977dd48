"""One thread creates no thread; four give what one gives."""

import os
import subprocess
import sys

import documents
import pytest
from program import TEMPORARY, good, names
from pyquire import LIBRARY

# Prints the greatest number of threads of a process that reads and writes.
COUNT = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
import pyarrow as pa
import pyquire

def threads():
    return len(os.listdir("/proc/self/task"))

source, target, number, sort = sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
before = most = threads()
context = pyquire.context(threads=number, memory=1 << 20 if sort else 0)
stream = pyquire.reader(source, ctx=context)
schema = stream.schema
if sort:
    stream = pyquire.sort(stream, [schema.names[0]], os.path.dirname(target), context)

def batches():
    global most
    for batch in stream:
        most = max(most, threads())
        yield batch

pyquire.write(target, pa.RecordBatchReader.from_batches(schema, batches()), ctx=context)
most = max(most, threads())
pyquire.close_context(context)
# The kernel shows a thread for a moment after it was joined.
patience = time.monotonic() + 60
while threads() != before and time.monotonic() < patience:
    time.sleep(0.001)
print(before, most, threads())
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    for number in range(4):
        (folder / f"{number}.csv").write_bytes(documents.csv_document(number))
    for number in range(2):
        (folder / f"{number}.jsonl").write_bytes(documents.json_document(number, True))
    return folder


def count_threads(source, target, number, sort=""):
    tests = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run(
        [sys.executable, "-c", COUNT, os.path.join(tests, "lib"), source, target, str(number), sort],
        capture_output=True, text=True, check=True, env={**os.environ, "QUIRE_LIB": LIBRARY})
    return map(int, done.stdout.split())


@pytest.fixture(scope="module")
def parquet(sources):
    path = sources / "0.parquet"
    good("convert", sources / "0.csv", path, "--set", "row_group_rows=1000")
    return path


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.jsonl.zst", "out.csv.gz",
                                  "out.parquet"])
@pytest.mark.parametrize("source", ["0.csv", "0.parquet"])
@pytest.mark.parametrize("sort", ["", "1MB"])
def test_one_thread_creates_none(sources, parquet, tmp_path, source, name, sort):
    before, most, after = count_threads(sources / source, tmp_path / name, 1, sort)
    assert before == most == after


@pytest.mark.parametrize("source, name", [("0.csv", "out.csv"), ("0.csv", "out.parquet"),
                                          ("0.parquet", "out.csv")])
def test_four_threads_create_some(sources, parquet, tmp_path, source, name):
    """The count above would see them; none is left in the end."""
    before, most, after = count_threads(sources / source, tmp_path / name, 4)
    assert before < most <= before + 4
    assert after == before


@pytest.mark.parametrize("format, options", [
    ("csv", []), ("tsv", []), ("json", []), ("jsonl", []), ("parquet", []),
    ("parquet", ["--set", "row_group_rows=777", "--set", "compression=zstd"]),
    ("parquet", ["--sort=-n", "--memory", "1MB"])])
def test_same_bytes(sources, tmp_path, format, options):
    outputs = set()
    for threads in ("1", "2", "4"):
        target = tmp_path / f"out.{format}"
        good("convert", sources / "*.csv", target, "--threads", threads, *options)
        outputs.add(target.read_bytes())
    assert len(outputs) == 1
    assert not any(TEMPORARY.fullmatch(name) for name in names(tmp_path))


def test_same_rejects(sources, tmp_path):
    """Refused records are told in the order of the file, by whichever thread found them."""
    outputs = set()
    for threads in ("1", "2", "4"):
        good("convert", sources / "*.csv", tmp_path / "out.csv", "--threads", threads, "--memory",
             "1MB", "--schema", "n int16, text string, real float32, day date", "--rejects",
             tmp_path / "bad.jsonl")
        outputs.add((tmp_path / "out.csv").read_bytes() + (tmp_path / "bad.jsonl").read_bytes())
    assert len(outputs) == 1
    assert (tmp_path / "bad.jsonl").stat().st_size > 0
