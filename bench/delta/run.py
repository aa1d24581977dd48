#!/usr/bin/env python3
"""Delta tables: writing, small commits, long logs, reading and upkeep, beside deltalake, Polars
and Spark.

    bench/delta/run.py [--engines A,B] [--parts A,B] [--rounds N] [--quick] [--write-results]

Parts: append (flights and random of bench/lib/bench_tables.py to an empty table), parted
(flights, by carrier), small (many appends of ten rows), log (appends of ten rows to logs of 10,
1,000 and 100,000 commits), checkpoint (of many files), read (all rows), optimize (forty files
put together), zorder (the same arranged by two columns), delete (a thirtieth of the rows, files
copied) and vectors (the same by deletion vectors). A peer that is not there is told of, not
missed. See bench/lib/harness.py for what is measured and how, README.md for what each does.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]

import engines  # noqa: E402  (sets where the library is)
import bench_tables  # noqa: E402
import delta  # noqa: E402
import harness  # noqa: E402
import logs  # noqa: E402

PARTS = engines.Quire.parts
DEFAULT = ["quire", "deltalake", "polars", "spark"]
WITH_LOG = ["small", "log", "checkpoint"]  # where the log is what is written
QUICK_ROWS = 20_000


def files_of(folder, part):
    """The files of a table by their path: those of data alone, but for parts about the log."""
    return {path: path.stat().st_size for path in pathlib.Path(folder).rglob("*")
            if path.is_file() and not path.name.startswith(".")
            and (part in WITH_LOG or "_delta_log" not in path.parts)}


def forget(url):
    if os.path.islink(url):
        os.unlink(url)
    else:
        shutil.rmtree(url, ignore_errors=True)


class Turns:
    """An engine before each of whose turns the table is made anew, each time at another place,
    since Spark remembers tables. What a turn wrote is counted: files that are new."""

    def __init__(self, engine, part, url, fresh):
        self.engine, self.name, self.part, self.fresh = engine, engine.name, part, fresh
        self.base, self.number, self.url = url, 0, url

    def turn(self, run, task, arguments):
        forget(self.url)
        self.number += 1
        self.url = f"{self.base}-{self.name}-{self.number}"
        self.fresh(self.url)
        before = files_of(self.url, self.part)
        answer = run(task, **arguments, url=self.url)
        answer["cpu"] *= answer.pop("times", 1)
        if self.part != "read" and "failed" not in answer:
            made = {path: size for path, size in files_of(self.url, self.part).items()
                    if path not in before}
            answer |= {"files": len(made), "bytes": sum(made.values())}
        return answer

    def run(self, task, **arguments):
        return self.turn(self.engine.run, task, arguments)

    def run_watched(self, task, **arguments):
        return self.turn(self.engine.run_watched, task, arguments)


class Run:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.absent, self.results, self.kept, self.turns = {}, [], {}, 0
        for name in options.engines:
            try:
                engines.check(name)
            except engines.NotRun as why:
                self.absent[name] = f"not run: {why}"

    def table(self, name):
        return bench_tables.prepare(self.folder, name, QUICK_ROWS if self.options.quick else None)

    def few(self):
        """Ten rows for a table of logs.SCHEMA."""
        import pyarrow as pa
        import pyarrow.feather
        path = self.folder / "few.arrow"
        rows = pa.table({"id": range(10), "text": [f"text {i}" for i in range(10)]}, logs.SCHEMA)
        pyarrow.feather.write_feather(rows, path, compression="uncompressed")
        return path

    def start(self, name):
        """A fresh process, but for Spark, whose session is to be warm."""
        if name != "spark":
            return engines.start(name)
        if name not in self.kept:
            self.kept[name] = engines.start(name)
        return self.kept[name]

    def in_turn(self, part, title, rows, fresh, request=None, after=None, rounds=None,
                **arguments):
        """Engines take turns at a table that fresh(url) makes anew before each turn."""
        able, refused = [], {}
        self.turns += 1
        for name in self.options.engines:
            if part not in engines.ENGINES[name].parts:
                continue
            if name in self.absent:
                refused[name] = {"failed": self.absent[name]}
                continue
            engine = Turns(self.start(name), part, str(self.folder / f"target{self.turns}"), fresh)
            answer = engine.engine.run("load", path=str(rows)) if rows else {}
            if "failed" in answer:
                refused[name] = answer
            able += [engine] if "failed" not in answer else []
        found = harness.compare(able, request or part, rounds or self.options.rounds, after=after,
                                **arguments)
        for engine in able:
            forget(engine.url)
            if engine.name not in self.kept:
                engine.engine.close()
        self.results.append((part, title, found | refused))
        print(harness.table(title, found | refused), flush=True)

    def appending(self, part, name, partition_by):
        import deltalake
        import pyarrow as pa
        import pyarrow.feather
        source = self.table(name)
        data = pyarrow.feather.read_table(source, memory_map=True)

        def after(engine, answer):
            actions = pa.table(deltalake.DeltaTable(engine.url).get_add_actions())
            rows = sum(actions["num_records"].to_pylist())
            if rows != data.num_rows:
                raise ValueError(f"wrote {rows} rows of {data.num_rows}")

        by = f", by {partition_by[0]}" if partition_by else ""
        self.in_turn(part, f"{name}: append{by}", source, request="append", after=after,
                     fresh=lambda url: delta.create(url, data.schema, partition_by=partition_by))

    def append(self):
        for name in ("flights", "random"):
            self.appending("append", name, [])

    def parted(self):
        self.appending("parted", "flights", ["carrier"])

    def small(self):
        count = 20 if self.options.quick else 1000
        self.in_turn("small", f"{count} appends of ten rows", self.few(), request="appends",
                     count=count, rounds=min(self.options.rounds, 2),
                     fresh=lambda url: delta.create(url, logs.SCHEMA))

    def log(self):
        """Eight appends: none of them is due a checkpoint. Links make a log quickly."""
        for commits in (10, 1000) if self.options.quick else (10, 1000, 100_000):
            made = self.folder / f"log{commits}"
            logs.make(made, commits)
            self.in_turn("log", f"8 appends of ten rows to a log of {commits:,} commits",
                         self.few(), request="appends", count=8,
                         fresh=lambda url, made=made: shutil.copytree(made, url,
                                                                      copy_function=os.link))
            shutil.rmtree(made)

    def checkpoint(self):
        """The last has one commit less than the table."""
        files = 3000 if self.options.quick else 300_000
        made = self.folder / "files"
        logs.make(made, 9, files - 1)
        logs.commit(made, 10, [{"add": logs.add(files)}])
        self.in_turn("checkpoint", f"a checkpoint of {files:,} files", None,
                     fresh=lambda url: shutil.copytree(made, url))
        shutil.rmtree(made)

    def pieces(self, count, properties=None):
        """flights as a table of so many files, and its rows."""
        import pyarrow.feather
        data = pyarrow.feather.read_table(self.table("flights"), memory_map=True)
        made = self.folder / f"pieces{count}{len(properties or {})}"
        if not made.exists():
            delta.create(made, data.schema, properties=properties)
            step = -(-data.num_rows // count)
            for i in range(count):
                delta.append(made, data.slice(i * step, step))
        return made, data

    def read(self):
        made, data = self.pieces(8)

        def after(engine, answer):
            if answer["rows"] != data.num_rows:
                raise ValueError(f"read {answer['rows']} rows of {data.num_rows}")

        self.in_turn("read", "flights in eight files: read", None, after=after,
                     fresh=lambda url: os.symlink(made, url))

    # --- Upkeep -------------------------------------------------------------------------------

    def upkeep(self, part, title, properties=None, kept=lambda data: data.num_rows):
        made, data = self.pieces(40, properties)
        expected = kept(data)

        def after(engine, answer):
            rows = delta.read(engine.url).num_rows
            if rows != expected:
                raise ValueError(f"{rows} rows are left, of {expected}")

        self.in_turn(part, title, None, after=after, fresh=lambda url:
                     shutil.copytree(made, url, copy_function=os.link))

    def optimize(self):
        self.upkeep("optimize", "optimize: forty files together")

    def zorder(self):
        self.upkeep("zorder", f"optimize: Z-order by {' and '.join(engines.ARRANGE)}")

    @staticmethod
    def left(data):
        import pyarrow.compute as pc
        return pc.sum(pc.not_equal(data["day"], 3)).as_py()

    def delete(self):
        self.upkeep("delete", f"delete where {engines.DELETE}: files copied", kept=self.left)

    def vectors(self):
        self.upkeep("vectors", f"delete where {engines.DELETE}: deletion vectors",
                    {"delta.enableDeletionVectors": "true"}, kept=self.left)

    def run(self):
        try:
            for part in self.options.parts:
                getattr(self, part)()
        finally:
            for engine in self.kept.values():
                engine.close()


def report(options, results):
    text = (f"# Delta tables: the last results\n\n{harness.conditions()}; {engines.versions()}; "
            f"{options.rounds} rounds in turn, medians; {time.strftime('%Y-%m-%d')}; tables in "
            "memory (tmpfs), nothing fsynced by quire, as the peers do not. Files are compressed "
            "with snappy. Files and their size are what was written. Memory is private, beyond "
            "what was held before, the rows to be written among it; Spark's is all that its JVM "
            "held. [README](README.md) says what each engine does.\n\n")
    for part in options.parts:
        for what, title, rows in results:
            if what == part:
                text += harness.table(title, rows) + "\n"
    return text.rstrip() + "\n"


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=harness.some_of(engines.NAMES), default=DEFAULT)
    parser.add_argument("--parts", type=harness.some_of(PARTS), default=PARTS)
    parser.add_argument("--rounds", type=int, help="timed turns of each engine; default 3")
    parser.add_argument("--quick", action="store_true",
                        help="a smoke run: a few rows, a round")
    parser.add_argument("--dir", help="where the tables go (kept); default: a folder in memory")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--write-results", action="store_true",
                        help="write bench/delta/RESULTS.md")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def main():
    options = parse()
    with harness.folder(options.dir) as folder:
        run = Run(options, folder)
        run.run()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            [{"part": part, "title": title, "engines": rows}
             for part, title, rows in run.results], indent=1))
    if options.write_results:
        (HERE.parent / "RESULTS.md").write_text(report(options, run.results))


if __name__ == "__main__":
    main()
