"""quire log report, trends, check and anomalies: what people and programs get, and what is
refused."""

import datetime
import glob
import json
import os

import delta
import pyarrow as pa
import pyarrow.parquet  # noqa: F401
import pytest
import pyrunlog
from program import bad, good, run

UTC = datetime.timezone.utc
UNTIL = ["--until", "2024-03-03"]


def at(day, hour=12):
    return datetime.datetime(2024, 3, day, hour, tzinfo=UTC)


def make(tmp_path, rows, schema=pyrunlog.SCHEMA, name="log"):
    url = tmp_path / name
    delta.create(url, schema)
    if rows:
        delta.append(url, pyrunlog.table(rows, schema))
    return str(url)


TWO_DAYS = [
    {"created_at": at(1), "execution_id": "a", "run_id": "r1", "step_name": "orders",
     "duration_secs": 1.0, "rows_processed": 1000, "rows_written": 1000},
    {"created_at": at(1), "execution_id": "a", "run_id": "r1", "phase": "silver",
     "step_name": "clean", "duration_secs": 3.0, "rows_processed": 900, "rows_written": 900},
    {"created_at": at(2), "execution_id": "b", "run_id": "r2", "step_name": "orders",
     "duration_secs": 4.0, "rows_processed": 1000, "validation_rate": 80.0, "invalid_rows": 200,
     "valid_rows": 800, "success": False, "error_message": "no"},
]


def test_a_report(tmp_path):
    url = make(tmp_path, TWO_DAYS)
    got = good("log", "report", url, *UNTIL, "--json").json()
    assert (got["table_fqn"], got["table"]) == (f"{tmp_path.name}.log", url)
    assert (got["report_period_days"], got["since"], got["until"]) == (
        7, "2024-02-25T00:00:00Z", "2024-03-03T00:00:00Z")
    assert (got["total_executions"], got["total_rows"], got["failed_rows"]) == (2, 3, 1)
    assert got["success_rate_percent"] == pytest.approx(200 / 3)
    assert (got["total_rows_processed"], got["total_rows_written"]) == (2900, 1900)
    assert got["phase_distribution"] == {"bronze": 2, "silver": 1}
    assert [row["day"] for row in got["by_day"]] == ["2024-03-01", "2024-03-02"]
    assert [row["hour"] for row in got["by_hour"]] == ["2024-03-01T12:00:00Z",
                                                       "2024-03-02T12:00:00Z"]
    assert [row["step_name"] for row in got["by_step"]] == ["orders", "clean"]
    [anomaly] = got["anomalies"]
    assert anomaly == {
        "type": "validation_rate", "row_index": anomaly["row_index"], "value": 80, "threshold": 95,
        "severity": "high", "description": "orders: 80 % of the rows are valid, wanted are 95 %",
        "run_id": "r2", "phase": "bronze", "step_name": "orders",
        "created_at": "2024-03-02T12:00:00.000000Z"}
    for name, value in got["summary"].items():
        assert got[name] == value


@pytest.mark.parametrize("place,name", [
    ("log", "log"), ("./log", "log"), ("../x/an/log/", "an.log"), ("an/log", "an.log"),
    ("x/an/log//", "an.log"), ("mem://an/log", "an.log")])
def test_a_table_is_called_as_by_writes(tmp_path, place, name):
    (tmp_path / "x").mkdir()
    row = json.dumps({"run_id": "r", "phase": "gold", "step_name": "s"})
    told = good("log", "write", place, "--kind", "rows", "--json", stdin=row, cwd=tmp_path / "x")
    assert (told.json()["table_fqn"], told.json()["table"]) == (name, place)
    if not place.startswith("mem:"):
        got = good("log", "report", place, "--json", cwd=tmp_path / "x").json()
        assert (got["table_fqn"], got["table"]) == (name, place)


def test_a_report_for_people(tmp_path):
    url = make(tmp_path, TWO_DAYS)
    text = good("log", "report", url, *UNTIL).text
    for words in ("7 days, from 2024-02-25T00:00:00Z", "2 executions, 3 rows: 1 failed, 66.67 %",
                  "2900 rows processed, 1900 written", "│ bronze │", "│ 2024-03-02 │",
                  "1 out of the ordinary"):
        assert words in text
    assert "steps, by their time in total (1 of 2)" in good("log", "report", url, *UNTIL,
                                                            "--limit", "1").text


def test_a_limit_of_0_is_none(tmp_path):
    """As it is of show, export and history."""
    url = make(tmp_path, [{"created_at": at(2), "step_name": f"s{i}", "validation_rate": 50.0}
                          for i in range(130)])
    for report in ("report", "anomalies"):
        default = good("log", report, url, *UNTIL, "--json").json()
        whole = good("log", report, url, *UNTIL, "--json", "--limit", "0").json()
        assert (len(default["anomalies"]), default["anomaly_count"]) == (100, 130)
        assert [one["row_index"] for one in whole["anomalies"]] == list(range(130))
        assert len(whole.get("by_step", range(130))) == 130
        text = good("log", report, url, *UNTIL, "--limit", "0").text
        assert "out of the ordinary\n" in text and "s129: 50 %" in text and " of 130)" not in text
    assert "(10 of 130)" in good("log", "report", url, *UNTIL).text
    assert good("log", "check", url, "--limit", "0").text == good("log", "check", url).text


def test_the_epoch_ends_a_period_too(tmp_path):
    day = datetime.datetime(1969, 12, 31, 12, tzinfo=UTC)
    url = make(tmp_path, [{"created_at": day, "step_name": "s", "validation_rate": 50.0},
                          {"created_at": day + datetime.timedelta(days=1)}])
    for report, days in (("report", "7"), ("trends", "7"), ("anomalies", "7"), ("check", "7"),
                         ("report", "0")):
        got = run("log", report, url, "--days", days, "--until", "1970-01-01", "--json").json()
        assert got["until"] == "1970-01-01T00:00:00Z"
        rows = got.get("total_rows", got.get("anomaly_count"))
        assert rows == 1 or got["success_trend"]["total"] == 1


def test_a_period_begins_with_the_first_instant_there_is(tmp_path):
    """Not in a far future, where days go back beyond what 64 bits say."""
    url = make(tmp_path, TWO_DAYS)
    got = good("log", "report", url, "--until=-290307-12-31", "--days", "3650000", "--json").json()
    assert (got["since"], got["total_rows"]) == ("-290308-12-21T19:59:05.224192Z", 0)


def test_days_and_until_choose_the_rows(tmp_path):
    url = make(tmp_path, TWO_DAYS)

    def rows(*options):
        return good("log", "report", url, "--json", *options).json()["total_rows"]

    assert rows(*UNTIL, "--days", "1") == 1
    assert rows(*UNTIL, "--days", "2") == 3
    assert rows("--until", "2024-03-02T12:00:00Z", "--days", "1") == 2
    assert rows() == 0  # of today's week
    assert rows("--days", "0") == 3
    assert rows("--days", "0", "--until", "2024-03-02") == 2
    now = datetime.datetime.now(UTC)
    delta.append(url, pyrunlog.table([{"created_at": now}]))
    assert rows("--days", "1") == 1


def test_files_of_other_days_are_not_read(tmp_path):
    """What is not read need not be there."""
    url = make(tmp_path, [])
    for day in range(1, 10):
        delta.append(url, pyrunlog.table([{**TWO_DAYS[0], "created_at": at(day)}]))
    for path in glob.glob(f"{url}/*.parquet"):
        if pa.parquet.read_table(path)["created_at"][0].as_py() < at(6, 0):
            os.remove(path)
    period = ["--until", "2024-03-10", "--days", "4", "--json"]
    for report in ("report", "trends", "anomalies", "check"):
        good("log", report, url, *period)
    assert good("log", "report", url, *period).json()["total_rows"] == 4
    good("log", "anomalies", url, *period, "--history")
    bad(3, "log", "report", url, "--until", "2024-03-10", "--days", "5")


@pytest.mark.parametrize("schema", [pyrunlog.SCHEMA, pa.schema([
    field for field in pyrunlog.SCHEMA if field.name in (
        "run_id", "phase", "step_name", "duration_secs", "end_time")])])
def test_an_empty_log(tmp_path, schema):
    url = make(tmp_path, [], schema)
    report = good("log", "report", url, "--json").json()
    assert report["summary"] == {name: None if name.startswith(("average_", "success_rate")) else 0
                                 for name in report["summary"]}
    for name in ("by_phase", "by_step", "by_day", "by_hour", "anomalies"):
        assert report[name] == []
    trends = good("log", "trends", url, "--json").json()
    assert trends["duration_trend"] == dict.fromkeys(
        ["min", "max", "mean", "stddev", "p50", "p95", "slope"])
    assert trends["throughput_trend"] == dict.fromkeys(
        ["min_rows", "max_rows", "avg_rows", "stddev_rows"])
    assert trends["success_trend"] == {"total": 0, "successful": 0, "failed": 0,
                                       "success_rate_percent": None, "direction": "stable",
                                       "change_points": 0}
    assert trends["quality"] == {"grade": None, "degradation": "none", "last_day_rate": None,
                                 "rate_before": None}
    assert trends["quality"]["grade"] is None and trends["by_day"] == []
    assert trends["performance"]["grade"] is None
    check = good("log", "check", url, "--json").json()
    assert (check["validation_rate"], check["total_rows"], check["quality_passed"]) == (
        100, 0, True)
    found = good("log", "anomalies", url, "--json", "--history").json()
    assert (found["anomalies_detected"], found["anomaly_count"], found["anomalies"]) == (
        False, 0, [])
    for report in ("report", "trends", "check", "anomalies"):
        good("log", report, url)


def test_one_row(tmp_path):
    url = make(tmp_path, TWO_DAYS[:1])
    trends = good("log", "trends", url, *UNTIL, "--json").json()
    assert trends["duration_trend"] == {"min": 1, "max": 1, "mean": 1, "stddev": 0, "p50": 1,
                                        "p95": 1, "slope": 0}
    assert trends["throughput_trend"] == {"min_rows": 1000, "max_rows": 1000, "avg_rows": 1000,
                                          "stddev_rows": 0}
    assert (trends["volume_trend"], trends["performance"]) == (
        {"direction": "stable", "change_percent": 0}, {"grade": "A"})


def test_one_of_a_thing_is_no_plural(tmp_path):
    row = {"created_at": at(1), "duration_secs": 1.0, "rows_processed": 1, "rows_written": 1,
           "valid_rows": 1, "invalid_rows": 0}
    url = make(tmp_path, [row])
    assert "1 execution, 1 row: 0 failed" in (told := good("log", "report", url, *UNTIL).text)
    assert "1 row processed, 1 written" in told
    told = good("log", "trends", url, *UNTIL).text
    assert "of 1 row, " in told and "volume: 1 row processed a step" in told
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - check: duration_secs > 5\n    on_fail: warn\n")
    told = run("log", "check", url, "--rules", rules).text
    assert "1 rule, 1 broken" in told and "0 of 1 row valid" in told
    page = good("log", "report", url, *UNTIL, "--html", "-").text
    assert "step, which did not fail, in <data" in page
    bad(1, "log", "write", tmp_path / "new", "--kind", "rows", "--quality-action", "fail",
        "--quality-rules", rules, stdin='{"phase": "gold", "step_name": "s", "duration_secs": 1}',
        says="of 1 row 0.00 % are valid and 100.00 % are not")


def days_of(rates=(), successes=(), processed=(), durations=()):
    """One row a day."""
    size = max(map(len, (rates, successes, processed, durations)))
    rows = [{"created_at": at(1 + i)} for i in range(size)]
    for name, values in (("validation_rate", rates), ("success", successes),
                         ("rows_processed", processed), ("duration_secs", durations)):
        for row, value in zip(rows, values):
            row[name] = value
    return rows


@pytest.mark.parametrize("member,rows,wanted", [
    ("quality", days_of(rates=[99.0, 99.0, 93.9]), ("A", "moderate")),
    ("quality", days_of(rates=[99.0, 99.0, 94.0]), ("A", "none")),
    ("quality", days_of(rates=[90.0, 90.0, 79.5]), ("C", "high")),
    ("quality", days_of(rates=[79.0, 80.0]), ("D", "none")),
    ("quality", days_of(rates=[90.0]), ("B", "none")),
    ("volume_trend", days_of(processed=[100, 100, 110, 110]), ("stable", 10)),
    ("volume_trend", days_of(processed=[100, 100, 111, 111]), ("increasing", 11)),
    ("volume_trend", days_of(processed=[100, 89]), ("decreasing", -11)),
    ("volume_trend", days_of(processed=[0, 5]), ("increasing", 100)),
    ("success_trend", days_of(successes=[True, False, False, True]), ("stable", 0)),
    ("success_trend", days_of(successes=[True, False]), ("declining", -100)),
    ("success_trend", days_of(successes=[False, True]), ("improving", 100)),
    ("performance", days_of(durations=[59.0, 59.0]), ("A",)),
    ("performance", days_of(durations=[10.0, 90.0]), ("B",)),
    ("performance", days_of(durations=[119.0, 119.0]), ("B",)),
    ("performance", days_of(durations=[1.0, 400.0]), ("C",)),
    ("performance", days_of(durations=[301.0, 301.0]), ("D",)),
])
def test_what_follows_from_the_days(tmp_path, member, rows, wanted):
    url = make(tmp_path, rows)
    got = good("log", "trends", url, "--days", "0", "--json").json()[member]
    keys = {"quality": ["grade", "degradation"], "volume_trend": ["direction", "change_percent"],
            "success_trend": ["direction", "change_points"], "performance": ["grade"]}[member]
    assert [got[key] for key in keys] == pytest.approx(list(wanted)) or tuple(
        got[key] for key in keys) == wanted


def test_trends_for_people(tmp_path):
    text = good("log", "trends", make(tmp_path, TWO_DAYS), *UNTIL).text
    for words in ("30 days", "success: 66.67 % of 3 rows, declining (-100.00 points)",
                  "quality: grade B, degradation high", "performance: grade A",
                  "│ duration (s) │", "steps on the last day, the slowest beside the days before first"):
        assert words in text
    [row] = [line for line in text.splitlines() if "│ orders │" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "bronze", "orders", "1", "4.00", "1", "1.00", "3.00", "300.00"]


SLOWER = [{"created_at": at(day), "step_name": step, "duration_secs": secs}
          for step, days in {"load": [[10.0], [20.0, 2000.0, 40.0], [30.0], [35.0, 36.0]],
                             "swift": [[9.0], [9.0], [], [1.0]], "small": [[1.0], [], [1.0], [9.0]],
                             "none": [[0.0], [0.0], [0.0], [2.0]], "new": [[], [], [], [50.0]],
                             "gone": [[5.0], [5.0], [5.0], []]}.items()
          for day, durations in enumerate(days, 1) for secs in durations]


def test_steps_that_became_slower(tmp_path):
    """A day of many rows counts as one of few; what has one side only is held against nothing."""
    url = make(tmp_path, SLOWER)
    whole = ["--until", "2024-03-10", "--days", "30"]
    got = good("log", "trends", url, *whole, "--json").json()["step_durations"]
    keys = ["step_name", "last_day_rows", "last_day_median_secs", "days_before",
            "days_before_median_secs", "change_secs", "change_percent"]
    assert [[row[key] for key in keys] for row in got] == [
        ["small", 1, 9, 2, 1, 8, 800], ["load", 2, 35.5, 3, 30, 5.5, pytest.approx(550 / 30)],
        ["none", 1, 2, 3, 0, 2, None], ["swift", 1, 1, 2, 9, -8, pytest.approx(-800 / 9)]]
    assert {row["last_day"] for row in got} == {"2024-03-04"}
    assert {row["phase"] for row in got} == {"bronze"}
    one = good("log", "trends", url, *whole, "--json", "--limit", "1").json()
    assert one["step_durations"] == got[:1] and len(one["by_day"]) == 4
    text = good("log", "trends", url, *whole, "--limit", "1").text
    assert "the slowest beside the days before first (1 of 4)" in text and "swift" not in text
    # The last day is the last that has rows at all, and one day has none before it.
    later = good("log", "trends", url, *whole, "--where", "step_name IN ('gone', 'load')", "--json")
    assert [row["step_name"] for row in later.json()["step_durations"]] == ["load"]
    for options in (["--until", "2024-03-02"], ["--until", "2024-03-10", "--where", "step_name = 'new'"]):
        assert good("log", "trends", url, *options, "--json").json()["step_durations"] == []
    assert "the days before first" not in good("log", "trends", url, "--until", "2024-03-02").text


# --- Anomalies ------------------------------------------------------------------------------

def test_anomalies_of_each_kind(tmp_path):
    usual = [{"created_at": at(1 + i % 2), "step_name": f"s{i}", "duration_secs": 10.0,
              "rows_processed": 100} for i in range(40)]
    odd = [{"created_at": at(2), "step_name": "slow", "duration_secs": 60.0},
           {"created_at": at(2), "step_name": "slower", "duration_secs": 90.0},
           {"created_at": at(2), "step_name": "vast", "duration_secs": 10.0,
            "rows_processed": 5000},
           {"created_at": at(2), "step_name": "bad", "duration_secs": 10.0,
            "validation_rate": 84.5}]
    url = make(tmp_path, usual + odd)
    got = good("log", "anomalies", url, *UNTIL, "--json").json()
    assert [(one["type"], one["step_name"], one["severity"]) for one in got["anomalies"]] == [
        ("duration", "slow", "medium"), ("duration", "slower", "high"),
        ("rows_processed", "vast", "high"), ("validation_rate", "bad", "high")]
    mean = (40 * 10 + 60 + 90 + 10 + 10) / 44
    assert got["anomalies"][0]["threshold"] == pytest.approx(3 * mean)
    assert got["anomalies"][2]["threshold"] == pytest.approx(5 * (4300 + 5000) / 44)
    assert [one["row_index"] for one in got["anomalies"]] == [40, 41, 42, 43]
    few = good("log", "anomalies", url, *UNTIL, "--json", "--limit", "2").json()
    assert (few["anomaly_count"], len(few["anomalies"])) == (4, 2)
    strict = good("log", "anomalies", url, *UNTIL, "--json", "--min-validation-rate", "80").json()
    assert strict["anomaly_count"] == 3
    text = good("log", "anomalies", url, *UNTIL).text
    assert "4 out of the ordinary" in text and "slower: 90 s, more than 3 times" in text


def test_anomalies_beside_the_history_of_a_step(tmp_path):
    rows = [{"created_at": at(1, hour), "step_name": "fast", "duration_secs": 1 + hour / 100,
             "validation_rate": 99.0 + hour % 2} for hour in range(20)]
    rows += [{"created_at": at(2), "step_name": "fast", "duration_secs": 3.0,
              "validation_rate": 96.0}]
    rows += [{"created_at": at(day, hour), "step_name": "heavy", "duration_secs": 50.0}
             for day in (1, 2) for hour in range(20)]
    rows += [{"created_at": at(1 + i % 2), "step_name": "poor",
              "validation_rate": [95.0, 70.0][i % 2], "duration_secs": 20.0} for i in range(6)]
    url = make(tmp_path, rows)
    plain = good("log", "anomalies", url, *UNTIL, "--json").json()
    assert {one["type"] for one in plain["anomalies"]} == {"validation_rate"}
    got = good("log", "anomalies", url, *UNTIL, "--history", "--json").json()
    kinds = {(one["type"], one["step_name"]) for one in got["anomalies"]}
    assert kinds == {("step_duration", "fast"), ("step_validation_rate", "fast"),
                     ("step_mean_rate", "poor"), ("step_rate_spread", "poor"),
                     ("step_rate_drop", "poor"), ("validation_rate", "poor")}
    [drop] = [one for one in got["anomalies"] if one["type"] == "step_rate_drop"]
    assert (drop["created_at"], drop["value"], drop["threshold"], drop["row_index"]) == (
        "2024-03-02", 70, 85, None)


# --- Checks ---------------------------------------------------------------------------------

def test_a_check(tmp_path):
    rows = TWO_DAYS + [{"created_at": at(2), "phase": "lead", "duration_secs": -1.0},
                       {"created_at": at(2), "validation_rate": 101.0}]
    url = make(tmp_path, rows)
    result = bad(1, "log", "check", url, "--json")
    got = result.json()
    assert (got["total_rows"], got["invalid_rows"], got["quality_passed"]) == (5, 2, False)
    assert {issue["rule"]: issue["rows"] for issue in got["quality_issues"]} == {
        "phase IN ('bronze', 'silver', 'gold', 'pipeline')": 1, "duration_secs >= 0": 1,
        "validation_rate BETWEEN 0 AND 100": 1}
    assert got["validation_rules_applied"] == 8 and got["report_period_days"] is None
    good("log", "check", url, "--until", "2024-03-02", "--days", "1")
    text = run("log", "check", url, "--limit", "1").text
    assert "8 rules, 3 broken" in text and "broken rules (1 of 3)" in text
    assert "3 of 5 rows valid (60.00 %, wanted are 95): not passed" in text


def test_a_check_by_other_rules(tmp_path):
    url = make(tmp_path, TWO_DAYS)
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"rules": [{"check": "validation_rate >= 90"}],
                                 "min_validation_rate": 60, "max_invalid_rows_percent": 40}))
    got = good("log", "check", url, "--rules", rules, "--json").json()
    assert (got["valid_rows"], got["threshold_met"]) == (2, True)
    rules.write_text(json.dumps({"rules": [{"check": "valdation_rate >= 90"}]}))
    bad(2, "log", "check", url, "--rules", rules, says="did you mean validation_rate?")
    bad(3, "log", "check", url, "--rules", tmp_path / "none.json")


# --- Other tables ---------------------------------------------------------------------------

OLD = pa.schema([field for field in pyrunlog.SCHEMA if field.name in (
    "run_id", "phase", "step_name", "start_time", "end_time", "validation_rate", "success")] +
    [pa.field("duration_secs", pa.float32()), pa.field("rows_processed", pa.int32())])


def test_a_history_with_fewer_columns(tmp_path):
    rows = [{"end_time": at(1), "run_id": "a"}, {"end_time": at(2), "run_id": "b"},
            {"end_time": None, "start_time": at(2), "run_id": "b", "duration_secs": 50.0},
            {"run_id": "c"}]
    url = make(tmp_path, rows, OLD)
    got = good("log", "report", url, *UNTIL, "--json").json()
    assert (got["total_rows"], got["total_executions"], got["total_rows_written"]) == (3, 2, 0)
    assert [row["total_rows"] for row in got["by_day"]] == [1, 2]
    assert good("log", "trends", url, *UNTIL, "--json").json()["duration_trend"]["max"] == 50
    found = good("log", "anomalies", url, *UNTIL, "--json").json()
    assert found["anomaly_count"] == 0
    assert good("log", "check", url, "--json").json()["validation_rules_applied"] == 7


@pytest.mark.parametrize("columns,missing", [
    (["run_id", "phase"], "it lacks the columns step_name, duration_secs, created_at"),
    (["run_id", "phase", "step_name", "created_at"], "it lacks the column duration_secs"),
])
def test_what_is_no_run_log(tmp_path, columns, missing):
    schema = pa.schema([pyrunlog.SCHEMA.field(name) for name in columns])
    url = make(tmp_path, [], schema)
    for report in ("report", "trends", "check", "anomalies"):
        bad(1, "log", report, url, says=[missing, url])


@pytest.mark.parametrize("name,kind,is_type,wanted", [
    ("duration_secs", pa.string(), "string", "float64"),
    ("validation_rate", pa.string(), "string", "float64"),
    ("rows_processed", pa.float64(), "float64", "int64"), ("success", pa.string(), "string", "bool"),
    ("created_at", pa.date32(), "date", "timestamp(us, UTC)"),
    ("phase", pa.int32(), "int32", "string"), ("metadata", pa.bool_(), "bool", "string"),
])
def test_a_column_of_another_type(tmp_path, name, kind, is_type, wanted):
    fields = [pa.field(field.name, kind if field.name == name else field.type)
              for field in pyrunlog.SCHEMA]
    url = make(tmp_path, [], pa.schema(fields))
    message = f"{url}: the column {name} is {is_type}, and a run log has {wanted} there"
    for command in ("report", "trends", "check", "anomalies", "show", "info", "history", "metrics",
                    "export"):
        bad(1, "log", command, url, says=message)
    bad(1, "log", "report", url, "--html", tmp_path / "page.html", says=message)
    assert not (tmp_path / "page.html").exists()
    short = wanted.split("(")[0]
    row = '{"phase": "gold", "step_name": "a"}'
    bad(1, "log", "write", url, "--kind", "rows", stdin=row,
        says=f"{name} (it is {is_type}, not {short})")
    issues = run("log", "maintain", url, "--validate-schema", "--json").json()["schema_issues"]
    assert issues == [f"the column {name} is {is_type}, and a run log has {wanted} there"]


def test_columns_of_other_widths(tmp_path):
    kinds = {"duration_secs": pa.int32(), "validation_rate": pa.float32(),
             "rows_processed": pa.int16()}
    schema = pa.schema([pa.field(field.name, kinds.get(field.name, field.type))
                        for field in pyrunlog.SCHEMA])
    url = make(tmp_path, TWO_DAYS, schema)
    got = good("log", "trends", url, *UNTIL, "--json").json()
    assert (got["duration_trend"]["max"], got["throughput_trend"]["min_rows"]) == (4, 900)
    assert got["by_day"][0]["min_duration_secs"] == 1
    assert good("log", "anomalies", url, *UNTIL, "--json").json()["anomaly_count"] == 1


def test_a_table_that_is_not_there(tmp_path):
    for report in ("report", "trends", "check", "anomalies"):
        bad(3, "log", report, tmp_path / "none", says="none")


# --- Conditions and SQL ---------------------------------------------------------------------

def test_conditions(tmp_path):
    url = make(tmp_path, TWO_DAYS)
    for report in ("report", "trends", "check", "anomalies"):
        bad(2, "log", report, url, "--where", "duration_secs >")
        bad(2, "log", report, url, "--where", "fase = 'x'", says="did you mean phase?")
        bad(2, "log", report, url, "--where", "1) OR (1 = 1")
        bad(2, "log", report, url, "--where", "phase")
    where = ["--where", "phase = 'bronze' -- and no more"]
    got = good("log", "report", url, *UNTIL, *where, "--json").json()
    assert (got["total_rows"], got["anomaly_count"], got["phase_distribution"]) == (
        2, 1, {"bronze": 2})
    assert good("log", "trends", url, *UNTIL, *where, "--json").json()["success_trend"][
        "total"] == 2
    assert good("log", "check", url, *where, "--json").json()["total_rows"] == 2
    assert good("log", "anomalies", url, *UNTIL, "--where", "phase = 'silver'", "--json").json()[
        "anomaly_count"] == 0


@pytest.mark.parametrize("report,queries", [("report", 5), ("trends", 3), ("anomalies", 3)])
def test_queries_that_are_printed_can_be_run(tmp_path, report, queries):
    url = make(tmp_path, TWO_DAYS)
    for options, name in (([], "log"), (["--where", "phase <> 'gold'"], "log")):
        text = good("log", report, url, *UNTIL, "--print-sql", *options).text
        parts = [part for part in text.split(";\n") if part.strip()]
        assert len(parts) == queries and ":since" not in text
        assert "SET TIME ZONE 'UTC'" in text.splitlines()[0]
        answers = []
        for part in parts:
            (tmp_path / "query.sql").write_text(part)
            answers.append(good("sql", "--file", tmp_path / "query.sql", "--table",
                                f"{name}={url}").lines())
        assert answers[0][0]["total_rows"] == 3 and all(answers[:2])


@pytest.mark.parametrize("arguments,says", [
    (["report"], "TABLE"), (["report", "a", "--days", "-1"], "days"),
    (["report", "a", "--until", "soon"], "soon"), (["anomalies", "a", "--limit=-1"], "limit"),
    (["trends", "a", "--history"], "history"),
])
def test_mistakes(arguments, says):
    bad(2, "log", *arguments, says=says)
