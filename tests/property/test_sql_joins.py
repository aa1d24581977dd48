"""Joins in which SQLite tells rows apart by their numbers: RIGHT and FULL JOIN, and an OR whose
sides look up rows each for itself. Whatever is read, held or passed over, they give what SQLite
gives over tables of its own."""

import random

import delta
import pyarrow as pa
import pyarrow.parquet as pq
import pysql
import pytest

COLUMNS = ("id", "k", "v", "s")
KINDS = {"a": "csv", "b": "parquet", "c": "delta"}


def make_rows(rng, size):
    """Few values, so that there are several matches; k grows, so that bounds of row groups matter."""
    return [(i, rng.choice([None, i // 3, i // 3]), rng.randrange(6), rng.choice("xyz"))
            for i in range(size)]


def store(folder, name, rows):
    table = pa.table([pa.array(column, kind) for column, kind in zip(
        zip(*rows), [pa.int64(), pa.int64(), pa.int64(), pa.string()])], names=COLUMNS)
    path = folder / name
    if KINDS[name] == "parquet":
        pq.write_table(table, path.with_suffix(".parquet"), row_group_size=7)
        return path.with_suffix(".parquet")
    if KINDS[name] == "delta":
        delta.create(path, table.schema)
        for at in range(0, table.num_rows, 10):
            delta.append(path, table.slice(at, 10))
        return path
    lines = [",".join("" if value is None else str(value) for value in row) for row in rows]
    path.with_suffix(".csv").write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return path.with_suffix(".csv")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("joins"), random.Random(3)
    rows = {name: make_rows(rng, size) for name, size in zip(KINDS, (25, 40, 31))}
    declared = ["id BIGINT", "k BIGINT", "v BIGINT", "s TEXT"]
    database = pysql.reference({name: (declared, values) for name, values in rows.items()})
    return {name: store(folder, name, values) for name, values in rows.items()}, database


def condition(rng, left, right):
    column = rng.choice(["id", "k", "v", "s"])
    equal = f"{left}.{column} = {right}.{column if column == 's' else rng.choice('kv')}"
    more = [f"{right}.id > {rng.randrange(30)}", f"{left}.v < {rng.randrange(6)}",
            f"{right}.k = {rng.randrange(9)}", f"{left}.id < {right}.id",
            f"{left}.k = {right}.k", f"{right}.s = 'x'"]
    return rng.choice([equal, equal, f"{equal} AND {rng.choice(more)}",
                       f"{equal} OR {rng.choice(more)}", f"{left}.k = {right}.k OR {left}.v = "
                       f"{right}.id"])


def random_query(rng):
    names = rng.sample(sorted(KINDS), rng.choice([2, 2, 3]))
    sources, joins = names[0], []
    for at, name in enumerate(names[1:], 1):
        kind = rng.choice(["RIGHT JOIN", "FULL JOIN", "RIGHT JOIN", "LEFT JOIN", "JOIN"])
        joins.append(kind)
        sources += f" {kind} {name} ON {condition(rng, rng.choice(names[:at]), name)}"
    where = rng.choice(["", "", f" WHERE {names[-1]}.id > {rng.randrange(20)}",
                        f" WHERE {names[0]}.v = {rng.randrange(6)} OR {names[-1]}.k = 3",
                        f" WHERE {names[0]}.k IS NULL"])
    wanted = ", ".join(f"{name}.{column}" for name in names for column in rng.sample(COLUMNS, 2))
    if rng.random() < 0.2:
        return f"SELECT {names[-1]}.k g, count(*), count({names[0]}.id) FROM {sources}{where} GROUP BY 1"
    return f"SELECT {wanted} FROM {sources}{where}"


def ordered(rows):
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row])


@pytest.mark.parametrize("seed", range(12))
def test_random_joins(tables, seed):
    paths, database = tables
    rng = random.Random(seed)
    for _ in range(20):
        sql = random_query(rng)
        expected = database.execute(sql).fetchall()
        assert ordered(pysql.rows(sql, paths)) == ordered(expected), sql


def test_numbers_of_rows(tables):
    paths, database = tables
    for name in KINDS:
        sql = f"SELECT rowid, id FROM {name} WHERE v = 3 AND k > 2"
        assert ordered(pysql.rows(sql, paths)) == ordered(database.execute(sql).fetchall())
