"""The program as a process: run it with arguments and input, look at what it did.

The program is found by the environment variable QUIRE_PROGRAM, else in build/release.
Variables that give it options are taken out of its environment.
"""

import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = (os.environ.get("QUIRE_PROGRAM") or
           str(ROOT / "build" / "release" / "src" / "cli" / "quire"))
FULL = bool(os.environ.get("QUIRE_CHECK_FULL"))
SANITIZED = bool(os.environ.get("QUIRE_SANITIZED"))
TEMPORARY = re.compile(r"\..+\.quire-[1-9][0-9]{0,9}-[0-9a-f]{16}\.tmp")
# A process that was killed by a signal, or that a sanitizer stopped.
CRASHES = {-4, -6, -7, -8, -11, 132, 134, 135, 136, 139}
TIME_LIMIT = 300


@dataclasses.dataclass
class Result:
    code: int
    out: bytes
    err: str

    @property
    def text(self):
        return self.out.decode()

    def json(self):
        """Standard output as one JSON value."""
        return json.loads(self.out)

    def lines(self):
        """Standard output as one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUIRE_")}
    return {**kept, **more}


def run(*arguments, stdin=b"", cwd=None, env=None, **options):
    """Runs the program to its end."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([PROGRAM, *map(os.fspath, arguments)], input=stdin, cwd=cwd,
                          capture_output=True, timeout=TIME_LIMIT,
                          env=environment(**(env or {})), **options)
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def good(*arguments, **options):
    """Runs the program, which must succeed."""
    result = run(*arguments, **options)
    assert result.code == 0, f"{arguments}: exit {result.code}: {result.err}"
    return result


def bad(code, *arguments, says=(), **options):
    """Runs the program, which must end with this status and these words on stderr."""
    result = run(*arguments, **options)
    assert result.code == code, f"{arguments}: exit {result.code}: {result.err}"
    for word in [says] if isinstance(says, str) else says:
        assert word in result.err, f"{word!r} is not in {result.err!r}"
    return result


def start(*arguments, env=None, **options):
    """Starts the program and returns at once."""
    return subprocess.Popen([PROGRAM, *map(os.fspath, arguments)],
                            env=environment(**(env or {})), **options)


def names(folder):
    """What stands in a folder, hidden files included."""
    return sorted(path.name for path in pathlib.Path(folder).iterdir())


def wait_for_a_day():
    """Until the day, of UTC, goes on for longer than a test takes that is about today."""
    left = 86400 - time.time() % 86400
    if left < 120:
        time.sleep(left)


def wait_until_catching(process):
    """Until the program has set its signal handlers, however busy the machine is."""
    wanted = sum(1 << number - 1 for number in (signal.SIGINT, signal.SIGTERM))
    patience = time.monotonic() + TIME_LIMIT
    while time.monotonic() < patience:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        if int(status.split("SigCgt:")[1].split()[0], 16) & wanted == wanted:
            return
        time.sleep(0.01)
    raise AssertionError("the program does not catch SIGINT and SIGTERM")
