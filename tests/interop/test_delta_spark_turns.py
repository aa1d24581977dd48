"""Quire and Spark take turns at a table, and Quire reads every version of tables that Spark
writes with the features that Delta Lake 3.2 has. What Quire does not write it refuses by name."""

import datetime
import json
import os

import delta
import delta_log
import pyarrow as pa
import pytest
import spark_session
from program import FULL, good
from pyquire import QuireError
from spark_session import sql
from test_delta_write import rows_of, sample

UTC = datetime.timezone.utc

pytestmark = pytest.mark.usefixtures("spark")


def assert_same(url, *versions):
    """Quire reads what Spark does, in these versions and the newest one. With more to do, in
    all versions."""
    newest = delta.version(url)
    for version in range(newest) if FULL else versions:
        expected, got = spark_session.read(url, version), delta.read(url, version)
        assert got.column_names == expected.column_names, version
        assert rows_of(got) == rows_of(expected), version
    expected, got = spark_session.read(url), delta.read(url)
    assert got.column_names == expected.column_names
    assert rows_of(got) == rows_of(expected)
    return newest


def append_or_refuse(url, data, says):
    """An append stands, and Spark reads its rows; or it is refused by the feature's name."""
    before, rows = delta.version(url), delta.read(url).num_rows
    try:
        result = delta.append(url, data)
    except QuireError as error:
        assert error.name == "UNSUPPORTED" and says in error.cause, error
        assert delta.version(url) == before
        return
    assert result.version == before + 1
    assert_same(url)
    assert delta.read(url).num_rows == rows + data.num_rows


# --- Turns ------------------------------------------------------------------------------------


def test_turns(tmp_path):
    """Appends of both, checkpoints of both, and what only Spark does in between."""
    url = str(tmp_path / "t")
    data = sample(["long", "double", "decimal", "string", "moment", "struct", "list", "map"])
    delta.create(url, data.schema, partition_by=["string"],
                 properties={"delta.checkpointInterval": "4"})
    expected = [data.slice(0, 0)]

    def took(version, rows):
        expected.append(rows)
        assert version == len(expected) - 1

    def with_null(table):
        texts = pa.array([text or None for text in table["string"].to_pylist()], pa.string())
        return table.set_column(table.column_names.index("string"), "string", texts)

    data = data.slice(0, 3)
    stored = with_null(data)
    took(delta.append(url, data).version, stored)
    sql("INSERT INTO {t} SELECT * FROM {t} WHERE long IS NULL", t=url)
    took(2, pa.concat_tables([expected[-1], stored.slice(1, 1)]))
    took(delta.append(url, data, app="w", app_version=1).version,
         pa.concat_tables([expected[-1], stored]))
    took(delta.append(url, data).version, pa.concat_tables([expected[-1], stored]))
    sql("OPTIMIZE {t}", t=url)
    took(5, expected[-1])
    spark_session.checkpoint(url)
    took(delta.append(url, data).version, pa.concat_tables([expected[-1], stored]))
    sql("DELETE FROM {t} WHERE long < 0", t=url)
    took(7, pa.concat_tables([row for i in range(expected[-1].num_rows)
                              if (row := expected[-1].slice(i, 1))["long"][0].as_py() is None
                              or row["long"][0].as_py() >= 0]))
    took(delta.append(url, data).version, pa.concat_tables([expected[-1], stored]))
    assert os.path.exists(f"{url}/_delta_log/{8:020}.checkpoint.parquet")
    assert delta.append(url, data, app="w", app_version=1).skipped
    # Spark knows the transaction of ours, and Quire that of Spark.
    row = spark_session.frame(url).where("long IS NOT NULL").limit(1).coalesce(1)
    writer = row.write.format("delta").mode("append").option("txnAppId", "w")
    writer.option("txnVersion", 1).save(url)
    assert delta.version(url) == 8
    writer.option("txnVersion", 5).save(url)
    assert delta.append(url, data, app="w", app_version=5).skipped
    for version, rows in enumerate(expected):
        assert rows_of(delta.read(url, version)) == rows_of(rows), version
    assert assert_same(url, 5, 7) == 9


def test_what_spark_does_to_rows(tmp_path):
    """Versions of every kind that Spark's commands make of a table of ours."""
    url = str(tmp_path / "t")
    data = pa.table({"id": list(range(20)), "p": ["ab"[i % 2] for i in range(20)],
                     "x": [i / 2 for i in range(20)]})
    delta.create(url, data.schema, partition_by=["p"])
    delta.append(url, data)
    sql("UPDATE {t} SET x = -x WHERE id % 3 = 0", t=url)
    sql("MERGE INTO {t} t USING (SELECT id + 15 AS id, 'c' AS p, 0.0D AS x FROM RANGE(10)) s "
        "ON t.id = s.id WHEN MATCHED AND s.id < 17 THEN DELETE WHEN MATCHED THEN UPDATE SET * "
        "WHEN NOT MATCHED THEN INSERT *", t=url)
    delta.append(url, data.slice(0, 2))
    sql("OPTIMIZE {t} ZORDER BY (id)", t=url)
    (spark_session.frame(url).where("p = 'a'").limit(3).write.format("delta").mode("overwrite")
     .option("replaceWhere", "p = 'a'").save(url))
    sql("RESTORE TABLE {t} TO VERSION AS OF 2", t=url)
    delta.append(url, data.slice(2, 2))
    sql("ALTER TABLE {t} ADD COLUMNS (more STRING, s STRUCT<a: INT>)", t=url)
    delta.append(url, data.slice(4, 1))
    sql("INSERT INTO {t} VALUES (99, 'd', 1.0, 'text', named_struct('a', 1))", t=url)
    delta.append(url, pa.table({"s": pa.array([{"a": 2}], pa.struct([("a", pa.int32())])),
                                "id": [100], "p": ["d"]}))
    sql("VACUUM {t}", t=url)
    sql("ALTER TABLE {t} SET TBLPROPERTIES ('delta.logRetentionDuration' = 'interval 5 days')",
        t=url)
    assert assert_same(url, 3, 6, 10) > 12
    (spark_session.frame(url).selectExpr("id", "CAST(x AS STRING) AS x").write.format("delta")
     .mode("overwrite").option("overwriteSchema", "true").save(url))
    delta.append(url, pa.table({"id": [1], "x": ["text"]}))
    assert_same(url)


# --- Features ---------------------------------------------------------------------------------


def test_deletion_vectors(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": list(range(3000)), "p": [i // 1000 for i in range(3000)]})
    delta.create(url, data.schema, partition_by=["p"])
    delta.append(url, data)
    sql("ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableDeletionVectors' = true)", t=url)
    sql("DELETE FROM {t} WHERE id % 7 = 3", t=url)
    sql("DELETE FROM {t} WHERE id < 10 OR id BETWEEN 1500 AND 1800", t=url)
    sql("UPDATE {t} SET id = -id WHERE id = 2999", t=url)
    delta.append(url, data.slice(0, 10))
    spark_session.checkpoint(url)
    delta.append(url, data.slice(10, 1))
    sql("DELETE FROM {t} WHERE id < 5", t=url)
    log = os.path.join(url, "_delta_log", f"{3:020}.json")
    assert "deletionVector" in open(log, encoding="utf-8").read()
    assert_same(url, 3, 5)
    sql("REORG TABLE {t} APPLY (PURGE)", t=url)
    assert_same(url)


@pytest.mark.parametrize("mode", ["name", "id"])
def test_column_mapping(tmp_path, mode):
    url = str(tmp_path / "t")
    sql("CREATE TABLE {t} (id BIGINT, `a b` STRING, s STRUCT<x: INT, y: ARRAY<STRUCT<z: STRING>>>, "
        f"p STRING) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = "
        f"'{mode}')", t=url)
    sql("INSERT INTO {t} VALUES (1, 'one', struct(1, array(struct('z'))), 'p q'), "
        "(2, NULL, NULL, NULL)", t=url)
    sql("ALTER TABLE {t} RENAME COLUMN `a b` TO `c,d`", t=url)
    sql("ALTER TABLE {t} RENAME COLUMN p TO q", t=url)
    sql("ALTER TABLE {t} RENAME COLUMN s.y TO w", t=url)
    sql("INSERT INTO {t} VALUES (3, 'three', struct(3, NULL), 'r')", t=url)
    sql("ALTER TABLE {t} DROP COLUMN s", t=url)
    sql("ALTER TABLE {t} ADD COLUMN s STRING", t=url)
    sql("INSERT INTO {t} (id, s, q) VALUES (4, 'four', 'r')", t=url)
    spark_session.checkpoint(url)
    sql("UPDATE {t} SET s = 'x' WHERE q = 'p q'", t=url)
    assert_same(url, 4, 6)
    append_or_refuse(url, pa.table({"id": [5], "c,d": ["five"], "q": ["p q"], "s": ["s"]}),
                     "column mapping")


def test_change_data(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": list(range(10)), "x": [str(i) for i in range(10)]})
    delta.create(url, data.schema, properties={"delta.checkpointInterval": "3"})
    sql("ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableChangeDataFeed' = true)", t=url)
    delta.append(url, data)
    sql("UPDATE {t} SET x = 'changed' WHERE id = 3", t=url)
    delta.append(url, data.slice(0, 1))
    sql("DELETE FROM {t} WHERE id > 7", t=url)
    assert_same(url)
    assert any(name.startswith("_change_data") for name in os.listdir(url))
    changes = sql(f"SELECT * FROM table_changes_by_path('{url}', 2)").collect()
    assert sorted((row._change_type, row._commit_version, row.id) for row in changes) == sorted(
        [("insert", 2, i) for i in range(10)]
        + [("update_preimage", 3, 3), ("update_postimage", 3, 3), ("insert", 4, 0)]
        + [("delete", 5, 8), ("delete", 5, 9)])


ASKED = {
    "constraint": ("id BIGINT, d DATE, t TIMESTAMP",
                   "ALTER TABLE {t} ADD CONSTRAINT positive CHECK (id > 0)", "constraint"),
    "invariant": ("id BIGINT, d DATE, t TIMESTAMP NOT NULL", "", "append"),
    "default": ("id BIGINT, d DATE DEFAULT DATE'2020-01-01', t TIMESTAMP",
                "", "allowColumnDefaults"),
    "tracking": ("id BIGINT, d DATE, t TIMESTAMP", "delta.enableRowTracking", "rowTracking"),
    "stamped": ("id BIGINT, d DATE, t TIMESTAMP", "delta.enableInCommitTimestamps-preview",
                "inCommitTimestamp"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_tables_ask_of_writers(tmp_path, name):
    url = str(tmp_path / "t")
    columns, more, says = ASKED[name]
    given = {"default": "delta.feature.allowColumnDefaults' = 'supported"}.get(name)
    if more.startswith("delta."):
        given = f"{more}' = 'true"
    sql("CREATE TABLE {t} (" + columns + ") USING delta"
        + (f" TBLPROPERTIES ('{given}')" if given else ""), t=url)
    if more.startswith("ALTER"):
        sql(more, t=url)
    sql("INSERT INTO {t} (id, t) VALUES (1, TIMESTAMP'2020-02-29 01:02:03Z'), "
        "(2, TIMESTAMP'1969-12-31 23:59:59.999999Z')", t=url)
    sql("DELETE FROM {t} WHERE id = 2", t=url)
    assert_same(url)
    at = datetime.datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    append_or_refuse(url, pa.table({"id": [7], "d": [at.date()],
                                    "t": pa.array([at], pa.timestamp("us", "UTC"))}), says)


def test_ids_of_rows(tmp_path):
    """Spark sees the ids and versions of rows that Quire copied and changed, and keeps them."""
    url = str(tmp_path / "t")
    data = pa.table({"id": range(20), "v": [float(i) for i in range(20)]})
    delta.create(url, data.schema, properties={"delta.enableRowTracking": "true"})
    for start in (0, 12):
        delta.append(url, data.slice(start, 12))
    delta.delete(url, "id % 5 = 1")
    delta.update(url, {"v": "-v"}, "id IN (3, 13)")
    good("table", "optimize", url, "--zorder", "v")
    wanted = [(i, i, 4 if i in (3, 13) else 1 if i < 12 else 2) for i in range(20) if i % 5 != 1]
    query = ("SELECT id, _metadata.row_id, _metadata.row_commit_version FROM {t} ORDER BY id")
    assert [tuple(row) for row in sql(query, t=url).collect()] == wanted
    sql("UPDATE {t} SET v = 0 WHERE id = 4", t=url)
    delta.delete(url, "id = 5")
    wanted = [(i, row, 6 if i == 4 else version) for i, row, version in wanted if i != 5]
    assert [tuple(row) for row in sql(query, t=url).collect()] == wanted
    delta.append(url, data.slice(1, 1))
    sql("OPTIMIZE {t}", t=url)
    assert [tuple(row) for row in sql(query, t=url).collect()][0] == wanted[0]
    assert [tuple(row) for row in sql(query, t=url).collect()][2:] == wanted[1:]
    assert_same(url)


@pytest.mark.parametrize("properties", [
    {}, {"delta.columnMapping.mode": "id"},
    {"delta.enableDeletionVectors": "true", "delta.columnMapping.mode": "name"}])
def test_ids_of_merged_rows(tmp_path, properties):
    """Spark sees the ids that rows took over in a merge, and keeps them in its own."""
    url = str(tmp_path / "t")
    data = pa.table({"id": range(20), "v": [float(i) for i in range(20)]})
    delta.create(url, data.schema, properties={"delta.enableRowTracking": "true"} | properties)
    delta.append(url, data)
    query = ("SELECT id, _metadata.row_id, _metadata.row_commit_version FROM {t} ORDER BY id")
    delta.merge(url, pa.table({"id": [3, 17, 25], "v": [0.5, 1.5, 2.5]}), ["id"])
    wanted = [(i, i, 2 if i in (3, 17) else 1) for i in range(20)]
    *found, (key, fresh, version) = [tuple(row) for row in sql(query, t=url).collect()]
    assert found == wanted and (key, version) == (25, 2) and fresh >= 20
    sql("MERGE INTO {t} t USING (SELECT 4L AS id, 9.0D AS v) s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET *", t=url)
    delta.merge(url, pa.table({"id": [5], "v": [0.0]}), ["id"])
    delta.update(url, {"v": "-v"}, "id = 6")
    wanted = [(i, i, {4: 3, 5: 4, 6: 5}.get(i, version)) for i, _, version in wanted]
    assert [tuple(row) for row in sql(query, t=url).collect()] == wanted + [(25, fresh, 2)]
    assert_same(url)


def test_generated_columns(tmp_path):
    """Made by hand, since Spark makes such tables only by an interface of its own."""
    made = delta_log.Table(tmp_path / "t", [
        delta_log.field("id", "long"), delta_log.field("t", "timestamp"),
        delta_log.field("d", "date", {"delta.generationExpression": "CAST(t AS DATE)"})], reader=2)
    url = str(made.folder)
    sql("INSERT INTO {t} (id, t) VALUES (1, TIMESTAMP'2020-02-29 01:02:03Z')", t=url)
    assert delta.read(url)["d"].to_pylist() == [datetime.date(2020, 2, 29)]
    at = datetime.datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    append_or_refuse(url, pa.table({"id": [7], "d": [at.date()],
                                    "t": pa.array([at], pa.timestamp("us", "UTC"))}),
                     "generationExpression")


@pytest.mark.parametrize("properties, says", [({}, "writer version 6"),
                                              ({"delta.enableRowTracking": "true"},
                                               "identityColumns")])
def test_identity_columns(tmp_path, properties, says):
    """Spark reads them. This Delta Lake gives no values itself, and so refuses to write."""
    url = str(tmp_path / "t")
    schema = pa.schema([("id", pa.int64()), ("v", pa.string())])
    delta.create(url, schema, identities=[("id", 100, -10, False)], properties=properties)
    delta.append(url, pa.table({"v": ["a", "b"]}))
    delta.merge(url, pa.table({"v": ["b", "c"]}), ["v"])
    found = sorted(map(tuple, sql("SELECT id, v FROM {t}", t=url).collect()))
    assert found == [(80, "c"), (90, "b"), (100, "a")]
    with pytest.raises(Exception, match=says):
        sql("INSERT INTO {t} (v) VALUES ('d')", t=url)
    assert_same(url)


def test_checkpoints_of_version_2(tmp_path):
    url = str(tmp_path / "t")
    sql("CREATE TABLE {t} (id BIGINT, p INT) USING delta PARTITIONED BY (p) TBLPROPERTIES ("
        "'delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2')", t=url)
    for i in range(3):
        sql(f"INSERT INTO {{t}} VALUES ({i}, {i % 2})", t=url)
    names = os.listdir(os.path.join(url, "_delta_log"))
    assert any(".checkpoint." in name and len(name) > 60 for name in names), names
    append_or_refuse(url, pa.table({"id": [7], "p": pa.array([1], pa.int32())}), "v2Checkpoint")
    sql("DELETE FROM {t} WHERE id = 0", t=url)
    assert_same(url)


def test_widened_types(tmp_path):
    url = str(tmp_path / "t")
    sql("CREATE TABLE {t} (a TINYINT, b SMALLINT, c SMALLINT, p SMALLINT) USING delta "
        "PARTITIONED BY (p) TBLPROPERTIES ('delta.enableTypeWidening' = 'true')", t=url)
    sql("INSERT INTO {t} VALUES (-128, 32767, 1, 5)", t=url)
    for column, kind in (("a", "SMALLINT"), ("b", "INT"), ("a", "INT"), ("p", "INT")):
        sql(f"ALTER TABLE {{t}} CHANGE COLUMN {column} TYPE {kind}", t=url)
        sql("INSERT INTO {t} VALUES (127, 1, 2, 6)", t=url)
    sql("INSERT INTO {t} VALUES (2000000000, -2000000000, 3, 2000000000)", t=url)
    assert_same(url)
    append_or_refuse(url, pa.table({"a": [1], "b": [2], "c": [3], "p": [4]}), "typeWidening")


def test_clustered(tmp_path):
    url = str(tmp_path / "t")
    sql("CREATE TABLE {t} (id BIGINT, x STRING) USING delta CLUSTER BY (x)", t=url)
    for _ in range(2):
        sql("INSERT INTO {t} SELECT id, CAST(id % 5 AS STRING) FROM RANGE(20)", t=url)
    append_or_refuse(url, pa.table({"id": [7], "x": ["x"]}), "clustering")
    spark_session.checkpoint(url)
    sql("OPTIMIZE {t}", t=url)
    append_or_refuse(url, pa.table({"id": [8], "x": ["y"]}), "clustering")
    assert_same(url)
    [detail] = sql("DESCRIBE DETAIL {t}", t=url).collect()
    assert detail.clusteringColumns == ["x"]


def test_variants_are_refused_by_name(tmp_path):
    """A feature that is named in the protocol and not known; Spark would not read it either."""
    url = str(tmp_path / "t")
    sql("CREATE TABLE {t} (id BIGINT) USING delta TBLPROPERTIES ('delta.minReaderVersion' = '3', "
        "'delta.minWriterVersion' = '7')", t=url)
    path = os.path.join(url, "_delta_log", f"{1:020}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"protocol": {"minReaderVersion": 3, "minWriterVersion": 7,
                                "readerFeatures": ["newThing"], "writerFeatures": ["newThing"]}},
                  file)
    with pytest.raises(QuireError, match="newThing"):
        delta.read(url)
    with pytest.raises(Exception, match="newThing"):
        spark_session.read(url)


def test_changes_under_mapping(tmp_path):
    """A column that Spark renames goes on; one that is dropped is not the one that comes later."""
    url = str(tmp_path / "t")
    delta.create(url, pa.schema([("id", pa.int64()), ("a", pa.string()), ("b", pa.string())]),
                 properties={"delta.columnMapping.mode": "name",
                             "delta.enableChangeDataFeed": "true"})
    delta.append(url, pa.table({"id": [1], "a": ["a1"], "b": ["b1"]}))
    sql("ALTER TABLE {t} RENAME COLUMN a TO c", t=url)
    sql("ALTER TABLE {t} DROP COLUMN b", t=url)
    sql("ALTER TABLE {t} ADD COLUMN (b STRING)", t=url)
    delta.append(url, pa.table({"id": [2], "c": ["a2"], "b": ["b2"]}))
    delta.overwrite(url, pa.table({"id": [3], "c": ["a3"], "b": ["b3"]}), overwrite_schema=True)
    sql("ALTER TABLE {t} RENAME COLUMN c TO d", t=url)
    told = [(row["_change_type"], row["id"], row["d"], row["b"])
            for row in delta.changes(url, 0).to_pylist()]
    assert sorted(told[-3:-1]) == [("delete", 1, "a1", None), ("delete", 2, "a2", "b2")]
    assert told[:2] + told[-1:] == [("insert", 1, "a1", None), ("insert", 2, "a2", "b2"),
                                    ("insert", 3, "a3", "b3")]
