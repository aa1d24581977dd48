"""Spark reads the Parquet files that Quire writes, and Quire those of Spark.

Rows are compared as Python values, in the order of a column that numbers them."""

import datetime
import decimal
import math

import pyarrow as pa
import pyquire
import pytest

D = decimal.Decimal
ROWS = 5000
UTC = datetime.timezone.utc


def nullable(values, every=7):
    return [None if i % every == 3 else value for i, value in enumerate(values)]


def table():
    n = range(ROWS)
    at = datetime.datetime(2000, 2, 29, 23, 59, 59, 999999)
    return pa.table({
        "row": pa.array(n, pa.int64()),
        "bool": pa.array(nullable([i % 3 == 0 for i in n]), pa.bool_()),
        "int8": pa.array(nullable([i % 256 - 128 for i in n]), pa.int8()),
        "int16": pa.array(nullable([i * 13 % 65536 - 32768 for i in n]), pa.int16()),
        "int32": pa.array(nullable([i * 7919 - 2**31 for i in n]), pa.int32()),
        "int64": pa.array(nullable([(i - 2500) * 3 * 10**15 for i in n]), pa.int64()),
        "float": pa.array(nullable([i / 8 for i in n]), pa.float32()),
        "double": pa.array(nullable([math.sin(i) for i in n]), pa.float64()),
        "decimal9": pa.array(nullable([D(i - 2500).scaleb(-2) for i in n]), pa.decimal128(9, 2)),
        "decimal18": pa.array(nullable([D(i * 10**12 - 7).scaleb(-4) for i in n]),
                              pa.decimal128(18, 4)),
        "decimal38": pa.array(nullable([D(-i * 10**33).scaleb(-10) for i in n]),
                              pa.decimal128(38, 10)),
        "string": pa.array(nullable([f"é{i % 50}" if i % 2 else str(i) * 3 for i in n]),
                           pa.string()),
        "binary": pa.array(nullable([bytes([i % 256]) * (i % 40) for i in n]), pa.binary()),
        "date": pa.array(nullable([i - 10000 for i in n]), pa.int32()).cast(pa.date32()),
        "moment": pa.array(nullable([at + datetime.timedelta(microseconds=i * 12345) for i in n]),
                           pa.timestamp("us", "UTC")),
        "wall": pa.array(nullable([at + datetime.timedelta(hours=i) for i in n]),
                         pa.timestamp("us")),
        "list": pa.array(nullable([[j for j in range(i % 5)] for i in n]), pa.list_(pa.int32())),
        "struct": pa.array(nullable([{"x": i, "y": None if i % 2 else str(i)} for i in n]),
                           pa.struct([("x", pa.int64()), ("y", pa.string())])),
        "map": pa.array(nullable([[(str(j), j * i) for j in range(i % 3)] for i in n]),
                        pa.map_(pa.string(), pa.int64())),
        "deep": pa.array(nullable([[{"l": [i, None]}, None, {"l": None}][:i % 4] for i in n]),
                         pa.list_(pa.struct([("l", pa.list_(pa.int64()))]))),
        "kind": pa.array(nullable(["abc"[i % 3] for i in n])).dictionary_encode(),
    })


def plain(value):
    """A value of either side as what both sides give it as."""
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if hasattr(value, "asDict"):
        return {name: plain(item) for name, item in value.asDict().items()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        if value and all(type(item) is tuple for item in value):
            return {key: plain(item) for key, item in value}
        return [plain(item) for item in value]
    return value


def rows_of(data):
    return [[plain(value) for value in row.values()] for row in data.to_pylist()]


def rows_of_frame(frame):
    return [[plain(value) for value in row] for row in frame.orderBy("row").collect()]


def maps_as_dicts(rows, table):
    """An empty map is an empty list on one side."""
    maps = [i for i, field in enumerate(table.schema) if pa.types.is_map(field.type)]
    for row in rows:
        for i in maps:
            if row[i] == []:
                row[i] = {}
    return rows


OPTIONS = [
    {},
    {"data_page_version": "2", "compression": "zstd:3"},
    {"dictionary": "off", "compression": "gzip", "page_rows": "700"},
    {"data_page_version": "2", "compression": "lz4_raw", "dictionary": "off",
     "encoding.int64": "delta_binary_packed", "encoding.int32": "delta_binary_packed",
     "encoding.string": "delta_byte_array", "encoding.binary": "delta_byte_array",
     "row_group_rows": "1234"},
    {"compression": "none", "page_index": "off", "statistics": "off", "row_group_rows": "999",
     "bloom_filter": "string,int64"},
]


@pytest.mark.parametrize("number", range(len(OPTIONS)))
def test_spark_reads_what_is_written(spark, tmp_path, number):
    data, path = table(), tmp_path / "out.parquet"
    pyquire.write(path, data, settings=OPTIONS[number])
    frame = spark.read.parquet(str(path))
    assert frame.schema["moment"].dataType.typeName() == "timestamp"
    assert frame.schema["wall"].dataType.typeName() == "timestamp_ntz"
    assert rows_of_frame(frame) == maps_as_dicts(rows_of(data), data)


@pytest.mark.parametrize("condition,expected", [
    ("string = 'é7'", lambda row: row["string"] == "é7"),
    ("int64 > 3000000000000000000", lambda row: row["int64"] is not None and
     row["int64"] > 3 * 10**18),
    ("decimal38 < -499000000000000000000000000",
     lambda row: row["decimal38"] is not None and row["decimal38"] < D("-499e24")),
    ("date < '1950-01-01'", lambda row: row["date"] is not None and
     row["date"] < datetime.date(1950, 1, 1)),
    ("moment >= '2000-03-01 00:00:30'", lambda row: row["moment"] is not None and
     row["moment"] >= datetime.datetime(2000, 3, 1, 0, 0, 30, tzinfo=UTC)),
    ("double is null", lambda row: row["double"] is None),
])
def test_spark_skips_nothing_that_it_wants(spark, tmp_path, condition, expected):
    """Spark leaves out row groups and pages by our statistics, indexes and filters."""
    data, path = table(), tmp_path / "out.parquet"
    pyquire.write(path, data, settings={"row_group_rows": "500", "page_rows": "100",
                                        "bloom_filter": "string", "statistics_bytes": "1"})
    got = [row.row for row in spark.read.parquet(str(path)).where(condition).collect()]
    assert sorted(got) == [row["row"] for row in data.to_pylist() if expected(row)]
    assert got


@pytest.mark.parametrize("conf", [
    {},
    {"spark.sql.parquet.outputTimestampType": "INT96"},
    {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS"},
    {"spark.sql.parquet.writeLegacyFormat": "true",
     "spark.sql.parquet.compression.codec": "gzip"},
    {"spark.sql.parquet.compression.codec": "zstd"},
])
def test_files_of_spark_are_read(spark, tmp_path, conf):
    data = table().drop_columns(["kind"])
    pyquire.write(tmp_path / "in.parquet", data)
    before = {name: spark.conf.get(name, None) for name in conf}
    for name, value in conf.items():
        spark.conf.set(name, value)
    try:
        frame = spark.read.parquet(str(tmp_path / "in.parquet"))
        frame.coalesce(1).write.parquet(str(tmp_path / "spark"))
        expected = rows_of_frame(spark.read.parquet(str(tmp_path / "spark")))
    finally:
        for name, value in before.items():
            if value is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, value)
    (path,) = (tmp_path / "spark").glob("*.parquet")
    got = pyquire.read(path)
    assert got.schema.names == data.schema.names
    assert maps_as_dicts(rows_of(got), data) == expected
