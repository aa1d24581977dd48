"""log write: what becomes rows of a run log, what is refused, and what every option changes."""

import json
import random
import re
import struct
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from urllib.parse import unquote

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from log_samples import COLUMNS, EXECUTION, NULLABLE, REPORT, ROW
from program import bad, good, names, run, start


@pytest.fixture
def table(tmp_path):
    return tmp_path / "analytics" / "pipeline_logs"


def write(table, value, *options, code=0, kind="rows", **more):
    text = value if isinstance(value, str) else json.dumps(value)
    done = run("log", "write", table, "--kind", kind, "--json", *options, stdin=text, **more)
    assert done.code == code, done.err
    return done.json() if done.out else None


def refuse(table, value, *words, kind="rows", options=(), code=1):
    text = value if isinstance(value, str) else json.dumps(value)
    bad(code, "log", "write", table, "--kind", kind, *options, stdin=text, says=words)
    assert not (table / "_delta_log").exists()


def rows_of(table, *columns):
    rows = good("table", "read", table).lines()
    rows.sort(key=lambda row: (row["run_id"], row["phase"], row["step_name"]))
    return [{name: row[name] for name in columns} for row in rows] if columns else rows


def versions(table):
    return len(list((table / "_delta_log").glob("*.json")))


# --- Rows --------------------------------------------------------------------------------------

def test_shortest_row(table):
    done = write(table, [ROW])
    assert done["success"] and done["rows_written"] == 1 and done["version"] == 0
    assert done["run_id"] == "test-run" and done["table_fqn"] == "analytics.pipeline_logs"
    assert done["quality_results"]["quality_passed"] and done["anomaly_results"] is None
    row, = rows_of(table)
    assert (row["valid_rows"], row["invalid_rows"], row["success"]) == (950, 50, True)
    assert row["pipeline_id"] == "unknown" and row["run_mode"] == "initial"
    assert row["execution_id"][14] == "7" and row["schema"] == "default"
    assert row["created_at"] and row["start_time"] is None


def test_columns_as_others_read_them(table):
    write(table, [ROW])
    schema = json.loads(deltalake.DeltaTable(table).schema().to_json())
    assert [(field["name"], field["type"]) for field in schema["fields"]] == COLUMNS
    assert {field["name"] for field in schema["fields"] if field["nullable"]} == NULLABLE
    read = deltalake.DeltaTable(table).to_pyarrow_table()
    assert read.schema.field("created_at").type == pa.timestamp("us", tz="UTC")
    assert read["run_id"].to_pylist() == ["test-run"]


def test_whole_row_comes_back(table):
    row = {"run_id": "run-123", "run_mode": "full_refresh",
           "run_started_at": "2024-01-01T00:00:00+02:00", "run_ended_at": "2024-01-01T01:00:00Z",
           "execution_id": "exec-456", "pipeline_id": "pipeline-789", "schema": "analytics",
           "phase": "gold", "step_name": "sum", "step_type": "t",
           "start_time": "2023-12-31T23:59:59.999999Z", "end_time": "2024-01-01T00:00:00Z",
           "duration_secs": 10.25, "table_fqn": "analytics.source", "write_mode": "overwrite",
           "input_rows": 1100, "output_rows": 1050, "rows_written": 950, "rows_processed": 1000,
           "table_total_rows": 10**15, "valid_rows": 990, "invalid_rows": 10,
           "validation_rate": 99.0, "success": False, "error_message": "é\n\"x\"",
           "memory_usage_mb": 12.5, "cpu_usage_percent": 230.0, "metadata": {"a": [1, None]},
           "created_at": "2024-01-02T00:00:00Z"}
    write(table, row)
    back, = rows_of(table)
    times = {"run_started_at": "2023-12-31T22:00:00.000000Z",
             "run_ended_at": "2024-01-01T01:00:00.000000Z",
             "start_time": "2023-12-31T23:59:59.999999Z",
             "end_time": "2024-01-01T00:00:00.000000Z", "created_at": "2024-01-02T00:00:00.000000Z"}
    assert {**back, "metadata": json.loads(back["metadata"])} == {**row, **times}


def test_forms_of_input(table, tmp_path):
    (tmp_path / "a.json").write_text("\ufeff" + json.dumps([ROW, ROW]))
    (tmp_path / "b.jsonl").write_text("\n".join(json.dumps(ROW) for _ in range(3)) + "\n")
    good("convert", tmp_path / "b.jsonl", tmp_path / "b.jsonl.gz")
    done = good("log", "write", table, "--kind", "rows", tmp_path / "a.json", tmp_path / "b.jsonl",
                tmp_path / "b.jsonl.gz", "--json").lines()
    assert [one["rows_written"] for one in done] == [2, 3, 3]
    assert [one["version"] for one in done] == [0, 1, 2]
    assert write(table, ROW)["rows_written"] == 1
    assert write(table, [])["rows_written"] == 0 and versions(table) == 4
    assert write(table, "")["version"] == 3
    assert "version 4, 1 row" in good("log", "write", table, "--kind", "rows",
                                      stdin=json.dumps(ROW)).err


@pytest.mark.parametrize("rows, rate, valid", [
    (1000, 95.0, 950), (3, 50.0, 2), (1, 50.0, 0), (5, 50.0, 2), (7, 50.0, 4), (0, 12.3, 0),
    (3, 33.33, 1), (10**15, 100.0, 10**15), (123457, 91.37, round(123457 * 91.37 / 100)),
    (1000, 64.35, 644), (10**4, 1e-06, 0), (10**17, 1e-15, 1), (5, 1e-300, 0),
    (2**63 - 1, 100.0, 2**63 - 1), (2**63 - 1, 99.99999999999999, 9223372036854774885),
    (2**62 + 2, 50.0, 2**61 + 1)])
def test_valid_rows_of_a_rate(table, rows, rate, valid):
    write(table, {**ROW, "rows_processed": rows, "validation_rate": rate})
    row, = rows_of(table, "rows_processed", "valid_rows", "invalid_rows", "validation_rate")
    assert row == {"rows_processed": rows, "valid_rows": valid, "invalid_rows": rows - valid,
                   "validation_rate": rate}


def test_halves_are_those_of_decimals(table):
    """A rate is the number that it is written as, not the nearest that a processor has."""
    draw, rows = random.Random(64), []
    for number in range(3000):
        count, rate = draw.randrange(1, 10**5), draw.randrange(0, 10001) / 100
        rows.append({**ROW, "step_name": f"s{number:05}", "rows_processed": count,
                     "validation_rate": rate})
    write(table, rows)
    for row in rows_of(table):
        exact = Decimal(row["rows_processed"]) * Decimal(str(row["validation_rate"])) / 100
        assert row["valid_rows"] == exact.to_integral_value(ROUND_HALF_EVEN)
        assert row["valid_rows"] + row["invalid_rows"] == row["rows_processed"]


def test_counts_follow_from_each_other(table):
    short = {"run_id": "r", "phase": "gold"}
    write(table, [
        {**short, "step_name": "a", "valid_rows": 3, "invalid_rows": 1},
        {**short, "step_name": "b", "rows_processed": 10, "valid_rows": 4},
        {**short, "step_name": "c", "rows_processed": 10, "invalid_rows": 4},
        {**short, "step_name": "d", "input_rows": 8, "validation_rate": 25},
        {**short, "step_name": "e", "rows_written": 6},
        {**short, "step_name": "f"}])
    found = rows_of(table, "rows_processed", "valid_rows", "invalid_rows", "validation_rate")
    assert [tuple(row.values()) for row in found] == [
        (4, 3, 1, 75.0), (10, 4, 6, 40.0), (10, 6, 4, 60.0), (8, 2, 6, 25.0), (6, 6, 0, 100.0),
        (0, 0, 0, 100.0)]


@pytest.mark.parametrize("change, words", [
    ({"run_id": ""}, ["row 2", "run_id", "empty"]),
    ({"execution_id": ""}, ["row 2", "execution_id", "empty"]),
    ({"pipeline_id": ""}, ["pipeline_id", "empty"]),
    ({"step_name": ""}, ["step_name", "empty"]),
    ({"step_name": None}, ["step_name", "missing"]),
    ({"phase": "platinum"}, ["/1/phase", "platinum", "bronze, silver, gold or pipeline"]),
    ({"run_mode": "daily"}, ["run_mode", "initial, incremental, full_refresh or validation_only"]),
    ({"validation_rate": 100.01}, ["row 2", "/1/validation_rate", "100.01", "0 to 100"]),
    ({"validation_rate": -0.01}, ["validation_rate", "0 to 100"]),
    ({"rows_processed": -1}, ["rows_processed", "-1", "negative"]),
    ({"duration_secs": -1.5}, ["duration_secs", "negative"]),
    ({"rows_processed": "1000"}, ["/1/rows_processed", "a number is wanted", "a text"]),
    ({"rows_processed": 1.5}, ["rows_processed", "whole number"]),
    ({"rows_processed": 10**20}, ["rows_processed", "64 bits"]),
    ({"success": 1}, ["success", "true or false"]),
    ({"step_name": 5}, ["step_name", "a text is wanted", "a number"]),
    ({"step_name": "a\0b"}, ["step_name", "zero byte"]),
    ({"start_time": "2024-01-01T00:00:00"}, ["start_time", "without a zone"]),
    ({"start_time": "2024-02-30T00:00:00Z"}, ["start_time", "no time"]),
    ({"start_time": "2024-02-03"}, ["start_time", "no time"]),
    ({"start_time": 1700000000}, ["start_time", "RFC 3339"]),
    ({"start_time": "2024-01-01T00:00Z"}, ["/1/start_time", "seconds"]),
    ({"start_time": "2024-01-01T00:00:00+0100"}, ["start_time", "+01:00"]),
    ({"start_time": "2024-01-01T00:00:00.Z"}, ["start_time", "digits"]),
    ({"start_time": "2024-01-01T24:00:00Z"}, ["start_time", "no such day, hour"]),
    ({"start_time": "2016-12-30T23:59:60Z"}, ["start_time", "second 60"]),
    ({"start_time": "2024-01-01T00:00:01Z", "end_time": "2024-01-01T00:00:00Z"},
     ["end_time", "before the start"]),
    ({"run_started_at": "2024-01-01T00:00:01Z", "run_ended_at": "2024-01-01T02:00:00+02:00"},
     ["run_ended_at", "before the start"]),
    ({"valid_rows": 900, "invalid_rows": 99}, ["row 2", "rows_processed", "1000", "900", "99"]),
    ({"valid_rows": 1001}, ["valid_rows", "more than"]),
    ({"rows_processed": None, "valid_rows": 3, "validation_rate": 0}, ["validation_rate", "3 are"]),
    ({"rows_processed": None, "valid_rows": 2**62, "validation_rate": 1}, ["64 bits count"]),
    ({"rows_processed": 1e300}, ["rows_processed", "whole number"]),
    ({"valid_rows": 2**63 - 1, "invalid_rows": 1}, ["valid_rows", "too many"]),
])
def test_rows_that_cannot_be(table, change, words):
    refuse(table, [ROW, {**ROW, **change}, ROW], *words)


def test_what_is_no_input(table):
    refuse(table, "[1]", "/0", "an object is wanted", "a number")
    refuse(table, '"x"', "an object is wanted")
    refuse(table, '[{"run_id": "a", "run_id": "b"}]', "run_id", "twice")
    refuse(table, json.dumps(ROW) + '{"run_id"', "byte", "not JSON")
    refuse(table, '[{"phase": tru}]', "not JSON")
    refuse(table, "[" + json.dumps(ROW), "not JSON")
    refuse(table, json.dumps([ROW]) + "]", "not JSON")
    bad(3, "log", "write", table, "--kind", "rows", "/nothing/here.json", says="here.json")
    bad(2, "log", "write", table, "--kind", "row", says=["row", "rows", "step-results"])


# --- Models ------------------------------------------------------------------------------------

def test_step_results(table):
    context = {key: EXECUTION["context"][key] for key in ("run_id", "execution_id", "pipeline_id")}
    write(table, EXECUTION["step_results"], "--context", json.dumps({**context, "cluster": "c1"}),
          kind="step-results")
    bronze, silver = rows_of(table)
    assert (bronze["run_id"], bronze["execution_id"]) == ("run-123", "exec-456")
    assert bronze["rows_written"] == 950 and bronze["step_type"] == "extraction"
    assert silver["success"] is False and silver["error_message"] == "no column"
    assert json.loads(silver["metadata"]) == {"run": {"cluster": "c1"}}
    done = write(table, EXECUTION["step_results"], "--run-id", "other", kind="step-results")
    assert done["run_id"] == "other"
    assert {row["run_id"] for row in rows_of(table)} == {"run-123", "other"}


def test_execution_result(table):
    done = write(table, EXECUTION, kind="execution-result")
    assert done["rows_written"] == 2 and done["run_id"] == "run-123"
    bronze, silver = rows_of(table)
    assert bronze["run_started_at"] == "2024-01-01T12:00:00.000000Z"
    assert bronze["schema"] == "analytics" and silver["phase"] == "silver"
    assert json.loads(bronze["metadata"])["run"]["metrics"]["failed_steps"] == 1


def test_execution_without_steps_has_a_row(table):
    write(table, {**EXECUTION, "step_results": []}, kind="execution-result")
    fine = [{**EXECUTION["step_results"][0]}]
    write(table, {**EXECUTION, "step_results": fine, "context": {"run_id": "s"}},
          kind="execution-result")
    first, load, pipeline = rows_of(table, "phase", "step_name", "success", "duration_secs")
    assert first == {"phase": "pipeline", "step_name": "pipeline", "success": False,
                     "duration_secs": 60.0}
    assert load["phase"] == "bronze" and load["success"] and not pipeline["success"]


def test_report(table):
    done = write(table, REPORT, "--run-id", "r1", "--pipeline-id", "p1", kind="report")
    assert done["rows_written"] == 2
    users, clean = rows_of(table)
    assert (users["start_time"], users["duration_secs"]) == ("2024-02-29T22:59:00.000000Z", 30.0)
    assert (users["rows_processed"], users["valid_rows"], users["invalid_rows"]) == (100, 95, 5)
    assert users["input_rows"] is None and users["run_mode"] == "incremental"
    assert users["pipeline_id"] == "p1" and users["run_ended_at"] == "2024-03-01T00:01:00.000000Z"
    assert clean["duration_secs"] == 10.0 and clean["table_fqn"] == "silver.clean"
    assert (clean["rows_processed"], clean["valid_rows"], clean["rows_written"]) == (100, 96, 94)
    assert clean["write_mode"] == "append" and clean["output_rows"] == 95
    assert json.loads(clean["metadata"]) == {
        "write": {"by": "x", "start_at": "2024-03-01T00:00:09.000000Z",
                  "end_at": "2024-03-01T00:00:11.000000Z"}, "owner": "me"}


def test_report_in_any_order(table):
    keys = ["gold", "silver", "status", "bronze", "run"]
    write(table, {key: REPORT.get(key, "ok") for key in keys}, kind="report")
    users, clean = rows_of(table)
    assert users["run_mode"] == clean["run_mode"] == "incremental"
    assert json.loads(users["metadata"]) == {"run": {"status": "ok"}}


def test_what_is_no_phase_is_kept(table):
    kept = {"metadata": {"team": "x", "host": {"os": "y"}}, "labels": [{"a": {}}], "tags": {},
            "cost": None, "version": "3"}
    write(table, {**kept, "bronze": {"a": {}}}, kind="report")
    row, = rows_of(table)
    assert json.loads(row["metadata"]) == {"run": kept}


def test_short_reports(table):
    write(table, {"bronze": {"a": {}, "b": None, "c": {"validation": None}}}, kind="report")
    rows = rows_of(table)
    assert [row["step_name"] for row in rows] == ["a", "b", "c"]
    assert all(row["start_time"] is None and row["rows_processed"] == 0 for row in rows)
    assert write(table, {}, kind="report")["rows_written"] == 0


@pytest.mark.parametrize("report, words", [
    ([1], ["an object is wanted"]),
    ({"silver": [1]}, ["/silver", "an object is wanted", "a list"]),
    ({"silver": {"x": 5}}, ["/silver/x", "an object is wanted"]),
    ({"silver": {"a/b~": {"write": {"rows_written": "9"}}}},
     ["/silver/a~1b~0/write/rows_written", "a number is wanted"]),
    ({"gold": {"x": {"transform": {"start_at": "2024-01-02T00:00:00Z",
                                   "end_at": "2024-01-01T00:00:00Z"}}}},
     ["/gold/x/transform/end_at", "before the start"]),
    ({"bronze": {"x": {"validation": {"validation_rate": 101}}}},
     ["/bronze/x/validation/validation_rate", "101"]),
    ({"bronze": {"": {}}}, ["/bronze/", "without a name"]),
    ({"platinum": {"x": {"validation": {}}}}, ["/platinum", "bronze, silver and gold"]),
    ({"platinum": {"a": {}}}, ["/platinum", "no such phase"]),
    ({"platinum": {}}, ["/platinum", "no such phase"]),
    ({"silvr": {"a": None}}, ["/silvr", "no such phase"]),
    ({"run": {}, "Bronze": {"a": {"success": True}}}, ["/Bronze", "no such phase"]),
    ({"bronze": {"a": {}}, "platinum": {"b": {}}}, ["/platinum", "no such phase"]),
    ({"bronze": {"a": {}}, "platinum": {"b": {}, "c": None}}, ["/platinum", "no such phase"]),
    ({"run": {"mode": "sometimes"}}, ["/run/mode", "sometimes", "full_refresh"]),
    ({"run": {"started_at": "2024-01-01T00:00:00"}}, ["/run/started_at", "without a zone"]),
    ({"run": 5}, ["/run", "an object is wanted"]),
])
def test_reports_that_cannot_be(table, report, words):
    refuse(table, report, *words, kind="report")


# --- Batches -----------------------------------------------------------------------------------

def executions(count, **change):
    return [{**EXECUTION, "context": {"pipeline_id": f"p{i}"}, **change} for i in range(count)]


def test_batch_of_executions(table):
    done = write(table, executions(5), "--run-id", "batch-processing-run", "--batch-size", "2",
                 kind="execution-result")
    assert done["success"] and done["total_executions"] == done["successful_writes"] == 5
    assert done["failed_writes"] == 0 and done["rows_written"] == 10 and done["commits"] == 3
    assert done["batch_duration_secs"] >= 0 and versions(table) == 3
    assert {row["run_id"] for row in rows_of(table)} == {
        f"batch-processing-run_batch_{i}" for i in range(5)}
    assert len({row["execution_id"] for row in rows_of(table)}) == 5


def test_batch_with_a_bad_execution(table):
    items = executions(4)
    items[2] = {**items[2], "step_results": [{"step_name": "x", "phase": "brass"}]}
    done = write(table, items, "--run-id", "b", kind="execution-result", code=1)
    assert not done["success"] and (done["successful_writes"], done["failed_writes"]) == (3, 1)
    failure, = done["failures"]
    assert failure["index"] == 2 and failure["run_id"] == "b_batch_2"
    assert "/2/step_results/0/phase" in failure["reason"] and "brass" in failure["reason"]
    assert len(rows_of(table)) == 6
    told = bad(1, "log", "write", table, "--kind", "execution-result", stdin=json.dumps(items))
    assert "number 3" in told.err and "6 rows" in told.err
    before = versions(table)
    bad(1, "log", "write", table, "--kind", "execution-result", "--fail-fast",
        stdin=json.dumps(items), says="brass")
    assert versions(table) == before


def test_batch_whose_text_breaks_off(table):
    text = "".join(json.dumps(one) for one in executions(2)) + '{"context": '
    done = write(table, text, kind="execution-result", code=1)
    assert (done["successful_writes"], done["failed_writes"]) == (2, 1)
    assert "not JSON" in done["failures"][0]["reason"] and len(rows_of(table)) == 4


@pytest.mark.parametrize("kind", ["execution-result", "report"])
@pytest.mark.parametrize("broken, count", [
    ('{"context":{"run_id":"rx"},', 1), ('{"bronze":{"a":{"success"', 1), ('{"context":{"run_i', 1),
    ('{"context":"a\\', 1), ("oops, no JSON", 1), ("5", 1), ('"a"', 1), ('{"run": tru}', 1),
    ("{\n{\noops", 3), ('{\n  "a": 1,\n  "b": {', 1), ('{"step_results":[', 1), ("}", 1)])
def test_reading_goes_on_behind_a_broken_line(table, kind, broken, count):
    good_one = json.dumps(EXECUTION if kind == "execution-result" else REPORT)
    text = f"{good_one}\n{broken}\n{good_one}\n\n{broken}\n{good_one}\n"
    done = write(table, text, kind=kind, code=1)
    assert (done["successful_writes"], done["failed_writes"]) == (3, 2 * count), done["failures"]
    assert done["total_executions"] == 3 + 2 * count and len(rows_of(table)) == 6
    indices = [failure["index"] for failure in done["failures"]]
    assert indices == [*range(1, 1 + count), *range(2 + count, 2 + 2 * count)]
    assert all(failure["reason"] for failure in done["failures"])
    before = versions(table)
    bad(1, "log", "write", table, "--kind", kind, "--fail-fast", stdin=text, says="row 2")
    assert versions(table) == before


def test_items_of_a_list_that_are_none(table):
    done = write(table, [EXECUTION, 1, "x", EXECUTION], kind="execution-result", code=1)
    assert (done["successful_writes"], done["failed_writes"]) == (2, 2)
    reasons = [failure["reason"] for failure in done["failures"]]
    assert "/1" in reasons[0] and "/2" in reasons[1]


def test_many_broken_lines(table):
    done = write(table, "{\n" * 5000, kind="report", code=1)
    assert done["failed_writes"] == 5000


def batch(count, bad_ones=()):
    """Executions of one step each, by lines; those of bad_ones cannot be written."""
    return "".join(json.dumps({"context": {"run_id": f"r{number}"}, "step_results": [
        {**EXECUTION["step_results"][0], "phase": "brass" if number in bad_ones else "gold"}]})
        + "\n" for number in range(count))


def test_batch_whose_commits_fail(table):
    """Told by operation, path and cause, once for all that failed alike; the status is its own."""
    text = batch(10, bad_ones=(3, 7))
    for options in ([], ["--batch-size", "2"], ["--performance-min-success-rate", "0"]):
        told = bad(3, "log", "write", "/proc/none", "--kind", "execution-result", "--run-id", "b",
                   *options, stdin=text, says=["number 4 (b_batch_3)", "number 8 (b_batch_7)",
                   "numbers 1 to 10, 8 in all (b_batch_0 to b_batch_9)", "/proc/none"])
        assert "performance" not in told.err and told.err.count("\n") <= 6, told.err
    done = write(Path("/proc/none"), text, kind="execution-result", code=3)
    assert (done["success"], done["failed_writes"], done["rows_written"]) == (False, 10, 0)
    assert done["code"] != "LIMIT" and done["metrics"]["failed_writes"] == 10
    assert {failure["code"] for failure in done["failures"]} == {"INPUT", done["code"]}
    assert "/proc/none" in done["failures"][2]["path"] and done["failures"][2]["operation"]
    write(table, [ROW])
    told = bad(2, "log", "write", table, "--kind", "execution-result", "--batch-size", "2",
               "--partition-columns", "phase", stdin=batch(10), says="numbers 1 to 10, 10 in all")
    assert told.err.count("partition") <= 4 and versions(table) == 1
    bad(2, "log", "write", table, "--kind", "execution-result", "--log-level", "info",
        "--partition-columns", "phase", stdin=batch(10), says="count=10")


def test_an_execution_that_the_table_refuses(table):
    """By a constraint of its own, that is: the others are written."""
    write(table, [ROW])
    good("table", "constraint", "add", table, "short", "duration_secs < 100")
    items = [{"context": {"run_id": f"r{number:02}"}, "step_results": [
        {"phase": "gold", "step_name": "s", "duration_secs": 101 if number in (0, 7, 19) else 1}]}
        for number in range(20)]
    done = write(table, items, kind="execution-result", code=1)
    assert [one["index"] for one in done["failures"]] == [0, 7, 19] and "code" not in done
    assert all("duration_secs < 100" in one["reason"] for one in done["failures"])
    assert (done["successful_writes"], done["rows_written"]) == (17, 17)
    assert [row["run_id"] for row in rows_of(table) if row["run_id"] != "test-run"] == [
        f"r{number:02}" for number in range(20) if number not in (0, 7, 19)]
    before = versions(table)
    write(table, items, "--fail-fast", kind="execution-result", code=1)
    assert versions(table) == before


def test_a_step_that_two_executions_have_is_not_merged(table):
    """It cannot be told which of them is to stay: the second one fails, as rows of one call do."""
    items = [{"context": {"run_id": f"r{number % 5}"}, "step_results": [
        {"phase": "gold", "step_name": "s", "rows_processed": number}]} for number in range(6)]
    done = write(table, items, "--mode", "merge", kind="execution-result", code=1)
    assert done["successful_writes"] == 5 and [one["index"] for one in done["failures"]] == [5]
    assert [row["rows_processed"] for row in rows_of(table)] == [0, 1, 2, 3, 4]


def test_metrics_of_a_batch(table):
    done = write(table, batch(3, bad_ones=range(3)), kind="execution-result", code=1)
    assert done["metrics"]["failed_writes"] == 3 and not done["quality_results"]["quality_passed"]
    done = write(table, batch(10, bad_ones=(3, 7)), kind="execution-result", code=1)
    metrics = done["metrics"]
    assert (metrics["total_writes"], metrics["successful_writes"], metrics["failed_writes"],
            metrics["success_rate_percent"]) == (10, 8, 2, 80)
    assert "code" not in done and done["quality_results"]["validation_rate"] == 80


def test_inputs_behind_one_that_took_too_much(table, tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(json.dumps(ROW))
    bad(1, "log", "write", table, tmp_path / "a", tmp_path / "b", tmp_path / "c", "--kind", "rows",
        "--performance-max-memory-mb", "0.5", says="performance-max-memory-mb")
    assert len(rows_of(table)) == 3


def test_line_of_a_failure_can_be_taken_apart(table):
    items = executions(2)
    items[1]["step_results"] = [{"step_name": "x", "phase": "br\\a\nss" + "ü" * 100}]
    items[1]["context"] = {"run_id": "a b"}
    told = bad(1, "log", "write", table, "--kind", "execution-result", "--run-id", 'the "run"',
               "--log-level", "info", stdin=json.dumps(items))
    line, = (line for line in told.err.splitlines() if "log failure: " in line)
    pairs, rest = {}, line.partition("log failure: ")[2]
    while rest:
        name, _, rest = rest.partition("=")
        end = len(rest.split(" ")[0])
        value = rest[:end]
        if rest.startswith('"'):
            value, end = json.JSONDecoder().raw_decode(rest)
        pairs[name], rest = value, rest[end:].strip()
    assert list(pairs) == ["number", "run_id", "code", "cause"]
    assert (pairs["number"], pairs["run_id"], pairs["code"]) == ("2", 'the "run"_batch_1', "INPUT")
    assert pairs["cause"].startswith('/1/step_results/0/phase: "br\\a\nss')
    assert "number 2" not in told.err


def test_a_failure_is_told_once(table):
    items = executions(2)
    items[1]["step_results"] = [{"step_name": "x", "phase": "brass"}]
    for options in ([], ["--json"], ["--log-level", "info"]):
        told = bad(1, "log", "write", table, "--kind", "execution-result", *options,
                   stdin=json.dumps(items))
        assert told.err.count("brass") == 1


def test_single_write_that_failed(table):
    done = write(table, {**EXECUTION, "step_results": [{"step_name": "x", "phase": "brass"}]},
                 kind="execution-result", code=1)
    assert not done["success"] and done["code"] == "INPUT" and "brass" in done["reason"]
    assert "code" not in write(table, [ROW]) and "reason" not in write(table, [ROW])
    done = write(table, [ROW], "--partition-columns", "phase", code=2)
    assert done["code"] == "USAGE" and "partition-columns" in done["reason"]
    for one in (done, write(table, executions(2) + [{"context": 5}], "--fail-fast",
                            kind="execution-result", code=1)):
        metrics = one["metrics"]
        assert (metrics["total_writes"], metrics["successful_writes"],
                metrics["failed_writes"]) == (1, 0, 1)


# --- Modes -------------------------------------------------------------------------------------

def test_overwrite_is_one_commit(table):
    write(table, [ROW])
    done = write(table, executions(5), "--write-mode", "overwrite", "--batch-size", "2",
                 kind="execution-result")
    assert done["commits"] == 1 and versions(table) == 2 and len(rows_of(table)) == 10
    assert deltalake.DeltaTable(table).to_pyarrow_table().num_rows == 10
    write(table, [], "--write-mode", "overwrite", code=1)
    assert len(rows_of(table)) == 10


def test_ignore(table):
    assert write(table, [ROW], "--write-mode", "ignore")["rows_written"] == 1
    done = write(table, [ROW], "--write-mode", "ignore")
    assert done["success"] and done["rows_written"] == 0 and versions(table) == 1


def test_merge(table):
    done = write(table, REPORT, "--run-id", "r", "--write-mode", "merge", kind="report")
    assert done["version"] == 0 and done["rows_written"] == 2 and versions(table) == 1
    assert properties(table)["delta.autoOptimize.autoCompact"] == "true"
    again = json.loads(json.dumps(REPORT))
    again["silver"]["clean"]["write"]["rows_written"] = 7
    again["silver"]["more"] = {}
    write(table, again, "--run-id", "r", "--write-mode", "merge", kind="report")
    assert [row["rows_written"] for row in rows_of(table)] == [None, 7, None]
    write(table, REPORT, "--run-id", "r", "--mode", "merge", kind="report")
    assert [row["rows_written"] for row in rows_of(table)] == [None, 94, None]
    bad(2, "log", "write", table, "--mode", "replace", says=["mode", "replace", "append"])
    for place in (table, table.parent / "other"):
        bad(1, "log", "write", place, "--kind", "rows", "--write-mode", "merge",
            stdin=json.dumps([ROW, ROW]), says="same key")
    assert not (table.parent / "other" / "_delta_log").exists()


# --- Configuration -----------------------------------------------------------------------------

def properties(table):
    return good("log", "info", table, "--json").json()["properties"]


def files(table):
    """All that were ever added, in the order of their commits."""
    lines = [json.loads(line) for commit in sorted((table / "_delta_log").glob("*.json"))
             for line in commit.read_text().splitlines()]
    return [table / unquote(line["add"]["path"]) for line in lines if "add" in line]


def codec(path):
    return pq.ParquetFile(path).metadata.row_group(0).column(0).compression


def test_default_properties(table):
    write(table, [ROW])
    found = properties(table)
    assert found["delta.parquet.compression.codec"] == "snappy"
    assert found["delta.targetFileSize"] == str(128 << 20)
    assert found["delta.autoOptimize.autoCompact"] == "true"
    assert "error_message" not in found["delta.dataSkippingStatsColumns"]
    assert codec(files(table)[0]) == "SNAPPY"


@pytest.mark.parametrize("name, parquet", [("zstd", "ZSTD"), ("gzip", "GZIP"), ("lz4", "LZ4"),
                                           ("none", "UNCOMPRESSED"), ("snappy", "SNAPPY")])
def test_compression(table, name, parquet):
    write(table, [ROW], "--compression", name)
    write(table, [ROW])
    assert [codec(path) for path in files(table)] == [parquet] * 2
    assert deltalake.DeltaTable(table).to_pyarrow_table().num_rows == 2


def test_table_options(table):
    write(table, [ROW, {**ROW, "phase": "gold"}], "--no-enable-optimization",
          "--no-auto-optimize-schema", "--max-file-size-mb", "7", "--partition-columns",
          "phase, run_mode")
    found = good("log", "info", table, "--json").json()
    assert found["partition_columns"] == ["phase", "run_mode"]
    assert found["properties"] == {"delta.parquet.compression.codec": "snappy",
                                   "delta.targetFileSize": str(7 << 20)}
    assert (table / "phase=gold" / "run_mode=initial").is_dir()
    write(table, [ROW], "--partition-columns", "phase,run_mode")
    bad(2, "log", "write", table, "--kind", "rows", "--partition-columns", "phase",
        stdin=json.dumps(ROW), says=["partition-columns", "'phase'", "phase,run_mode"])
    bad(2, "log", "write", table.parent / "other", "--kind", "rows", "--partition-columns", "x",
        stdin=json.dumps(ROW), says=["partition-columns", "'x'", "no column"])


def test_a_column_to_partition_by_twice(table):
    for given in ("phase,phase", "phase, run_mode , phase", "run_mode,phase,phase "):
        refuse(table, ROW, "partition-columns", "phase is there twice", code=2,
               options=("--partition-columns", given))
    assert not table.exists()


def test_no_table_is_called_like_a_log(tmp_path):
    for given in (("--table-schema", "an", "--table-name", "_delta_log"),
                  ("--table-schema", "_delta_log", "--table-name", "a"),
                  ("--table-schema", "a", "--table-name", "b",
                   "--table-name-pattern", "a.{pipeline_id}", "--pipeline-id", "_delta_log")):
        bad(2, "log", "write", tmp_path, "--kind", "rows", *given, stdin=json.dumps(ROW),
            says="_delta_log")
    assert names(tmp_path) == []


def test_half_a_pair_of_escapes(table):
    refuse(table, '{"phase":"gold","step_name":"a\\ud800"}', "half of a pair")


def test_partition_count(table):
    write(table, [ROW] * 100, "--partition-count", "4", "--batch-size", "7")
    assert sorted(pq.ParquetFile(path).metadata.num_rows for path in files(table)) == [25] * 4
    write(table, [ROW] * 10, "--partition-count", "3", "--write-mode", "overwrite")
    assert len(deltalake.DeltaTable(table).file_uris()) == 3


def test_files_stay_below_their_size(table):
    noise = random.Random(5)
    rows = [{**ROW, "error_message": "%0x" % noise.getrandbits(16000)} for _ in range(800)]
    write(table, rows, "--max-file-size-mb", "1", "--compression", "none", "--batch-size", "10")
    sizes = [path.stat().st_size for path in files(table)]
    assert len(sizes) >= 3 and max(sizes) <= 1 << 20
    assert deltalake.DeltaTable(table).to_pyarrow_table().num_rows == 800


def test_threads_and_memory(table):
    told = good("log", "write", table, "--kind", "rows", "--parallel-write-threads", "1",
                "--memory-fraction", "0.000001", "--json", stdin=json.dumps([ROW] * 5000)).json()
    assert told["rows_written"] == 5000
    bad(1, "log", "write", table, "--kind", "rows", "--write-mode", "merge", "--memory", "1MB",
        stdin=json.dumps([{**ROW, "step_name": "s%d" % i} for i in range(30000)]), says="memory")


def test_batch_size_is_what_is_taken_at_once(table):
    """A file of the table ends no earlier than a batch of rows."""
    rows = json.dumps([{**ROW, "error_message": "x" * 2000}] * 3000)
    counts = []
    for batch in ("100", "3000"):
        place = table.parent / batch
        good("log", "write", place, "--kind", "rows", "--batch-size", batch, "--max-file-size-mb",
             "1", "--compression", "none", stdin=rows)
        counts.append(len(files(place)))
    assert counts[0] > 1 and counts[1] == 1


def test_names_of_tables(tmp_path):
    config = ["--table-schema", "analytics", "--table-name", "base_logs"]
    done = write(tmp_path, [ROW], *config)
    assert done["table_fqn"] == "analytics.base_logs"
    assert (tmp_path / "analytics" / "base_logs" / "_delta_log").is_dir()
    row = {**ROW, "pipeline_id": "../my/pipe line", "run_mode": "incremental"}
    done = write(tmp_path, [row], *config, "--table-name-pattern", "{schema}.{pipeline_id}_{date}",
                 "--table-suffix-pattern", "_{run_mode}")
    assert done["table_fqn"].startswith("analytics.___my_pipe_line_2")
    assert done["table_fqn"].endswith("_incremental")
    done = write(tmp_path, executions(3), *config, "--table-name-pattern",
                 "{table_name}_{pipeline_id}", kind="execution-result")
    assert done["commits"] == 3
    assert {path.name for path in (tmp_path / "analytics").iterdir()} >= {
        "base_logs_p0", "base_logs_p1", "base_logs_p2"}
    bad(1, "log", "write", tmp_path, "--kind", "rows", *config, "--table-name-pattern",
        "{pipeline_id}", stdin=json.dumps([row, {**row, "pipeline_id": "b"}]),
        says=["/1", "pipeline b"])
    done = write(tmp_path, REPORT, *config, "--table-name-pattern", "{pipeline_id}_{run_mode}",
                 "--pipeline-id", "p", kind="report")
    assert done["table_fqn"] == "analytics.p_incremental"
    for wrong, word in (("{schema}.{x}", "such field"), ("a/b", "characters"), ("{schema", "'}'"),
                        ("..", "SCHEMA.NAME")):
        bad(2, "log", "write", tmp_path, *config, "--table-name-pattern", wrong,
            says=["table-name-pattern", word])
    bad(2, "log", "write", tmp_path, "--table-schema", "a", says=["table-name: it is missing"])
    bad(2, "log", "show", tmp_path, "--table-name", "a", says=["table-schema: it is missing"])
    bad(2, "log", "write", tmp_path, "--table-schema", "", "--table-name", "x",
        says=["table-schema", "empty"])
    for command in ("write", "show", "report", "maintain"):
        bad(2, "log", command, tmp_path, "--table-suffix-pattern", "_x",
            says="table-schema and table-name: they are missing")
        bad(2, "log", command, tmp_path, "--table-name-pattern", "{schema}.x",
            says="table-schema: it is missing")
        bad(2, "log", command, tmp_path, "--table-name-pattern", "x", "--table-name", "y",
            says="table-schema: it is missing")


def test_a_pattern_that_says_the_whole_name(tmp_path):
    """Needs neither table-schema nor table-name, in whatever command."""
    pattern = ("--table-name-pattern", "s.p1")
    done = write(tmp_path, ROW, *pattern)
    assert done["table_fqn"] == "s.p1" and (tmp_path / "s" / "p1" / "_delta_log").is_dir()
    for command in ("show", "report", "info", "maintain"):
        good("log", command, tmp_path, *pattern)
    write(tmp_path, ROW, "--table-name-pattern", "s.{pipeline_id}", "--pipeline-id", "p1")
    assert good("log", "info", tmp_path, *pattern, "--json").json()["row_count"] == 2
    write(tmp_path, ROW, "--table-name-pattern", "x{pipeline_id}", "--table-schema", "s")
    assert (tmp_path / "s" / "xunknown").is_dir()


@pytest.mark.parametrize("pipeline, name", [
    ("订单", "订单"), ("支付", "支付"), ("größe", "größe"), ("заказы", "заказы"), ("طلبات", "طلبات"),
    ("คำสั่ง", "คำสั่ง"), ("注文２", "注文２"), ("😀", "😀"), ("naı̈ve", "naı̈ve"),
    ("eu/orders", "eu_orders"), ("a b.c\\d:e", "a_b_c_d_e"), ("a\u202eb", "a_b"), ("a\u00a0b", "a_b"),
    ("a\u200db", "a_b"), ("a\u3000b", "a_b"), ("a\ue000b", "a_b"), ("a\ufeffb", "a_b"),
    ("a\u0085b", "a_b"), ("a\U000f0000b", "a_b"), ("a\ufffeb", "a_b"), ("..", "__"),
    ("x" * 120, "x" * 100), ("单" * 40, "单" * 33), ("单" * 33 + "/x", "单" * 33 + "_")])
def test_letters_of_every_script_stay_in_names(tmp_path, pipeline, name):
    done = write(tmp_path, ROW, "--table-name-pattern", "s.{pipeline_id}",
                 "--pipeline-id", pipeline)
    assert done["table_fqn"] == f"s.{name}"
    assert [path.name for path in (tmp_path / "s").iterdir()] == [name]
    assert rows_of(tmp_path / "s" / name, "pipeline_id") == [{"pipeline_id": pipeline}]
    good("log", "show", tmp_path, "--table-name-pattern", f"s.{name}")


def test_pipelines_of_other_scripts_have_tables_of_their_own(tmp_path):
    for pipeline in ("订单", "支付"):
        write(tmp_path, {**ROW, "pipeline_id": pipeline}, "--table-name-pattern",
              "s.{pipeline_id}", "--write-mode", "overwrite")
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"订单", "支付"}


@pytest.mark.parametrize("name, value, allowed", [
    ("write-mode", "replace", "append"), ("batch-size", "0", "1"), ("batch-size", "x", "integer"),
    ("max-file-size-mb", "0", "1"), ("parallel-write-threads", "0", "1"),
    ("memory-fraction", "0", "share"), ("memory-fraction", "1.5", "share"),
    ("compression", "rar", "snappy, zstd, gzip, lz4, none"),
    ("min-validation-rate", "101", "0 to 100"), ("max-invalid-rows-percent", "-1", "0 to 100"),
    ("schema-validation-mode", "loose", "strict"), ("max-retries", "-1", "0"),
    ("retry-delay-secs", "-1", "0 to 86400"), ("retry-exponential-backoff", "maybe", "on"),
    ("fail-fast", "perhaps", "on"), ("partition-count", "-2", "0"),
    ("quality-action", "cry", "warn"), ("performance-min-success-rate", "200", "0 to 100")])
def test_wrong_values(table, name, value, allowed):
    said = bad(2, "log", "write", table, f"--{name}={value}", says=[name, value, allowed])
    assert said.code == 2
    variable = "QUIRE_LOG_" + name.upper().replace("-", "_")
    bad(2, "log", "write", table, env={variable: value}, says=[name, value, allowed])


@pytest.mark.parametrize("name, value, allowed", [
    ("run-mode", "full", "initial, incremental, full_refresh, validation_only"),
    ("run-mode", "", "initial"), ("pipeline-id", "", "empty"), ("execution-id", "", "empty"),
    ("run-id", "", "empty"), ("pipeline-id", b"p\xff", "UTF-8")])
def test_wrong_values_beside_rows(table, name, value, allowed):
    """They would stand in rows, and are checked as their fields are, for whatever is written."""
    option = f"--{name}=".encode() + value if isinstance(value, bytes) else f"--{name}={value}"
    for kind, text in (("rows", ROW), ("step-results", EXECUTION["step_results"]),
                       ("execution-result", EXECUTION), ("report", REPORT)):
        bad(2, "log", "write", table, "--kind", kind, option, stdin=json.dumps(text),
            says=[name, allowed])
    assert not table.exists()


@pytest.mark.parametrize("value", ["zstd:99", "gzip:x", "snappy:3", "lz4:99"])
def test_wrong_levels_make_no_folder(table, value):
    bad(2, "log", "write", table, "--kind", "rows", "--compression", value, stdin=json.dumps(ROW),
        says=["compression", f"'{value}'", "level"])
    assert not table.exists()


def test_sources_of_options(table, tmp_path):
    yaml = tmp_path / "log.yaml"
    yaml.write_text("# for run logs\ncompression: zstd\npartition_columns: [phase, run_mode]\n"
                    "max_file_size_mb: 9\nenable_optimization: false\nthreads: 1\n")
    write(table, [ROW], "--config", yaml, env={"QUIRE_LOG_COMPRESSION": "gzip"})
    found = good("log", "info", table, "--json").json()
    assert found["partition_columns"] == ["phase", "run_mode"]
    assert found["properties"]["delta.targetFileSize"] == str(9 << 20)
    assert "delta.autoOptimize.autoCompact" not in found["properties"]
    assert codec(files(table)[0]) == "GZIP"
    write(table, [ROW], "--config", yaml, "--compression", "none",
          env={"QUIRE_LOG_COMPRESSION": "gzip"})
    assert codec(files(table)[-1]) == "UNCOMPRESSED"
    other = tmp_path / "log.json"
    other.write_text(json.dumps({"compression": "zstd", "partition-columns": None}))
    write(table.parent / "b", [ROW], "--config", other)
    assert codec(files(table.parent / "b")[0]) == "ZSTD"
    plain = tmp_path / "log.conf"
    plain.write_text("compression = zstd\n")
    write(table.parent / "c", [ROW], "--config", plain)
    assert codec(files(table.parent / "c")[0]) == "ZSTD"
    yaml.write_text("compression: zstd\nbatch_sizes: 5\n")
    bad(2, "log", "write", table, "--config", yaml, says=["line 2", "batch_sizes", "batch-size"])
    yaml.write_text("a: {b: {c: 1}}\n")
    bad(2, "log", "write", table, "--config", yaml, says="nested")
    yaml.write_text("- a\n")
    bad(2, "log", "write", table, "--config", yaml, says="mapping")
    bad(2, "log", "write", table, "--config", tmp_path / "none.yaml", says="none.yaml")


# --- Schemas -----------------------------------------------------------------------------------

def sparkforge(table):
    """A table as SparkForge makes it: 32-bit numbers, and without the newest columns."""
    text = ", ".join(
        f"{name} " + {"string": "string", "timestamp": "timestamp(us, UTC)", "double": "float32",
                      "long": "int32", "boolean": "bool"}[kind]
        for name, kind in COLUMNS if name not in ("created_at", "cpu_usage_percent"))
    good("table", "create", table, "--schema", text)


def test_other_tables(table):
    """Strict refuses a table that lacks columns and is not to get them; lenient leaves them out."""
    sparkforge(table)
    strict = ["--no-enable-schema-evolution"]
    before = versions(table)
    bad(1, "log", "write", table, "--kind", "rows", *strict, stdin=json.dumps(ROW),
        says=["lacks", "created_at", "enable-schema-evolution"])
    assert versions(table) == before
    row = {**ROW, "duration_secs": 0.1, "cpu_usage_percent": 5.0,
           "end_time": "2026-01-01T00:00:00Z"}
    write(table, [row], *strict, "--schema-validation-mode", "lenient")
    assert "created_at" not in deltalake.DeltaTable(table).to_pyarrow_table().column_names
    write(table, [row], "--schema-validation-mode", "lenient")
    assert "created_at" in deltalake.DeltaTable(table).to_pyarrow_table().column_names
    write(table, [{**row, "step_name": "new"}], "--write-mode", "merge")
    assert len(rows_of(table)) == 3


def test_columns_of_other_types(table):
    """Strict refuses the table; lenient leaves out what does not fit, if it may be null."""
    text = "metadata map<string,string>, run_mode int64 not null, run_id string, phase string, " \
           "step_name string, duration_secs float64, created_at timestamp(us, UTC)"
    good("table", "create", table, "--schema", text.replace(" not null", ""))
    bad(1, "log", "write", table, "--kind", "rows", stdin=json.dumps(ROW),
        says=["other types", "run_mode", "metadata", "lenient"])
    write(table, [ROW], "--schema-validation-mode", "lenient")
    row, = rows_of(table)
    assert row["metadata"] is None and row["run_mode"] is None and row["rows_processed"] == 1000
    write(table, [ROW], "--schema-validation-mode", "lenient", "--write-mode", "merge")
    assert len(rows_of(table)) == 1
    good("table", "create", table.parent / "b", "--schema", text)
    bad(1, "log", "write", table.parent / "b", "--kind", "rows", "--schema-validation-mode",
        "lenient", stdin=json.dumps(ROW), says=["run_mode", "not null"])


@pytest.mark.parametrize("mode", ["append", "overwrite", "merge"])
@pytest.mark.parametrize("given", [[], ["--schema-validation-mode", "lenient"],
                                   ["--max-file-size-mb", "1"]])
def test_narrow_numbers_stay(table, mode, given):
    """A table keeps its types, so that its own readers can read it, and it is one commit."""
    sparkforge(table)
    before = versions(table)
    row = {**ROW, "duration_secs": 0.1, "rows_processed": 2**31 - 1, "validation_rate": 100}
    assert write(table, [row], "--write-mode", mode, *given)["version"] == 1
    assert versions(table) == before + 1
    read = deltalake.DeltaTable(table)
    assert read.protocol().reader_features is None
    rows = read.to_pyarrow_table()
    assert rows.schema.field("duration_secs").type == pa.float32()
    assert rows.schema.field("rows_processed").type == pa.int32()
    assert rows.schema.field("created_at").type == pa.timestamp("us", "UTC")
    assert rows["duration_secs"].to_pylist() == [struct.unpack("f", struct.pack("f", 0.1))[0]]
    assert rows["rows_processed"].to_pylist() == rows["valid_rows"].to_pylist() == [2**31 - 1]


@pytest.mark.parametrize("change, words", [
    ({"rows_processed": 2**31}, ["/1/rows_processed", "int32", "2147483648"]),
    ({"rows_written": 2**40}, ["/1/rows_written", "int32", str(2**40)]),
    ({"memory_usage_mb": 1e39}, ["/1/memory_usage_mb", "float32", "1e+39"])])
def test_numbers_that_do_not_fit(table, tmp_path, change, words):
    sparkforge(table)
    rows = [ROW, {**ROW, **change}]
    for mode in ("append", "overwrite", "merge"):
        bad(1, "log", "write", table, "--kind", "rows", "--write-mode", mode,
            "--schema-validation-mode", "lenient", stdin=json.dumps(rows),
            says=[*words, "row 2", "--widen-types", "deltalake"])
    assert versions(table) == 1
    rejects = tmp_path / "rejects.jsonl"
    done = write(table, rows, "--quality-action", "reject", "--quality-rejects", rejects)
    assert done["rows_written"] == 1 and done["quality_results"]["invalid_rows"] == 1
    assert words[0] in json.loads(rejects.read_text())["reason"]


def test_execution_that_does_not_fit_fails_alone(table):
    sparkforge(table)
    items = executions(3)
    items[1] = {**items[1], "step_results": [{**EXECUTION["step_results"][0],
                                              "rows_processed": 2**31}]}
    done = write(table, items, kind="execution-result", code=1)
    assert (done["successful_writes"], done["failed_writes"]) == (2, 1)
    assert "/1/step_results/0/rows_processed" in done["failures"][0]["reason"]


def test_widening_is_asked_for(table):
    """And told, as it shuts readers out; a table that has the feature is widened without."""
    sparkforge(table)
    row = {**ROW, "rows_processed": 2**31}
    write(table, [ROW])
    told = good("log", "write", table, "--kind", "rows", "--widen-types", stdin=json.dumps(row))
    assert "warning: log widen: " in told.err and "deltalake" in told.err
    with pytest.raises(deltalake.exceptions.DeltaProtocolError, match="typeWidening"):
        deltalake.DeltaTable(table).to_pyarrow_table()
    told = good("log", "write", table, "--kind", "rows", "--widen-types", stdin=json.dumps(row))
    assert "widen" not in told.err
    assert [row["rows_processed"] for row in rows_of(table)] == [1000, 2**31, 2**31]
    other = table.parent / "other"
    sparkforge(other)
    good("table", "property", "set", other, "delta.enableTypeWidening=true")
    told = good("log", "write", other, "--kind", "rows", stdin=json.dumps(row))
    assert "widen" not in told.err and rows_of(other)[0]["rows_processed"] == 2**31


def test_merge_thins_out(table):
    """What was appended twice is there once when it is merged, and nothing else is touched."""
    rows = [ROW, {**ROW, "step_name": "other"}]
    for _ in range(3):
        write(table, rows)
    write(table, [{**ROW, "rows_processed": 7}], "--write-mode", "merge")
    found = [(row["step_name"], row["rows_processed"]) for row in rows_of(table)]
    assert sorted(found) == [(ROW["step_name"], 7), *[("other", 1000)] * 3]
    assert versions(table) == 4


def test_a_value_that_is_too_long_is_of_its_row(tmp_path):
    long = json.dumps({**ROW, "error_message": "x" * (17 << 20)})
    row = json.dumps(ROW)
    for text, number in ((long, 1), (f"{row}\n{long}", 2), (f"[{row},{long}]", 2)):
        bad(1, "log", "write", tmp_path / "t", "--kind", "rows", stdin=text,
            says=[f"row {number}, byte", "16777216"])


READING = ("show", "info", "history", "metrics", "report", "trends", "check", "anomalies", "export")
MODES = ("append", "overwrite", "merge", "ignore")


@pytest.mark.parametrize("columns, lacks", [
    ("order_id int64, amount float64, created_at timestamp(us, UTC)",
     "columns run_id, phase, step_name, duration_secs"),
    ("a int64", "columns run_id, phase, step_name, duration_secs, created_at"),
    ("run_id string, phase string, step_name string, duration_secs float64", "column created_at"),
    ("run_id string, phase string, step_name string, start_time timestamp(us, UTC)",
     "column duration_secs")])
def test_tables_that_are_no_run_logs(table, columns, lacks):
    """What reading commands refuse, writes refuse with the same words, and leave as it is."""
    good("table", "create", table, "--schema", columns)
    says = f"the table is no run log: it lacks the {lacks}"
    for command in READING:
        bad(1, "log", command, table, says=says)
    for mode in MODES:
        bad(1, "log", "write", table, "--kind", "rows", "--write-mode", mode,
            stdin=json.dumps(ROW), says=says)
    lenient = ("log", "write", table, "--kind", "rows", "--schema-validation-mode", "lenient")
    assert versions(table) == 1
    if "run_id" in columns:
        good(*lenient, stdin=json.dumps(ROW))
        assert len(rows_of(table)) == 1
    else:
        bad(1, *lenient, stdin=json.dumps(ROW),
            says="it lacks the columns run_id, phase, step_name;")
        assert versions(table) == 1


@pytest.mark.parametrize("name, other", [("run_id", "Run_ID"), ("phase", "PHASE"),
                                         ("success", "Success"), ("created_at", "Created_at")])
def test_names_of_another_case(table, name, other):
    """A name that differs by case alone is told, by those who read and by those who write."""
    kinds = {"duration_secs": "float64", "success": "bool", "created_at": "timestamp(us, UTC)"}
    names = ["run_id", "phase", "step_name", "duration_secs", "success", "created_at"]
    good("table", "create", table, "--schema", ", ".join(
        f"{other if name == column else column} {kinds.get(column, 'string')}" for column in names))
    says = f"the table is no run log: its column {other} would be called {name}"
    for command in READING:
        bad(1, "log", command, table, says=says)
    assert says in run("log", "maintain", table, "--validate-schema",
                       "--json").json()["schema_issues"]
    for mode in MODES:
        for given in ([], ["--schema-validation-mode", "lenient"]):
            bad(1, "log", "write", table, "--kind", "rows", "--write-mode", mode, *given,
                stdin=json.dumps(ROW), says=says)
    assert versions(table) == 1


def test_maintaining_an_older_log(table):
    """What only newer logs have is told, and no fault."""
    good("table", "create", table, "--schema", "run_id string, phase string, step_name string, "
         "duration_secs float32, success bool, start_time timestamp(us, UTC)")
    good("log", "report", table)
    told = good("log", "maintain", table, "--json").json()
    assert told["maintained"] and told["schema_valid"] and told["schema_issues"] == []
    has = {"run_id", "phase", "step_name", "duration_secs", "success", "start_time"}
    assert told["missing_columns"] == [name for name, _ in COLUMNS if name not in has]
    write(table, ROW)
    assert good("log", "maintain", table, "--json").json()["missing_columns"] == []


def test_columns_of_another_kind(table):
    good("table", "create", table, "--schema", "run_id int64, phase string, step_name string, "
         "duration_secs float64, created_at timestamp(us, UTC)")
    bad(1, "log", "write", table, "--kind", "rows", stdin=json.dumps(ROW),
        says=["other types", "run_id"])


# --- Quality -----------------------------------------------------------------------------------

RULES = "rules:\n  - check: duration_secs < 60\n    on_fail: {}\n"


def test_rules_of_ones_own(table, tmp_path):
    slow = {**ROW, "duration_secs": 61}
    (tmp_path / "warn.yaml").write_text(RULES.format("warn"))
    (tmp_path / "fail.yaml").write_text(RULES.format("fail"))
    done = write(table, [ROW] * 9 + [slow], "--quality-rules", tmp_path / "warn.yaml")
    found = done["quality_results"]
    assert done["rows_written"] == 10 and not found["quality_passed"]
    assert (found["valid_rows"], found["invalid_rows"], found["total_rows"]) == (9, 1, 10)
    loose = write(table, [ROW] * 9 + [slow], "--quality-rules", tmp_path / "warn.yaml",
                  "--min-validation-rate", "90", "--max-invalid-rows-percent", "10")
    assert loose["quality_results"]["quality_passed"]
    before = versions(table)
    bad(1, "log", "write", table, "--kind", "rows", "--quality-rules", tmp_path / "fail.yaml",
        stdin=json.dumps([ROW, slow]), says="duration_secs < 60")
    bad(1, "log", "write", table, "--kind", "rows", "--quality-rules", tmp_path / "warn.yaml",
        "--quality-action", "fail", stdin=json.dumps([ROW, slow]), says=["50.00 %", "nothing"])
    assert versions(table) == before
    off = write(table, [slow], "--quality-rules", tmp_path / "warn.yaml",
                "--no-log-data-quality-results")
    assert off["quality_results"] is None and off["rows_written"] == 1


def test_rows_set_apart(table, tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES.format("reject"))
    slow, wrong = {**ROW, "duration_secs": 61}, {**ROW, "phase": "brass"}
    rejects = tmp_path / "rejects.jsonl"
    done = write(table, [ROW, slow, wrong, ROW], "--quality-rules", tmp_path / "rules.yaml",
                 "--quality-action", "reject", "--quality-rejects", rejects)
    assert done["rows_written"] == 2 and done["quality_results"]["total_rows"] == 4
    first, second = sorted((json.loads(line) for line in rejects.read_text().splitlines()),
                           key=lambda one: one["row"])
    assert "duration_secs < 60" in first["reason"] or "duration_secs < 60" in second["reason"]
    assert any("brass" in one["reason"] and one["row"] == 3 for one in (first, second))
    assert len(rows_of(table)) == 2
    bad(2, "log", "write", table, "--quality-action", "reject", says="quality-rejects")


def test_anomalies(table):
    rows = [{**ROW, "step_name": f"s{i}", "duration_secs": 1.0} for i in range(9)]
    rows.append({**ROW, "step_name": "slow", "duration_secs": 100.0, "validation_rate": 50.0})
    assert write(table, rows)["anomaly_results"] is None
    found = write(table, rows, "--enable-anomaly-detection")["anomaly_results"]
    assert found["anomalies_detected"] and found["anomaly_count"] == 2
    assert {one["row_index"] for one in found["anomalies"]} == {9}
    fewer = write(table, rows, "--enable-anomaly-detection", "--min-validation-rate", "50")
    assert fewer["anomaly_results"]["anomaly_count"] == 1


def test_ceilings(table):
    done = bad(1, "log", "write", table, "--kind", "rows", "--performance-max-memory-mb", "0.5",
               "--json", stdin=json.dumps(ROW),
               says=["performance", "performance-max-memory-mb", "1 row is in the table"])
    assert done.json()["success"] and len(rows_of(table)) == 1
    good("log", "write", table, "--kind", "rows", "--performance-max-memory-mb", "0",
         stdin=json.dumps(ROW))
    bad(1, "log", "write", table, "--kind", "rows", "--performance-max-secs", "0.000001",
        stdin=json.dumps(ROW), says="performance-max-secs")


def test_log_lines(table):
    said = good("log", "write", table, "--kind", "rows", "--log-level", "info",
                stdin=json.dumps(ROW)).err
    assert "log write: table=analytics.pipeline_logs version=0 rows=1" in said
    assert "log quality: passed=true" in said
    told = good("log", "write", table, "--kind", "rows", "--progress", "json",
                stdin=json.dumps(ROW)).err
    assert "write run log" in told


@pytest.mark.parametrize("kind", ["report", "execution-result"])
def test_rows_are_no_reports(tmp_path, kind):
    """They would be reports without steps, of which nothing is kept."""
    path = tmp_path / "row.jsonl"
    path.write_text('{"run_id":"r","phase":"gold","step_name":"s"}\n')
    bad(1, "log", "write", tmp_path / "t", path, "--kind", kind, says=["/step_name", "kind rows"])
    assert not (tmp_path / "t").exists()


def test_the_row_that_is_cut_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"phase":"gold","step_name":"s"}\n{"phase":"gold"')
    bad(1, "log", "write", tmp_path / "t", path, "--kind", "rows", says="row 2, byte 48")


def test_overwriting_with_nothing_is_refused(tmp_path):
    """An upstream command that failed, or reports without steps, do not empty a log."""
    table, rows = tmp_path / "t", tmp_path / "rows.jsonl"
    rows.write_text('{"run_id":"r","phase":"gold","step_name":"s"}\n')
    good("log", "write", table, rows, "--kind", "rows")
    empty = [(kind, text) for kind in ("rows", "step-results", "execution-result", "report")
             for text in (b"", b"[]", b"\n\n")]
    for kind, text in (*empty, ("report", b'{"run":{"mode":"initial"}}')):
        bad(1, "log", "write", table, "--kind", kind, "--mode", "overwrite", stdin=text,
            says="there are no rows")
        assert deltalake.DeltaTable(str(table)).version() == 0
    for mode in ("overwrite", "ignore"):
        bad(2, "log", "write", table, rows, rows, "--kind", "rows", "--mode", mode,
            says="each input is a commit")


def test_limits_of_a_rules_file(table, tmp_path):
    """They hold, as they do for check and validate, unless options say others."""
    rows = [{**ROW, "step_name": f"s{number}", "rows_processed": 1 if number == 4 else 9}
            for number in range(10)]
    for limit, options, code in [(80, [], 0), (99, [], 1), (90, ["--min-validation-rate", "91"], 1),
                                 (99, ["--min-validation-rate", "90",
                                       "--max-invalid-rows-percent", "10"], 0)]:
        rules = tmp_path / "rules.json"
        rules.write_text(json.dumps({"min_validation_rate": limit,
                                     "rules": [{"check": "rows_processed > 1", "on_fail": "warn"}]}))
        done = write(table, rows, "--quality-rules", rules, *options)
        assert done["quality_results"]["quality_passed"] == (code == 0)
        write(table, rows, "--quality-rules", rules, *options, "--quality-action", "fail",
              code=code)


def test_history_of_a_table_without_a_time(table):
    """There is none, and the column is added as it is without asking for anomalies."""
    deltalake.write_deltalake(table, pa.table({
        "run_id": ["r"], "phase": ["gold"], "step_name": ["s"], "duration_secs": [1.0]}))
    done = write(table, ROW, "--enable-anomaly-detection", "--anomaly-history-days", "5",
                 "--schema-validation-mode", "lenient")
    assert done["rows_written"] == 1 and done["anomaly_results"]["anomaly_count"] == 0
    assert write(table, ROW, "--enable-anomaly-detection", "--anomaly-history-days", "5")


@pytest.mark.parametrize("given", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
                                   "0000-12-31T23:59:59Z"])
def test_years_that_no_reader_has(table, given):
    refuse(table, {**ROW, "created_at": given}, "/created_at", "1 to 9999")


def test_first_and_last_time(table):
    write(table, [{**ROW, "created_at": "0001-01-01T00:00:00Z"},
                  {**ROW, "created_at": "9999-12-31T23:59:59.9999999Z"}])
    read = deltalake.DeltaTable(table).to_pyarrow_table()["created_at"].to_pylist()
    assert sorted(time.year for time in read) == [1, 9999]


def test_rules_that_reject_need_a_file(tmp_path):
    rules, rows = tmp_path / "rules.json", tmp_path / "rows.jsonl"
    rules.write_text('{"rules":[{"name":"some","check":"rows_processed > 0","on_fail":"reject"}]}')
    rows.write_text('{"run_id":"r","phase":"gold","step_name":"s"}\n')
    given = ("log", "write", tmp_path / "t", rows, "--kind", "rows", "--quality-rules", rules)
    bad(2, *given, says=["some", "quality-rejects"])
    assert not (tmp_path / "t").exists()
    good(*given, "--quality-rejects", tmp_path / "rejects.jsonl")
    assert json.loads((tmp_path / "rejects.jsonl").read_text())["row"] == 1


def test_ignore_at_once_makes_one_version(tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"run_id":"r","phase":"gold","step_name":"s"}\n')
    writers = [start("log", "write", tmp_path / "t", rows, "--kind", "rows", "--mode", "ignore")
               for _ in range(6)]
    assert [writer.wait() for writer in writers] == [0] * 6
    assert deltalake.DeltaTable(str(tmp_path / "t")).version() == 0


def test_what_is_told_where_nothing_is_written(table, tmp_path):
    file = tmp_path / "report.json"
    file.write_text(json.dumps(REPORT))
    for arguments in ([file], [file, file]):
        bad(2, "log", "write", *arguments, stdin="",
            says=["is a file, and a table is a folder", "quire log write TABLE"])
    assert file.read_text() == json.dumps(REPORT)
    told = good("log", "write", table, "--kind", "rows", stdin="[]").err
    assert told.endswith(": nothing was written: there are no rows\n")
    write(table, [ROW])
    told = good("log", "write", table, file, "--mode", "ignore").err
    assert told.endswith(": nothing was written: there is a table already\n")
    bad(2, "log", "write", table, file, "--partition-columns", "phase",
        says=["partition-columns", "'phase'", "is not partitioned"])
