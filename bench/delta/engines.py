"""The engines of the Delta benchmark, each in a process of its own:

    engines.py --engine NAME

Its tasks are load (a mapped Arrow IPC file: the rows to append), appends (many of a few rows) and
those of its class, which take a table's path. They use their defaults but for the codec, which is
snappy everywhere, and as many threads as they like. What is to be arranged or deleted is said in
ARRANGE and DELETE."""

import argparse
import ctypes
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

ARRANGE = ["dest", "distance"]
DELETE = "day = 3"


class NotRun(Exception):
    """Why an engine cannot take part."""


def mapped(path):
    import pyarrow.feather
    return pyarrow.feather.read_table(path, memory_map=True)


class OptimizeOptions(ctypes.Structure):
    _fields_ = [
        ("target_bytes", ctypes.c_int64),
        ("arrange", ctypes.c_int),
        ("columns", ctypes.POINTER(ctypes.c_char_p)),
        ("columns_size", ctypes.c_size_t),
        ("commit_bytes", ctypes.c_int64),
        ("where", ctypes.c_char_p),
        ("compression", ctypes.c_char_p),
        ("folder", ctypes.c_char_p),
        ("durability", ctypes.c_int),
        ("context", ctypes.c_void_p),
    ]


class CheckpointOptions(ctypes.Structure):
    _fields_ = [("compact_log", ctypes.c_bool), ("durability", ctypes.c_int)]


NOT_SYNCED = 2  # QUIRE_DURABILITY_NONE, as the peers have it


class Quire:
    """In-process, over the Arrow C stream. It writes a checkpoint every ten commits."""

    parts = ["append", "parted", "small", "log", "checkpoint", "read", "optimize", "zorder",
             "delete", "vectors"]

    def __init__(self):
        import delta
        self.delta = delta

    def load(self, path):
        self.data = mapped(path)

    def append(self, url):
        self.delta.append(url, self.data)

    def call(self, name, url, options):
        import pyquire
        error = pyquire.Error()
        pyquire.check(getattr(pyquire.lib, name)(os.fsencode(url), ctypes.byref(options), None,
                                                 ctypes.byref(error)), error)

    def checkpoint(self, url):
        self.call("quire_table_checkpoint", url, CheckpointOptions(durability=NOT_SYNCED))

    def read(self, url):
        return self.delta.read(url).num_rows

    def optimize(self, url):
        self.call("quire_table_optimize", url, OptimizeOptions(durability=NOT_SYNCED))

    def zorder(self, url):
        names = (ctypes.c_char_p * len(ARRANGE))(*[name.encode() for name in ARRANGE])
        self.call("quire_table_optimize", url, OptimizeOptions(
            arrange=1, columns=names, columns_size=len(ARRANGE), durability=NOT_SYNCED))

    def delete(self, url):
        """By vectors where the table asks for them."""
        self.delta.delete(url, DELETE)

    vectors = delete


class Deltalake:
    """delta-rs. It writes a checkpoint every hundred commits, and no deletion vectors."""

    parts = [part for part in Quire.parts if part != "vectors"]

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

    def optimize(self, url):
        self.deltalake.DeltaTable(url).optimize.compact(writer_properties=self.properties)

    def zorder(self, url):
        self.deltalake.DeltaTable(url).optimize.z_order(ARRANGE,
                                                        writer_properties=self.properties)

    def delete(self, url):
        self.deltalake.DeltaTable(url).delete(DELETE, writer_properties=self.properties)


class Polars:
    """Writes from and reads into its own frame; its log and its upkeep are those of delta-rs."""

    parts = ["append", "parted", "read"]

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

    parts = ["read"]

    def __init__(self):
        import duckdb
        self.base = duckdb.connect()
        self.base.execute("load delta")

    def load(self, path):
        pass

    def read(self, url):
        return self.base.sql(f"select * from delta_scan('{url}')").to_arrow_table().num_rows


class Spark:
    """One warm session with two threads, code generation and 4 GB; rows come from a Parquet file
    beside the table, since nothing hands it Arrow's. Many appends of few rows would take it very
    long: it gets a tenth of them, and its time is multiplied."""

    parts = Quire.parts
    share = 10

    def __init__(self):
        import spark_session
        self.tools = spark_session
        self.spark = spark_session.build({
            "spark.master": "local[2]", "spark.driver.memory": "4g",
            "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
            "spark.sql.shuffle.partitions": "2", "spark.sql.adaptive.enabled": "true",
            "spark.databricks.delta.snapshotPartitions": "2",
            "spark.sql.codegen.wholeStage": "true", "spark.sql.codegen.factoryMode": "FALLBACK"})
        self.pid = self.spark._jvm.java.lang.ProcessHandle.current().pid()

    def load(self, path):
        import pyarrow.parquet
        pyarrow.parquet.write_table(mapped(path), path + ".parquet")
        self.frame = self.spark.read.parquet(path + ".parquet")

    def append(self, url):
        self.frame.write.format("delta").mode("append").save(url)

    def checkpoint(self, url):
        self.tools.checkpoint(url, self.spark)

    def read(self, url):
        frame = self.spark.read.format("delta").load(url)
        frame.write.format("noop").mode("overwrite").save()
        return frame.count()

    def optimize(self, url):
        self.spark.sql(f"OPTIMIZE delta.`{url}`").collect()

    def zorder(self, url):
        self.spark.sql(f"OPTIMIZE delta.`{url}` ZORDER BY ({', '.join(ARRANGE)})").collect()

    def delete(self, url):
        self.spark.sql(f"DELETE FROM delta.`{url}` WHERE {DELETE}").collect()

    vectors = delete


ENGINES = {"quire": Quire, "deltalake": Deltalake, "polars": Polars, "duckdb": Duckdb,
           "spark": Spark}
NAMES = list(ENGINES)
PARTS = ["append", "checkpoint", "read", "optimize", "zorder", "delete", "vectors"]
MODULES = {"quire": "pyarrow", "spark": "pyspark"}


def check(name):
    """Raises NotRun when the engine cannot take part."""
    if name == "quire" and not os.path.exists(os.environ["QUIRE_LIB"]):
        raise NotRun("not built")
    if importlib.util.find_spec(MODULES.get(name, name)) is None:
        raise NotRun("not installed")
    if name == "spark" and not list((ROOT / "build/delta-spark").glob("*.jar")):
        raise NotRun("Delta Lake for it is not there")
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
    return ", ".join(f"{name} {version(name)}" for name in ("deltalake", "polars",
                                                             "duckdb", "pyspark"))


def serve(name):
    engine = ENGINES[name]()
    share = getattr(engine, "share", 1)

    def timed(call):
        def task(url):
            started = time.perf_counter()
            rows = call(url)
            return {"seconds": time.perf_counter() - started, "rows": rows}
        return task

    def appends(url, count):
        some = max(count // share, min(count, 2 * share))
        started = time.perf_counter()
        for _ in range(some):
            engine.append(url)
        times = count / some
        return {"seconds": (time.perf_counter() - started) * times, "times": times}

    tasks = {part: timed(getattr(engine, part)) for part in PARTS if hasattr(engine, part)}
    harness.serve({**tasks, "load": engine.load, "appends": appends},
                  getattr(engine, "pid", None))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=NAMES, required=True)
    name = parser.parse_args().engine
    # Answers go where standard output did; what engines print goes to the errors.
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(name)


if __name__ == "__main__":
    main()
