"""Quire reads Delta tables as others do: those of public suites in all of their versions, those
that delta-rs writes, and some put together by hand from the protocol."""

import datetime
import decimal
import json
import os
import random

import delta_log as log
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from delta_log import Table, field, inline, mapped, stored, struct_of
from program import ROOT, bad, good, run
from tables import plain

deltalake = pytest.importorskip("deltalake")

SHARED = ROOT / ".." / "shared" / "data" / "delta-tables"
TABLES = sorted(path.parent for path in SHARED.glob("**/_delta_log"))

# What these tables use is refused by its name.
REFUSED = {
    "simple_table_features": "reader of version 5",
    "spark-shredded-variant-preview-delta": "variantShredding-preview",
    "spark-variant-checkpoint": "variantType-preview",
    "spark-variant-stable-feature-checkpoint": "variantType",
}
# Timestamps of 96 bits, of which others lose those far from now.
FAR_TIMES = "table_with_edge_timestamps"


def read(table, *options):
    """All rows, by Arrow."""
    out = good("table", "read", table, "--to", "arrow-stream", *options).out
    return pa.ipc.open_stream(out).read_all()


def rows_of(table):
    return sorted((plain(row) for row in table.to_pylist()), key=repr)


def judged(path, version):
    """The rows as delta-rs has them, by its query engine, which knows deletion vectors."""
    table = deltalake.DeltaTable(path, version=version)
    return pa.table(deltalake.QueryBuilder().register("t", table).execute("SELECT * FROM t"))


def by_hand(path, schema):
    """The rows of a table that is its data files as they are."""
    files = pa.concat_tables(pq.read_table(file, coerce_int96_timestamp_unit="us", partitioning=None)
                             for file in sorted(path.glob("*.parquet")))
    return files.cast(schema)


@pytest.mark.skipif(not TABLES, reason="../shared/data/delta-tables is not there")
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_public_tables(path):
    if path.name in REFUSED:
        bad(2, "table", "read", path, says=REFUSED[path.name])
        return
    newest = good("table", "info", path, "--json").json()
    got = None
    for version in range(newest["version"] + 1):
        result = run("table", "read", path, "--version", str(version), "--to", "arrow-stream")
        if path.name == FAR_TIMES:
            got = pa.ipc.open_stream(result.out).read_all()
            assert rows_of(got) == rows_of(by_hand(path, got.schema))
            continue
        try:
            expected = judged(path, version)
        except Exception:
            # A version or a file that the public copy has no more.
            assert result.code in (1, 3)
            assert "No such file" in result.err or " log" in result.err, result.err
            got = None
            continue
        if "built without roaring" in result.err:
            continue
        assert result.code == 0, result.err
        got = pa.ipc.open_stream(result.out).read_all()
        assert got.column_names == expected.column_names
        assert rows_of(got) == rows_of(expected)
    if got is not None and newest["rows"] is not None:
        assert got.num_rows == newest["rows"]


def test_column_mapping_of_spark():
    path = SHARED / "table_with_column_mapping"
    if not path.is_dir():
        pytest.skip("../shared/data/delta-tables is not there")
    got = read(path, "--select", "Super Name")
    assert got.column_names == ["Super Name"] and got["Super Name"].null_count == 0


# --- Partitions -------------------------------------------------------------------------------

AT = datetime.datetime(2021, 9, 8, 11, 11, 11, 123456)
PARTITIONS = {
    "string": (pa.string(), ["plain", "a b", "a/b", "x=y&z%", "äöü", "日本", "q'\"\\:?#[]", None]),
    "int8": (pa.int8(), [-128, 127, None]),
    "int16": (pa.int16(), [-32768, 32767, None]),
    "int32": (pa.int32(), [-(2**31), 0, None]),
    "int64": (pa.int64(), [-(2**63), 2**63 - 1, None]),
    "float": (pa.float32(), [0.5, -1.25e20, None]),
    "double": (pa.float64(), [0.1, -1e9, None]),
    "bool": (pa.bool_(), [True, False, None]),
    "date": (pa.date32(), [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None]),
    "decimal": (pa.decimal128(38, 10), [decimal.Decimal("1.5"), decimal.Decimal("12"), None]),
    "moment": (pa.timestamp("us", "UTC"), [AT.replace(tzinfo=datetime.timezone.utc),
                                           AT.replace(microsecond=0,
                                                      tzinfo=datetime.timezone.utc), None]),
    "local": (pa.timestamp("us"), [AT, AT.replace(microsecond=0), None]),
}


@pytest.mark.parametrize("kind", PARTITIONS)
def test_partitions(tmp_path, kind):
    """One file a value, as delta-rs writes them."""
    arrow, values = PARTITIONS[kind]
    table = pa.table({"p": pa.array(values, arrow), "n": pa.array(range(len(values)), pa.int64())})
    deltalake.write_deltalake(tmp_path / "t", table, partition_by=["p"])
    got = read(tmp_path / "t")
    assert got.schema.field("p").type == arrow
    assert rows_of(got) == rows_of(table)
    assert rows_of(read(tmp_path / "t", "--select", "p")) == rows_of(table.select(["p"]))
    assert rows_of(read(tmp_path / "t", "--where", "p IS NULL")) == rows_of(
        table.filter(pa.compute.is_null(table["p"])))


def test_partition_texts(tmp_path):
    """Forms that the protocol allows and delta-rs does not write."""
    kinds = {"a": "timestamp", "b": "timestamp_ntz", "c": "decimal(10,2)", "d": "binary",
             "e": "boolean"}
    texts = [{"a": "1970-01-01 00:00:00", "b": "1970-01-01 00:00:00.000001", "c": "1", "d": "ab",
              "e": "true"},
             {"a": "1970-01-01T00:00:00.123456Z", "b": "2020-02-29 23:59:59", "c": "-0.50",
              "d": "", "e": ""}, {name: None for name in kinds}]
    table = Table(tmp_path / "t", [field("n", "long"), *(field(*kind) for kind in kinds.items())],
                  partitions=list(kinds), features=["timestampNtz"])
    names = [table.data(pa.table({"n": [i]})) for i in range(len(texts))]
    table.commit(*(table.add(name, text) for name, text in zip(names, texts)))
    utc = datetime.timezone.utc
    first = datetime.datetime(1970, 1, 1)
    rows = {row["n"]: row for row in read(table.folder).to_pylist()}
    assert rows[0] == {"n": 0, "a": first.replace(tzinfo=utc),
                       "b": first.replace(microsecond=1), "c": decimal.Decimal("1.00"),
                       "d": b"ab", "e": True}
    assert rows[1]["a"] == first.replace(microsecond=123456, tzinfo=utc)
    assert rows[1]["b"] == datetime.datetime(2020, 2, 29, 23, 59, 59)
    assert rows[1]["c"] == decimal.Decimal("-0.50") and rows[1]["d"] is rows[1]["e"] is None
    assert rows[2] == {"n": 2} | dict.fromkeys(kinds)
    table.commit(table.add(names[0], texts[0] | {"c": "x"}))
    bad(1, "table", "read", table.folder, says=['"x"', "c"])


def test_absolute_and_escaped_paths(tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    pq.write_table(pa.table({"n": [1]}), other / "a b.parquet")
    table = Table(tmp_path / "t", [field("n", "long")], reader=1)
    name = table.data(pa.table({"n": [2]}), "x=%25 y.parquet")
    uri = (other / "a b.parquet").as_uri()
    table.commit(table.add(uri), table.add(name.replace("%", "%25").replace(" ", "%20")))
    assert sorted(read(table.folder)["n"].to_pylist()) == [1, 2]


def test_partitions_passed_over(tmp_path):
    """Files that a condition excludes may even be gone."""
    table = Table(tmp_path / "t", [field("n", "long"), field("p", "long"), field("d", "date")],
                  partitions=["p", "d"], reader=1)
    names = {p: table.data(pa.table({"n": [p, 10 * p]})) for p in (1, 2, 3, 4)}
    table.commit(*(table.add(name, {"p": str(p), "d": f"2020-01-0{p}"})
                   for p, name in names.items()),
                 table.add(table.data(pa.table({"n": [7]}), "null.parquet"), {"p": None, "d": ""}))
    for p in (1, 3, 4):
        (table.folder / names[p]).unlink()
    (table.folder / "null.parquet").unlink()
    bad(3, "table", "read", table.folder, says="No such file")
    for where in ("p = 2", "P + 1 = 3 AND n < 15 OR false", "p IN (2) AND n = 2 AND d < '2099-01-01'",
                  "d = DATE '2020-01-02'", "n = 2 AND (p = 2 AND NOT p = 3)", "p BETWEEN 2 AND 2"):
        result = run("table", "read", table.folder, "--where", where, "--select", "n")
        if " OR " in where:
            assert result.code == 3, where  # n is of no partition, and it is no AND
            continue
        assert result.code == 0, (where, result.err)
        assert json.loads(result.text.splitlines()[0]) == {"n": 2}
    assert good("table", "read", table.folder, "--where", "p = 9 AND n = 1").lines() == []
    bad(3, "table", "read", table.folder, "--where", "p IS NULL", says="null.parquet")
    bad(2, "table", "read", table.folder, "--where", "p = 'x' AND q = 1", says="q")
    bad(3, "table", "read", table.folder, "--where", "n = 1", says="No such file")


# --- Schemas ----------------------------------------------------------------------------------


def test_widened_types(tmp_path):
    """Files of before have the narrow types (PROTOCOL.md, "Type Widening")."""
    pairs = {
        "a": (pa.int8(), 3, "long"), "b": (pa.int16(), -3, "integer"), "c": (pa.int32(), 9, "long"),
        "d": (pa.float32(), 0.5, "double"), "e": (pa.int32(), 7, "double"),
        "f": (pa.decimal128(5, 2), decimal.Decimal("1.25"), "decimal(10,3)"),
        "g": (pa.int32(), 7, "decimal(12,1)"), "h": (pa.int64(), 8, "decimal(21,1)"),
        "i": (pa.date32(), datetime.date(2020, 1, 2), "timestamp_ntz"),
    }
    table = Table(tmp_path / "t", [field(name, kind) for name, (_, _, kind) in pairs.items()],
                  features=["typeWidening", "timestampNtz"])
    old = table.data(pa.table({name: pa.array([value, None], kind)
                               for name, (kind, value, _) in pairs.items()}))
    table.commit(table.add(old))
    got = read(table.folder)
    expected = {name: value for name, (_, value, _) in pairs.items()}
    expected |= {"i": datetime.datetime(2020, 1, 2)}
    assert got.to_pylist() == [expected, dict.fromkeys(pairs)]
    assert str(got.schema.field("g").type) == "decimal128(12, 1)"


def test_added_dropped_and_reordered_columns(tmp_path):
    table = Table(tmp_path / "t", [field("a", "long"), field("gone", "string")], reader=1)
    old = table.data(pa.table({"gone": ["x"], "a": [1]}))
    table.commit(table.add(old))
    fields = [field("new", struct_of(field("x", "integer"))), field("a", "long")]
    new = table.data(pa.table({"a": [2], "new": pa.array([{"x": 5}], pa.struct([("x", pa.int32())]))}))
    table.commit(table.metadata(fields), table.add(new))
    assert sorted(read(table.folder).to_pylist(), key=lambda row: row["a"]) == [
        {"new": None, "a": 1}, {"new": {"x": 5}, "a": 2}]
    assert read(table.folder, "--version", "1").to_pylist() == [{"a": 1, "gone": "x"}]


@pytest.mark.parametrize("mode", ["name", "id"])
def test_nested_column_mapping(tmp_path, mode):
    """Renamed columns at every depth; partition values go by physical names too."""
    inner = struct_of(mapped("in side", "long", "p3", 3))
    fields = [
        mapped("p", "string", "p1", 1),
        mapped("s", struct_of(mapped("x", inner, "p4", 4)), "p2", 2),
        mapped("l", {"type": "array", "elementType": inner, "containsNull": True}, "p5", 5),
        mapped("m", {"type": "map", "keyType": "string", "valueType": inner,
                     "valueContainsNull": True}, "p6", 6),
    ]
    table = Table(tmp_path / "t", fields, partitions=["p"], reader=2,
                  properties={"delta.columnMapping.mode": mode,
                              "delta.columnMapping.maxColumnId": "6"})
    leaf = pa.struct([pa.field("p3", pa.int64(), metadata={"PARQUET:field_id": "3"})])

    def numbered(name, kind, number):
        return pa.field(name, kind, metadata={"PARQUET:field_id": str(number)})

    schema = pa.schema([numbered("p2", pa.struct([numbered("p4", leaf, 4)]), 2),
                        numbered("p5", pa.list_(leaf), 5),
                        numbered("p6", pa.map_(pa.string(), leaf), 6)])
    data = table.data(pa.Table.from_pylist(
        [{"p2": {"p4": {"p3": 1}}, "p5": [{"p3": 2}, None], "p6": [("k", {"p3": 3})]}], schema))
    table.commit(table.add(data, {"p1": "part"}))
    assert read(table.folder).to_pylist() == [
        {"p": "part", "s": {"x": {"in side": 1}}, "l": [{"in side": 2}, None],
         "m": [("k", {"in side": 3})]}]


def test_column_mapping_that_the_protocol_does_not_know(tmp_path):
    """PROTOCOL.md, "Column Mapping": the property is only honored where the protocol has it."""
    for reader, features, names in ((1, [], "a"), (3, [], "a"), (3, ["columnMapping"], "p")):
        table = Table(tmp_path / f"{reader}{len(features)}", [mapped("a", "long", "p", 1)],
                      reader=reader, features=features,
                      properties={"delta.columnMapping.mode": "name"})
        table.commit(table.add(table.data(pa.table({names: [5]}))))
        assert read(table.folder).to_pylist() == [{"a": 5}]


def test_only_wanted_columns_are_read(tmp_path):
    """What is not selected may be damaged."""
    table = Table(tmp_path / "t", [field("a", "long"), field("b", "string"), field("p", "long")],
                  partitions=["p"], reader=1)
    data = table.data(pa.table({"a": range(5), "b": ["text" * 9] * 5}), compression="none",
                      use_dictionary=False, write_statistics=False)
    table.commit(table.add(data, {"p": "7"}))
    chunk = pq.read_metadata(table.folder / data).row_group(0).column(1)
    whole = bytearray((table.folder / data).read_bytes())
    for i in range(chunk.data_page_offset, chunk.data_page_offset + chunk.total_compressed_size):
        whole[i] = 0xFF
    (table.folder / data).write_bytes(whole)
    assert run("table", "read", table.folder).code == 1
    assert read(table.folder, "--select", "p,a").to_pylist() == [{"p": 7, "a": n} for n in range(5)]
    assert read(table.folder, "--select", "p", "--where", "A = 3").to_pylist() == [{"p": 7}]
    assert read(table.folder, "--select", "p").num_rows == 5


# --- Times ------------------------------------------------------------------------------------


def test_time_travel_by_files(tmp_path):
    """The time of a commit is its file's, but never before that of an earlier one."""
    table = Table(tmp_path / "t", [field("n", "long")], reader=1)
    for n in range(3):
        table.commit(table.add(table.data(pa.table({"n": [n]}))))
    for version, second in enumerate((1000, 3000, 2000, 4000)):
        os.utime(table.folder / "_delta_log" / f"{version:020}.json", (second, second))
    for second, rows in ((1000, 0), (2500, 0), (3000, 1), (3001, 2), (3999, 2), (9999, 3)):
        at = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
        assert read(table.folder, "--at", at.isoformat()).num_rows == rows, second
    bad(3, "table", "read", table.folder, "--at", "1970-01-01T00:16:39Z", says="begins after")


def test_time_travel_by_commits(tmp_path):
    """In-commit timestamps come before those of files."""
    table = Table(tmp_path / "t", [field("n", "long")],
                  properties={"delta.enableInCommitTimestamps": "true"})
    for n in range(1, 4):
        info = {"commitInfo": {"inCommitTimestamp": n * 1000000, "operation": "WRITE"}}
        table.commit(info, table.add(table.data(pa.table({"n": [n]}))))
    for second, rows in ((1000, 1), (1999, 1), (2000, 2), (3000, 3)):
        at = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
        assert read(table.folder, "--at", at.isoformat()).num_rows == rows, second


# --- Deletion vectors -------------------------------------------------------------------------

with_vectors = pytest.mark.skipif(
    not good("version", "--json").json()["features"]["deletion-vectors"],
    reason="built without roaring")
ROWS = 200_000


@pytest.fixture(scope="module")
def numbers():
    return pa.table({"n": pa.array(range(ROWS), pa.int64())})


def deleting(folder, numbers, vector):
    table = Table(folder, [field("n", "long"), field("p", "string")], partitions=["p"],
                  features=["deletionVectors"])
    table.commit(table.add(table.data(numbers, row_group_size=30_000), {"p": "x"},
                           vector(folder), ROWS))
    return table


def sample():
    chosen = random.Random(5)
    return {
        "none": [], "first and last": [0, ROWS - 1], "all": list(range(ROWS)),
        "array": sorted(chosen.sample(range(ROWS), 3000)),
        "bitset": sorted(chosen.sample(range(ROWS), 120_000)),
        "runs": [*range(5, 70_000), *range(130_000, 131_000), 199_000],
        "beyond the file": [3, ROWS + 5, 2**32 + 1, 2**33],
    }


@with_vectors
@pytest.mark.parametrize("kind", ["i", "u", "prefix", "p"])
@pytest.mark.parametrize("name", sample())
def test_deletion_vectors(tmp_path, numbers, name, kind):
    rows = sample()[name]
    made = {"i": lambda folder: inline(rows), "u": lambda folder: stored(folder, rows),
            "prefix": lambda folder: stored(folder, rows, prefix="ab", before=b"other"),
            "p": lambda folder: stored(folder, rows, kind="p")}[kind]
    table = deleting(tmp_path / "t", numbers, made)
    gone = set(rows)
    got = read(table.folder)
    assert got["n"].to_pylist() == [n for n in range(ROWS) if n not in gone]
    assert set(got["p"].to_pylist()) <= {"x"}
    if name == "runs":
        assert read(table.folder, "--select", "p").num_rows == got.num_rows
        where = read(table.folder, "--where", "n > 199990 AND n < 199995")["n"].to_pylist()
        assert where == [199991, 199992, 199993, 199994]
        assert good("table", "info", table.folder, "--json").json()["rows"] == got.num_rows


@with_vectors
def test_vector_of_the_protocol(tmp_path, numbers):
    """The inline example of PROTOCOL.md, as its text has it and in the form of its example,
    which is of an older magic number."""
    vector = {"storageType": "i", "sizeInBytes": 44, "cardinality": 6, "pathOrInlineDv":
              "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L"}
    older = vector | {"sizeInBytes": 40, "pathOrInlineDv":
                      "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L"}
    table = deleting(tmp_path / "older", numbers, lambda folder: older)
    bad(1, "table", "read", table.folder, says="does not begin as one")
    table = deleting(tmp_path / "t", numbers, lambda folder: vector)
    gone = [3, 4, 7, 11, 18, 29]
    assert read(table.folder, "--limit", "24")["n"].to_pylist() == [
        n for n in range(30) if n not in gone]


def changed(**values):
    return lambda vector, folder: vector | values


DAMAGED = {
    "checksum": (lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]), None, 1, "checksum"),
    "size": (lambda whole: whole[:4] + b"\x01" + whole[5:], None, 1, "size"),
    "version": (lambda whole: b"\x02" + whole[1:], None, 1, "version 2"),
    "end": (lambda whole: whole[:-1], None, 1, "ends"),
    "empty": (lambda whole: b"", None, 1, "ends"),
    "offset": (None, changed(offset=2**31 - 1), 1, "ends"),
    "before": (None, changed(offset=-1), 1, "ends"),
    "cardinality": (None, changed(cardinality=4), 1, "more than the log says"),
    "more": (None, changed(cardinality=6), 1, "log says 6"),
    "negative": (None, changed(sizeInBytes=-5), 1, "how long"),
    "huge": (None, changed(sizeInBytes=2**31 - 1), 1, "bytes"),
    "storage": (None, changed(storageType="x"), 2, '"x"'),
    "name": (None, changed(pathOrInlineDv="short"), 1, "name of its file"),
    "letters": (None, changed(pathOrInlineDv="\"" * 20), 1, "name of its file"),
    "gone": (None, changed(pathOrInlineDv="0" * 20), 3, "deletion_vector_00000000-0000"),
    "inline": (None, changed(storageType="i", pathOrInlineDv="00000"), 1, "too short"),
    "no bitmap": (None, changed(storageType="i", pathOrInlineDv="0" * 100, sizeInBytes=40), 1,
                  "begin as one"),
}


@with_vectors
@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_vectors(tmp_path, numbers, name):
    damage, change, code, says = DAMAGED[name]

    def made(folder):
        vector = stored(folder, [1, 2, 3, 70000, 70001], damage=damage)
        return change(vector, folder) if change else vector

    table = deleting(tmp_path / "t", numbers, made)
    bad(code, "table", "read", table.folder, says=["read", says])


@with_vectors
def test_vectors_cut_and_changed(tmp_path):
    """Whatever the bytes are, the answer is rows or an error."""
    small = pa.table({"n": range(100)})
    whole = log.bitmap([*range(10), 50, 52, 2**32])
    chosen = random.Random(7)
    cases = [whole[:n] for n in range(len(whole))]
    for _ in range(40):
        case = bytearray(whole)
        case[chosen.randrange(len(case))] = chosen.randrange(256)
        cases.append(bytes(case))
    for i, case in enumerate(cases):
        table = Table(tmp_path / str(i), [field("n", "long")], features=["deletionVectors"])
        vector = {"storageType": "i", "pathOrInlineDv": log.z85(case), "sizeInBytes": len(case),
                  "cardinality": 13}
        table.commit(table.add(table.data(small), vector=vector))
        assert run("table", "read", table.folder).code in (0, 1), case


@with_vectors
def test_files_with_and_without(tmp_path, numbers):
    """Positions begin anew with each file."""
    table = Table(tmp_path / "t", [field("n", "long")], features=["deletionVectors"])
    small = [pa.table({"n": range(i, i + 10)}) for i in (0, 10, 20)]
    table.commit(table.add(table.data(small[0]), vector=inline([0])),
                 table.add(table.data(small[1])),
                 table.add(table.data(small[2]), vector=inline([0, 9])))
    assert sorted(read(table.folder)["n"].to_pylist()) == [*range(1, 20), *range(21, 29)]
    assert json.loads(good("table", "info", table.folder, "--json").text)["rows"] is None
