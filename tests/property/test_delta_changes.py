"""Random appends, deletes, updates, merges, overwrites and restores of Delta tables beside a model
of their rows: every version is what the model had, for Quire and for delta-rs."""

import collections
import random

import delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder
from program import FULL

SEED = 20240601
STEPS = 60 if FULL else 14
ROUNDS = 6 if FULL else 1
SCHEMA = pa.schema([("id", pa.int64()), ("part", pa.string()), ("v", pa.int32())])
Row = collections.namedtuple("Row", ["id", "part", "v"])


def null_or(function, *values):
    return None if None in values else function(*values)


def either(a, b):
    return True if a or b else None if None in (a, b) else False


# Conditions, and what they are of a row: true, false or null.
CONDITIONS = [
    ("id % 3 = 1", lambda r: null_or(lambda x: x % 3 == 1, r.id)),
    ("v > 10", lambda r: null_or(lambda x: x > 10, r.v)),
    ("part = 'a'", lambda r: null_or(lambda x: x == "a", r.part)),
    ("part IS NULL OR v < 5", lambda r: either(r.part is None,
                                               null_or(lambda x: x < 5, r.v))),
    ("NOT (v = 3)", lambda r: null_or(lambda x: x != 3, r.v)),
    ("id BETWEEN 10 AND 14", lambda r: null_or(lambda x: 10 <= x <= 14, r.id)),
    ("part IN ('b', 'c') AND id >= 20", lambda r: r.part in ("b", "c") and
     null_or(lambda x: x >= 20, r.id)),
    ("id = -1", lambda r: null_or(lambda x: x == -1, r.id)),
    ("coalesce(part, 'n') > 'b'", lambda r: (r.part or "n") > "b"),
]
# What is set, and what that makes of a row.
SETS = [
    ({"v": "v + 1"}, lambda r: r._replace(v=null_or(lambda x: x + 1, r.v))),
    ({"part": "'z'"}, lambda r: r._replace(part="z")),
    ({"v": "id", "id": "v"}, lambda r: r._replace(v=r.id, id=r.v)),
    ({"part": "if(id % 2 = 0, NULL, concat(part, '+'))"}, lambda r: r._replace(
        part=None if r.id is not None and r.id % 2 == 0 else
        null_or(lambda x: x + "+", r.part))),
    ({"v": "NULL"}, lambda r: r._replace(v=None)),
]


def random_row(generator, ids=40):
    return Row(generator.choice([None] + list(range(ids)) * 2),
               generator.choice(["a", "b", "c", "d", None]),
               generator.choice([None, *range(20)]))


def table_of(rows):
    return pa.table({name: [getattr(row, name) for row in rows] for name in Row._fields}, SCHEMA)


def rows_of(table):
    return collections.Counter(Row(**row) for row in table.select(list(Row._fields)).to_pylist())


class Model:
    """A table and the rows that it has."""

    def __init__(self, url, generator):
        self.url, self.generator = url, generator
        self.rows = []
        self.versions = [collections.Counter()]

    def done(self, result, rows):
        assert result.unchanged == (result.version == len(self.versions) - 1)
        if result.unchanged:
            assert collections.Counter(rows) == self.versions[-1]
            return
        assert result.version == len(self.versions)
        self.rows = rows
        self.versions.append(collections.Counter(rows))
        assert rows_of(delta.read(self.url)) == self.versions[-1]

    def append(self):
        more = [random_row(self.generator) for _ in range(self.generator.randrange(1, 15))]
        result = delta.append(self.url, table_of(more))
        self.rows = self.rows + more
        self.versions.append(collections.Counter(self.rows))
        assert result.version == len(self.versions) - 1

    def delete(self):
        where, means = self.generator.choice(CONDITIONS)
        result = delta.delete(self.url, where)
        kept = [row for row in self.rows if means(row) is not True]
        assert result.rows_deleted == len(self.rows) - len(kept)
        self.done(result, kept)

    def update(self):
        where, means = self.generator.choice(CONDITIONS)
        sets, change = self.generator.choice(SETS)
        result = delta.update(self.url, sets, where)
        meant = [row for row in self.rows if means(row) is True]
        assert result.rows_updated == len(meant)
        self.done(result, [change(row) if means(row) is True else row for row in self.rows])

    def overwrite(self):
        where, means = self.generator.choice(CONDITIONS + [(None, lambda row: True)] * 2)
        come = [random_row(self.generator) for _ in range(self.generator.randrange(8))]
        come = [row for row in come if means(row) is True]
        result = delta.overwrite(self.url, table_of(come), where)
        kept = [row for row in self.rows if means(row) is not True]
        assert (result.rows_inserted, result.rows_deleted) == (len(come),
                                                               len(self.rows) - len(kept))
        self.done(result, kept + come)

    def merge(self):
        names = self.generator.choice([["id"], ["id", "part"], ["part", "v", "id"]])
        come, keys = [], {}
        for _ in range(self.generator.randrange(12)):
            row = random_row(self.generator)
            key = tuple(getattr(row, name) for name in names)
            if key in keys:
                continue
            if None not in key:
                keys[key] = row
            come.append(row)
        result = delta.merge(self.url, table_of(come), names)
        key_of = lambda row: tuple(getattr(row, name) for name in names)  # noqa: E731
        met = {key_of(row) for row in self.rows if key_of(row) in keys}
        rows = [keys.get(key_of(row), row) for row in self.rows]
        rows += [row for row in come if key_of(row) not in met]
        if come:
            assert result.rows_updated == sum(key_of(row) in keys for row in self.rows)
            assert result.rows_inserted == len(come) - len(met)
        self.done(result, rows)

    def restore(self):
        version = self.generator.randrange(len(self.versions))
        self.done(delta.restore(self.url, version), list(self.versions[version].elements()))

    def step(self):
        self.generator.choice([self.append, self.append, self.delete, self.update,
                               self.overwrite, self.merge, self.merge, self.restore])()

    def judge(self):
        """Every version, as Quire and delta-rs read it."""
        for version, wanted in enumerate(self.versions):
            assert rows_of(delta.read(self.url, version)) == wanted
            table = DeltaTable(self.url, version=version)
            read = QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all()
            assert rows_of(pa.table(read)) == wanted, version


    def judge_changes(self, delta_rs):
        """From each version to the next, by what is told of the changes in between."""
        told = events(delta.changes(self.url, 0))
        for version in range(1, len(self.versions)):
            rows = self.versions[version - 1].copy()
            gone, come = (collections.Counter() for _ in range(2))
            for row, kind in told[version].elements():
                (gone if kind in ("delete", "update_preimage") else come)[row] += 1
            assert not gone - rows, version
            assert rows - gone + come == self.versions[version], version
            assert told[version] == events(delta.changes(self.url, version, version))[version]
        if delta_rs:
            judge = DeltaTable(self.url).load_cdf(starting_version=0)
            assert events(pa.table(judge.read_all())) == {
                version: kinds for version, kinds in told.items() if kinds}


def events(changes):
    """By version: rows, each with what happened to it, and how often."""
    found = collections.defaultdict(collections.Counter)
    for row in changes.to_pylist():
        version, kind = row.pop("_commit_version"), row.pop("_change_type")
        assert row.pop("_commit_timestamp") is not None
        found[version][Row(**row), kind] += 1
    return found


VECTORS = {"delta.enableDeletionVectors": "true"}
CHANGES = {"delta.enableChangeDataFeed": "true"}
TRACKED = {"delta.enableRowTracking": "true"}


@pytest.mark.parametrize("partition_by", [[], ["part"], ["part", "v"]])
@pytest.mark.parametrize("properties", [{}, VECTORS, CHANGES, {**VECTORS, **CHANGES},
                                        {**TRACKED, **CHANGES}])
@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_changes(tmp_path, partition_by, properties, round_number):
    url = str(tmp_path / "t")
    generator = random.Random(f"{SEED} {partition_by} {properties} {round_number}")
    delta.create(url, SCHEMA, partition_by=partition_by,
                 properties={"delta.checkpointInterval": "5", **properties})
    model = Model(url, generator)
    for _ in range(3):
        model.append()
    for _ in range(STEPS):
        model.step()
    model.judge()
    if "delta.enableChangeDataFeed" in properties:
        model.judge_changes(delta_rs="delta.enableDeletionVectors" not in properties)
