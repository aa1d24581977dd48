"""How many threads a writer of a run log makes, counted in a process that has none of others.

    python3 log_threads.py TABLE SOURCE THREADS OPTIONS

writes the rows of SOURCE with what is in OPTIONS, an object in JSON, and prints the number.
"""

import ctypes as c
import json
import os
import sys
import time

from pyquire import Error, check, lib


class OptionTable(c.Structure):
    _fields_ = [("rows", c.c_void_p), ("rows_size", c.c_size_t), ("struct_size", c.c_size_t)]


class Text(c.Structure):
    _fields_ = [("kind", c.c_int), ("url", c.c_char_p), ("folder", c.c_char_p),
                ("context", c.c_void_p), ("is_batch", c.c_bool), ("only_checks", c.c_bool)]


class WriterOptions(c.Structure):
    _fields_ = [("durability", c.c_int), ("observer", c.c_void_p), ("threads", c.c_uint),
                ("memory_max", c.c_int64), ("now_us", c.c_void_p), ("sleep_ms", c.c_void_p),
                ("user", c.c_void_p)]


def threads():
    return set(os.listdir("/proc/self/task"))


def main(table, source, given, options):
    lib.quire_runlog_options_table.restype = c.POINTER(OptionTable)
    rows, error = lib.quire_runlog_options_table(), Error()
    config = c.create_string_buffer(rows.contents.struct_size)
    check(lib.quire_options_init(rows, config, c.byref(error)), error)
    for name, value in options.items():
        check(lib.quire_options_set(rows, config, name.encode(), str(value).encode(),
                                    c.byref(error)), error)
    writer, result = c.c_void_p(), c.create_string_buffer(1 << 12)
    before = threads()
    check(lib.quire_runlog_open(table.encode(), config,
                                c.byref(WriterOptions(threads=given, durability=2)),
                                c.byref(writer), c.byref(error)), error)
    text = Text(kind=0, url=source.encode())
    check(lib.quire_runlog_write_text(writer, c.byref(text), None, result, c.byref(error)), error)
    made = threads() - before
    lib.quire_runlog_close(writer)
    lib.quire_options_release(rows, config)
    # The kernel shows a thread for a moment after it was joined.
    patience = time.monotonic() + 60
    while threads() & made and time.monotonic() < patience:
        time.sleep(0.001)
    assert not threads() & made
    print(len(made))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4]))
