"""Processes that change rows of one table, each in a partition of its own, and one that looks after
it, all killed at once, again and again: each partition has what its writer was told it has, or what
the task makes of it that was being done; the table is sound, for others too; and nothing that the
next ones do is in the way of what the killed ones left."""

import collections
import pathlib
import random
import signal
import subprocess
import sys
import time

import delta
import pyarrow as pa
import pytest
import table_tasks
from deltalake import DeltaTable, QueryBuilder
from program import FULL, good
from table_tasks import SCHEMA, SEED, UPKEEP

WRITERS = 3
ROUNDS = 15 if FULL else 2
TASKS = 12 if FULL else 6
KINDS = {
    "plain": {},
    "vectors": {"delta.enableDeletionVectors": "true", "delta.enableRowTracking": "true",
                "delta.checkpointPolicy": "v2", "delta.feature.v2Checkpoint": "supported"},
    "changes": {"delta.enableChangeDataFeed": "true", "delta.enableInCommitTimestamps": "true"},
}


def start(url, me, first):
    return subprocess.Popen([sys.executable, table_tasks.__file__, url, str(me), str(first)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rows_of(url):
    """By partition: {id: v}; and the values of the identity column."""
    rows, numbers = collections.defaultdict(dict), []
    for row in delta.read(url).to_pylist():
        assert row["id"] not in rows[row["part"]], "a row is there twice"
        rows[row["part"]][row["id"]] = row["v"]
        numbers.append(row.get("no"))
    return rows, numbers


def check(url, told, known):
    """Finds out whether each writer's last task stands. told: the last one that it was told of."""
    rows, numbers = rows_of(url)
    for me in range(WRITERS):
        wanted = known[me]
        if rows[me] != wanted:
            told[me] += 1
            wanted = table_tasks.apply(me, told[me], wanted)
        assert rows[me] == wanted, f"writer {me} after task {told[me]}"
        known[me] = wanted
    if numbers and numbers[0] is not None:
        assert len(set(numbers)) == len(numbers), "a value of the identity column is there twice"
    table = DeltaTable(url)
    others = QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all()
    found = collections.defaultdict(dict)
    for row in pa.table(others).to_pylist():
        found[row["part"]][row["id"]] = row["v"]
    assert {me: found[me] for me in range(WRITERS)} == {me: rows[me] for me in range(WRITERS)}
    good("table", "fsck", url)
    log = pathlib.Path(url) / "_delta_log"
    versions = sorted(int(path.name[:20]) for path in log.glob("*[0-9].json"))
    assert versions == list(range(len(versions)))


def replay(url, wanted):
    """What is told of changes leads from each version to the next, and to these rows."""
    rows = collections.Counter()
    for change in sorted(delta.changes(url, 0).to_pylist(), key=lambda row: (
            row["_commit_version"], not row["_change_type"] in ("delete", "update_preimage"))):
        row = (change["part"], change["id"], change["v"])
        if change["_change_type"] in ("delete", "update_preimage"):
            assert rows[row] > 0, change
            rows[row] -= 1
        else:
            rows[row] += 1
    assert +rows == wanted


CASES = [("vectors", True), ("changes", False)]
MORE = [("plain", False), ("plain", True), ("vectors", False), ("changes", True)] if FULL else []


@pytest.mark.parametrize("kind,identity", CASES + MORE)
def test_killed_together(tmp_path, kind, identity):
    url = str(tmp_path / "t")
    generator = random.Random(f"{SEED} {kind} {identity}")
    schema = SCHEMA.insert(0, SCHEMA.field("id").with_name("no").with_nullable(False)) \
        if identity else SCHEMA
    delta.create(url, schema, partition_by=["part"],
                 properties={"delta.checkpointInterval": "5", **KINDS[kind]},
                 identities=[("no", 1, 1, False)] if identity else [])
    told, known = [-1] * WRITERS, [{} for _ in range(WRITERS)]
    looked = -1
    for _ in range(ROUNDS):
        running = [start(url, me, told[me] + 1) for me in range(WRITERS)]
        running.append(start(url, UPKEEP, looked + 1))
        said = [[] for _ in running]
        for _ in range(generator.randrange(1, TASKS)):
            me = generator.randrange(WRITERS)
            said[me].append(running[me].stdout.readline())
        time.sleep(generator.uniform(0, 0.05))
        for process in running:
            process.kill()
        for process, lines in zip(running, said):
            lines += process.stdout.readlines()
            assert process.wait() == -signal.SIGKILL, process.stderr.read()
            process.stdout.close()
            process.stderr.close()
        for me in range(WRITERS):
            for line in said[me]:
                told[me] += 1
                assert int(line) == told[me]
                known[me] = table_tasks.apply(me, told[me], known[me])
        looked += len(said[UPKEEP])
        check(url, told, known)
    assert max(told) > 0
    if kind == "changes":
        replay(url, collections.Counter({(me, id_, v): 1 for me in range(WRITERS)
                                         for id_, v in known[me].items()}))
