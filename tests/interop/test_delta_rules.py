"""What tables ask of rows: constraints, invariants, generated columns and defaults, made by hand
and by delta-rs; what Quire refuses delta-rs refuses, and what it writes delta-rs takes."""

import datetime
import json

import delta
import delta_meta as meta
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyquire import QuireError


def refused(name, call, *args, **options):
    with pytest.raises(QuireError) as caught:
        call(*args, **options)
    assert caught.value.name == name, str(caught.value)
    return caught.value


def make(tmp_path, schema, *lines, **options):
    url = str(tmp_path / "t")
    delta.create(url, schema, **options)
    for line in lines:
        meta.commit(url, *line) if isinstance(line, tuple) else meta.commit(url, line)
    return url


LONGS = pa.schema([("id", pa.int64()), ("name", pa.string())])


def rows(*pairs):
    return pa.table({"id": pa.array([a for a, _ in pairs], pa.int64()),
                     "name": pa.array([b for _, b in pairs], pa.string())})


def test_a_constraint_of_delta_rs(tmp_path):
    url = make(tmp_path, LONGS)
    DeltaTable(url).alter.add_constraint({"positive": "id > 0"})
    delta.append(url, rows((1, "a"), (2, None)))
    for bad in (0, -5):
        error = refused("INPUT", delta.append, url, rows((1, "a"), (bad, "b")))
        assert error.row == 2
        assert "positive" in error.cause and f"id = {bad}" in error.cause
        with pytest.raises(Exception, match="failed validation"):
            write_deltalake(url, rows((bad, "b")), mode="append")
    # As in Spark and the specification, a null is not true.
    assert "id = null" in refused("INPUT", delta.append, url, rows((None, "c"))).cause
    write_deltalake(url, rows((7, "z")), mode="append")
    assert sorted(delta.read(url)["id"].to_pylist()) == [1, 2, 7]
    assert DeltaTable(url).to_pyarrow_table().num_rows == 3


def test_the_row_of_a_later_batch(tmp_path):
    url = make(tmp_path, LONGS)
    meta.commit(url, meta.protocol(1, 3), meta.configuration(
        url, delta__constraints__short="length(name) < 4 AND id IS NOT NULL"))
    batches = [rows((i, "x")).to_batches()[0] for i in range(5)]
    batches.append(rows((5, "y"), (6, "a long name")).to_batches()[0])
    error = refused("INPUT", delta.append, url,
                    pa.RecordBatchReader.from_batches(LONGS, iter(batches)))
    assert error.row == 7 and "name = a long name, id = 6" in error.cause
    assert DeltaTable(url).version() == 1


def test_a_constraint_that_is_not_understood(tmp_path):
    url = make(tmp_path, LONGS)
    meta.commit(url, meta.protocol(1, 3),
                meta.configuration(url, delta__constraints__odd="no_such_function(id)"))
    error = refused("UNSUPPORTED", delta.append, url, rows((1, "a")))
    assert '"odd"' in error.cause and "no_such_function" in error.cause


def test_invariants(tmp_path):
    nested = pa.schema([("id", pa.int64()), ("s", pa.struct([("a", pa.int32())]))])
    url = make(tmp_path, nested)
    text = json.dumps({"expression": {"expression": "id > 3"}})
    meta.commit(url, meta.field_metadata(url, "id", delta__invariants=text))
    good = pa.table({"id": [4], "s": [{"a": 1}]}, schema=nested)
    delta.append(url, good)
    error = refused("INPUT", delta.append, url, pa.table({"id": [3], "s": [None]}, schema=nested))
    assert 'invariant of column "id"' in error.cause and "id = 3" in error.cause
    refused("INPUT", delta.append, url, pa.table({"id": [None], "s": [None]}, schema=nested))
    assert delta.read(url).num_rows == 1
    meta.commit(url, meta.field_metadata(url, "id", delta__invariants="{}"))
    assert "invariant" in refused("UNSUPPORTED", delta.append, url, good).cause


GENERATED = pa.schema([("at", pa.timestamp("us", "UTC")), ("n", pa.int32()), ("day", pa.date32()),
                       ("twice", pa.int64())])


def generated(tmp_path, **options):
    url = make(tmp_path, GENERATED, **options)
    meta.commit(url, meta.protocol(1, 4), meta.field_metadata(
        url, "day", delta__generationExpression="CAST(at AS DATE)"))
    meta.commit(url, meta.field_metadata(url, "twice", delta__generationExpression="n * 2"))
    return url


@pytest.mark.parametrize("partition_by", [(), ("day",)])
def test_generated_columns(tmp_path, partition_by):
    url = generated(tmp_path, partition_by=partition_by)
    at = datetime.datetime(2024, 5, 1, 23, 59, tzinfo=datetime.timezone.utc)
    at_type = pa.timestamp("us", "UTC")
    delta.append(url, pa.table({"at": pa.array([at, None], at_type),
                                "n": pa.array([1, 2], pa.int32())}))
    delta.append(url, pa.table({"at": pa.array([at], at_type), "n": pa.array([4], pa.int32()),
                                "twice": [8]}))
    expected = [(at.date(), 2), (None, 4), (at.date(), 8)]
    for judge in (delta.read(url), DeltaTable(url).to_pyarrow_table()):
        assert sorted(zip(judge["day"].to_pylist(), judge["twice"].to_pylist()), key=str) == \
            sorted(expected, key=str)
    for twice in (9, None):
        error = refused("INPUT", delta.append, url, pa.table({
            "at": pa.array([at], at_type), "n": pa.array([4], pa.int32()),
            "twice": pa.array([twice], pa.int64())}))
        assert error.column == "twice" and error.row == 1
    # What both writers make of the same rows is the same.
    write_deltalake(url, pa.table({"at": pa.array([at], at_type), "n": pa.array([5], pa.int32()),
                                   "day": pa.array([at.date()]), "twice": [10]}), mode="append")
    assert sorted(delta.read(url)["twice"].to_pylist()) == [2, 4, 8, 10]


def test_a_generated_column_that_may_not_be_null(tmp_path):
    schema = pa.schema([("n", pa.int32()), pa.field("g", pa.int32(), nullable=False)])
    url = make(tmp_path, schema)
    meta.commit(url, meta.protocol(1, 4), meta.field_metadata(
        url, "g", delta__generationExpression="n + 1"))
    delta.append(url, pa.table({"n": pa.array([1, 2], pa.int32())}))
    error = refused("INPUT", delta.append, url, pa.table({"n": pa.array([1, None], pa.int32())}))
    assert error.row == 2 and error.column == "g"
    # An overflow is an error too.
    refused("INPUT", delta.append, url, pa.table({"n": pa.array([2**31 - 1], pa.int32())}))
    assert delta.read(url)["g"].to_pylist() == [2, 3]


def test_defaults(tmp_path):
    schema = pa.schema([("id", pa.int64()), ("name", pa.string()),
                        pa.field("n", pa.decimal128(10, 2), nullable=False)])
    url = make(tmp_path, schema)
    meta.commit(url, meta.field_metadata(url, "name", CURRENT_DEFAULT="'none'"))
    meta.commit(url, meta.field_metadata(url, "n", CURRENT_DEFAULT="7"))
    # Without the feature a default is a word in the metadata.
    refused("INPUT", delta.append, url, pa.table({"id": [1]}))
    meta.commit(url, meta.protocol(1, 7, None, ["allowColumnDefaults", "invariants"]))
    delta.append(url, pa.table({"id": [1, 2]}))
    # A null that is given is given.
    delta.append(url, pa.table({"id": [3], "name": pa.array([None], pa.string())}))
    got = delta.read(url).sort_by("id")
    assert got["name"].to_pylist() == ["none", "none", None]
    assert [int(n) for n in got["n"].to_pylist()] == [7, 7, 7]
    refused("INPUT", delta.append, url,
            pa.table({"id": [4], "n": pa.array([None], pa.decimal128(10, 2))}))


def test_names_without_case(tmp_path):
    nested = pa.schema([("id", pa.int64()), ("Sub", pa.struct([("Inner", pa.int32())]))])
    url = make(tmp_path, nested)
    delta.append(url, pa.table({"SUB": pa.array([{"iNNER": 5}], pa.struct([("iNNER", pa.int32())])),
                                "ID": [1]}))
    assert delta.read(url).to_pylist() == [{"id": 1, "Sub": {"Inner": 5}}]
    assert DeltaTable(url).to_pyarrow_table().to_pylist() == delta.read(url).to_pylist()
    error = refused("INPUT", delta.append, url, pa.table({"id": [1], "Id": [2]}))
    assert "twice" in error.cause


# --- What others left in the log ---------------------------------------------------------------

BAD = [
    (dict(delta__invariants="no json"), "invariant"),
    (dict(delta__invariants='{"expression": {"expression": 3}}'), "invariant"),
    (dict(delta__invariants=7), "invariant"),
    (dict(delta__invariants='{"expression": {"expression": "id >"}}'), "id"),
    (dict(delta__invariants='{"expression": {"expression": "id + 1"}}'), "id"),
    (dict(delta__invariants='{"expression": {"expression": "other > 1"}}'), "other"),
    (dict(delta__generationExpression="name || 'x'"), "column id"),
    (dict(delta__generationExpression="nothing(1)"), "nothing"),
    (dict(delta__generationExpression=""), '"id"'),
    (dict(delta__typeChanges="garbage"), "no list"),
    (dict(delta__typeChanges={"a": 1}), "no list"),
]


@pytest.mark.parametrize("members, says", BAD, ids=[str(i) for i in range(len(BAD))])
def test_metadata_that_is_none(tmp_path, members, says):
    url = make(tmp_path, pa.schema([("id", pa.int32()), ("name", pa.string())]))
    meta.commit(url, meta.protocol(1, 4), meta.field_metadata(url, "id", **members))
    with pytest.raises(QuireError) as caught:
        delta.append(url, rows((2**40, "a")), evolve="widen")
    assert caught.value.name in ("UNSUPPORTED", "CORRUPT", "INPUT") and says in str(caught.value)
    assert delta.version(url) == 1 and not list((tmp_path / "t").glob("*.parquet"))


@pytest.mark.parametrize("schema", [
    "", "{}", "[]", '"struct"', '{"type":"struct"}', '{"type":"struct","fields":[{}]}',
    '{"type":"struct","fields":[{"name":"a","type":"decimal(40,2)"}]}',
    '{"type":"struct","fields":[{"name":"a","type":"decimal(2,3)"}]}',
    '{"type":"struct","fields":[{"name":"a","type":{"type":"array"}}]}',
    '{"type":"struct","fields":[{"name":"a","type":{"type":"map","keyType":"string"}}]}',
    '{"type":"struct","fields":[{"name":"a","type":"interval"}]}',
    '{"type":"struct","fields":' + '[{"name":"a","type":{"type":"struct","fields":' * 90 + "[]"
    + "}}]" * 90 + "}",
])
def test_schemas_that_are_none(tmp_path, schema):
    url = make(tmp_path, LONGS)
    metadata = meta.last(url, "metaData")
    metadata["schemaString"] = schema
    meta.commit(url, {"metaData": metadata})
    for call in (lambda: delta.append(url, rows((1, "a"))),
                 lambda: delta.append(url, rows((1, "a")), evolve="add"),
                 lambda: delta.constraint_add(url, "c", "a > 1"), lambda: delta.read(url)):
        with pytest.raises(QuireError) as caught:
            call()
        assert caught.value.name in ("CORRUPT", "UNSUPPORTED", "USAGE", "INPUT", "LIMIT")
    assert delta.version(url) == 1
    # Types that are not known are kept, not understood.
    try:
        delta.property_set(url, {"delta.columnMapping.mode": "name"})
    except QuireError as error:
        assert error.name in ("CORRUPT", "UNSUPPORTED", "LIMIT")


@pytest.mark.parametrize("configuration", ["", "{}", "[1]", '{"rowIdHighWaterMark":"x"}',
                                           '{"rowIdHighWaterMark":-7}'])
def test_a_high_water_mark_that_is_none(tmp_path, configuration):
    url = make(tmp_path, LONGS, properties={"delta.enableRowTracking": "true"})
    meta.commit(url, {"domainMetadata": {"domain": "delta.rowTracking", "removed": False,
                                         "configuration": configuration}})
    assert "rowIdHighWaterMark" in refused("CORRUPT", delta.append, url, rows((1, "a"))).cause
    full = '{"rowIdHighWaterMark":9223372036854775806}'
    meta.commit(url, {"domainMetadata": {"domain": "delta.rowTracking", "removed": False,
                                         "configuration": full}})
    delta.append(url, rows())
    refused("LIMIT", delta.append, url, rows((1, "a"), (2, "b")))


@pytest.mark.parametrize("codec", ["uncompressed", "none", "snappy", "gzip", "lz4_raw", "zstd",
                                   "brotli"])
def test_the_codec_is_the_tables(tmp_path, codec):
    import pyarrow.parquet as pq
    url = make(tmp_path, LONGS, properties={"delta.parquet.compression.codec": codec})
    delta.append(url, rows(*[(i, "x" * 50) for i in range(100)]))
    [path] = (tmp_path / "t").glob("*.parquet")
    got = pq.ParquetFile(path).metadata.row_group(0).column(0).compression
    assert got.lower() == {"none": "uncompressed", "lz4_raw": "lz4"}.get(codec, codec)
    assert DeltaTable(url).to_pyarrow_table().num_rows == 100


COMPUTED = pa.schema([("n", pa.int64()), ("g", pa.int64()), ("d", pa.string())])
WRITER = meta.protocol(3, 7, [], ["generatedColumns", "changeDataFeed", "allowColumnDefaults"])


def computed(tmp_path, **options):
    url = make(tmp_path, COMPUTED, WRITER, **options)
    meta.commit(url, meta.field_metadata(url, "g", delta__generationExpression="n * 2"))
    meta.commit(url, meta.field_metadata(url, "d", CURRENT_DEFAULT="'dflt'"))
    meta.commit(url, meta.configuration(url, delta__enableChangeDataFeed="true"))
    return url


def told(url, version):
    return sorted((row["_change_type"], row["n"], row["g"], row["d"])
                  for row in delta.changes(url, version, version).to_pylist())


@pytest.mark.parametrize("partition_by", [(), ("g",)])
def test_a_generated_column_that_is_set(tmp_path, partition_by):
    url = computed(tmp_path, partition_by=partition_by)
    delta.append(url, pa.table({"n": [1, 2]}))
    for sets in ({"g": "1999"}, {"G": "NULL"}, {"g": "n * 2", "n": "n + 1"}):
        error = refused("INPUT", delta.update, url, sets)
        assert "is not what its expression gives" in error.cause and error.column == "g"
    delta.update(url, {"g": "n * 2"}, "n = 1")
    delta.update(url, {"n": "n + 1", "g": "g + 2"}, "n = 2")
    delta.update(url, {"n": "5"}, "n = 1")
    assert sorted(zip(*delta.read(url).to_pydict().values())) == [(3, 6, "dflt"), (5, 10, "dflt")]
    # What is told of the rows has the columns as they are then.
    assert told(url, delta.version(url)) == [("update_postimage", 5, 10, "dflt"),
                                             ("update_preimage", 1, 2, "dflt")]


@pytest.mark.parametrize("partition_by", [(), ("g",), ("d",)])
def test_rows_that_replace_are_complete(tmp_path, partition_by):
    url = computed(tmp_path, partition_by=partition_by)
    delta.append(url, pa.table({"n": [1, 2]}))
    delta.overwrite(url, pa.table({"n": [1, 1]}), "g = 2")
    delta.overwrite(url, pa.table({"N": [1]}), "n < 2 AND d = 'dflt'")
    assert ("insert", 1, 2, "dflt") in told(url, delta.version(url))
    refused("INPUT", delta.overwrite, url, pa.table({"n": [1, 2]}), "g = 2")
    assert "g=8" in refused("INPUT", delta.overwrite, url, pa.table({"n": [4]}), "g = 2").cause
    assert "expression gives" in refused(
        "INPUT", delta.overwrite, url, pa.table({"n": [4], "g": [2]}), "g = 2").cause
    refused("INPUT", delta.overwrite, url, pa.table({"n": [4], "d": ["x"]}), "d = 'dflt'")
    assert sorted(zip(*delta.read(url).to_pydict().values())) == [(1, 2, "dflt"), (2, 4, "dflt")]
