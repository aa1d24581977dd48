"""Writers of one table, as processes: each changes rows of a partition of its own, by tasks that
its number and theirs decide, so that what the partition has after any of them is known; and one
that looks after the table meanwhile. Run with the URL, the number, and the first task."""

import random
import sys

import delta
import pyarrow as pa
from program import run
from pyquire import QuireError

SEED = 20261130
SCHEMA = pa.schema([("id", pa.int64()), ("part", pa.int32()), ("v", pa.int64())])
UPKEEP = -1  # the number of who looks after the table


def draw(me, n):
    """A task: what is done, for which ids, and the ids that come."""
    generator = random.Random(f"{SEED} {me} {n}")
    kind = generator.choice(["append", "append", "delete", "update", "merge", "merge",
                             "overwrite", "vectors"])
    low = generator.randrange(10 * n + 1)
    high = low + generator.randrange(1, 12)
    ids = range(10 * n, 10 * n + generator.randrange(1, 6))
    if kind == "merge":
        ids = sorted({*ids, *(generator.randrange(10 * n + 10) for _ in range(4))})
    elif kind == "overwrite":
        ids = sorted(generator.sample(range(low, high), min(3, high - low)))
    return kind, low, high, list(ids)


def apply(me, n, rows):
    """What a task makes of the rows of its partition, {id: v}."""
    kind, low, high, ids = draw(me, n)
    if kind in ("delete", "vectors", "overwrite"):
        rows = {id_: v for id_, v in rows.items() if not low <= id_ < high}
    elif kind == "update":
        rows = {id_: v + 1 if low <= id_ < high else v for id_, v in rows.items()}
    return rows | dict.fromkeys(ids, n) if kind in ("append", "merge", "overwrite") else rows


def do(url, me, n):
    kind, low, high, ids = draw(me, n)
    where = f"part = {me} AND id >= {low} AND id < {high}"
    rows = pa.table({"id": ids, "part": [me] * len(ids), "v": [n] * len(ids)}, SCHEMA)
    if kind == "append":
        delta.append(url, rows, durability="full")
    elif kind == "update":
        delta.update(url, {"v": "v + 1"}, where, durability="full")
    elif kind == "merge":
        delta.merge(url, rows, ["part", "id"], durability="full")
    elif kind == "overwrite":
        delta.overwrite(url, rows, where, durability="full")
    else:
        delta.delete(url, where, durability="full")


def insist(task, *arguments):
    """Conflicts are with who looks after the table, or of values of identity columns."""
    while True:
        try:
            return task(*arguments)
        except QuireError as error:
            if error.name != "CONFLICT":
                raise


def look_after(url, n):
    generator = random.Random(f"{SEED} upkeep {n}")
    done = run(*generator.choice([
        ("table", "optimize", url), ("table", "optimize", url, "--zorder", "v,id"),
        ("table", "checkpoint", url), ("table", "checkpoint", url, "--compact-log"),
        ("table", "analyze", url, "--all"), ("table", "vacuum", url), ("table", "fsck", url)]))
    assert done.code in (0, 4), done.err


def main(url, me, first):
    for n in range(first, sys.maxsize):
        if me == UPKEEP:
            look_after(url, n)
        else:
            insist(do, url, me, n)
        print(n, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
