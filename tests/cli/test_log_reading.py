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
from deltalake import write_deltalake
from program import PROGRAM, TIME_LIMIT, bad, environment, good, run

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


@pytest.mark.parametrize("zones", [("us", "us"), ("ns", "us"), ("us UTC", "us"), ("us", "us UTC"),
                                   ("us", None), ("us", "us", "us")])
def test_an_older_log_without_zones_grows(tmp_path, zones):
    """Its rows count as before when the first write brings a created_at with a zone."""
    first = datetime.datetime(2024, 3, 1, 12)
    names = ("end_time", "start_time", "created_at")
    columns = {"run_id": [f"r{i // 2}" for i in range(20)], "phase": ["gold"] * 20,
               "step_name": [f"s{i}" for i in range(20)], "duration_secs": [1.0] * 20}
    for name, zone in zip(names, zones):
        unit, _, zone = (zone or "").partition(" ")
        times = [(first + datetime.timedelta(hours=i)).replace(tzinfo=UTC if zone else None)
                 for i in range(20)]
        if name == "end_time":  # some rows go by the other
            times = [times[i] if i % 3 or zones[1] is None else None for i in range(20)]
        if unit:
            columns[name] = pa.array(times, pa.timestamp(unit, zone or None))
    url = tmp_path / "log"
    write_deltalake(str(url), pa.table(columns))
    row = {**ROW, "end_time": "2024-03-05T01:02:03Z", "created_at": "2024-03-05T01:02:03Z"}
    for rows in (20, 21):
        if rows == 21:
            written(url, [row])
        last = ("--until", "2024-03-06", "--days", "5")
        report = good("log", "report", url, *last, "--json").json()
        assert report["total_rows"] == sum(day["total_rows"] for day in report["by_day"]) == rows
        assert report["total_executions"] == rows // 2 + rows % 2
        trends = good("log", "trends", url, *last, "--json").json()
        assert trends["success_trend"]["total"] == rows
        assert run("log", "check", url, "--json").json()["total_rows"] == rows
        low = good("log", "anomalies", url, *last, "--rules", rules(tmp_path), "--json").json()
        assert low["anomaly_count"] == rows
        assert all(one["created_at"] for one in low["anomalies"])
        shown = good("log", "show", url, "--limit", "0", "--json").lines()
        newest = [f"s{i}" for i in range(19, -1, -1)]
        assert [one["step_name"] for one in shown] == (["a"] + newest if rows == 21 else newest)
        few = good("log", "show", url, "--limit", "7", "--json").lines()
        assert [one["step_name"] for one in few] == [one["step_name"] for one in shown][:7]
        one_day = good("log", "report", url, "--until", "2024-03-02", "--days", "1", "--json").json()
        assert one_day["total_rows"] == 12


@pytest.mark.parametrize("metadata", [
    pa.array([[("team", "data")]], pa.map_(pa.string(), pa.string())),
    pa.array([{"team": "data"}], pa.struct([("team", pa.string())]))])
def test_metadata_that_is_no_text(tmp_path, metadata):
    """What Spark makes of an object."""
    url = tmp_path / "log"
    now = datetime.datetime.now(UTC)
    write_deltalake(str(url), pa.table({
        "run_id": ["r0"], "phase": ["gold"], "step_name": ["s"], "duration_secs": [1.5],
        "end_time": pa.array([now], pa.timestamp("us", "UTC")), "metadata": metadata}))
    for command in (*READING, "maintain"):
        good("log", command, url, "--json")
    assert good("log", "report", url, "--json").json()["total_rows"] == 1
    assert good("log", "export", url).json()[0]["metadata"] == {"team": "data"}
    assert '{"team":"data"}' in good("log", "show", url, "--columns", "run_id,metadata").text
    bad(1, "log", "write", url, "--kind", "rows", stdin=json.dumps(ROW),
        says=["metadata (it is nested, not string)"])
    good("log", "write", url, "--kind", "rows", "--schema-validation-mode", "lenient",
         stdin=json.dumps(ROW))
    assert good("log", "report", url, "--json").json()["total_rows"] == 2
    assert [row["metadata"] for row in good("log", "export", url).json()] == [None, {"team": "data"}]


@pytest.mark.parametrize("where,at", [("run_id = 5", 1), ("step_name = 'a' AND run_id = 5", 21)])
def test_a_place_in_a_condition_is_in_the_given_one(tmp_path, where, at):
    log = written(tmp_path / "log", [ROW])
    wanted = f'at character {at}: "r" is no bigint'
    for command in ("report", "trends", "check", "anomalies"):
        assert wanted in run("log", command, log, "--where", where).err, command
    for limit in ("0", "5"):
        assert wanted in run("log", "show", log, "--filter", where, "--limit", limit).err


def rules(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules:\n  - check: duration_secs > 1000\n")
    return tmp_path / "rules.yaml"


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
    assert 0 < told["average_duration_secs"] < told["total_duration_secs"] < 60
    for name, value in {"total_writes": 2, "successful_writes": 2, "failed_writes": 0,
                        "success_rate_percent": 100, "total_rows_written": 3}.items():
        assert told[name] == value, name


def draw(width, *arguments):
    """What the program draws on a terminal."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=inner, stderr=subprocess.PIPE,
                          env=environment(), timeout=TIME_LIMIT)
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


def test_patterns_of_what_is_written_want_the_name(tmp_path):
    """A pattern stands for many tables then: none of them is guessed."""
    config = tmp_path / "log.yaml"
    config.write_text("table_schema: an\ntable_name: runs\n"
                      "table_name_pattern: '{table_name}_{pipeline_id}'\n"
                      "table_suffix_pattern: '_{run_mode}_{date}'\ntable_timestamp: '2024'\n")
    given = [tmp_path, "--config", config]
    good("log", "write", *given, "--kind", "rows",
         stdin=json.dumps({**ROW, "pipeline_id": "shop", "run_mode": "incremental"}))
    assert (tmp_path / "an" / "runs_shop_incremental_2024" / "_delta_log").is_dir()
    for command in (*READING, "optimize", "maintain"):
        bad(2, "log", command, *given, says=["{pipeline_id}", "--table-name-pattern SCHEMA.NAME"])
        bad(2, "log", command, *given, "--table-name-pattern", "an.runs_shop",
            says=["{run_mode}", "--table-suffix-pattern SUFFIX"])
        good("log", command, *given, "--table-name-pattern", "an.runs_shop",
             "--table-suffix-pattern", "_incremental_{date}", "--json")
    bad(2, "log", "info", tmp_path, "--table-schema", "an", "--table-name", "runs",
        "--table-suffix-pattern", "_{date}", says=["{date}", "--table-suffix-pattern SUFFIX"])


@pytest.mark.parametrize("name, form", [
    ("x.csv", "csv"), ("x.jsonl", "jsonl"), ("x.JSON", "json"), ("x.parquet", "parquet"),
    ("x.ion", "ion"), ("x.csv.gz", "csv"), ("x", "json")])
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


def test_export_to_another_format(tmp_path):
    log = written(tmp_path / "log", [ROW])
    for name in ("x.arrow", "x.tsv", "x.xlsx"):
        bad(2, "log", "export", log, "--path", tmp_path / name, says=[name, "does not end as json"])
        assert not (tmp_path / name).exists()


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
