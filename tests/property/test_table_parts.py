"""Rows of random columns and partitions, in random batches, order and memory, appended to a table:
what delta-rs reads is what was written, each file has the rows of its partition as they came, and
the log tells of it what is in it."""

import collections
import datetime
import decimal
import json
import random
import urllib.parse

import delta
import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pytest
from deltalake import DeltaTable
from program import FULL

SEEDS = range(60 if FULL else 12)
ROWS = 24_000
DAY = datetime.date(2013, 1, 1)
WORDS = ["", "a", "oslo", "é", "bergen!!", "trondheim", "a text of more than sixteen bytes" * 2]


def text(rng):
    return rng.choice(WORDS) + (str(rng.randrange(100)) if rng.random() < 0.3 else "")


# What a value is made of, for columns that are stored.
STORED = {
    "i32": (pa.int32(), lambda rng: rng.randrange(-5, 5)),
    "i64": (pa.int64(), lambda rng: rng.randrange(2**60)),
    "f64": (pa.float64(), lambda rng: rng.choice([0.5, -1.25, rng.random()])),
    "bool": (pa.bool_(), lambda rng: rng.random() < 0.4),
    "text": (pa.string(), text),
    "bytes": (pa.binary(), lambda rng: text(rng).encode() + b"\xff"),
    "money": (pa.decimal128(20, 2), lambda rng: decimal.Decimal(rng.randrange(10**9)) / 100),
    "day": (pa.date32(), lambda rng: DAY + datetime.timedelta(rng.randrange(400))),
    "at": (pa.timestamp("us", "UTC"), lambda rng: rng.randrange(10**15)),
    "list": (pa.list_(pa.int32()), lambda rng: [rng.randrange(9)] * rng.randrange(3)),
    "pair": (pa.struct([("x", pa.int64()), ("y", pa.string())]),
             lambda rng: {"x": rng.randrange(99), "y": rng.choice([None, text(rng)])}),
}
# And for those that it is partitioned by: of the number of a partition. Of what has no length the
# empty text is the log's null.
PARTED = {
    "p_text": (pa.string(), lambda at: f"part {at}" if at % 3 else f"p{at}"),
    "p_int": (pa.int64(), lambda at: at * 10**9),
    "p_small": (pa.int8(), lambda at: at % 100),
    "p_bool": (pa.bool_(), lambda at: at % 2 == 0),
    "p_day": (pa.date32(), lambda at: DAY + datetime.timedelta(at)),
    "p_money": (pa.decimal128(30, 3), lambda at: decimal.Decimal(at) / 8),
    "p_at": (pa.timestamp("us", "UTC"), lambda at: at * 3_600_000_000),
}


def column(rng, kind, make, nulls):
    values = [make(rng) for _ in range(200)]
    return pa.array([None if rng.random() < nulls else rng.choice(values) for _ in range(ROWS)],
                    kind)


def rows_of(rng):
    """Rows, the names that they are parted by, and whether they are in the order of that."""
    names = rng.sample(list(STORED), rng.randint(1, 5))
    by = rng.sample(list(PARTED), rng.choice([1, 1, 1, 2, 3, 5]))
    parts = rng.choice([1, 2, 5, 9, 30])
    skewed = rng.random() < 0.5
    at = [int(parts * (rng.random() ** 4 if skewed else rng.random())) for _ in range(ROWS)]
    in_order = rng.random() < 0.3
    if in_order:
        at.sort()
    columns = {"id": pa.array(range(ROWS), pa.int64())}
    for name in names:
        columns[name] = column(rng, *STORED[name], rng.choice([0, 0, 0.1, 0.95]))
    for name in by:
        kind, make = PARTED[name]
        columns[name] = pa.array([None if n == 1 else make(n) for n in at], kind)
    order = rng.sample(list(columns), len(columns))
    return pa.table({name: columns[name] for name in order}), by, in_order


def batches_of(rng, table):
    """The table in batches of a size, or of any, each a slice of the whole."""
    whole = table.combine_chunks().to_batches()[0]
    size = rng.choice([1, 40, 900, 3000, ROWS])
    batches, done = [], 0
    while done < ROWS:
        n = ROWS - done if done > ROWS // 2 and size == 1 else rng.choice([size, size, 5000])
        batches.append(whole.slice(done, n))
        done += n
    return pa.RecordBatchReader.from_batches(table.schema, batches)


def adds(url):
    for line in (url / "_delta_log/00000000000000000000.json").read_text().splitlines():
        if "add" in json.loads(line):
            yield json.loads(line)["add"]


def check_files(url, table, result, in_order):
    """Each file has the rows of one partition, in the order in which they came. Those that come in
    the order of partitions may get more than one file each."""
    files = collections.Counter()
    for add in adds(url):
        stored = pq.ParquetFile(url / urllib.parse.unquote(add["path"])).read()
        ids, stats = stored["id"].to_pylist(), json.loads(add["stats"])
        assert ids == sorted(ids) and ids
        assert (stats["numRecords"], stats["minValues"]["id"], stats["maxValues"]["id"]) == (
            len(ids), ids[0], ids[-1])
        for name in set(stored.column_names) - {"id"}:
            assert stored[name].equals(table[name].take(pa.array(ids)))
        files[tuple(sorted(add["partitionValues"].items(), key=str))] += 1
    assert sum(files.values()) == result.files
    assert in_order or set(files.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_is_what_was_appended(tmp_path, seed):
    rng = random.Random(seed)
    table, by, in_order = rows_of(rng)
    context = pyquire.context(rng.choice([1, 2]), rng.choice([1, 3, 6, 12, 12, 40]) << 20)
    try:
        result = delta.append(tmp_path / "t", batches_of(rng, table), create=by, context=context)
    finally:
        pyquire.close_context(context)
    assert result.rows == ROWS
    read = DeltaTable(tmp_path / "t").to_pyarrow_table().sort_by("id")
    for name in table.column_names:
        assert read[name].cast(table[name].type).combine_chunks().equals(
            table[name].combine_chunks()), name
    check_files(tmp_path / "t", table, result, in_order)
