"""Spark and Quire take turns at run logs: one that Quire made, and one as SparkForge makes it."""

import json

import deltalake
import pytest
import spark_session
from log_samples import COLUMNS, EXECUTION, REPORT, ROW
from program import bad, good

pytestmark = pytest.mark.usefixtures("spark")

INSERT = """INSERT INTO delta.`{url}` (run_id, run_mode, execution_id, pipeline_id, schema, phase,
    step_name, duration_secs, rows_processed, valid_rows, invalid_rows, validation_rate, success,
    created_at)
    VALUES ('by-spark', 'initial', 'e', 'p', 's', 'gold', 'sum', 1.5, 10, 9, 1, 90.0, true,
            TIMESTAMP '2024-02-29 23:59:59.999999')"""


def write(table, kind, value, *options):
    return good("log", "write", table, "--kind", kind, "--json", *options,
                stdin=json.dumps(value)).json()


def test_spark_appends_to_ours(tmp_path):
    url = str(tmp_path / "runs")
    write(url, "report", REPORT, "--partition-columns", "phase", "--run-id", "r")
    session = spark_session.session()
    frame = session.read.format("delta").load(url)
    assert [(field.name, field.dataType.typeName()) for field in frame.schema.fields] == COLUMNS
    session.sql(INSERT.format(url=url))
    write(url, "execution-result", EXECUTION)
    rows = {row["run_id"]: row for row in good("table", "read", url).lines()}
    assert set(rows) == {"r", "by-spark", "run-123"}
    assert rows["by-spark"]["created_at"] == "2024-02-29T23:59:59.999999Z"
    counted = session.read.format("delta").load(url).groupBy("phase").count().collect()
    assert {row["phase"]: row["count"] for row in counted} == {"bronze": 2, "silver": 2, "gold": 1}
    assert good("log", "report", url, "--days", "0", "--json").json()["total_rows"] == 5


def test_spark_changes_ours(tmp_path):
    """What Spark changes of the table's metadata goes by the properties that Quire gave it."""
    url = str(tmp_path / "runs")
    write(url, "rows", ROW)
    session = spark_session.session()
    session.sql(f"ALTER TABLE delta.`{url}` ADD COLUMNS (team STRING)")
    session.sql(f"UPDATE delta.`{url}` SET team = 'core'")
    write(url, "rows", {**ROW, "step_name": "next"})
    assert good("log", "report", url, "--days", "0", "--json").json()["total_rows"] == 2
    frame = session.read.format("delta").load(url)
    assert {row["step_name"]: row["team"] for row in frame.collect()} == {
        ROW["step_name"]: "core", "next": None}


def test_we_append_to_sparks(tmp_path):
    """SparkForge's table has no not-null columns, and numbers of 32 bits, which stay: Spark reads
    what we write there, and writes on; reports of both are the same."""
    url = str(tmp_path / "runs")
    kinds = {"long": "INT", "double": "FLOAT", "boolean": "BOOLEAN", "string": "STRING",
             "timestamp": "TIMESTAMP"}
    columns = ", ".join(f"`{name}` {kinds[kind]}" for name, kind in COLUMNS
                        if name not in ("cpu_usage_percent", "metadata"))
    session = spark_session.session()
    session.sql(f"CREATE TABLE delta.`{url}` ({columns}) USING delta")
    session.sql(INSERT.format(url=url))
    write(url, "rows", [{**ROW, "duration_secs": 0.1}])
    write(url, "rows", [{**ROW, "duration_secs": 0.3}], "--write-mode", "merge")
    bad(1, "log", "write", url, "--kind", "rows", says="rows_processed",
        stdin=json.dumps({**ROW, "rows_processed": 2**31}))
    session.sql(INSERT.format(url=url))
    frame = session.read.format("delta").load(url)
    types = {field.name: field.dataType.typeName() for field in frame.schema.fields}
    assert types["rows_processed"] == "integer" and types["duration_secs"] == "float"
    assert types["metadata"] == "string"
    rows = frame.orderBy("run_id").collect()
    assert [row["run_id"] for row in rows] == ["by-spark", "by-spark", "test-run"]
    assert (rows[2]["rows_processed"], rows[2]["valid_rows"]) == (1000, 950)
    assert [row["run_id"] for row in deltalake.DeltaTable(url).to_pyarrow_table().sort_by(
        "run_id").to_pylist()] == ["by-spark", "by-spark", "test-run"]
    assert_report_is_sparks(url, frame)
    good("log", "optimize", url)
    assert_report_is_sparks(url, session.read.format("delta").load(url))


def assert_report_is_sparks(url, frame):
    told = good("log", "report", url, "--days", "0", "--json").json()
    total = frame.selectExpr("count(*) AS rows", "sum(rows_processed) AS processed",
                             "avg(duration_secs) AS mean").collect()[0]
    assert (told["total_rows"], told["total_rows_processed"]) == (total["rows"], total["processed"])
    assert told["average_duration_secs"] == pytest.approx(total["mean"], rel=1e-12)
