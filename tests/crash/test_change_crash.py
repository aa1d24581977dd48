"""Several processes that change rows of one Delta table, and some that are killed: each change
stands whole or not at all, those that do not touch one another all stand, and what a killed one
leaves is at most files that no version names."""

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
import pytest
from deltalake import DeltaTable
from program import FULL

SEED = 20150203
WRITERS = 4
ROUNDS = 40 if FULL else 8
KILLS = 60 if FULL else 6
SCHEMA = pa.schema([("id", pa.int64()), ("part", pa.string()), ("v", pa.int64())])

START = """
import sys
sys.path[:0] = {paths!r}
import delta, pyarrow as pa
from pyquire import QuireError
url, me, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def rows(ids, part, v=0):
    return pa.table({{"id": ids, "part": [part] * len(ids), "v": [v] * len(ids)}})
def insist(call):
    conflicts = 0
    while True:
        try:
            return call(), conflicts
        except QuireError as error:
            if error.name != "CONFLICT":
                raise
            conflicts += 1
"""
# In a partition of its own nobody is in the way; in the shared one changes are tried again.
WORK = START + """
mine = f"p{{me}}"
for n in range(rounds):
    delta.append(url, rows([10 * n + i for i in range(4)], mine))
    _, clashes = insist(lambda: delta.delete(url, f"part = '{{mine}}' AND id = {{10 * n}}"))
    assert clashes == 0
    _, clashes = insist(lambda: delta.update(url, {{"v": "v + 1"}},
                                             f"part = '{{mine}}' AND id % 10 = 1"))
    assert clashes == 0
    insist(lambda: delta.delete(url, f"part = 'shared' AND id = {{100 * n + me}}"))
    insist(lambda: delta.merge(url, rows([100000 + me], "shared", n), ["part", "id"]))
"""
# Counts upwards in one row, and says so.
COUNT = START + """
first = int(sys.argv[4])
for n in range(first, first + rounds):
    delta.merge(url, rows([me], "shared", n), ["id"])
    delta.delete(url, f"id = {{1000 + n}}", deletion_vectors=n % 2 == 0)
    print(n, flush=True)
sys.stdin.read()
"""


def start(code, *arguments):
    lib = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, "lib"))
    return subprocess.Popen([sys.executable, "-c", code.format(paths=[lib]),
                             *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True)


def rows(ids, part, v=0):
    return pa.table({"id": list(ids), "part": [part] * len(ids), "v": [v] * len(ids)}, SCHEMA)


def check_whole(url):
    """Versions follow one another, and the files of the last one are there."""
    names = sorted(glob.glob(os.path.join(url, "_delta_log", "*.json")))
    assert [int(os.path.basename(name)[:20]) for name in names] == list(range(len(names)))
    alive = {}
    for name in names:
        with open(name, encoding="utf-8") as file:
            for line in file:
                action = json.loads(line)
                for kind in ("add", "remove"):
                    if kind in action:
                        vector = action[kind].get("deletionVector") or {}
                        key = (action[kind]["path"], json.dumps(vector, sort_keys=True))
                        assert (key in alive) == (kind == "remove")
                        if kind == "add":
                            alive[key] = True
                        else:
                            del alive[key]
    paths = [path for path, _ in alive]
    assert len(paths) == len(set(paths)), "a file is in a version once"
    for path in paths:
        assert os.path.exists(os.path.join(url, urllib.parse.unquote(path)))


def values(url):
    return sorted(tuple(row.values()) for row in delta.read(url).to_pylist())


@pytest.mark.parametrize("vectors", ["false", "true"])
def test_writers_at_once(tmp_path, vectors):
    url = str(tmp_path / "t")
    delta.create(url, SCHEMA, partition_by=["part"],
                 properties={"delta.enableDeletionVectors": vectors,
                             "delta.checkpointInterval": "7"})
    delta.append(url, rows([100 * n + me for n in range(ROUNDS) for me in range(WRITERS)] + [-1],
                           "shared"))
    writers = [start(WORK, url, me, ROUNDS) for me in range(WRITERS)]
    for process in writers:
        process.communicate(timeout=1800)
        assert process.returncode == 0
    check_whole(url)
    wanted = [(-1, "shared", 0)]
    wanted += [(100000 + me, "shared", ROUNDS - 1) for me in range(WRITERS)]
    for me in range(WRITERS):
        for n in range(ROUNDS):
            wanted += [(10 * n + i, f"p{me}", ROUNDS - n if i == 1 else 0) for i in (1, 2, 3)]
    assert values(url) == sorted(wanted)
    if vectors == "false":
        judged = DeltaTable(url).to_pyarrow_table().select(SCHEMA.names).to_pylist()
        assert sorted(tuple(row.values()) for row in judged) == sorted(wanted)


def test_killed_writers(tmp_path):
    url = str(tmp_path / "t")
    generator = random.Random(SEED)
    delta.create(url, SCHEMA, properties={"delta.enableChangeDataFeed": "true"})
    delta.append(url, rows([7, *range(1000, 1000 + 20 * KILLS)], "shared"))
    done = -1
    for _ in range(KILLS):
        process = start(COUNT, url, 7, 10, done + 1)
        for _ in range(generator.randrange(4)):
            done = int(process.stdout.readline())
        time.sleep(generator.uniform(0, 0.05))
        process.kill()
        # By the same reader as before: it may hold lines that nobody has asked for yet.
        said = process.stdout.read()
        process.stdin.close()
        assert process.wait() == -signal.SIGKILL
        done = max([done, *map(int, said.split())])
        check_whole(url)
        found = delta.read(url)
        counted = [row["v"] for row in found.to_pylist() if row["id"] == 7]
        # What it said stands; what it was at may.
        assert len(counted) == 1 and counted[0] in (max(done, 0), done + 1)
        left = {id_ for id_ in found["id"].to_pylist() if id_ != 7}
        gone = set(range(1000, 1000 + 20 * KILLS)) - left
        assert gone in (set(range(1000, 1000 + done + 1)), set(range(1000, 1000 + done + 2)))
        told = delta.changes(url, 0)
        assert told.num_rows >= found.num_rows
        done = max(counted[0] if len(gone) > counted[0] else counted[0] - 1, done)
    assert done > 0
