"""The engines of the Ion benchmark, each in a process of its own.

Those with a Python interface are served by this file:

    engines.py --engine NAME

ion-rs is a program, built on demand into build/bench. All take the tasks load (a mapped
Arrow IPC file: the table to write, or whose schema is read), write and read.
"""

import argparse
import itertools
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
PROGRAM = BUILT / "cargo/release/bench-ion-rs"
NAMES = ["quire", "ion-rs", "amazon.ion", "quire-parquet"]


class NotRun(Exception):
    """Why an engine cannot take part."""


class Quire:
    """In-process, over the Arrow C stream."""

    def __init__(self):
        import pyquire
        self.quire = pyquire

    def load(self, path):
        import pyarrow.feather
        self.data = pyarrow.feather.read_table(path, memory_map=True)

    def write(self, path, form):
        self.quire.write(path, self.data, format=form, durability="none")

    def read(self, path, form):
        return self.quire.read(path, format=form).num_rows


class Parquet(Quire):
    """The same table as quire's own Parquet without compression; form says nothing."""

    def write(self, path, form):
        self.quire.write(path, self.data, format="parquet", durability="none",
                         settings={"compression": "none"})

    def read(self, path, form):
        return self.quire.read(path, format="parquet").num_rows


class AmazonIon:
    """Dictionaries, made before the clock starts; its C extension writes and reads them."""

    def __init__(self):
        import amazon.ion.simpleion as simpleion
        if not simpleion.c_ext:
            raise NotRun("amazon.ion has no C extension here")
        self.simpleion = simpleion

    def load(self, path):
        import pyarrow.feather
        self.rows = pyarrow.feather.read_table(path, memory_map=True).to_pylist()

    def write(self, path, form):
        with open(path, "wb") as file:
            self.simpleion.dump(self.rows, file, binary=form == "ion", sequence_as_stream=True)

    def read(self, path, form):
        # One value after the other: a list of all would be more than others are asked for.
        with open(path, "rb") as file:
            values = self.simpleion.load(file, single_value=False,
                                         parse_eagerly=False)
            return sum(1 for _ in itertools.chain(values))


PYTHON = {"quire": Quire, "quire-parquet": Parquet, "amazon.ion": AmazonIon}


def serve(name):
    engine = PYTHON[name]()

    def timed(call, *arguments):
        started = time.perf_counter()
        rows = call(*arguments)
        return {"seconds": time.perf_counter() - started, "rows": rows}

    harness.serve({
        "load": lambda path: engine.load(path),
        "write": lambda path, form: timed(engine.write, path, form),
        "read": lambda path, form: timed(engine.read, path, form),
    })


def build_ion_rs(build):
    folder = HERE.parent / "ion_rs"
    sources = [folder / "Cargo.toml", folder / "Cargo.lock", folder / "src/main.rs"]
    newest = max(source.stat().st_mtime for source in sources)
    if PROGRAM.exists() and PROGRAM.stat().st_mtime >= newest:
        return
    if not build:
        raise NotRun("not built")
    if shutil.which("cargo") is None:
        raise NotRun("no cargo")
    print("building ion-rs", file=sys.stderr, flush=True)
    BUILT.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path",
                           str(folder / "Cargo.toml"), "--target-dir", str(BUILT / "cargo")],
                          stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        raise NotRun("does not build")
    os.utime(PROGRAM)  # cargo leaves a program alone that would come out the same


def check(name, build):
    """Raises NotRun when the engine cannot take part."""
    if name == "ion-rs":
        build_ion_rs(build)
    elif name == "amazon.ion":
        try:
            AmazonIon()
        except ImportError:
            raise NotRun("not installed") from None
    elif not os.path.exists(os.environ["QUIRE_LIB"]):
        raise NotRun("not built")


def start(name):
    """A fresh process of the engine."""
    if name == "ion-rs":
        return harness.WordEngine(name, [str(PROGRAM)])
    return harness.Engine(name, [sys.executable, str(HERE), "--engine", name])


def versions():
    """One phrase for each peer."""
    import importlib.metadata
    lock = (HERE.parent / "ion_rs/Cargo.lock").read_text()
    rust = lock.partition('name = "ion-rs"\nversion = "')[2].partition('"')[0]
    return f"ion-rs {rust}, amazon.ion {importlib.metadata.version('amazon.ion')} with its C extension"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=PYTHON, required=True)
    serve(parser.parse_args().engine)


if __name__ == "__main__":
    main()
