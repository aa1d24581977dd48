#!/usr/bin/env python3
"""Run logs: the reports of 1 and 10 million rows, beside DuckDB and Polars asked the same of the
same data files, and writing reports of 1,000 and 100,000 steps, beside delta-rs from Python.

    bench/runlog/run.py [--engines A,B] [--rounds N] [--quick] [--write-results]

The log is that of 500 steps over 90 days, in ten commits; a run is an execution, or five steps are.
`summary` is `quire log report --json`: totals, the same by phase, step, day and hour, and the rows
out of the ordinary; `trends` is `quire log trends --json`, with exact percentiles; `report` is both,
`quire log report --html`, without charts. DuckDB and Polars read the table's Parquet files, whose
list they are given, compute the same and print totals, which are compared. Each run is a process of
its own; what is told is user and system CPU seconds, of which those that Python takes to import the
engine are taken off, and the most that the process held resident.
"""

import argparse
import datetime
import importlib.metadata
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "bench/lib")]

import harness  # noqa: E402
import steps  # noqa: E402

PROGRAM = os.environ.get("QUIRE_PROGRAM") or str(ROOT / "build/release/src/cli/quire")
ENGINES = ["quire", "duckdb", "polars"]
IMPORTS = {"deltalake": "datetime, json, deltalake, pyarrow"}
PARTS = 10
LOGS = (1_000_000, steps.STEPS), (10_000_000, steps.STEPS), (10_000_000, 5)  # rows, an execution's

MEASURES = """count(*) AS n, count(*) FILTER (success) AS ok,
  count(*) FILTER (NOT success) AS bad, avg(duration_secs) AS mean, min(duration_secs) AS least,
  max(duration_secs) AS most, stddev_samp(duration_secs) AS dev, sum(duration_secs) AS total,
  avg(validation_rate) AS rate, sum(rows_processed) AS processed, sum(rows_written) AS written,
  sum(invalid_rows) AS invalid"""

DUCKDB = """
import duckdb, json
db = duckdb.connect()
db.sql("SET threads = {threads}")
db.sql("SET enable_progress_bar = false")
db.sql("SET TimeZone = 'UTC'")
log = "read_parquet({files})"
def ask(text):
    return db.sql(text.replace("LOG", log)).fetchall()
{body}
print(json.dumps(answer))
"""
DUCKDB_SUMMARY = f"""
M = '''{MEASURES}'''
[total] = ask(f"SELECT count(DISTINCT execution_id), avg(rows_processed), {{M}} FROM LOG")
parts = [len(ask(f"SELECT {{k}}, {{M}} FROM LOG GROUP BY ALL ORDER BY ALL")) for k in (
    "phase", "phase, step_name",
    "created_at::DATE AS day, count(DISTINCT execution_id)", "date_trunc('hour', created_at::TIMESTAMP)")]
mean, processed = total[5], total[1]
[odd] = ask(f'''SELECT count(*) FILTER (duration_secs > 3 * {{mean}})
  + count(*) FILTER (validation_rate < 95) + count(*) FILTER (rows_processed > 5 * {{processed}})
  FROM LOG''')
listed = ask(f'''SELECT run_id, phase, step_name, created_at::TIMESTAMP FROM LOG
  WHERE duration_secs > 3 * {{mean}} OR validation_rate < 95 OR rows_processed > 5 * {{processed}}
  LIMIT 100''')
answer = [total[0], total[2], mean, *parts, odd[0]]
"""
DUCKDB_SPREAD = """
def spread(x):
    return f'''min({x}), max({x}), avg({x}), stddev_samp({x}), quantile_cont({x}, 0.5),
      quantile_cont({x}, 0.95), regr_slope({x}, epoch(created_at)) * 86400'''
[row] = ask(f'''SELECT {spread("duration_secs")}, {spread("validation_rate")},
  min(rows_processed), max(rows_processed), avg(rows_processed), stddev_samp(rows_processed)
  FROM LOG''')
"""
DUCKDB_STEPS = """
slower = ask('''WITH days AS (SELECT phase, step_name, created_at::DATE AS day,
    median(duration_secs) AS middle FROM LOG GROUP BY ALL),
  steps AS (SELECT phase, step_name, max(middle) FILTER (day = last_day) AS now,
    median(middle) FILTER (day < last_day) AS before
    FROM days, (SELECT max(day) AS last_day FROM days) GROUP BY ALL)
  SELECT phase, step_name, now - before AS change FROM steps WHERE change IS NOT NULL
  ORDER BY change DESC''')
"""
DUCKDB_TRENDS = DUCKDB_SPREAD + DUCKDB_STEPS + f"""
M = '''{MEASURES}'''
days = ask(f'''SELECT created_at::DATE AS day, count(DISTINCT execution_id), {{M}} FROM LOG
  GROUP BY day ORDER BY day''')
answer = [row[2], row[3], row[4], row[5], row[11], len(days), len(slower), slower[0][2]]
"""
DUCKDB_REPORT = DUCKDB_SUMMARY + DUCKDB_SPREAD + DUCKDB_STEPS + "answer += [row[i] for i in (3, 4, 5, 11)]"

POLARS = """
import json
import polars as pl
log = pl.scan_parquet({files})
d, v, p = pl.col("duration_secs"), pl.col("validation_rate"), pl.col("rows_processed")
ok, at = pl.col("success"), pl.col("created_at")
measures = [pl.len().alias("n"), ok.sum().alias("ok"), (~ok).sum().alias("bad"),
            d.mean().alias("mean"), d.min().alias("least"), d.max().alias("most"),
            d.std().alias("dev"), d.sum().alias("total"), v.mean().alias("rate"),
            p.sum().alias("processed"), pl.col("rows_written").sum().alias("written"),
            pl.col("invalid_rows").sum().alias("invalid")]
executions = pl.col("execution_id").n_unique().alias("executions")
def get(frame):
    return frame.collect(engine="streaming")
{body}
print(json.dumps(answer))
"""
POLARS_PARTS = """
groups = [log.group_by("phase").agg(*measures), log.group_by("phase", "step_name").agg(*measures),
          log.group_by(at.dt.date().alias("day")).agg(executions, *measures),
          log.group_by(at.dt.truncate("1h")).agg(*measures)]
totals = log.select(executions, p.mean().alias("per"), *measures)
def spread(x, name):
    seconds = at.dt.timestamp("us") / 1e6
    return [x.min().alias(name + "0"), x.max().alias(name + "1"), x.mean().alias(name + "2"),
            x.std().alias(name + "3"), x.quantile(0.5, "linear").alias(name + "4"),
            x.quantile(0.95, "linear").alias(name + "5"),
            (pl.cov(x, seconds) / seconds.var() * 86400).alias(name + "6")]
spreads = log.select(*spread(d, "d"), *spread(v, "v"), p.min().alias("a"), p.max().alias("b"),
                     p.mean().alias("c"), p.std().alias("e"))
def slower_steps():
    days = get(log.group_by("phase", "step_name", at.dt.date().alias("day"))
               .agg(d.median().alias("middle")))
    last, day, middle = days["day"].max(), pl.col("day"), pl.col("middle")
    return (days.group_by("phase", "step_name")
            .agg((middle.filter(day == last).first() - middle.filter(day < last).median())
                 .alias("change")).drop_nulls().sort("change", descending=True))
def odd_rows(total):
    tests = [d > 3 * total["mean"], v < 95, p > 5 * total["per"]]
    odd = get(log.select(sum(test.sum() for test in tests))).item()
    get(log.filter(pl.any_horizontal(tests)).select("run_id", "phase", "step_name", "created_at")
        .head(100))
    return odd
"""
POLARS_SUMMARY = POLARS_PARTS + """
total = get(totals).row(0, named=True)
parts = [get(frame).height for frame in groups]
answer = [total["executions"], total["n"], total["mean"], *parts, odd_rows(total)]
"""
POLARS_TRENDS = POLARS_PARTS + """
row = get(spreads).row(0)
days, slower = get(groups[2]), slower_steps()
answer = [row[2], row[3], row[4], row[5], row[11], days.height, slower.height, slower["change"][0]]
"""
POLARS_REPORT = POLARS_SUMMARY + """
row, slower = get(spreads).row(0), slower_steps()
answer += [row[i] for i in (3, 4, 5, 11)]
"""


# A report flattened as `quire log` does it, but for its checks and its rules.
DELTALAKE = """
import datetime
import json
import deltalake
import pyarrow as pa
string, whole, real, time = pa.string(), pa.int64(), pa.float64(), pa.timestamp("us", "UTC")
def at(value):
    return None if value is None else datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
with open({report!r}) as file:
    report = json.load(file)
run, rows = report["run"], []
now = datetime.datetime.now(datetime.timezone.utc)
for phase in ("bronze", "silver", "gold"):
    for name, step in (report.get(phase) or {{}}).items():
        transform, write, checked = (step.get(part) or {{}} for part in (
            "transform", "write", "validation"))
        times = transform or checked or write
        start, end = at(times.get("start_at")), at(times.get("end_at"))
        valid, invalid = checked.get("valid_rows"), checked.get("invalid_rows")
        rows.append(dict(
            run_id="r", run_mode=run["mode"], run_started_at=at(run["started_at"]),
            run_ended_at=at(run["ended_at"]), execution_id="e", pipeline_id="unknown",
            schema="default", phase=phase, step_name=name, step_type=None, start_time=start,
            end_time=end, duration_secs=(end - start).total_seconds() if end else 0.0,
            table_fqn=step.get("table_fqn"), write_mode=write.get("mode"),
            input_rows=transform.get("input_rows"), output_rows=transform.get("output_rows"),
            rows_written=write.get("rows_written"), rows_processed=(valid or 0) + (invalid or 0),
            table_total_rows=None, valid_rows=valid, invalid_rows=invalid,
            validation_rate=checked.get("validation_rate"), success=True, error_message=None,
            memory_usage_mb=None, cpu_usage_percent=None, metadata=None, created_at=now))
kinds = dict.fromkeys(rows[0], string)
kinds.update(dict.fromkeys(("run_started_at", "run_ended_at", "start_time", "end_time",
                            "created_at"), time))
kinds.update(dict.fromkeys(("input_rows", "output_rows", "rows_written", "rows_processed",
                            "table_total_rows", "valid_rows", "invalid_rows"), whole))
kinds.update(dict.fromkeys(("duration_secs", "validation_rate", "memory_usage_mb",
                            "cpu_usage_percent"), real), success=pa.bool_())
table = pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))
deltalake.write_deltalake({table!r}, table)
print(json.dumps({{"rows_written": table.num_rows}}))
"""


def commands(task, table, files, engines):
    python, threads = [sys.executable, "-c"], os.cpu_count()
    reports = {"summary": ["report"], "trends": ["trends"],
               "report": ["report", "--html", page_of(table), "--gnuplot", "none"]}
    bodies = {"summary": (DUCKDB_SUMMARY, POLARS_SUMMARY),
              "trends": (DUCKDB_TRENDS, POLARS_TRENDS),
              "report": (DUCKDB_REPORT, POLARS_REPORT)}[task]
    made = {
        "quire": [PROGRAM, "log", *reports[task], table, "--days", "0", "--json", "--threads",
                  str(threads)],
        "duckdb": python + [DUCKDB.format(threads=threads, files=files, body=bodies[0])],
        "polars": python + [POLARS.format(files=files, body=bodies[1])],
    }
    return {name: made[name] for name in engines}


def page_of(table):
    return f"{table}.html"


def told(task, answer, table):
    """What of quire's report the others print."""
    if isinstance(answer, list):
        return answer
    if task != "trends":
        totals = [answer["total_executions"], answer["total_rows"],
                  answer["average_duration_secs"],
                  *(len(answer[f"by_{part}"]) for part in ("phase", "step", "day", "hour")),
                  answer["anomaly_count"]]
        return totals + (told_by_page(table) if task == "report" else [])
    duration, slower = answer["duration_trend"], answer["step_durations"]
    return [duration["mean"], duration["stddev"], duration["p50"], duration["p95"],
            answer["validation_trend"]["p50"], len(answer["by_day"]), len(slower),
            slower[0]["change_secs"]]


def told_by_page(table):
    """Trends are in the page alone."""
    page = pathlib.Path(page_of(table)).read_text()
    return [float(re.search(f'data-key="{key}">.*?<data value="([^"]*)"', page)[1])
            for key in ("duration_trend.stddev", "duration_trend.p50", "duration_trend.p95",
                        "validation_trend.p50")]


def import_seconds(name, rounds):
    if name == "quire":
        return 0
    return statistics.median(
        harness.command_figures([sys.executable, "-c", f"import {IMPORTS.get(name, name)}"])[0]
        for _ in range(rounds))


def measure(task, table, files, options):
    """Lines of a table: what each engine took, medians over the rounds, in turn."""
    seconds, peaks, expected = {}, {}, None
    for _ in range(options.rounds):
        for name, command in commands(task, table, files, options.engines).items():
            took, peak, answer = harness.command_figures(command)
            got = told(task, json.loads(answer), table)
            expected = expected or got
            assert len(got) == len(expected) and all(
                math.isclose(a, b, rel_tol=1e-9) for a, b in zip(got, expected)), (
                    f"{name} says {got}, not {expected}")
            seconds.setdefault(name, []).append(took)
            peaks.setdefault(name, []).append(peak)
    for name, took in seconds.items():
        cpu = statistics.median(took) - import_seconds(name, options.rounds)
        yield f"| {name} | {cpu:.2f} | {statistics.median(peaks[name]) / 1e6:.0f} |"


def write_table(folder, rows, execution):
    """The log as a table of PARTS commits, and its data files."""
    import pyarrow.parquet as pq
    table, part = f"{folder}/log", f"{folder}/part.parquet"
    shutil.rmtree(table, ignore_errors=True)
    for i in range(PARTS):
        pq.write_table(steps.make(rows // PARTS, i, PARTS, execution), part)
        subprocess.run([PROGRAM, "table", "append", table, part, "--create", "--durability",
                        "none"], check=True, stderr=subprocess.DEVNULL)
    return table, sorted(map(str, pathlib.Path(table).glob("*.parquet")))


def writing(folder, options):
    """Lines of a table: reports written, by each in turn."""
    for count in (1000, 100_000):
        report = pathlib.Path(folder, "report.json")
        report.write_text(json.dumps(steps.report(count)))
        seconds, peaks = {}, {}
        for i in range(options.rounds):
            table = f"{folder}/written{count}-{i}"
            writers = {
                "quire": [PROGRAM, "log", "write", f"{table}-quire", str(report), "--kind",
                          "report", "--json", "--durability", "none"],
                "deltalake": [sys.executable, "-c",
                              DELTALAKE.format(report=str(report), table=f"{table}-deltalake")],
            }
            for name, command in writers.items():
                took, peak, answer = harness.command_figures(command)
                assert json.loads(answer)["rows_written"] == count
                seconds.setdefault(name, []).append(took)
                peaks.setdefault(name, []).append(peak)
        for name, took in seconds.items():
            cpu = statistics.median(took) - import_seconds(name, options.rounds)
            yield (f"| {count:,} | {report.stat().st_size / 1e6:.1f} | {name} | {cpu:.3f} | "
                   f"{statistics.median(peaks[name]) / 1e6:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=lambda text: text.split(","), default=ENGINES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one million rows, one round")
    parser.add_argument("--write-results", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for rows, execution in LOGS[:1] if options.quick else LOGS:
            table, files = write_table(folder, rows, execution)
            for task in ("summary", "trends", "report"):
                lines += [f"### {task} of {rows:,} rows, {rows // execution:,} executions", "",
                          "| engine | CPU s | peak memory MB |", "|---|---:|---:|",
                          *measure(task, table, files, options), ""]
            shutil.rmtree(table)
        lines += ["### A report written", "",
                  "| steps | MB of JSON | writer | CPU s | peak memory MB |",
                  "|---:|---:|---|---:|---:|", *writing(folder, options), ""]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in (*options.engines, "deltalake") if name != "quire")
    head = ["# Run logs: the last results", "",
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; {versions}; "
            f"{options.rounds} round{'s in turn, medians' if options.rounds > 1 else ''}; "
            f"{datetime.date.today()}. CPU seconds are those of user and system, without importing "
            "the engine.", ""]
    text = "\n".join(head + lines)
    print(text)
    if options.write_results:
        (HERE.parent / "RESULTS.md").write_text(text)


if __name__ == "__main__":
    main()
