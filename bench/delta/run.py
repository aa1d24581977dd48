#!/usr/bin/env python3
"""Delta tables: writing, small commits, long logs, reading and upkeep, beside delta-rs and Polars.

    bench/delta/run.py [--engines A,B] [--tasks A,B] [--rounds N] [--quick] [--write-results]

Tasks: append (flights and random of bench/lib/bench_tables.py to an empty table), parted
(flights, by carrier), small (many appends of ten rows), log (appends of ten rows to logs of 10,
1,000 and 100,000 commits), checkpoint (of many files), read, and upkeep (optimize, Z-order and
delete as whole processes, as far as `quire table` has them). A peer that is not there is told
of, not missed. Spark takes part only when it is named by --engines. See bench/lib/harness.py for
what is measured and how.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]

import engines  # noqa: E402  (sets where the library is)
import bench_tables  # noqa: E402
import delta  # noqa: E402
import harness  # noqa: E402
import logs  # noqa: E402

TASKS = ["append", "parted", "small", "log", "checkpoint", "read", "upkeep"]
DEFAULT = ["quire", "deltalake", "polars", "duckdb"]
QUICK_ROWS = 20_000


def folder_bytes(folder):
    """Of the data files."""
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*.parquet")
               if "_delta_log" not in path.parts)


def forget(url):
    if os.path.islink(url):
        os.unlink(url)
    else:
        shutil.rmtree(url, ignore_errors=True)


class Turns:
    """An engine before each of whose turns the table is made anew."""

    def __init__(self, engine, url, fresh):
        self.engine, self.name, self.url, self.fresh = engine, engine.name, url, fresh
        self.close = engine.close

    def run(self, task, **arguments):
        forget(self.url)
        self.fresh(self.url)
        return self.engine.run(task, **arguments)

    def run_watched(self, task, **arguments):
        forget(self.url)
        self.fresh(self.url)
        return self.engine.run_watched(task, **arguments)


class Run:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.absent, self.results = {}, []
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

    def in_turn(self, title, task, rows, fresh, request="append", after=None, rounds=None,
                **arguments):
        """Engines take turns at a table that fresh(url) makes anew before each turn."""
        url = str(self.folder / "target")
        able, refused = [], {}
        for name in self.options.engines:
            if task not in engines.ENGINES[name].tasks:
                continue
            if name in self.absent:
                refused[name] = {"failed": self.absent[name]}
                continue
            engine = Turns(engines.start(name), url, fresh)
            answer = engine.engine.run("load", path=str(rows)) if rows else {}
            if "failed" in answer:
                refused[name] = answer
                engine.close()
            else:
                able.append(engine)
        found = harness.compare(able, request, rounds or self.options.rounds, after=after, url=url,
                                **arguments)
        forget(url)
        for engine in able:
            engine.close()
        self.keep(task, title, found | refused)

    def keep(self, task, title, rows):
        self.results.append((task, title, rows))
        print(harness.table(title, rows), flush=True)

    def appending(self, task, name, partition_by):
        import deltalake
        import pyarrow as pa
        import pyarrow.feather
        source = self.table(name)
        data = pyarrow.feather.read_table(source, memory_map=True)

        def after(engine, answer):
            answer["bytes"] = folder_bytes(engine.url)
            actions = pa.table(deltalake.DeltaTable(engine.url).get_add_actions())
            rows = sum(actions["num_records"].to_pylist())
            if rows != data.num_rows:
                raise ValueError(f"wrote {rows} rows of {data.num_rows}")

        by = f", by {partition_by[0]}" if partition_by else ""
        self.in_turn(f"{name}: append{by}", task, source, after=after, fresh=lambda url:
                     delta.create(url, data.schema, partition_by=partition_by))

    def append(self):
        for name in ("flights", "random"):
            self.appending("append", name, [])

    def parted(self):
        self.appending("parted", "flights", ["carrier"])

    def small(self):
        count = 20 if self.options.quick else 1000
        self.in_turn(f"{count} appends of ten rows", "small", self.few(), request="appends",
                     count=count, rounds=1 if self.options.quick else 2,
                     fresh=lambda url: delta.create(url, logs.SCHEMA))

    def log(self):
        """Eight appends: none of them is due a checkpoint. Links make a log quickly."""
        for commits in (10, 1000) if self.options.quick else (10, 1000, 100_000):
            made = self.folder / f"log{commits}"
            logs.make(made, commits)
            self.in_turn(f"8 appends of ten rows to a log of {commits:,} commits", "log",
                         self.few(), request="appends", count=8,
                         fresh=lambda url, made=made: shutil.copytree(made, url,
                                                                      copy_function=os.link))
            shutil.rmtree(made)

    def checkpoint(self):
        files = 3000 if self.options.quick else 300_000
        made = self.folder / "files"
        logs.make(made, 9, files)
        self.in_turn(f"a checkpoint of {files:,} files", "checkpoint", self.few(),
                     request="checkpoint", rounds=1 if self.options.quick else 2,
                     fresh=lambda url: shutil.copytree(made, url))

    def read(self):
        import pyarrow.feather
        source = self.table("flights")
        data = pyarrow.feather.read_table(source, memory_map=True)
        made = self.folder / "whole"
        delta.create(made, data.schema)
        step = -(-data.num_rows // 8)
        for i in range(8):
            delta.append(made, data.slice(i * step, step))

        def after(engine, answer):
            if answer["rows"] != data.num_rows:
                raise ValueError(f"read {answer['rows']} rows of {data.num_rows}")

        self.in_turn("flights in eight files: read", "read", None, request="read", after=after,
                     fresh=lambda url: os.symlink(made, url))

    # --- Upkeep, by whole processes -----------------------------------------------------------

    def upkeep(self):
        """Start-up counts, Python's too."""
        import pyarrow.feather
        listed = subprocess.run([os.environ["QUIRE_PROGRAM"], "table", "--help"],
                                capture_output=True, text=True, check=True).stdout
        data = pyarrow.feather.read_table(self.table("flights"), memory_map=True)
        made = self.folder / "parts"
        delta.create(made, data.schema)
        step = -(-data.num_rows // 40)
        for i in range(40):
            delta.append(made, data.slice(i * step, step))
        for title, verb, ours, theirs in UPKEEP:
            if f" {verb} " in listed and "deltalake" not in self.absent:
                self.whole(title, made, {"quire": ours, "deltalake": theirs})

    def whole(self, title, made, commands):
        url, runs, rows = str(self.folder / "target"), {name: [] for name in commands}, {}
        for turn in range(self.options.rounds + 1):
            for name, command in commands.items():
                shutil.copytree(made, url, copy_function=os.link)
                answer, peak, complaint = harness.run_command(command(url))
                if complaint:
                    rows[name] = {"failed": complaint}
                elif turn == 0:
                    rows[name] = {"bytes": folder_bytes(url), "memory": peak}
                else:
                    runs[name].append(answer)
                forget(url)
        self.keep("upkeep", title, harness.figures(rows, runs))

    def run(self):
        for task in self.options.tasks:
            getattr(self, task)()


PYTHON = "import deltalake; t = deltalake.DeltaTable({url!r}); t."
UPKEEP = [
    ("optimize: 40 files to one", "optimize",
     lambda url: [os.environ["QUIRE_PROGRAM"], "table", "optimize", url],
     lambda url: [sys.executable, "-c", PYTHON.format(url=url) + "optimize.compact()"]),
    ("optimize: Z-order by dest and distance", "optimize",
     lambda url: [os.environ["QUIRE_PROGRAM"], "table", "optimize", "--zorder", "dest,distance",
                  url],
     lambda url: [sys.executable, "-c",
                  PYTHON.format(url=url) + "optimize.z_order(['dest', 'distance'])"]),
    ("delete: one row of twelve", "delete",
     lambda url: [os.environ["QUIRE_PROGRAM"], "table", "delete", url, "--where", "month = 3"],
     lambda url: [sys.executable, "-c", PYTHON.format(url=url) + "delete('month = 3')"]),
]


def report(options, results):
    text = (f"# Delta tables: the last results\n\n{harness.conditions()}; {engines.versions()}; "
            f"{options.rounds} rounds in turn, medians; {time.strftime('%Y-%m-%d')}; tables in "
            "memory (tmpfs), nothing fsynced by quire, as the peers do not. Files are compressed "
            "with snappy. Memory is private, beyond the rows to be written; in upkeep it is all "
            "that the process held, and times are of whole processes. The peers write a "
            "checkpoint every hundred commits, quire every ten, as the protocol has it.\n\n")
    for task in options.tasks:
        for what, title, rows in results:
            if what == task:
                text += harness.table(title, rows) + "\n"
    return text.rstrip() + "\n"


def parse():
    def some_of(allowed):
        def parse_list(text):
            names = text.split(",")
            for name in names:
                if name not in allowed:
                    raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(allowed)}")
            return [name for name in allowed if name in names]
        return parse_list

    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=some_of(engines.NAMES), default=DEFAULT)
    parser.add_argument("--tasks", type=some_of(TASKS), default=TASKS)
    parser.add_argument("--rounds", type=int, help="timed turns of each engine; default 3")
    parser.add_argument("--quick", action="store_true",
                        help="a smoke run of seconds: a few rows, a round")
    parser.add_argument("--dir", help="where the tables go (kept); default: a folder in memory")
    parser.add_argument("--write-results", action="store_true",
                        help="write bench/delta/RESULTS.md")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def main():
    options = parse()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = pathlib.Path(options.dir or tempfile.mkdtemp(prefix="quire-bench-", dir=memory))
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(options, folder)
    try:
        run.run()
    finally:
        if not options.dir:
            shutil.rmtree(folder)
    if options.write_results:
        (HERE.parent / "RESULTS.md").write_text(report(options, run.results))


if __name__ == "__main__":
    main()
