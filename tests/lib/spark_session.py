"""One Spark with Delta Lake for all tests of a run, because starting it takes seconds.

scripts/bootstrap puts Delta Lake into build/delta-spark; a test fails where it is not there."""

import functools
import os
import pathlib
import tempfile

import pyarrow as pa

# How long either side of a socket waits for the other, and Spark for itself, on a busy machine.
PATIENCE_SECONDS = 1800
JARS = pathlib.Path(__file__).resolve().parents[2] / "build" / "delta-spark"


@functools.cache
def session():
    """The session. It reads and writes Delta tables, in UTC, with little memory."""
    return build({})


def build(settings):
    """A session with other settings than that of the tests, by their names."""
    from pyspark.sql import SparkSession

    jars = sorted(map(str, JARS.glob("*.jar")))
    assert jars, "Delta Lake is not in build/delta-spark: scripts/bootstrap test fetches it"
    folder = tempfile.TemporaryDirectory(prefix="quire-spark-")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = (SparkSession.builder.master("local[1]").appName("quire")
               .config("spark.jars", ",".join(jars))
               .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
               .config("spark.sql.catalog.spark_catalog",
                       "org.apache.spark.sql.delta.catalog.DeltaCatalog")
               .config("spark.driver.memory", "1g")
               .config("spark.driver.host", "127.0.0.1")
               .config("spark.driver.bindAddress", "127.0.0.1")
               .config("spark.driver.extraJavaOptions",
                       "-Duser.timezone=UTC -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "
                       f"-Dderby.system.home={folder.name}")
               .config("spark.python.authenticate.socketTimeout", f"{PATIENCE_SECONDS}s")
               .config("spark.network.timeout", f"{PATIENCE_SECONDS}s")
               .config("spark.sql.broadcastTimeout", f"{PATIENCE_SECONDS}s")
               .config("spark.local.dir", folder.name)
               .config("spark.sql.warehouse.dir", f"{folder.name}/warehouse")
               .config("spark.ui.enabled", "false")
               .config("spark.ui.showConsoleProgress", "false")
               .config("spark.sql.session.timeZone", "UTC")
               .config("spark.sql.shuffle.partitions", "1")
               # Files that say nothing of calendars have the proleptic one, as Parquet has it.
               .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
               # Compiling code takes longer than going through a few rows without.
               .config("spark.sql.codegen.wholeStage", "false")
               .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
               .config("spark.sql.adaptive.enabled", "false")
               .config("spark.databricks.delta.snapshotPartitions", "1")
               .config("spark.sql.sources.parallelPartitionDiscovery.parallelism", "1"))
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    made.kept_folder = folder
    return made


def stop():
    """Ends the session, if there is one."""
    if session.cache_info().currsize:
        made = session()
        made.stop()
        session.cache_clear()
        made.kept_folder.cleanup()


def rows(frame):
    """All rows of a frame, as a pyarrow.Table."""
    from pyspark.sql.pandas.types import to_arrow_schema

    batches = frame._collect_as_arrow()
    return pa.Table.from_batches(batches) if batches else to_arrow_schema(
        frame.schema).empty_table()


def frame(url, version=None):
    """A version of a Delta table."""
    reader = session().read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    return reader.load(str(url))


def read(url, version=None):
    """A version of a Delta table, as a pyarrow.Table."""
    return rows(frame(url, version))


def sql(text, **names):
    """Runs a statement; {t} and the like stand for tables at paths."""
    paths = {name: f"delta.`{path}`" for name, path in names.items()}
    return session().sql(text.format(**paths))


def checkpoint(url, made=None):
    """Has Spark write a checkpoint of the newest version."""
    made = made or session()
    log = made._jvm.org.apache.spark.sql.delta.DeltaLog.forTable(made._jsparkSession, str(url))
    log.checkpoint(log.update(False, made._jvm.scala.Option.empty()))
