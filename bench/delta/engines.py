"""The engines of the Delta benchmark, each in a process of its own:

    engines.py --engine NAME

All take the tasks load (a mapped Arrow IPC file: the rows to append), append, appends (many of
a few rows), checkpoint and read. They use their defaults but for the codec, which is snappy
everywhere, and as many threads as they like."""

import argparse
import importlib.util
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]
os.environ.setdefault("QUIRE_LIB", str(ROOT / "build/release/src/libquire.so"))
os.environ.setdefault("QUIRE_PROGRAM", str(ROOT / "build/release/src/cli/quire"))

import harness  # noqa: E402


class NotRun(Exception):
    """Why an engine cannot take part."""


def mapped(path):
    import pyarrow.feather
    return pyarrow.feather.read_table(path, memory_map=True)


class Quire:
    """In-process, over the Arrow C stream. It writes a checkpoint every ten commits."""

    tasks = ["append", "parted", "small", "log", "checkpoint", "read"]

    def __init__(self):
        import delta
        self.delta = delta

    def load(self, path):
        self.data = mapped(path)

    def append(self, url):
        self.delta.append(url, self.data)

    def checkpoint(self, url):
        """The table's next version is one with a checkpoint."""
        self.delta.append(url, self.data)

    def read(self, url):
        return self.delta.read(url).num_rows


class Deltalake:
    """delta-rs. It writes a checkpoint every hundred commits."""

    tasks = Quire.tasks

    def __init__(self):
        import deltalake
        self.deltalake = deltalake
        self.properties = deltalake.WriterProperties(compression="SNAPPY")

    def load(self, path):
        self.data = mapped(path)

    def append(self, url):
        self.deltalake.write_deltalake(url, self.data, mode="append",
                                       writer_properties=self.properties)

    def checkpoint(self, url):
        self.deltalake.DeltaTable(url).create_checkpoint()

    def read(self, url):
        return self.deltalake.DeltaTable(url).to_pyarrow_table().num_rows


class Polars:
    """Writes from and reads into its own frame; its log is that of delta-rs."""

    tasks = ["append", "parted", "read"]

    def __init__(self):
        import deltalake
        import polars
        self.polars = polars
        self.options = {"writer_properties": deltalake.WriterProperties(compression="SNAPPY")}

    def load(self, path):
        self.frame = self.polars.from_arrow(mapped(path))

    def append(self, url):
        self.frame.write_delta(url, mode="append", delta_write_options=self.options)

    def read(self, url):
        return self.polars.read_delta(url).height


class Duckdb:
    """Reads only, where its extension for Delta can be loaded."""

    tasks = ["read"]

    def __init__(self):
        import duckdb
        self.base = duckdb.connect()
        self.base.execute("set enable_progress_bar = false")  # it would go where answers go
        self.base.execute("load delta")

    def load(self, path):
        pass

    def read(self, url):
        return self.base.sql(f"select * from delta_scan('{url}')").to_arrow_table().num_rows


class Spark:
    """A warm session, with two threads and codegen; rows come from a Parquet file beside the
    table, since nothing hands it Arrow's. Only with --engines, for it takes long."""

    tasks = ["append", "parted", "small", "read"]

    def __init__(self):
        import spark_session
        self.spark = spark_session.session()
        for name, value in (("spark.sql.codegen.wholeStage", "true"),
                            ("spark.sql.codegen.factoryMode", "FALLBACK")):
            self.spark.conf.set(name, value)

    def load(self, path):
        import pyarrow.parquet
        pyarrow.parquet.write_table(mapped(path), path + ".parquet")
        self.frame = self.spark.read.parquet(path + ".parquet")

    def append(self, url):
        self.frame.write.format("delta").mode("append").save(url)

    def read(self, url):
        frame = self.spark.read.format("delta").load(url)
        frame.write.format("noop").mode("overwrite").save()
        return frame.count()


ENGINES = {"quire": Quire, "deltalake": Deltalake, "polars": Polars, "duckdb": Duckdb,
           "spark": Spark}
NAMES = list(ENGINES)
MODULES = {"quire": "pyarrow", "spark": "pyspark"}


def check(name):
    """Raises NotRun when the engine cannot take part."""
    if name == "quire" and not os.path.exists(os.environ["QUIRE_LIB"]):
        raise NotRun("not built")
    if importlib.util.find_spec(MODULES.get(name, name)) is None:
        raise NotRun("not installed")
    if name == "duckdb":
        import duckdb
        try:
            duckdb.connect().execute("load delta")
        except duckdb.Error:
            raise NotRun("its extension for Delta is not there") from None


def start(name):
    """A fresh process of the engine."""
    return harness.Engine(name, [sys.executable, str(HERE), "--engine", name])


def versions():
    """One phrase for each peer."""
    from importlib.metadata import version
    return ", ".join(f"{name} {version(name)}" for name in ("deltalake", "polars", "duckdb"))


def serve(name):
    engine = ENGINES[name]()

    def timed(call, *arguments):
        started = time.perf_counter()
        rows = call(*arguments)
        return {"seconds": time.perf_counter() - started, "rows": rows}

    def appends(url, count):
        for _ in range(count):
            engine.append(url)

    harness.serve({
        "load": lambda path: engine.load(path),
        "append": lambda url: timed(engine.append, url),
        "appends": lambda url, count: timed(appends, url, count),
        "checkpoint": lambda url: timed(engine.checkpoint, url),
        "read": lambda url: timed(engine.read, url),
    })


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=NAMES, required=True)
    serve(parser.parse_args().engine)


if __name__ == "__main__":
    main()
