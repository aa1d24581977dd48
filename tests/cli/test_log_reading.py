"""Run logs looked at: older ones, those that are none, and what info, metrics and show tell."""

import contextlib
import datetime
import fcntl
import json
import os
import pty
import struct
import subprocess
import termios

import delta
import pyarrow as pa
import pyrunlog
import pytest
from program import PROGRAM, bad, environment, good

UTC = datetime.timezone.utc
ROW = {"run_id": "r", "phase": "bronze", "step_name": "a"}
READING = ("report", "summary", "trends", "check", "anomalies", "show", "export", "info",
           "history", "metrics")


def fields(*names):
    return pa.schema([pyrunlog.SCHEMA.field(name) for name in names])


def written(place, rows):
    good("log", "write", place, "--kind", "rows", stdin=json.dumps(rows))
    return place


def test_summary_is_report(tmp_path):
    log = written(tmp_path / "log", [ROW])
    report = good("log", "report", log, "--json").json()
    summary = good("log", "summary", log, "--json").json()
    for answer in (report, summary):
        answer.pop("generated_at")
    assert summary == report
    page = tmp_path / "page.html"
    good("log", "summary", log, "--html", page)
    assert "<html" in page.read_text()


@pytest.mark.parametrize("names", [
    ("run_id", "phase", "step_name", "duration_secs", "created_at"),
    ("run_id", "phase", "step_name", "duration_secs", "start_time", "end_time")])
def test_an_older_log(tmp_path, names):
    schema = fields(*names)
    url = tmp_path / "old"
    delta.create(url, schema)
    rows = [{name: {"run_id": f"r{i}", "phase": "gold", "step_name": f"s{i}",
                    "duration_secs": float(i)}.get(
                        name, datetime.datetime(2024, 3, 1 + i, tzinfo=UTC)) for name in names}
            for i in range(5)]
    delta.append(url, pa.Table.from_pylist(rows, schema))
    for command in READING:
        good("log", command, url, "--json")
    shown = good("log", "show", url, "--limit", "2", "--json").lines()
    assert [row["step_name"] for row in shown] == ["s4", "s3"]
    assert "s4" in good("log", "show", url).text
    assert len(good("log", "export", url, "--filter", "duration_secs >= 2").json()) == 3
    assert good("log", "info", url, "--json").json()["row_count"] == 5


def test_a_table_that_is_none(tmp_path):
    url = tmp_path / "other"
    delta.create(url, pa.schema([pa.field("a", pa.int64())]))
    missing = "run_id, phase, step_name, duration_secs, created_at"
    for command in READING:
        bad(1, "log", command, url, says=[str(url), missing, "quire table info"])


def test_info_tells_what_may_be_null(tmp_path):
    log = written(tmp_path / "log", [ROW])
    told = good("log", "info", log, "--json").json()["schema"]
    told = told if isinstance(told, list) else told["fields"]
    nullable = {column["name"]: column["nullable"] for column in told}
    assert nullable == {field.name: field.nullable for field in pyrunlog.SCHEMA}


def test_metrics_have_the_members_of_a_writer(tmp_path):
    log = written(tmp_path / "log", [ROW, {**ROW, "step_name": "b"}])
    written(log, [ROW])
    told = good("log", "metrics", log, "--json").json()
    assert told["memory_usage_peak_mb"] > 1
    for name, value in {"total_writes": 2, "successful_writes": 2, "failed_writes": 0,
                        "success_rate_percent": 100, "total_rows_written": 3,
                        "total_duration_secs": None, "average_duration_secs": None}.items():
        assert told[name] == value, name


def draw(width, *arguments):
    """What the program draws on a terminal."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=inner, stderr=subprocess.PIPE,
                          env=environment(), timeout=60)
    os.close(inner)
    with os.fdopen(outer, "rb") as terminal:
        text = b""
        with contextlib.suppress(OSError):
            while part := terminal.read1(65536):
                text += part
    assert done.returncode == 0, done.stderr
    return text.decode()


@pytest.mark.parametrize("width, heads", [
    (20, ["step_name"]), (40, ["phase", "step_name", "success"]),
    (80, ["run_id", "phase", "step_name", "success", "duration_secs", "rows_processed"]),
    (110, ["created_at", "run_id", "phase", "step_name", "success", "duration_secs",
           "rows_processed", "validation_rate"]),
    (0, ["created_at", "run_id", "phase", "step_name", "success", "duration_secs",
         "rows_processed", "rows_written", "validation_rate", "error_message"])])
def test_show_fits_the_terminal(tmp_path, width, heads):
    """rows_written and error_message are null in all rows."""
    log = written(tmp_path / "log", [{**ROW, "run_id": "a-run-with-a-name"}])
    drawn = draw(width, "log", "show", log) if width else good("log", "show", log).text
    [head] = [line for line in drawn.splitlines() if "step_na" in line]
    cells = [cell.strip() for cell in head.strip().split("│")[1:-1]]
    assert len(cells) == len(heads) and (width == 0 or len(head.strip()) <= width)
    for cell, name in zip(cells, heads):
        assert cell == name or (cell.endswith("…") and name.startswith(cell[:-1]) and cell != "…")


# --- What is out of the ordinary -------------------------------------------------------------

def test_rows_that_break_a_rule(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n- {name: small, check: rows_processed < 10}\n"
                     "- {name: named, check: step_name <> 'b', on_fail: reject}\n")
    log = written(tmp_path / "log", [
        {**ROW, "step_name": name, "rows_processed": rows} for name, rows in
        [("a", 1), ("b", 12), ("c", 11), ("d", 1)]])
    found = good("log", "anomalies", log, "--rules", rules, "--json").json()
    assert [(one["type"], one["step_name"], one["severity"], one["value"], one["threshold"])
            for one in found["anomalies"]] == [
        ("rule", "b", "medium", None, None), ("rule", "b", "high", None, None),
        ("rule", "c", "medium", None, None)]
    assert found["anomaly_count"] == 3
    assert [one["description"] for one in found["anomalies"]][1:] == [
        "b: it breaks the rule named", "c: it breaks the rule small"]
    assert [one["row_index"] for one in found["anomalies"]] == [1, 1, 2]
    assert "breaks the rule small" in good("log", "anomalies", log, "--rules", rules).text
    rules.write_text("rules: [{check: rows_procesed < 10}]")
    bad(2, "log", "anomalies", log, "--rules", rules, says=["rows_procesed", "rows_processed"])


def test_the_most_serious_are_listed(tmp_path):
    """In the order of the rows, of which the first are the least serious."""
    rates = [94, 93, 92, 40, 91, 90, 20, 84, 60]
    log = written(tmp_path / "log", [{**ROW, "step_name": f"s{i}", "rows_processed": 100,
                                      "validation_rate": rate} for i, rate in enumerate(rates)])
    for limit, expected in ((2, [40, 20]), (3, [40, 20, 60]), (4, [40, 20, 84, 60]),
                            (6, [40, 91, 90, 20, 84, 60]), (100, rates)):
        for command in ("report", "anomalies"):
            found = good("log", command, log, "--limit", str(limit), "--json").json()
            assert [one["value"] for one in found["anomalies"]] == expected
            assert found["anomaly_count"] == len(rates)


def test_a_rate_that_is_none(tmp_path):
    log = written(tmp_path / "log", [{**ROW, "rows_processed": 100, "validation_rate": 0.0}])
    for rate in ("101", "-1"):
        bad(2, "log", "report", log, f"--min-validation-rate={rate}", says=["0 to 100", rate])
    count = good("log", "report", log, "--min-validation-rate", "0", "--json").json()
    assert count["anomaly_count"] == 0


def test_what_was_not_measured_has_no_grade(tmp_path):
    schema = fields("run_id", "phase", "step_name", "duration_secs", "created_at")
    delta.create(tmp_path / "few", schema)
    now = datetime.datetime.now(UTC)
    delta.append(tmp_path / "few", pa.Table.from_pylist([
        {"run_id": "r", "phase": "gold", "step_name": "s", "duration_secs": 1.0,
         "created_at": now}], schema))
    trends = good("log", "trends", tmp_path / "few", "--json").json()
    assert (trends["quality"]["grade"], trends["performance"]["grade"]) == (None, "A")
    assert "grade none" in good("log", "trends", tmp_path / "few").text


# --- Where the log is, and where it goes -----------------------------------------------------

def test_one_configuration_serves_all_commands(tmp_path):
    """Patterns of names are followed as they are by writing."""
    config = tmp_path / "log.yaml"
    config.write_text("table_schema: an\ntable_name: runs\ntable_suffix_pattern: _x\n"
                      "compression: zstd\n")
    good("log", "write", tmp_path, "--kind", "rows", "--config", config, stdin=json.dumps(ROW))
    assert (tmp_path / "an" / "runs_x" / "_delta_log").is_dir()
    for command in (*READING, "optimize", "maintain"):
        good("log", command, tmp_path, "--config", config, "--json")
    named = ["--table-schema", "an", "--table-name", "runs_x"]
    for command in (*READING, "optimize", "maintain"):
        good("log", command, tmp_path, *named, "--json")
    assert good("log", "info", f"{tmp_path}/", *named, "--json").json()["row_count"] == 1
    bad(2, "log", "show", tmp_path, "--table-name", "runs", says="table-schema")
    bad(3, "log", "show", tmp_path, "--table-schema", "an", "--table-name", "no", says="an/no")


@pytest.mark.parametrize("name, form", [
    ("x.csv", "csv"), ("x.jsonl", "jsonl"), ("x.JSON", "json"), ("x.parquet", "parquet"),
    ("x.ion", "ion"), ("x.csv.gz", "csv"), ("x", "json"), ("x.txt", "json")])
def test_export_goes_by_the_extension(tmp_path, name, form):
    log = written(tmp_path / "log", [ROW])
    path = tmp_path / name
    assert good("log", "export", log, "--path", path, "--json").json()["format"] == form
    expected = tmp_path / "expected"
    good("log", "export", log, "--path", expected, "--format", form)
    if form != "ion":
        assert good("count", path, "--from", form).text == good(
            "count", expected, "--from", form).text
    told = good("log", "export", log, "--path", path, "--format", "jsonl", "--json").json()
    assert told["format"] == "jsonl"


def test_filters_that_cannot_be_evaluated(tmp_path):
    log = written(tmp_path / "log", [ROW])
    out = tmp_path / "f.jsonl"
    result = bad(2, "log", "export", log, "--path", out, "--filter", "rows_processed = 'x'",
                 says=['"x" is no bigint', "filter"])
    assert "f.jsonl" not in result.err and not out.exists()
    for nothing in ("", "  "):
        bad(2, "log", "export", log, "--path", out, "--filter", nothing, says="empty")
        bad(2, "log", "show", log, "--filter", nothing, says="empty")


def test_an_option_is_no_value(tmp_path):
    log = written(tmp_path / "log", [ROW])
    for option in ("--html", "--png", "--until"):
        bad(2, "log", "report", log, option, "--json", says=f"{option} needs a value",
            cwd=tmp_path)
    assert not (tmp_path / "--json").exists()
