"""Run logs that Spark and Quire write in turns: reports are those that Spark computes, number by
number, of a table that Quire made and of one as SparkForge makes it."""

import json

import pytest
import spark_session
from log_samples import COLUMNS, EXECUTION, REPORT, ROW
from program import good
from test_log_report_spark import compare

pytestmark = pytest.mark.usefixtures("spark")

ROWS = """INSERT INTO delta.`{url}` (run_id, run_mode, execution_id, pipeline_id, schema, phase,
    step_name, duration_secs, rows_processed, rows_written, valid_rows, invalid_rows,
    validation_rate, success, created_at) VALUES
    ('s1', 'initial', 'e1', 'p', 's', 'gold', 'sum', 1.5, 10, 9, 9, 1, 90.0, true,
     TIMESTAMP '2024-02-29 23:59:59.999999'),
    ('s2', 'initial', 'e2', 'p', 's', 'silver', 'sum', 900.25, 7, NULL, 7, 0, 100.0, false,
     TIMESTAMP '2024-03-01 00:00:00')"""


def write(url, kind, value, *options):
    good("log", "write", url, "--kind", kind, *options, stdin=json.dumps(value))


def test_reports_of_turns(tmp_path):
    url = str(tmp_path / "ours")
    write(url, "report", REPORT)
    spark_session.session().sql(ROWS.format(url=url))
    write(url, "execution-result", EXECUTION)
    spark_session.session().sql(ROWS.format(url=url))
    compare(url, "log", days=-1)
    good("log", "optimize", url)
    compare(url, "log", days=-1)


def test_reports_of_turns_at_sparkforges_table(tmp_path):
    """All columns may be null, and numbers have 32 bits."""
    url = str(tmp_path / "theirs")
    kinds = {"long": "INT", "double": "FLOAT", "boolean": "BOOLEAN", "string": "STRING",
             "timestamp": "TIMESTAMP"}
    columns = ", ".join(f"`{name}` {kinds[kind]}" for name, kind in COLUMNS)
    spark_session.session().sql(f"CREATE TABLE delta.`{url}` ({columns}) USING delta")
    spark_session.session().sql(ROWS.format(url=url))
    write(url, "rows", [ROW, {**ROW, "step_name": "b"}], "--schema-validation-mode", "lenient")
    spark_session.session().sql(ROWS.format(url=url))
    compare(url, "log", days=-1)
