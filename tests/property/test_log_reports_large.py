"""Reports over a long history (ten million rows in the full check) give what DuckDB computes from
the same files, and their memory does not grow with it."""

import math
import pathlib
import subprocess
import sys

import delta
import duckdb
import numpy as np
import pyarrow as pa
import pyrunlog
import pytest
from deltalake import DeltaTable
from program import FULL, PROGRAM, SANITIZED, environment, good

ROWS = 10_000_000 if FULL else 120_000
PARTS = 10
DAYS = 20
MEMORY = 400 << 20
PEAK = pathlib.Path(__file__).resolve().parents[1] / "lib" / "peak.py"
FIRST = int(np.datetime64("2024-02-20T00:00:00", "us").astype(np.int64))


def texts(prefix, numbers):
    return pa.array(np.char.add(prefix, numbers.astype(str)))


def part(number):
    """The rows of two days, eight of an execution."""
    size, rng = ROWS // PARTS, np.random.default_rng(number)
    at = FIRST + (number * DAYS // PARTS * 86_400_000_000
                  + np.sort(rng.integers(0, DAYS // PARTS * 86_400_000_000, size)))
    processed = rng.integers(0, 5000, size)
    rates = np.where(rng.random(size) < 0.9, 100.0, np.round(rng.uniform(80, 100, size), 2))
    valid = np.rint(processed * rates / 100).astype(np.int64)
    runs = texts("r", np.arange(size) // 8 + number * size)
    columns = {
        "run_id": runs, "execution_id": runs,
        "phase": pa.array(np.array(["bronze", "silver", "gold"])[rng.integers(0, 3, size)]),
        "step_name": texts("step_", rng.integers(0, 40, size)),
        "duration_secs": pa.array(np.round(rng.exponential(10, size), 3)),
        "rows_processed": pa.array(processed), "rows_written": pa.array(valid),
        "valid_rows": pa.array(valid), "invalid_rows": pa.array(processed - valid),
        "validation_rate": pa.array(rates), "success": pa.array(rng.random(size) < 0.95),
        "created_at": pa.array(at, pa.timestamp("us", "UTC"))}
    for field in pyrunlog.SCHEMA:
        if field.name not in columns:
            columns[field.name] = pa.repeat(
                pa.scalar(pyrunlog.DEFAULTS.get(field.name), field.type), size)
    return pa.table([columns[name] for name in pyrunlog.SCHEMA.names], schema=pyrunlog.SCHEMA)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    url = tmp_path_factory.mktemp("large") / "log"
    delta.create(url, pyrunlog.SCHEMA)
    for number in range(PARTS):
        delta.append(url, part(number))
    return url


def resident(log, *arguments):
    """The greatest memory of a command, which is run once more for it."""
    done = subprocess.run(
        [sys.executable, "-S", PEAK, "", "x", "0", PROGRAM, "log", *arguments[:1], log,
         *arguments[1:]], capture_output=True, text=True, check=True, env=environment())
    code, most = map(int, done.stdout.partition("\n")[0].split())
    assert code == 0
    return most


def ask(log, *arguments):
    return good("log", arguments[0], log, *arguments[1:], "--json").json()


def compute(log, query):
    """By DuckDB, over the files that delta-rs finds: each row as a dictionary."""
    duckdb.sql("SET TimeZone = 'UTC'")
    files = [uri.removeprefix("file://") for uri in DeltaTable(log).file_uris()]
    found = duckdb.sql(f"SELECT {query[0]} FROM read_parquet({files}) {query[1]}")
    return [dict(zip(found.columns, row)) for row in found.fetchall()]


def near(got, wanted):
    for name, value in wanted.items():
        assert math.isclose(got[name], value, rel_tol=1e-9, abs_tol=1e-7) if isinstance(
            value, float) else got[name] == value, (name, got[name], value)


MEASURES = """count(*) AS total_rows, count(*) FILTER (success) AS successful_rows,
    count(*) FILTER (NOT success) AS failed_rows,
    avg(duration_secs) AS average_duration_secs, sum(duration_secs) AS total_duration_secs,
    avg(validation_rate) AS average_validation_rate,
    sum(rows_processed)::BIGINT AS total_rows_processed,
    sum(rows_written)::BIGINT AS total_rows_written, sum(invalid_rows)::BIGINT AS total_invalid_rows,
    100.0 * count(*) FILTER (success) / count(*) AS success_rate_percent"""


def test_a_summary_of_a_long_history(log):
    got = ask(log, "report", "--days", "0")
    [total] = compute(log, (f"{MEASURES}, count(DISTINCT execution_id) AS total_executions", ""))
    near(got, total)
    assert got["total_rows"] == ROWS
    assert SANITIZED or resident(log, "report", "--days", "0") < MEMORY
    steps = {(row["phase"], row["step_name"]): row for row in got["by_step"]}
    wanted = compute(log, (f"phase, step_name, {MEASURES}", "GROUP BY ALL"))
    assert len(steps) == len(wanted) == 120
    for row in wanted:
        near(steps[row["phase"], row["step_name"]], row)
    days = compute(log, (f"strftime(created_at AT TIME ZONE 'UTC', '%Y-%m-%d') AS day, {MEASURES}",
                         "GROUP BY ALL ORDER BY day"))
    assert len(days) == DAYS
    for one, other in zip(got["by_day"], days):
        near(one, other)
    [odd] = compute(log, (
        f"""count(*) FILTER (duration_secs > 3 * {got['average_duration_secs']!r})
        + count(*) FILTER (validation_rate < 95)
        + count(*) FILTER (rows_processed > 5 * {got['average_rows_processed']!r}) AS n""", ""))
    assert got["anomaly_count"] == odd["n"] and len(got["anomalies"]) == 100


def test_trends_of_a_few_days_of_it(log):
    got = ask(log, "trends", "--days", "3", "--until", "2024-03-02")
    where = "WHERE created_at >= '2024-02-28T00:00:00Z' AND created_at < '2024-03-02T00:00:00Z'"
    for trend, column in (("duration_trend", "duration_secs"),
                          ("validation_trend", "validation_rate")):
        [wanted] = compute(log, (f"""min({column}) AS min, max({column}) AS max,
            avg({column}) AS mean, stddev_samp({column}) AS stddev,
            quantile_cont({column}, 0.5) AS p50, quantile_cont({column}, 0.95) AS p95""", where))
        near(got[trend], wanted)
    [rows] = compute(log, ("count(*) AS total, count(*) FILTER (success) AS successful", where))
    near(got["success_trend"], rows)
    assert [row["day"] for row in got["by_day"]] == ["2024-02-28", "2024-02-29", "2024-03-01"]
