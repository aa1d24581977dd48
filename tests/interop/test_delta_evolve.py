"""Schemas of tables that grow with the rows that come: columns added, types widened, what is
refused, and that delta-rs reads the tables afterwards."""

import datetime
import decimal
import json

import delta
import delta_meta as meta
import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from program import bad, good
from pyquire import QuireError

D = decimal.Decimal


def refused(name, call, *args, **options):
    with pytest.raises(QuireError) as caught:
        call(*args, **options)
    assert caught.value.name == name, str(caught.value)
    return caught.value


def judged(url):
    query = deltalake.QueryBuilder().register("t", DeltaTable(url)).execute("SELECT * FROM t")
    return pa.table(query)


def schema_of(url):
    return json.loads(meta.last(url, "metaData")["schemaString"])["fields"]


def make(tmp_path, table, **options):
    url = str(tmp_path / "t")
    delta.create(url, table.schema, **options)
    delta.append(url, table)
    return url


FIRST = pa.table({"id": pa.array([1], pa.int32()),
                  "s": pa.array([{"a": 1}], pa.struct([("a", pa.int16())])),
                  "l": pa.array([[{"x": 1}]], pa.list_(pa.struct([("x", pa.int64())])))})
MORE = pa.table({"new": ["n"], "ID": pa.array([2], pa.int32()),
                 "s": pa.array([{"b": {"c": 1.5}, "a": 2}],
                               pa.struct([("b", pa.struct([("c", pa.float64())])),
                                          ("a", pa.int16())])),
                 "l": pa.array([[{"y": True, "x": 3}]],
                               pa.list_(pa.struct([("y", pa.bool_()), ("x", pa.int64())])))})
BOTH = [{"id": 1, "s": {"a": 1, "b": None}, "l": [{"x": 1, "y": None}], "new": None},
        {"id": 2, "s": {"a": 2, "b": {"c": 1.5}}, "l": [{"x": 3, "y": True}], "new": "n"}]


def test_columns_are_added(tmp_path):
    url = make(tmp_path, FIRST)
    error = refused("INPUT", delta.append, url, MORE)
    assert "new: the table nothing, the rows string" in error.cause
    assert "s: the table struct<a:int16>, the rows struct<b:" in error.cause
    assert delta.version(url) == 1
    delta.append(url, MORE, evolve="add")
    assert delta.read(url).sort_by("id").to_pylist() == BOTH
    assert sorted(judged(url).to_pylist(), key=lambda row: row["id"]) == BOTH
    assert [field["name"] for field in schema_of(url)] == ["id", "s", "l", "new"]
    assert all(field["nullable"] for field in schema_of(url))
    # Nothing more to add: no metadata.
    delta.append(url, MORE, evolve="add")
    assert not any("metaData" in line for line in meta.actions(url, 3))
    assert delta.read(url, 1).to_pylist() == FIRST.to_pylist()


def test_a_local_time_brings_its_feature(tmp_path):
    url = make(tmp_path, FIRST.select(["id"]))
    at = datetime.datetime(2024, 1, 2, 3, 4, 5)
    delta.append(url, pa.table({"at": pa.array([at], pa.timestamp("us"))}), evolve="add")
    assert meta.last(url, "protocol")["readerFeatures"] == ["timestampNtz"]
    assert "invariants" in meta.last(url, "protocol")["writerFeatures"]
    assert at in delta.read(url)["at"].to_pylist() and at in judged(url)["at"].to_pylist()


def test_columns_of_mapped_tables(tmp_path):
    url = make(tmp_path, FIRST, properties={"delta.columnMapping.mode": "name"})
    delta.append(url, MORE, evolve="add")
    most = int(meta.last(url, "metaData")["configuration"]["delta.columnMapping.maxColumnId"])
    assert most == 5 + 4
    new = schema_of(url)[-1]["metadata"]
    assert new["delta.columnMapping.physicalName"].startswith("col-")
    assert delta.read(url).sort_by("id").to_pylist() == BOTH
    assert sorted(judged(url).to_pylist(), key=lambda row: row["id"]) == BOTH


WIDER = [
    (pa.int8(), 1, pa.int16(), 300, "short"), (pa.int8(), 1, pa.int64(), 2**40, "long"),
    (pa.int16(), 1, pa.int32(), 70000, "integer"), (pa.int32(), 1, pa.int64(), 2**40, "long"),
    (pa.int16(), 1, pa.uint32(), 2**32 - 1, "long"),
    (pa.float32(), 1.5, pa.float64(), 1e300, "double"),
    (pa.int32(), 7, pa.float64(), 0.5, "double"),
    (pa.decimal128(5, 2), D("1.25"), pa.decimal128(7, 2), D("99999.99"), "decimal(7,2)"),
    (pa.decimal128(5, 2), D("1.25"), pa.decimal128(5, 4), D("1.2345"), "decimal(7,4)"),
    (pa.int32(), 7, pa.decimal128(12, 2), D("0.25"), "decimal(12,2)"),
    (pa.date32(), datetime.date(2020, 1, 2), pa.timestamp("us"),
     datetime.datetime(2021, 1, 2, 3, 4, 5), "timestamp_ntz"),
]


@pytest.mark.parametrize("before, old, after, new, name", WIDER, ids=[str(w[0]) + "-" + w[4] for w in WIDER])
def test_types_are_widened(tmp_path, before, old, after, new, name):
    url = make(tmp_path, pa.table({"v": pa.array([old], before)}))
    rows = pa.table({"v": pa.array([new], after)})
    for evolve in ("off", "add"):
        refused("INPUT", delta.append, url, rows, evolve=evolve)
    delta.append(url, rows, evolve="widen")
    [field] = schema_of(url)
    assert field["type"] == name
    [change] = field["metadata"]["delta.typeChanges"]
    assert change["toType"] == name and "fieldPath" not in change
    assert "typeWidening" in meta.last(url, "protocol")["readerFeatures"]
    assert meta.last(url, "metaData")["configuration"] == {"delta.enableTypeWidening": "true"}
    got = delta.read(url)["v"].to_pylist()
    if isinstance(old, datetime.date):
        old = datetime.datetime(old.year, old.month, old.day)
    assert new in got and old in got and len(got) == 2
    # The narrow type still fits, and changes nothing.
    version = delta.append(url, pa.table({"v": pa.array([None], before)}), evolve="widen").version
    assert not any("metaData" in line for line in meta.actions(url, version))


def test_widening_where_the_table_allows_it(tmp_path):
    url = make(tmp_path, pa.table({"v": pa.array([1], pa.int32())}),
               properties={"delta.enableTypeWidening": "true"})
    rows = pa.table({"v": pa.array([2**40], pa.int64())})
    refused("INPUT", delta.append, url, rows)
    delta.append(url, rows, evolve="add")
    assert sorted(delta.read(url)["v"].to_pylist()) == [1, 2**40]
    delta.append(url, pa.table({"v": pa.array([D("0.5")], pa.decimal128(21, 1))}), evolve="add")
    assert [change["toType"] for change in schema_of(url)[0]["metadata"]["delta.typeChanges"]] == [
        "long", "decimal(21,1)"]


def test_widening_inside(tmp_path):
    def table(of, key, value):
        kind = pa.struct([("m", pa.list_(pa.map_(key, value)))])
        return pa.table({"s": pa.array([{"m": [[of]]}], kind)})
    url = make(tmp_path, table((1, 1.5), pa.int16(), pa.float32()))
    delta.append(url, table((2**20, 1e300), pa.int32(), pa.float64()), evolve="widen")
    inner = schema_of(url)[0]["type"]["fields"][0]
    assert inner["metadata"]["delta.typeChanges"] == [
        {"fromType": "short", "toType": "integer", "fieldPath": "element.key"},
        {"fromType": "float", "toType": "double", "fieldPath": "element.value"}]
    got = sorted(row["s"]["m"][0][0] for row in delta.read(url).to_pylist())
    assert got == [(1, 1.5), (2**20, 1e300)]


@pytest.mark.parametrize("before, after", [
    (pa.int64(), pa.list_(pa.int64())), (pa.string(), pa.struct([("a", pa.int8())])),
    (pa.struct([("a", pa.int8())]), pa.map_(pa.string(), pa.int8()))])
def test_types_that_do_not_go_together(tmp_path, before, after):
    url = str(tmp_path / "t")
    delta.create(url, pa.schema([("v", before), pa.field("w", pa.int8(), nullable=False)]))
    for evolve in ("off", "add", "widen"):
        error = refused("INPUT", delta.append, url, pa.table({"v": pa.array([None], after)}),
                        evolve=evolve)
        assert error.column == "v" and "w: the table int8 not null, the rows nothing" in error.cause
    assert delta.version(url) == 0


def test_partition_columns_are_widened(tmp_path):
    url = make(tmp_path, pa.table({"p": pa.array([1], pa.int8()), "v": ["a"]}), partition_by=["p"])
    delta.append(url, pa.table({"p": pa.array([2**40], pa.int64()), "v": ["b"]}), evolve="widen")
    assert sorted(delta.read(url)["p"].to_pylist()) == [1, 2**40]


def test_two_that_evolve_at_once(tmp_path):
    """The second is a conflict: its rows were written for another schema."""
    url = make(tmp_path, FIRST.select(["id"]))
    rows = pa.table({"id": pa.array([2], pa.int32()), "x": [1]})

    def batches():
        yield rows.to_batches()[0]
        delta.append(url, pa.table({"y": [1]}), evolve="add")

    stream = pa.RecordBatchReader.from_batches(rows.schema, batches())
    refused("CONFLICT", delta.append, url, stream, evolve="add")
    assert delta.read(url).num_rows == 2 and delta.read(url).column_names == ["id", "y"]


KINDS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64(),
         pa.decimal128(4, 1), pa.decimal128(9, 4)]


@settings(max_examples=25, deadline=None)
@given(kinds=st.lists(st.sampled_from(range(len(KINDS))), min_size=2, max_size=5))
def test_no_value_is_lost(tmp_path_factory, kinds):
    """Whatever types come after each other: what was taken is read back."""
    url = str(tmp_path_factory.mktemp("w") / "t")
    delta.create(url, pa.schema([("v", KINDS[kinds[0]])]))
    expected = []
    for kind in kinds:
        value = D(3) if pa.types.is_decimal(KINDS[kind]) else 3
        try:
            delta.append(url, pa.table({"v": pa.array([value], KINDS[kind])}), evolve="widen")
            expected.append(3)
        except QuireError as error:
            assert error.name == "INPUT"
    assert [float(value) for value in delta.read(url)["v"].to_pylist()] == expected


# --- The program ------------------------------------------------------------------------------

def test_program(tmp_path):
    table = tmp_path / "t"
    (tmp_path / "a.csv").write_text("id,name\n1,007\n")
    (tmp_path / "b.jsonl").write_text('{"id": 2, "name": "008", "more": {"x": 1}}\n{"id": 3}\n')
    good("table", "create", table, "--schema", "id int32, name string")
    good("table", "append", table, tmp_path / "a.csv", "--evolve", "add")
    bad(1, "table", "append", table, tmp_path / "b.jsonl", says="more")
    done = good("table", "append", table, tmp_path / "b.jsonl", "--evolve", "add", "--json").json()
    assert done["version"] == 2 and done["rows"] == 2
    assert good("table", "read", table, "--where", "id > 1").lines() == [
        {"id": 2, "name": "008", "more": {"x": 1}}, {"id": 3, "name": None, "more": None}]
    pq.write_table(pa.table({"id": [2**40], "extra": [1]}), tmp_path / "c.parquet")
    bad(1, "table", "append", table, tmp_path / "c.parquet", says="extra: the table nothing")
    bad(1, "table", "append", table, tmp_path / "c.parquet", "--evolve", "add", says="int32")
    good("table", "append", table, tmp_path / "c.parquet", "--evolve", "widen")
    assert good("table", "read", table, "--where", "id > 10", "--select", "id,extra").lines() == [
        {"id": 2**40, "extra": 1}]
    bad(2, "table", "append", table, tmp_path / "c.parquet", "--evolve", "maybe", says="widen")


def test_append_makes_a_table_with_its_rows_or_not_at_all(tmp_path):
    table = tmp_path / "t"
    (tmp_path / "good.csv").write_text("id,part\n1,a\n2,b\n")
    pq.write_table(pa.table({"id": [1]}), tmp_path / "broken.parquet")
    whole = (tmp_path / "broken.parquet").read_bytes()
    (tmp_path / "broken.parquet").write_bytes(whole[:4] + b"\xff" * 40 + whole[44:])
    bad(1, "table", "append", table, tmp_path / "broken.parquet", "--create")
    assert not list(tmp_path.glob("t/**/*.*")), "nothing is left"
    done = good("table", "append", table, tmp_path / "good.csv", "--create", "--partition-by", "part",
                "--json").json()
    assert done["version"] == 0 and done["created"] and done["rows"] == 2
    assert DeltaTable(str(table)).to_pyarrow_table().num_rows == 2
    done = good("table", "append", table, tmp_path / "good.csv", "--create", "--json").json()
    assert done["version"] == 1 and not done["created"]


def made_meanwhile(rows, make):
    """The rows, and behind the first of them another makes the table."""
    def batches():
        yield rows.to_batches()[0]
        make()

    return pa.RecordBatchReader.from_batches(rows.schema, batches())


def test_two_that_make_a_table(tmp_path):
    url = str(tmp_path / "t")
    rows = pa.table({"id": [1]})
    stream = made_meanwhile(rows, lambda: delta.create(url, rows.schema))
    done = delta.append(url, stream, create=())
    assert (done.version, done.created, done.rows) == (1, False, 1)
    assert delta.read(url).equals(rows) and DeltaTable(url).to_pyarrow_table().num_rows == 1


def constrained(url, schema):
    delta.create(url, schema)
    delta.constraint_add(url, "small", "id < 1")


@pytest.mark.parametrize("make", [
    lambda url, schema: delta.create(url, schema, partition_by=["id"]),
    lambda url, schema: delta.create(url, schema.append(pa.field("x", pa.int64()))),
    constrained,
])
def test_two_that_make_other_tables(tmp_path, make):
    url = str(tmp_path / "t")
    rows = pa.table({"id": [1], "p": [2]})
    stream = made_meanwhile(rows, lambda: make(url, rows.schema))
    refused("CONFLICT", delta.append, url, stream, create=())
    assert delta.read(url).num_rows == 0
    assert not list(tmp_path.glob("t/*.parquet"))
