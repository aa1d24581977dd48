#!/usr/bin/env python3
"""Arrow IPC: writing and reading, beside pyarrow and Polars.

    bench/arrow/run.py [--rounds N] [--only WORD] [--dir FOLDER] [--quick] [--write-results]

Tables: flights, random, nested (bench/lib/bench_tables.py), in batches of 64 Ki rows. Files
stand in a folder in memory (/dev/shm), so that what is measured is the work of the libraries
and of the kernel's copy. Read are whole tables into Arrow arrays, by a mapping, by copying,
and from compressed files; and by copying, batch after batch, of which none is kept. Quire
looks at what it reads before it gives it; "quire trusting" (validate=off) does not, as
pyarrow does not. Each engine is one process that keeps its memory between the rounds, Quire
in its context.
"""

import argparse
import datetime
import importlib.metadata
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

TABLES = ["flights", "random", "nested"]
ENGINES = ["quire", "pyarrow", "polars"]
TRUSTING = "quire trusting"  # only reads
BATCH_ROWS = 65536
CODECS = ["none", "lz4", "zstd"]
WAYS = ["map", "copy", "stream"]
TASKS = [f"write-{codec}" for codec in CODECS] + [f"read-{way}" for way in WAYS + CODECS[1:]]

NOTES = """`quire trusting` reads with `validate=off`: neither it nor pyarrow looks at offsets, null
counts and UTF-8, as Quire does by default. Each engine is one process that keeps its memory
between the rounds, Quire in its context. `map` and `copy` keep the whole table, `stream`
copies batch after batch and keeps none.

"""


def load(path):
    """A table in memory that no file stands behind."""
    import pyarrow as pa
    with pa.OSFile(path) as source:
        return pa.ipc.open_file(source).read_all()


# --- Workers: one process an engine ------------------------------------------------


def worker_quire(data, **settings):
    import pyquire
    context = pyquire.context()

    def write(path, codec):
        level = ":1" if codec == "zstd" else ""  # pyarrow's
        pyquire.write(path, data, compression=codec + level, durability="none")

    def read(path, way):
        options = {"memory_map": "on" if way == "map" else "off", **settings}
        if way == "stream":
            return pyquire.drain(path, settings=options, ctx=context)
        return len(pyquire.read(path, settings=options, ctx=context))

    return write, read


def worker_pyarrow(data):
    import pyarrow as pa

    def write(path, codec):
        options = pa.ipc.IpcWriteOptions(compression=None if codec == "none" else codec)
        with pa.OSFile(path, "wb") as sink, \
                pa.ipc.new_file(sink, data.schema, options=options) as writer:
            writer.write_table(data)

    def read(path, way):
        with (pa.memory_map if way == "map" else pa.OSFile)(path) as source:
            file = pa.ipc.open_file(source)
            if way == "stream":
                return sum(len(file.get_batch(i)) for i in range(file.num_record_batches))
            return len(file.read_all())

    return write, read


def worker_polars(data):
    import polars as pl
    frame = pl.from_arrow(data)

    def write(path, codec):
        frame.write_ipc(path, compression="uncompressed" if codec == "none" else codec)

    def read(path, way):
        if way == "stream":
            raise ValueError("reads no batches")
        return len(pl.read_ipc(path if way == "map" else open(path, "rb").read()))

    return write, read


def work(engine, table):
    data = load(table)
    if engine == TRUSTING:
        write, read = worker_quire(data, validate="off")
    else:
        write, read = globals()[f"worker_{engine}"](data)

    def do_write(path, codec):
        started = time.perf_counter()
        write(path, codec)
        seconds = time.perf_counter() - started
        size = os.path.getsize(path)
        os.unlink(path)
        return {"seconds": seconds, "bytes": size}

    def do_read(path, way):
        started = time.perf_counter()
        rows = read(path, way)
        seconds = time.perf_counter() - started
        assert rows == data.num_rows
        return {"seconds": seconds}

    harness.serve({"write": do_write, "read": do_read})


# --- The run -------------------------------------------------------------------------


def prepare(folder, name, rows):
    import pyarrow as pa
    make = bench_tables.TABLES[name]
    table = (make() if rows is None else make(rows)).combine_chunks()
    for codec in CODECS:
        options = pa.ipc.IpcWriteOptions(compression=None if codec == "none" else codec)
        with pa.OSFile(str(folder / f"{name}-{codec}.arrow"), "wb") as sink, \
                pa.ipc.new_file(sink, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=BATCH_ROWS)


def run(options):
    folder = pathlib.Path(options.dir or tempfile.mkdtemp(prefix="quire-bench-", dir="/dev/shm"))
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for name in TABLES:
        if not any(options.only in f"{name}-{task}" for task in TASKS):
            continue
        prepare(folder, name, 20_000 if options.quick else None)
        source = str(folder / f"{name}-none.arrow")

        engines = {}  # once a table, when first needed: each loads it

        def compare(what, title, task, **arguments):
            if options.only not in f"{name}-{what}":
                return
            for engine in [*ENGINES, TRUSTING]:
                if engine not in engines:
                    engines[engine] = harness.Engine(engine, [
                        sys.executable, str(HERE), "--engine", engine, "--table", source])
            used = [engine for engine in engines.values()
                    if task == "read" or engine.name != TRUSTING]
            parts.append(harness.table(title, harness.compare(used, task, options.rounds,
                                                              **arguments)))
            print(parts[-1], flush=True)

        for codec in CODECS:
            compare(f"write-{codec}", f"{name}: write, compression {codec}", "write",
                    path=str(folder / "out.arrow"), codec=codec)
        for way in WAYS:
            compare(f"read-{way}", f"{name}: read, {way}", "read", path=source, way=way)
        for codec in CODECS[1:]:
            compare(f"read-{codec}", f"{name}: read, compression {codec}", "read",
                    path=str(folder / f"{name}-{codec}.arrow"), way="copy")
        for engine in engines.values():
            engine.close()
    if not options.dir:
        shutil.rmtree(folder)
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="timed turns of each engine; default 3")
    parser.add_argument("--quick", action="store_true",
                        help="a smoke run of seconds: a few rows, a round")
    parser.add_argument("--only", default="", help="only what has this in TABLE-write-CODEC, TABLE-read-WAY")
    parser.add_argument("--dir", help="where the files go (kept); default: a temporary folder")
    parser.add_argument("--write-results", action="store_true", help="write bench/arrow/RESULTS.md")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--table", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    os.environ.setdefault("QUIRE_LIB", str(ROOT / "build/release/src/libquire.so"))
    if options.engine:
        work(options.engine, options.table)
        return
    parts = run(options)
    if options.write_results:
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}"
                             for name in ("pyarrow", "polars"))
        text = (f"# Arrow IPC: the last results\n\n{harness.conditions()}; {versions}; "
                f"{options.rounds} rounds in turn, medians; {datetime.date.today()}; files in "
                "memory (tmpfs), nothing fsynced by any engine.\n\n" + NOTES +
                "\n".join(parts))
        (ROOT / "bench/arrow/RESULTS.md").write_text(text)


if __name__ == "__main__":
    main()
