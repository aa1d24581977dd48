"""Spark with Delta Lake reads every version of the tables that Quire writes: rows, types,
partitions, histories, and checkpoints with the commits before them gone."""

import datetime
import glob
import json
import os

import delta
import pyarrow as pa
import pytest
import spark_session
from program import good
from test_delta_write import COLUMNS, SPECIAL, rows_of, sample

AT, DAY, UTC = datetime.datetime, datetime.date, datetime.timezone.utc

pytestmark = pytest.mark.usefixtures("spark")


def assert_versions(url, versions):
    """Spark and Quire give these rows at these versions."""
    for version, wanted in versions.items():
        got = spark_session.read(url, version)
        assert got.column_names == wanted.column_names
        assert rows_of(got) == rows_of(wanted), version
        assert rows_of(delta.read(url, version)) == rows_of(wanted), version


def forget(url, version):
    """Deletes the commits before a version: only its checkpoint says what they did."""
    for path in glob.glob(os.path.join(url, "_delta_log", "*.json")):
        if int(os.path.basename(path)[:20]) < version:
            os.remove(path)


def test_every_type_in_every_version(tmp_path):
    """With a checkpoint at version 2, that then stands for what was before."""
    url = str(tmp_path / "table")
    data = sample()
    delta.create(url, data.schema, name="a \"name\"", description="line\nline",
                 properties={"delta.checkpointInterval": "2", "my.own": "é"})
    for _ in range(3):
        delta.append(url, data)
    whole = {version: pa.concat_tables([data] * version) for version in (1, 2, 3)}
    assert_versions(url, {0: data.slice(0, 0), **whole})
    frame = spark_session.frame(url)
    assert {field.name: field.dataType.simpleString() for field in frame.schema} == {
        "bool": "boolean", "byte": "tinyint", "short": "smallint", "integer": "int",
        "long": "bigint", "float": "float", "double": "double", "nan": "double",
        "decimal": "decimal(38,10)", "small": "decimal(5,2)", "string": "string",
        "binary": "binary", "date": "date", "moment": "timestamp",
        "struct": "struct<a:int,b c.d:struct<e:string>>", "list": "array<bigint>",
        "map": "map<string,double>", "deep": "array<struct<m:map<int,array<date>>>>",
        "name with spaces": "string", "dots.and,commas": "int"}
    [detail] = spark_session.sql("DESCRIBE DETAIL {t}", t=url).collect()
    assert (detail.name, detail.description) == ("a \"name\"", "line\nline")
    assert detail.properties == {"delta.checkpointInterval": "2", "my.own": "é"}
    assert (detail.minReaderVersion, detail.minWriterVersion, detail.numFiles) == (1, 2, 3)
    forget(url, 2)
    assert_versions(url, {2: whole[2], 3: whole[3]})


def test_times_without_zone_where_null_is_not_allowed(tmp_path):
    url = str(tmp_path / "t")
    times = [AT(1969, 12, 31, 23, 59, 59, 999999), AT(1900, 1, 1), AT(9999, 12, 31, 23, 59, 59)]
    data = pa.table({"t": pa.array(times, pa.timestamp("us")), "n": [1, 2, 3]},
                    pa.schema([pa.field("t", pa.timestamp("us"), nullable=False),
                               pa.field("n", pa.int64())]))
    delta.create(url, data.schema)
    delta.append(url, data)
    assert_versions(url, {1: data})
    # What the schema forbids, Spark refuses too.
    with pytest.raises(Exception, match="DELTA_NOT_NULL_CONSTRAINT_VIOLATED"):
        spark_session.sql("INSERT INTO {t} VALUES (NULL, 4)", t=url)
    spark_session.sql("INSERT INTO {t} VALUES (TIMESTAMP_NTZ'2020-02-29 12:00:00.000001', 4)",
                      t=url)
    more = pa.table({"t": pa.array([AT(2020, 2, 29, 12, 0, 0, 1)], pa.timestamp("us")), "n": [4]})
    assert_versions(url, {2: pa.concat_tables([data.cast(more.schema), more])})


def test_ancient_and_far_days(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"d": [DAY(1, 1, 1), DAY(1582, 10, 4), DAY(9999, 12, 31)],
                     "m": pa.array([AT(1, 1, 1, tzinfo=UTC), AT(1582, 10, 4, 1, tzinfo=UTC),
                                    AT(9999, 12, 31, 23, 59, 59, 999999, UTC)],
                                   pa.timestamp("us", "UTC"))})
    delta.create(url, data.schema)
    delta.append(url, data)
    assert_versions(url, {1: data})


PARTED = ["bool", "byte", "short", "integer", "long", "float", "double", "nan", "decimal", "small",
          "date", "moment"]


def test_partitions_of_every_type(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": list(range(4)), **{name: sample([name])[name] for name in PARTED}})
    data = data.append_column("wall", pa.array(
        [AT(1969, 12, 31, 23, 59, 59, 999999), None, AT(1900, 1, 1), AT(2020, 1, 1, 0, 0, 0, 1)],
        pa.timestamp("us")))
    delta.create(url, data.schema, partition_by=[*PARTED, "wall"])
    delta.append(url, data)
    assert_versions(url, {1: data})
    frame = spark_session.frame(url)
    for condition, ids in (
            ("`decimal` = -0.0000000001 AND small = -999.99 AND bool", [0]),
            ("moment = TIMESTAMP'1969-12-31 23:59:59.999999Z'", [0]),
            ("wall >= TIMESTAMP_NTZ'2020-01-01 00:00:00.000001'", [3]),
            ("date > DATE'1970-01-01' AND float = 'Infinity'", [3]),
            ("nan = 'NaN' AND long < 0 AND double > 0", [0]),
            ("double = 0 AND nan IS NULL", [3]),
            ("bool IS NULL AND date IS NULL AND moment IS NULL", [1])):
        got = spark_session.rows(frame.where(condition).select("id"))["id"].to_pylist()
        assert sorted(got) == ids, condition
        assert len(frame.where(condition).inputFiles()) == len(ids), condition


def test_partitions_of_every_character(tmp_path):
    url = str(tmp_path / "t")
    texts = [*SPECIAL, "", None]
    data = pa.table({"id": list(range(len(texts))), "p x.y": pa.array(texts, pa.string())})
    delta.create(url, data.schema, partition_by=["p x.y"])
    delta.append(url, data)
    stored = pa.array([*SPECIAL, None, None], pa.string())
    assert_versions(url, {1: data.set_column(1, "p x.y", stored)})
    frame = spark_session.frame(url)
    for text in ("a b", "a/b", "%20", "日本", "a\nb"):
        found = frame.where(frame["`p x.y`"] == text)
        assert len(found.inputFiles()) == 1
        assert [row.id for row in found.select("id").collect()] == [texts.index(text)]


def test_histories(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long", "string"])
    delta.create(url, data.schema, partition_by=["string"])
    delta.append(url, data.slice(0, 3), app="w", app_version=7)
    spark_session.sql("DELETE FROM {t} WHERE long IS NULL", t=url)
    delta.append(url, data)
    found = spark_session.sql("DESCRIBE HISTORY {t}", t=url).collect()
    assert [row.version for row in found] == [3, 2, 1, 0]
    assert [row.operation for row in found] == ["WRITE", "DELETE", "WRITE", "CREATE TABLE"]
    assert [row.readVersion for row in found] == [2, 1, 0, None]
    assert [row.isBlindAppend for row in found] == [True, False, True, True]
    assert found[0].operationParameters["mode"] == "Append"
    assert json.loads(found[3].operationParameters["partitionBy"]) == ["string"]
    size = sum(os.path.getsize(path) for path in glob.glob(f"{url}/string=*/*.parquet"))
    assert found[2].operationMetrics["numOutputRows"] == "3"
    assert 0 < int(found[2].operationMetrics["numOutputBytes"]) < size
    assert found[0].engineInfo.startswith("quire/")
    # What Spark wrote, the program tells.
    told = good("table", "history", url, "--json").lines()
    assert [entry["version"] for entry in told] == [3, 2, 1, 0]


def test_every_type_is_known():
    """A type that is added to the samples is judged by Spark too."""
    flat = {name for name, (kind, _) in COLUMNS.items() if not pa.types.is_nested(kind)}
    assert flat - set(PARTED) == {"string", "binary", "name with spaces", "dots.and,commas"}
