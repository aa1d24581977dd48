#!/usr/bin/env python3
"""Parquet: writing and reading, beside Arrow C++, parquet-rs, Polars, DuckDB and pyarrow.

    bench/parquet/run.py [--engines A,B] [--tables A,B] [--codecs A,B] [--tasks A,B]
                         [--rounds N] [--quick] [--set NAME=VALUE] [--write-results]

Tables: flights, random, flights3m, lists, nested (bench/lib/bench_tables.py). Codecs:
none, snappy, zstd:1, zstd:3. Tasks: write, read, and convert (CSV to Parquet as a whole
process, with the last codec). A peer that is not there is told of, not missed.
See bench/lib/harness.py for what is measured and how, README.md for what each engine does.
"""

import argparse
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]
os.environ.setdefault("QUIRE_LIB", str(ROOT / "build/release/src/libquire.so"))
os.environ.setdefault("QUIRE_PROGRAM", str(ROOT / "build/release/src/cli/quire"))

import bench_tables  # noqa: E402
import engines  # noqa: E402
import harness  # noqa: E402

CODECS = ["none", "snappy", "zstd:1", "zstd:3"]
TASKS = ["write", "read", "convert"]
FLAT = ["flights", "random"]  # what CSV can hold, and so convert is done with
QUICK_ROWS = 20_000


def examine(path, rows, codec):
    """The file's size; ValueError when it is not what was asked for."""
    import pyarrow.parquet
    metadata = pyarrow.parquet.read_metadata(path)
    if metadata.num_rows != rows:
        raise ValueError(f"wrote {metadata.num_rows} rows of {rows}")
    wanted = "UNCOMPRESSED" if codec == "none" else codec.partition(":")[0].upper()
    found = metadata.row_group(0).column(0).compression
    if found != wanted:
        raise ValueError(f"wrote {found}, not {wanted}")
    return os.path.getsize(path)


class Run:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.absent = {}  # engine: why
        self.results = []  # (task, table, codec, {engine: row})
        for name in options.engines:
            try:
                engines.check(name, build=not options.quick)
            except engines.NotRun as why:
                self.absent[name] = f"not run: {why}"

    def table(self, name):
        return bench_tables.prepare(self.folder, name, QUICK_ROWS if self.options.quick else None)

    def in_turn(self, task, table, after, **arguments):
        """Fresh processes for each comparison: memory kept from one does not hide the next."""
        present = [engines.start(name, self.options.set) for name in self.options.engines
                   if name not in self.absent]
        refused = {}
        if task == "write":
            for engine in present:
                answer = engine.run("load", path=str(table))
                if "failed" in answer:
                    refused[engine.name] = answer
        able = [engine for engine in present if engine.name not in refused]
        rows = harness.compare(able, task, self.options.rounds, after=after, **arguments)
        for engine in present:
            engine.close()
        return rows | refused

    def write(self, name, codec):
        import pyarrow.feather
        table, target = self.table(name), str(self.folder / "out.parquet")
        rows = pyarrow.feather.read_table(table, columns=[0]).num_rows

        def after(engine, answer):
            answer["bytes"] = examine(target, rows, codec)
            os.unlink(target)

        return self.in_turn("write", table, after, path=target, codec=codec)

    def read(self, name, codec):
        """All read the same file, which pyarrow wrote."""
        import pyarrow.feather
        import pyarrow.parquet
        source = str(self.folder / f"{name}.parquet")
        data = pyarrow.feather.read_table(self.table(name))
        kind, level = engines.level_of(codec)
        pyarrow.parquet.write_table(data, source, compression=kind, compression_level=level)
        rows = data.num_rows
        del data

        def after(engine, answer):
            if answer["rows"] != rows:
                raise ValueError(f"read {answer['rows']} rows of {rows}")

        return self.in_turn("read", None, after, path=source)

    def convert(self, name, codec):
        import pyarrow.csv
        import pyarrow.feather
        source = str(self.folder / f"{name}.csv")
        if not os.path.exists(source):
            pyarrow.csv.write_csv(pyarrow.feather.read_table(self.table(name)), source)
        commands = {engine: command for engine, command in converters(codec).items()
                    if engine in self.options.engines and engine not in self.absent}
        return harness.compare_commands(commands, source, str(self.folder / "converted.parquet"),
                                        self.options.rounds)

    def wanted(self):
        for task in self.options.tasks:
            for name in self.options.tables:
                if task == "convert" and name not in FLAT:
                    continue
                for codec in self.options.codecs[-1:] if task == "convert" else self.options.codecs:
                    yield task, name, codec

    def run(self):
        for task, name, codec in self.wanted():
            found = getattr(self, task)(name, codec)
            rows = {engine: found.get(engine) or {"failed": self.absent[engine]}
                    for engine in self.options.engines if engine in found or engine in self.absent}
            self.results.append((task, name, codec, rows))
            print(harness.table(f"{name}: {task}, {codec}", rows), flush=True)
            if self.options.json:  # after each, so that a run cut short leaves what it has
                self.save(self.options.json)

    def save(self, path):
        pathlib.Path(path).write_text(json.dumps(
            [{"task": task, "table": table, "codec": codec, "engines": rows}
             for task, table, codec, rows in self.results], indent=1))


def converters(codec):
    """CSV to Parquet by the command that a user of each would type."""
    name, level = engines.level_of(codec)
    plain = "uncompressed" if name == "none" else name
    duck_level = f", compression_level {level}" if level is not None else ""
    return {
        "quire": lambda a, b: [os.environ["QUIRE_PROGRAM"], "convert", "--durability", "none",
                               "--set", f"out.compression={codec}", a, b],
        "polars": lambda a, b: [sys.executable, "-c", "import polars; polars.scan_csv("
                                f"{a!r}, try_parse_dates=True).sink_parquet({b!r}, "
                                f"compression={plain!r}, compression_level={level})"],
        "duckdb": lambda a, b: [sys.executable, "-c", "import duckdb; duckdb.sql("
                                f"\"copy (from read_csv('{a}')) to '{b}' "
                                f"(format parquet, compression {plain}{duck_level})\")"],
    }


# --- What is written down -----------------------------------------------------------------


def best(rows, figure):
    """(name, value) of the peer with the least of a figure; quire is no peer."""
    found = [(row[figure], name) for name, row in rows.items()
             if name != "quire" and row.get(figure) is not None]
    return min(found)[::-1] if found else (None, None)


def share(rows, name, figure):
    """quire's figure over that of a peer, as text."""
    ours = rows.get("quire", {})
    if figure == "seconds" and name and "ratio" in rows[name]:
        return f"{1 / rows[name]['ratio']:.2f}"
    if name and ours.get(figure) is not None and rows[name][figure]:
        return f"{ours[figure] / rows[name][figure]:.2f}"
    return "—"


def summary(task, results):
    """One line for each table and codec: quire beside the best peer of each figure."""
    figures = [("seconds", "fastest peer", "s", 1, 3), ("bytes", "smallest peer", "MB", 1e6, 2),
               ("memory", "least memory", "MB", 1e6, 0)]
    if task == "read":
        figures.pop(1)
    heads = "".join(f" {title} | {unit} | quire / it |" for _, title, unit, _, _ in figures)
    lines = [f"### {task}: quire beside the best peer of each figure", "",
             f"| table | codec |{heads}", "|---|---|" + "---|---:|---:|" * len(figures)]
    for _, table, codec, rows in results:
        line = f"| {table} | {codec} |"
        for figure, _, _, unit, digits in figures:
            name, value = best(rows, figure)
            shown = f"{value / unit:.{digits}f}" if name else "—"
            line += f" {name or '—'} | {shown} | {share(rows, name, figure)} |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def report(options, results):
    text = (f"# Parquet: the last results\n\n{harness.conditions()}; {engines.versions()}; "
            f"{options.rounds} rounds in turn, medians; {time.strftime('%Y-%m-%d')}; files in "
            "memory (tmpfs), nothing fsynced by any engine. What each engine does is in "
            "[README.md](README.md).\n\n")
    tasks = [task for task in options.tasks if any(result[0] == task for result in results)]
    for task in tasks:
        text += summary(task, [result for result in results if result[0] == task]) + "\n"
    for task in tasks:
        for table in options.tables:
            rows = {(codec, engine): row for what, name, codec, found in results
                    if (what, name) == (task, table) for engine, row in found.items()}
            if rows:
                text += harness.table(f"{table}: {task}", rows, ("codec", "engine")) + "\n"
    return text.rstrip() + "\n"


def parse():
    tables = list(bench_tables.TABLES)
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=harness.some_of(engines.NAMES), default=engines.NAMES)
    parser.add_argument("--tables", type=harness.some_of(tables), default=tables)
    parser.add_argument("--codecs", type=harness.some_of(CODECS), default=None)
    parser.add_argument("--tasks", type=harness.some_of(TASKS), default=TASKS)
    parser.add_argument("--rounds", type=int, help="timed turns of each engine; default 5")
    parser.add_argument("--quick", action="store_true",
                        help="a smoke run of seconds: a few rows, a round, nothing is built")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="an option of quire's Parquet writer")
    parser.add_argument("--dir", help="where the files go (kept); default: a folder in memory")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--write-results", action="store_true",
                        help="write bench/parquet/RESULTS.md")
    options = parser.parse_args()
    options.codecs = options.codecs or (["zstd:1"] if options.quick else CODECS)
    options.rounds = options.rounds or (1 if options.quick else 5)
    return options


def main():
    options = parse()
    with harness.folder(options.dir) as folder:
        run = Run(options, folder)
        run.run()
    if options.write_results:
        (HERE.parent / "RESULTS.md").write_text(report(options, run.results))


if __name__ == "__main__":
    main()
