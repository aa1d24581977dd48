"""The engines of the Parquet benchmark, each in a process of its own.

Those with a Python interface are served by this file:

    engines.py --engine NAME [--set NAME=VALUE]...

arrow-cpp and parquet-rs are programs, built on demand into build/bench. All take the
tasks load (a mapped Arrow IPC file: the table to write), write and read. They use their
defaults but for the codec, and as many threads as they like.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]

import harness  # noqa: E402

BUILT = ROOT / "build/bench"


class NotRun(Exception):
    """Why an engine cannot take part."""


# --- Engines in Python: load(path), write(path, codec), read(path) → rows -------------


def mapped(path):
    import pyarrow.feather
    return pyarrow.feather.read_table(path, memory_map=True)


def level_of(codec):
    """"zstd:3" → ("zstd", 3); "snappy" → ("snappy", None)."""
    name, _, level = codec.partition(":")
    return name, int(level) if level else None


class Quire:
    """In-process, over the Arrow C stream."""

    format = "parquet"

    def __init__(self, settings):
        import pyquire
        self.quire, self.settings = pyquire, settings

    def load(self, path):
        self.data = mapped(path)

    def write(self, path, codec):
        self.quire.write(path, self.data, format=self.format, durability="none",
                         settings={"compression": codec, **self.settings})

    def read(self, path):
        return self.quire.read(path, format=self.format).num_rows


class Pyarrow:
    def __init__(self, settings):
        import pyarrow.dataset  # or else the first read loads it  # noqa: F401
        import pyarrow.parquet
        self.parquet = pyarrow.parquet

    def load(self, path):
        self.data = mapped(path)

    def write(self, path, codec):
        name, level = level_of(codec)
        self.parquet.write_table(self.data, path, compression=name, compression_level=level)

    def read(self, path):
        return self.parquet.read_table(path).num_rows


class Polars:
    """Writes from and reads into its own frame."""

    def __init__(self, settings):
        import polars
        self.polars = polars

    def load(self, path):
        self.frame = self.polars.from_arrow(mapped(path))

    def write(self, path, codec):
        name, level = level_of(codec)
        name = "uncompressed" if name == "none" else name
        self.frame.write_parquet(path, compression=name, compression_level=level)

    def read(self, path):
        return self.polars.read_parquet(path).height


class Duckdb:
    """Writes from a table of its own in memory; reads into Arrow."""

    def __init__(self, settings):
        import duckdb
        self.base = duckdb.connect()
        self.base.execute("set enable_progress_bar = false")  # it would go where answers go

    def load(self, path):
        self.base.register("arrow_data", mapped(path))
        self.base.execute("create table data as select * from arrow_data")
        self.base.unregister("arrow_data")

    def write(self, path, codec):
        name, level = level_of(codec)
        name = "uncompressed" if name == "none" else name
        level = f", compression_level {level}" if level is not None else ""
        self.base.execute(f"copy data to '{path}' (format parquet, compression {name}{level})")

    def read(self, path):
        return self.base.sql(f"select * from read_parquet('{path}')").to_arrow_table().num_rows


PYTHON = {"quire": Quire, "pyarrow": Pyarrow, "polars": Polars, "duckdb": Duckdb}


def serve(name, settings):
    engine = PYTHON[name](settings)

    def timed(call, *arguments):
        started = time.perf_counter()
        rows = call(*arguments)
        return {"seconds": time.perf_counter() - started, "rows": rows}

    harness.serve({
        "load": lambda path: engine.load(path),
        "write": lambda path, codec: timed(engine.write, path, codec),
        "read": lambda path: timed(engine.read, path),
    })


# --- Engines that are programs -----------------------------------------------------------


def compile_arrow_cpp():
    """Against what the pyarrow wheel ships, so that it is the same Arrow."""
    import pyarrow
    compiler = shutil.which("g++")
    if compiler is None:
        raise NotRun("no g++")
    folder = os.path.dirname(pyarrow.__file__)
    version = pyarrow.cpp_build_info.so_version
    return [compiler, "-std=c++20", "-O2", "-isystem", pyarrow.get_include(),
            str(HERE.parent / "arrow_cpp.cc"), "-o", str(BUILT / "arrow_cpp"), "-L", folder,
            f"-l:libarrow.so.{version}", f"-l:libparquet.so.{version}", f"-Wl,-rpath,{folder}"]


def compile_parquet_rs():
    if shutil.which("cargo") is None:
        raise NotRun("no cargo")
    return ["cargo", "build", "--quiet", "--release", "--locked",
            "--manifest-path", str(HERE.parent / "parquet_rs/Cargo.toml"),
            "--target-dir", str(BUILT / "cargo")]


# name: (how it is built, what of, the program)
PROGRAMS = {
    "arrow-cpp": (compile_arrow_cpp, ["arrow_cpp.cc"], BUILT / "arrow_cpp"),
    "parquet-rs": (compile_parquet_rs,
                   ["parquet_rs/Cargo.toml", "parquet_rs/Cargo.lock", "parquet_rs/src/main.rs"],
                   BUILT / "cargo/release/bench-parquet-rs"),
}


def program(name, build):
    """The path of the program, built when it is older than its sources and build is set."""
    compile_, sources, path = PROGRAMS[name]
    newest = max((HERE.parent / source).stat().st_mtime for source in sources)
    if path.exists() and path.stat().st_mtime >= newest:
        return path
    if not build:
        raise NotRun("not built")
    BUILT.mkdir(parents=True, exist_ok=True)
    print(f"building {name}", file=sys.stderr, flush=True)
    command = compile_()
    done = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        raise NotRun("does not build")
    os.utime(path)  # cargo leaves a program alone that would come out the same
    return path


# --- For run.py ----------------------------------------------------------------------------

NAMES = ["quire", "arrow-cpp", "parquet-rs", "polars", "duckdb", "pyarrow"]


def check(name, build):
    """Raises NotRun when the engine cannot take part."""
    if name in PROGRAMS:
        program(name, build)
        return
    if name == "quire":
        if not os.path.exists(os.environ["QUIRE_LIB"]):
            raise NotRun("not built")
        listed = subprocess.run(
            [os.environ["QUIRE_PROGRAM"], "formats", "--json"], capture_output=True, check=True)
        if not any(json.loads(line)["name"] == Quire.format for line in listed.stdout.splitlines()):
            raise NotRun("Parquet is not in this build")
    elif importlib.util.find_spec(name) is None:
        raise NotRun("not installed")


def start(name, settings):
    """A fresh process of the engine."""
    if name in PROGRAMS:
        return harness.WordEngine(name, [str(program(name, build=False))])
    pairs = [word for item in settings for word in ("--set", item)]
    return harness.Engine(name, [sys.executable, str(HERE), "--engine", name, *pairs])


def versions():
    """One phrase for each peer."""
    import duckdb
    import polars
    import pyarrow
    lock = (HERE.parent / "parquet_rs/Cargo.lock").read_text()
    rust = lock.partition('name = "parquet"\nversion = "')[2].partition('"')[0]
    return (f"Arrow C++ and pyarrow {pyarrow.__version__}, parquet-rs {rust}, "
            f"polars {polars.__version__}, duckdb {duckdb.__version__}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=PYTHON, required=True)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    serve(options.engine, dict(item.split("=", 1) for item in options.set))


if __name__ == "__main__":
    main()
