"""Where the system refuses memory, wherever that is, a write fails with a message: no library that
Quire uses ends the process."""

import json
import subprocess

import pytest
from program import FULL, PROGRAM, SANITIZED, environment

pytestmark = pytest.mark.skipif(SANITIZED, reason="the sanitizer's own memory is terabytes")

# From too little to begin with to enough; what a library asks for by itself is a part of it.
LIMITS = range(30_000, 140_000, 500 if FULL else 2_500)


@pytest.mark.parametrize("codec", ["snappy", "zstd"])
def test_writes_end_with_a_status(tmp_path, codec):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({
        "run_id": f"run-{i}", "phase": "gold", "step_name": f"step {i % 997}", "duration_secs": i / 7,
        "rows_processed": i, "error_message": f"at {i * 7919}"}) + "\n" for i in range(6000)))
    ended = set()
    for kilobytes in LIMITS:
        # By a shell: a child of this process is larger than the limit before it is the program.
        done = subprocess.run(
            ["sh", "-c", f'ulimit -v {kilobytes}; exec "$@"', "sh", PROGRAM, "log", "write",
             tmp_path / f"log{kilobytes}", rows, "--kind", "rows", "--compression", codec,
             "--durability", "none"],
            stderr=subprocess.PIPE, env=environment(), check=False)
        # 127: the dynamic loader had too little.
        assert done.returncode in (0, 3, 127), (kilobytes, done.returncode, done.stderr)
        ended.add(done.returncode)
    assert ended >= {0, 3}
