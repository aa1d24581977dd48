"""What reports of run logs say where logs are older than their columns, where nothing is known, at the
edges of time, of some rows only, and of very many."""

import datetime
import json
import pathlib
import subprocess
import sys

import delta
import pyarrow as pa
import pyarrow.parquet  # noqa: F401
import pytest
import pyrunlog
from deltalake import write_deltalake
from program import PROGRAM, SANITIZED, bad, good

UTC = datetime.timezone.utc
NULLABLE = pa.schema([field.with_nullable(True) for field in pyrunlog.SCHEMA])
BEFORE = pa.schema([field for field in NULLABLE if field.name in (
    "run_id", "phase", "step_name", "duration_secs", "created_at")])
WHOLE = ["--days", "0", "--json"]


def at(day, hour=12, micros=0):
    return datetime.datetime(2024, 3, day, hour, 0, micros // 1000000, micros % 1000000, UTC)


def make(folder, rows, schema=pyrunlog.SCHEMA):
    url = folder / "log"
    delta.create(url, schema)
    if rows:
        delta.append(url, pyrunlog.table(rows, schema))
    return str(url)


# --- Executions -----------------------------------------------------------------------------

def grown(folder):
    """Ten runs of before execution_id, and of one run two executions with one."""
    rows = [{"run_id": f"r{i // 2}", "created_at": at(1), "step_name": f"s{i % 2}"} for i in range(20)]
    named = set(BEFORE.names)
    url = make(folder, [{name: value for name, value in row.items() if name in named}
                        for row in rows], BEFORE)
    write_deltalake(url, pyrunlog.table(
        [{"run_id": "r0", "execution_id": name, "created_at": at(2)} for name in ("x", "x", "y")],
        NULLABLE), mode="append", schema_mode="merge")
    return url


def test_runs_of_before_are_executions(tmp_path):
    url = grown(tmp_path)
    got = good("log", "report", url, *WHOLE).json()
    assert (got["total_executions"], got["total_rows"]) == (12, 23)
    assert [row["total_executions"] for row in got["by_day"]] == [10, 2]
    some = good("log", "report", url, *WHOLE, "--where", "step_name = 's1'").json()
    assert some["total_executions"] == 10
    text = good("log", "report", url, "--days", "0", "--print-sql").text
    assert "coalesce(execution_id, run_id) AS `execution_id`" in text
    (tmp_path / "query.sql").write_text(text.split(";\n")[0])
    [row] = good("sql", "--file", tmp_path / "query.sql", "--table", f"history={url}").lines()
    assert row["total_executions"] == 12


def test_a_first_write_into_a_log_of_before(tmp_path):
    rows = [{"run_id": f"r{i}", "created_at": at(1)} for i in range(10)]
    url = make(tmp_path, rows, BEFORE)
    assert good("log", "report", url, *WHOLE).json()["total_executions"] == 10
    good("log", "write", url, "--kind", "rows", stdin=json.dumps(
        {"run_id": "new", "phase": "gold", "step_name": "s", "duration_secs": 1}))
    assert good("log", "report", url, *WHOLE).json()["total_executions"] == 11


def test_files_of_other_days_are_passed_over_all_the_same(tmp_path):
    """Rows without an execution_id do not make every file be read."""
    url = tmp_path / "log"
    delta.create(url, NULLABLE)
    for day in range(1, 6):
        delta.append(url, pyrunlog.table([{"created_at": at(day), "execution_id": None}], NULLABLE))
    for path in url.glob("*.parquet"):
        if pa.parquet.read_table(path)["created_at"][0].as_py() < at(4, 0):
            path.unlink()
    got = good("log", "report", url, "--until", "2024-03-06", "--days", "2", "--json").json()
    assert (got["total_rows"], got["total_executions"]) == (2, 1)


# --- Times ----------------------------------------------------------------------------------

def test_the_last_microsecond_is_of_the_history(tmp_path):
    last = "9999-12-31T23:59:59.999999Z"
    url = str(tmp_path / "log")
    good("log", "write", url, "--kind", "rows", stdin=json.dumps(
        {"run_id": "x", "phase": "gold", "step_name": "s", "created_at": last, "validation_rate": 50}))
    for period in (["--days", "0"], ["--days", "0", "--until", "+10000-01-01"],
                   ["--days", "1", "--until", "+10000-01-01"]):
        assert good("log", "report", url, *period, "--json").json()["total_rows"] == 1
        found = good("log", "anomalies", url, *period, "--history", "--json").json()
        assert found["anomaly_count"] == 1
        assert good("log", "check", url, *period, "--json").json()["total_rows"] == 1
    assert good("log", "report", url, "--days", "1", "--until", last, "--json").json()[
        "total_rows"] == 0


def test_until_knows_microseconds(tmp_path):
    url = make(tmp_path, [{"created_at": at(1, 12, 1)}, {"created_at": at(1, 12, 2)}])
    for micros, rows in ((1, 0), (2, 1), (3, 2)):
        got = good("log", "report", url, "--until", f"2024-03-01T12:00:00.00000{micros}Z",
                   "--json").json()
        assert (got["total_rows"], got["until"]) == (rows, f"2024-03-01T12:00:00.00000{micros}Z")


@pytest.mark.parametrize("start,rel", [
    (at(1), 1e-6), (datetime.datetime(9999, 1, 1, tzinfo=UTC), 1e-4)])
def test_slopes_within_a_second(tmp_path, start, rel):
    """0.1 s more each 0.1 s: a second a second, 86400 a day. A double tells the microseconds of year
    9999 to 32 of them."""
    rows = [{"created_at": start + datetime.timedelta(microseconds=100000 * i),
             "duration_secs": 1 + i / 10, "validation_rate": 100 - i / 10} for i in range(10)]
    got = good("log", "trends", make(tmp_path, rows), *WHOLE).json()
    assert got["duration_trend"]["slope"] == pytest.approx(86400, rel=rel)
    assert got["validation_trend"]["slope"] == pytest.approx(-86400, rel=rel)


def test_slopes_across_midnight(tmp_path):
    """A microsecond short of a day between two rows."""
    day = at(1, 0)
    rows = [{"created_at": day + datetime.timedelta(hours=24, microseconds=-1), "duration_secs": 2.0},
            {"created_at": day, "duration_secs": 1.0}]
    got = good("log", "trends", make(tmp_path, rows), *WHOLE).json()
    assert got["duration_trend"]["slope"] == pytest.approx(86400 / (86400 - 1e-6), rel=1e-14)


# --- What is not known ----------------------------------------------------------------------

def test_what_a_log_lacks_is_null(tmp_path):
    rows = [{"run_id": f"r{i}", "created_at": at(1), "duration_secs": 1.0} for i in range(3)]
    url = make(tmp_path, rows, BEFORE)
    got = good("log", "report", url, *WHOLE).json()
    for totals in (got, got["summary"]):
        assert [totals[name] for name in (
            "total_rows", "failed_rows", "success_rate_percent", "average_validation_rate",
            "average_rows_processed", "average_duration_secs", "total_rows_processed")] == [
                3, 0, None, None, None, 1, 0]
    trends = good("log", "trends", url, *WHOLE).json()
    assert set(trends["validation_trend"].values()) == {None}
    assert set(trends["throughput_trend"].values()) == {None}
    assert trends["success_trend"]["success_rate_percent"] is None
    assert trends["quality"] == {"grade": None, "degradation": "none", "last_day_rate": None,
                                 "rate_before": None}
    assert trends["duration_trend"]["mean"] == 1
    text = good("log", "report", url, "--days", "0").text
    assert "3 executions, 3 rows: 0 failed, - successful" in text
    assert "mean duration 1.00 s, mean rate of validation -\n" in text
    text = good("log", "trends", url, "--days", "0").text
    assert "success: - of 3 rows" in text and "volume: - rows processed" in text
    page = good("log", "report", url, "--days", "0", "--html", "-", "--gnuplot", "/nonexistent").text
    assert "fail" not in page.split('<p class="lead">')[1].split("</p>")[0]


def test_what_cannot_be_computed_is_no_number(tmp_path):
    inf = float("inf")
    rows = [{"created_at": at(1), "duration_secs": value} for value in (1.0, float("nan"), inf, -inf)]
    url = make(tmp_path, rows)
    text = good("log", "report", url, "--days", "0").text
    assert "mean duration -, mean rate of validation 100.00 %" in text
    assert good("log", "anomalies", url, *WHOLE).json()["anomaly_count"] == 0
    row = next(line for line in good("log", "trends", url, "--days", "0").text.splitlines()
               if "duration (s)" in line)
    assert " 0 " not in row


def test_whole_numbers_have_all_their_digits(tmp_path):
    url = make(tmp_path, [{"created_at": at(1), "rows_processed": 2**63 - 1,
                           "rows_written": 2**53 + 1, "duration_secs": 1e300}])
    text = good("log", "report", url, "--days", "0").text
    assert f"{2**63 - 1} rows processed, {2**53 + 1} written" in text
    assert "mean duration 1.00000e+300 s" in text


def test_a_threshold_and_what_passed_it_differ(tmp_path):
    url = make(tmp_path, [{"created_at": at(1), "validation_rate": 94.9999999}])
    [found] = good("log", "anomalies", url, *WHOLE).json()["anomalies"]
    assert found["description"] == "orders: 94.9999999 % of the rows are valid, wanted are 95 %"


# --- Some rows ------------------------------------------------------------------------------

def test_a_report_says_its_condition(tmp_path):
    url = make(tmp_path, [{"created_at": at(1), "step_name": "a<b>&"}])
    where = "step_name = 'a<b>&'\n AND duration_secs < 5"
    for report in ("report", "trends", "anomalies", "check"):
        assert good("log", report, url, *WHOLE, "--where", where).json()["where"] == where
        assert good("log", report, url, *WHOLE).json()["where"] is None
        lines = good("log", report, url, "--days", "0", "--where", where).text.splitlines()
        assert lines[1] == "only rows where step_name = 'a<b>&'\\x0a AND duration_secs < 5"
        assert "only rows" not in good("log", report, url, "--days", "0").text
    page = good("log", "report", url, "--days", "0", "--where", where, "--html", "-",
                "--gnuplot", "/nonexistent").text
    head = page.split("</header>")[0]
    assert "Only rows where <code>" in head and "a&lt;b&gt;&amp;" in head and "a<b>" not in page
    assert "<code>" not in good("log", "report", url, "--days", "0", "--html", "-", "--gnuplot",
                                "/nonexistent").text


def test_a_filter_names_a_column_once(tmp_path):
    url = make(tmp_path, [{"created_at": at(1)}])
    bad(2, "log", "show", url, "--filter", '{"phase": "gold", "run_id": "r", "phase": "silver"}',
        says="phase: it is there twice")


# --- Very many ------------------------------------------------------------------------------

def many(folder, rows):
    url = folder / "log"
    delta.create(url, pyrunlog.SCHEMA)
    one = pyrunlog.table([{"created_at": at(1), "validation_rate": 50.0}])
    delta.append(url, pa.concat_tables([one] * rows).combine_chunks())
    return str(url)


PEAK = pathlib.Path(__file__).parent.parent / "lib" / "peak.py"


def peak_of(*arguments):
    out = subprocess.run([sys.executable, PEAK, "", "", "0", PROGRAM, *map(str, arguments)],
                         capture_output=True, text=True, check=True).stdout
    code, peak = out.splitlines()[0].split()
    assert code == "0", out
    return int(peak)


@pytest.mark.skipif(SANITIZED, reason="a sanitizer takes memory of its own")
@pytest.mark.parametrize("report", ["anomalies", "report"])
def test_a_list_without_a_limit_is_not_held(tmp_path, report):
    """What 100,000 take more than 20,000 is the table's own buffers, not some 800 bytes each."""
    peaks = []
    for size in (20000, 100000):
        (tmp_path / str(size)).mkdir()
        options = ["log", report, many(tmp_path / str(size), size), *WHOLE, "--limit", "0"]
        got = good(*options).json()
        assert got["anomaly_count"] == size
        assert [one["row_index"] for one in got["anomalies"]] == list(range(size))
        peaks.append(peak_of(*options, "--memory", "8MB"))
    assert peaks[1] - peaks[0] < 12 << 20, peaks


@pytest.mark.skipif(SANITIZED, reason="a sanitizer takes memory of its own")
def test_an_export_of_all_rows_keeps_to_its_memory(tmp_path):
    """Some forty sorted runs, which are not all open at once."""
    url, out = many(tmp_path, 100000), tmp_path / "out.csv"
    assert peak_of("log", "export", url, "--limit", "0", "--path", out, "--memory",
                   "2MB") < 36 << 20
    with out.open() as lines:
        assert sum(1 for _ in lines) == 100001


def test_steps_and_rules_of_a_list_without_a_limit_are_in_order(tmp_path):
    rows = [{"created_at": at(1 + i % 2), "step_name": "poor", "duration_secs": float(i % 3),
             "validation_rate": [95.0, 70.0][i % 2]} for i in range(12)]
    url = make(tmp_path, rows)
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - check: duration_secs < 2\n")
    options = [*WHOLE, "--history", "--rules", rules]
    whole = good("log", "anomalies", url, *options, "--limit", "0").json()
    some = good("log", "anomalies", url, *options, "--limit", "100000").json()
    assert whole["anomalies"] == some["anomalies"] and whole["anomaly_count"] == some["anomaly_count"]
    assert {"rule", "step_rate_drop", "validation_rate"} <= {one["type"] for one in whole["anomalies"]}


def test_metrics_say_what_they_are_of(tmp_path):
    url = make(tmp_path, [{"created_at": at(1)}])
    got = good("log", "metrics", url, "--json").json()
    assert got["writes_of"] == "commits that the log has; a write that failed left none"
    assert got["memory_of"] == "the process that answers"


