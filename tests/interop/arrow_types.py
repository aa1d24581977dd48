"""One array of each type of the value table, with its extremes and nulls.

Types of the Arrow format that pyarrow has no class for (intervals of months, and
of days and milliseconds) go through the program in tests/cli.
"""

import datetime
import decimal
import uuid

import pyarrow as pa

D = decimal.Decimal
TEXTS = ["", "plain", None, 'a "quoted", text', "line\nbreak\r\n", "é日😀", "null", " 007 ",
         "a string that is longer than a view's inline form", "\\", "\t"]
BINARIES = [b"", b"\x00", None, b"\xff\xfe\xfd", b"more than twelve bytes of it", b'"']
SECOND = 10**9
ENDS = (-(2**63), 2**63 - 1)


def ints(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    kind = getattr(pa, f"{'' if signed else 'u'}int{bits}")()
    return pa.array([low, 0, None, 1, high], kind)


def instants(kind):
    """Timestamps before, at and after 1970, to the last digit of the unit."""
    return pa.array([0, -1, None, 1, 951782400, -62135596800 if kind.unit == "s" else -951782399,
                     123456789], kind)


ARRAYS = {
    "null": pa.nulls(4),
    "bool": pa.array([True, None, False, True, True, False, None, False, True, True]),
    **{f"{'' if signed else 'u'}int{bits}": ints(bits, signed)
       for bits in (8, 16, 32, 64) for signed in (True, False)},
    "float16": pa.array([0.0, -0.0, None, 65504.0, 6e-8, float("nan"), float("-inf"), 0.1],
                        pa.float16()),
    "float32": pa.array([0.1, -0.0, None, 3.4028235e38, 1e-45, float("nan"), float("inf")],
                        pa.float32()),
    "float64": pa.array([0.1, -0.0, None, 1.7976931348623157e308, 5e-324, float("nan"),
                         float("-inf"), 1e21, 1e22, 1 / 3]),
    "decimal128": pa.array([D("0.00"), D("-0.01"), None, D("9" * 36 + ".99")],
                           pa.decimal128(38, 2)),
    "decimal128_negative_scale": pa.array([D("1200"), None, D("-100")], pa.decimal128(5, -2)),
    "decimal256": pa.array([D("0"), None, D("-" + "9" * 70 + ".123456"), D("1e-6")],
                           pa.decimal256(76, 6)),
    "date32": pa.array([0, -1, None, 11016, -719162, 2932896], pa.date32()),
    "date64": pa.array([0, -86400000, None, 951782400000], pa.date64()),
    "time32_s": pa.array([0, 86399, None], pa.time32("s")),
    "time32_ms": pa.array([0, 86399999, None, 1], pa.time32("ms")),
    "time64_us": pa.array([0, 86399999999, None, 1], pa.time64("us")),
    "time64_ns": pa.array([0, 86399999999999, None, 1], pa.time64("ns")),
    **{f"timestamp_{unit}": instants(pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")},
    "timestamp_ns_ends": pa.array([-(2**63) + 1, None, 2**63 - 1], pa.timestamp("ns")),
    "timestamp_utc": instants(pa.timestamp("us", "UTC")),
    "timestamp_zone": instants(pa.timestamp("ms", "Europe/Berlin")),
    "timestamp_offset": instants(pa.timestamp("ns", "+05:30")),
    "timestamp_year_one": pa.array([datetime.datetime(1, 1, 1), None,
                                    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)],
                                   pa.timestamp("us")),
    **{f"duration_{unit}": pa.array([0, -1, None, 1, 90061001, ENDS[1], ENDS[0] + 1],
                                    pa.duration(unit)) for unit in ("s", "ms", "us", "ns")},
    "interval": pa.array([(0, 0, 0), (14, -3, 5 * SECOND + 1), None, (-1, 0, -1)],
                         pa.month_day_nano_interval()),
    "string": pa.array(TEXTS, pa.string()),
    "large_string": pa.array(TEXTS, pa.large_string()),
    "string_view": pa.array(TEXTS, pa.string_view()),
    "binary": pa.array(BINARIES, pa.binary()),
    "large_binary": pa.array(BINARIES, pa.large_binary()),
    "binary_view": pa.array(BINARIES, pa.binary_view()),
    "fixed_binary": pa.array([b"abc", None, b"\x00\xff\x80"], pa.binary(3)),
    "uuid": pa.array([uuid.UUID(int=0).bytes, None, uuid.UUID(int=2**128 - 1).bytes],
                     pa.uuid()),
    "list": pa.array([[1, None], [], None, [3]], pa.list_(pa.int32())),
    "large_list": pa.array([["a,b"], [], None, [None, '"']], pa.large_list(pa.string())),
    "fixed_list": pa.array([[1.5, 2.5], None, [None, -0.0]], pa.list_(pa.float64(), 2)),
    "list_of_lists": pa.array([[[1], []], [None], None, []], pa.list_(pa.list_(pa.int8()))),
    "struct": pa.array([{"x": 1, "y": "é"}, None, {"x": None, "y": ""}],
                       pa.struct([("x", pa.uint64()), ("y", pa.large_string())])),
    "struct_deep": pa.array(
        [{"at": datetime.datetime(2020, 1, 1), "list": [{"d": D("1.50")}]}, None,
         {"at": None, "list": [None, {"d": None}]}],
        pa.struct([("at", pa.timestamp("ms")),
                   ("list", pa.list_(pa.struct([("d", pa.decimal128(5, 2))])))])),
    "map": pa.array([[("a", 1), ("b", None)], [], None, [("", 3)]],
                    pa.map_(pa.string(), pa.int64())),
    "map_of_ints": pa.array([[(1, "x"), (2, None)], None, []], pa.map_(pa.int32(), pa.string())),
    "dictionary": pa.array(["x", None, "y", "x", 'z"'], pa.string()).dictionary_encode(),
    "dictionary_of_ints": pa.DictionaryArray.from_arrays(
        pa.array([1, None, 0, 1], pa.int8()), pa.array([-5, 2**40])),
    "list_of_dictionaries": pa.ListArray.from_arrays(
        pa.array([0, 2, 2, 3], pa.int32()),
        pa.array(["x", "y", None], pa.string()).dictionary_encode()),
}
