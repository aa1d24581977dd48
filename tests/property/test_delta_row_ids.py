"""Random appends, deletes, updates, merges, overwrites, restores and optimizations of tables that
track rows, beside a model of which row has which id and commit version."""

import collections
import json
import os
import random
import urllib.parse

import delta
import delta_meta as meta
import pyarrow as pa
import pyarrow.parquet
import pytest
from program import FULL, good

SEED = 20261129
STEPS = 80 if FULL else 25
SCHEMA = pa.schema([("key", pa.int64()), ("part", pa.string()), ("n", pa.int64())])
MAPPING = "delta.columnMapping.mode"
# n is another one for each row that comes and each row that is changed: it tells rows apart.
Row = collections.namedtuple("Row", ["key", "part", "n"])


def names_of(url):
    """The name that files have for each column, and those of ids and versions."""
    metadata = meta.last(url, "metaData")
    fields = json.loads(metadata["schemaString"])["fields"]
    names = {field["name"]: field["metadata"].get("delta.columnMapping.physicalName",
                                                  field["name"]) for field in fields}
    return names, [metadata["configuration"][f"delta.rowTracking.materialized{kind}ColumnName"]
                   for kind in ("RowId", "RowCommitVersion")]


def tracked(url):
    """The rows of a table, each with its id and version, and how often: by the log and the files."""
    present = {Row(**row) for row in delta.read(url).to_pylist()}
    names, tracking = names_of(url)
    found = collections.Counter()
    for add in meta.live(url):
        path = os.path.join(url, urllib.parse.unquote(add["path"]))
        file = pyarrow.parquet.ParquetFile(path).read().to_pylist()
        for place, values in enumerate(file):
            values |= add["partitionValues"]
            row = Row(*(values[names[column]] for column in Row._fields))
            if row not in present:
                assert "deletionVector" in add
                continue
            given, version = (values.get(name) for name in tracking)
            found[row, add["baseRowId"] + place if given is None else given,
                  add["defaultRowCommitVersion"] if version is None else version] += 1
    ids = [row_id for (_, row_id, _), times in found.items() for _ in range(times)]
    assert len(set(ids)) == len(ids)
    return found


class Model:
    def __init__(self, url, generator):
        self.url, self.generator, self.n = url, generator, 0
        self.given = set()
        self.versions = [[]]  # rows of each version: (row, id, commit version)

    def random_rows(self, least, most):
        rows = []
        for _ in range(self.generator.randrange(least, most)):
            self.n += 1
            rows.append(Row(self.generator.choice([None, *range(25)]),
                            self.generator.choice("abc"), self.n))
        return rows

    def done(self, version, kept, fresh):
        """The table has the rows that are known, and fresh ones with ids that never were."""
        if version == len(self.versions) - 1:
            assert not fresh and collections.Counter(kept) == collections.Counter(
                self.versions[-1])
            return
        assert version == len(self.versions)
        found = tracked(self.url)
        more = found - collections.Counter(kept)
        assert sum(found.values()) == len(kept) + len(fresh)
        assert collections.Counter(row for row, _, _ in more.elements()) == \
            collections.Counter(fresh)
        assert all(at == version and row_id not in self.given for _, row_id, at in more)
        self.given |= {row_id for _, row_id, _ in more}
        high = json.loads(meta.last(self.url, "domainMetadata")["configuration"])
        assert max(self.given) <= high["rowIdHighWaterMark"]
        self.versions.append(list(found.elements()))

    def table(self, rows):
        return pa.table({name: [getattr(row, name) for row in rows] for name in Row._fields},
                        SCHEMA)

    def append(self):
        rows = self.random_rows(1, 12)
        result = delta.append(self.url, self.table(rows))
        self.done(result.version, self.versions[-1], rows)

    def delete(self):
        third = self.generator.randrange(3)
        result = delta.delete(self.url, f"key % 3 = {third}")
        self.done(result.version, [one for one in self.versions[-1]
                                   if one[0].key is None or one[0].key % 3 != third], [])

    def update(self):
        part = self.generator.choice("abc")
        self.n += 1000
        result = delta.update(self.url, {"n": f"n + {self.n}"}, f"part = '{part}'")
        version = len(self.versions)
        changed = [(row._replace(n=row.n + self.n), row_id, version) if row.part == part else
                   (row, row_id, at) for row, row_id, at in self.versions[-1]]
        self.n *= 2
        self.done(result.version, changed, [])

    def overwrite(self):
        rows = [row._replace(part="b") for row in self.random_rows(0, 5)]
        result = delta.overwrite(self.url, self.table(rows), "part = 'b'")
        self.done(result.version, [one for one in self.versions[-1] if one[0].part != "b"], rows)

    def merge(self):
        come = {}
        for row in self.random_rows(1, 12):
            come.setdefault((row.key, row.n if row.key is None else 0), row)
        keys = {row.key: row for row in come.values() if row.key is not None}
        once = self.generator.random() < 0.3
        result = delta.merge(self.url, self.table(list(come.values())), ["key"], keys_once=once)
        before, version = self.versions[-1], len(self.versions)
        met = {row.key for row, _, _ in before if row.key in keys}
        kept = [one for one in before if one[0].key not in keys]
        fresh = [row for row in come.values() if row.key not in met]
        taken = [(keys[row.key], row_id, version) for row, row_id, _ in before if row.key in met]
        if once:  # one of the ids of a key that was there more than once
            found = tracked(self.url)
            taken = [one for one in taken if found[one]]
            assert len(taken) == len(met)
        self.done(result.version, kept + taken, fresh)

    def optimize(self):
        order = self.generator.choice([(), ("--zorder", "key,n")])
        good("table", "optimize", self.url, *order)
        while len(self.versions) <= delta.version(self.url):
            self.versions.append(self.versions[-1])
        assert tracked(self.url) == collections.Counter(self.versions[-1])

    def restore(self):
        version = self.generator.randrange(1, len(self.versions))
        result = delta.restore(self.url, version)
        self.done(result.version, self.versions[version], [])

    def step(self):
        self.generator.choice([self.append, self.delete, self.update, self.overwrite, self.merge,
                               self.merge, self.merge, self.optimize, self.restore])()


@pytest.mark.parametrize("partition_by", [[], ["part"]])
@pytest.mark.parametrize("properties", [
    {}, {"delta.enableDeletionVectors": "true"}, {"delta.enableChangeDataFeed": "true"},
    {MAPPING: "id"}, {MAPPING: "name", "delta.enableDeletionVectors": "true"}])
def test_rows_keep_their_ids(tmp_path, partition_by, properties):
    url = str(tmp_path / "t")
    delta.create(url, SCHEMA, partition_by=partition_by,
                 properties={"delta.enableRowTracking": "true", **properties})
    model = Model(url, random.Random(f"{SEED} {partition_by} {properties}"))
    for _ in range(3):
        model.append()
    for _ in range(STEPS):
        model.step()
