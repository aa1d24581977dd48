"""The greatest resident size of a process that reads much input through a pipe.

The kernel counts a new process's size from that of the one that made it, so a test's
own process, large with libraries, must not make it: a small one stands between.

    python3 peak.py FIRST ROW MEGABYTES PROGRAM ARGUMENT...

writes FIRST and then ROW again and again to the program's input, and prints its exit
status, its greatest resident size in bytes and what it wrote to standard error.
"""

import os
import sys


def generate(first, row, megabytes, descriptor):
    """As fast as the pipe is; a reader that leaves ends it."""
    block = row * ((1 << 20) // len(row))
    try:
        os.write(descriptor, first)
        for _ in range(megabytes):
            view = memoryview(block)
            while view:
                view = view[os.write(descriptor, view):]
    except BrokenPipeError:
        pass


def main():
    first, row = (argument.encode().decode("unicode_escape").encode() for argument in sys.argv[1:3])
    input_end, output_end = os.pipe()
    if os.fork() == 0:
        os.close(input_end)
        generate(first, row, int(sys.argv[3]), output_end)
        os._exit(0)
    error_end, error_input = os.pipe()
    process = os.fork()
    if process == 0:
        os.dup2(input_end, 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(error_input, 2)
        os.execv(sys.argv[4], sys.argv[4:])
    for descriptor in (input_end, output_end, error_input):
        os.close(descriptor)
    message = b""
    while block := os.read(error_end, 65536):
        message += block
    _, status, usage = os.wait4(process, 0)
    print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024)
    print(message.decode(errors="replace"))


if __name__ == "__main__":
    main()
