"""Many writers of one Delta table, some of them killed: no row is lost or doubled, no version
is missing, and what a killed writer leaves is at most files that no version names."""

import glob
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.parse

import delta
import pyarrow as pa
from deltalake import DeltaTable
from program import FULL

WRITERS = 10
APPENDS = 200 if FULL else 25
KILLS = 100 if FULL else 12
SEED = 20130101
SCHEMA = pa.schema([("writer", pa.int64()), ("count", pa.int64()), ("part", pa.string())])

# One writer: appends with its own count, or without an app.
WRITER = """
import sys
sys.path[:0] = {paths!r}
import delta, pyarrow as pa
url, writer, first, counts, app = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
for count in range(first, first + counts):
    data = pa.table({{"writer": [writer] * 3, "count": [count] * 3, "part": ["a", "b", "a"]}})
    result = delta.append(url, data, app=app or None, app_version=count)
    print(count, result.version, int(result.skipped), flush=True)
if sys.argv[6] == "stay":
    sys.stdin.read()
"""


def start(url, writer, first, counts, app="", then="end"):
    lib = os.path.join(os.path.dirname(__file__), os.pardir, "lib")
    code = WRITER.format(paths=[os.path.abspath(lib)])
    return subprocess.Popen([sys.executable, "-c", code, url, str(writer), str(first),
                             str(counts), app, then], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)


def versions(url):
    return sorted(int(os.path.basename(name)[:20])
                  for name in glob.glob(os.path.join(url, "_delta_log", "*.json")))


def named_files(url):
    """All files that a commit added, each once."""
    found = []
    for name in glob.glob(os.path.join(url, "_delta_log", "*.json")):
        with open(name, encoding="utf-8") as file:
            for line in file:
                action = json.loads(line)
                if "add" in action:
                    found.append(urllib.parse.unquote(action["add"]["path"]))
    assert len(found) == len(set(found))
    return set(found)


def data_files(url):
    return {os.path.relpath(name, url)
            for name in glob.glob(os.path.join(url, "**", "*.parquet"), recursive=True)
            if "_delta_log" not in name}


def counted(rows):
    counts = {}
    for writer, count in zip(rows["writer"].to_pylist(), rows["count"].to_pylist()):
        counts[writer, count] = counts.get((writer, count), 0) + 1
    return counts


def test_writers_at_once_lose_nothing(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, SCHEMA, partition_by=["part"])
    writers = [start(url, number, 0, APPENDS, f"app {number}" if number % 2 else "")
               for number in range(WRITERS)]
    said = {}
    for number, process in enumerate(writers):
        out, _ = process.communicate(timeout=1800)
        assert process.returncode == 0
        for line in out.splitlines():
            count, version, skipped = map(int, line.split())
            assert skipped == 0 and version not in said
            said[version] = (number, count)
    total = WRITERS * APPENDS
    assert versions(url) == list(range(total + 1))
    assert sorted(said) == list(range(1, total + 1))
    wanted = {(number, count): 3 for number in range(WRITERS) for count in range(APPENDS)}
    for rows in (delta.read(url), DeltaTable(url).to_pyarrow_table()):
        assert counted(rows) == wanted
    assert named_files(url) == data_files(url)
    # Each version is the writer's whose answer named it.
    for version in random.Random(SEED).sample(sorted(said), 5):
        before, after = (counted(delta.read(url, at)) for at in (version - 1, version))
        assert {key for key in after if key not in before} == {said[version]}


def test_killed_writers_leave_whole_versions(tmp_path):
    """Each writer begins again where its count stands, and none of its rows is twice."""
    url = str(tmp_path / "t")
    generator = random.Random(SEED)
    delta.create(url, SCHEMA, partition_by=["part"],
                 properties={"delta.checkpointInterval": "3"})
    for turn in range(KILLS):
        pair = [start(url, number, 0, turn + 3, f"app {number}", "stay") for number in (0, 1)]
        for process in pair:
            # After some of its answers, and then at any point of what it does next.
            for _ in range(generator.randrange(turn + 3)):
                assert process.stdout.readline()
        time.sleep(generator.uniform(0, 0.03))
        for process in pair:
            process.kill()
            process.communicate()
            assert process.returncode == -signal.SIGKILL
        if turn % 5 == 4:
            check_standing(url)
    check_standing(url)
    for number in (0, 1):
        assert start(url, number, 0, KILLS + 5, f"app {number}").wait(timeout=600) == 0
    check_standing(url)
    wanted = {(number, count): 3 for number in (0, 1) for count in range(KILLS + 5)}
    assert counted(delta.read(url)) == wanted


def check_standing(url):
    stand = versions(url)
    assert stand == list(range(len(stand)))
    rows = delta.read(url)
    assert counted(rows) == counted(DeltaTable(url).to_pyarrow_table())
    for number in {writer for writer, _ in counted(rows)}:
        counts = sorted(count for writer, count in counted(rows) if writer == number)
        assert counts == list(range(len(counts))), "each count once and in order"
    assert set(counted(rows).values()) <= {3}
    assert named_files(url) <= data_files(url)
