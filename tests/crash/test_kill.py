"""kill -9 at random times: the target is the old file or the new one, and what is
left over is swept by `quire clean` alone.

Two inputs take turns over one target, so that each run has an old content that
differs from the new. Times are drawn from a seeded generator, half of them near
the end, where the commit is. How long a run takes is what the last one took that
was not killed, so that a machine that gets quicker or slower is followed; where
hardly any run was killed in time, more are made."""

import os
import random
import select
import signal
import time

import pytest
from program import FULL, TEMPORARY, bad, good, names, start

RUNS = 1000 if FULL else 200
SEED = 20130101


def write_source(path, word, rows=60_000):
    path.write_text("id,word,half\n" + "".join(
        f"{n},{word}{n % 97},{n / 2}\n" for n in range(rows)))


def run_for(seconds, *arguments):
    """Kills the program after so many seconds. None if it was, else how long it took."""
    begun = time.monotonic()
    # Its end is that of a pipe too, which is seen at once, and not when it is looked for again.
    watched, held = os.pipe()
    process = start(*arguments, pass_fds=[held])
    os.close(held)
    ended, _, _ = select.select([watched], [], [], seconds)
    took = time.monotonic() - begun
    os.close(watched)
    if not ended:
        process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode in (0, -signal.SIGKILL), process.returncode
    return None if process.returncode else took


@pytest.mark.parametrize("name, options, share", [
    ("out.jsonl", ["--threads", "2"], 0.5),
    ("out.csv", ["--threads", "1", "--durability", "none"], 0.25),
    ("out.json.zst", [], 0.25),
    ("out.parquet", ["--threads", "2", "--set", "row_group_rows=10000"], 0.25),
    ("out.parquet", ["--sort=-half", "--memory", "2MB"], 0.1),
])
def test_kill(tmp_path, name, options, share):
    folder = tmp_path / "data"
    folder.mkdir()
    target = folder / name
    sources, contents = [], []
    for word in ("old", "new"):
        sources.append(tmp_path / f"{word}.csv")
        write_source(sources[-1], word)
        seconds = run_for(600, "convert", sources[-1], target, *options)
        contents.append(target.read_bytes())
    draw = random.Random(SEED)
    killed = number = 0
    while number < RUNS * share or killed <= RUNS * share / 10:
        assert number < 10 * RUNS * share, "hardly any run was killed: the times are wrong"
        new = number % 2
        before = target.read_bytes()
        latest = draw.uniform(0, 1.1) if number % 4 < 2 else draw.uniform(0.7, 1.1)
        took = run_for(latest * seconds, "convert", sources[new], target, *options)
        seconds = took or seconds
        was_killed = took is None
        killed += was_killed
        after = target.read_bytes()
        assert after in ((contents[new], before) if was_killed else (contents[new],)), \
            f"run {number}: the target is neither old nor new"
        left = [found for found in names(folder) if found != name]
        assert all(TEMPORARY.fullmatch(found) for found in left), left
        number += 1
    assert good("clean", folder).text.startswith("0 leftovers")
    good("clean", folder, "--older", "0s")
    assert names(folder) == [name]
    good("convert", sources[0], target, *options)
    assert target.read_bytes() == contents[0]


def test_kill_of_the_first_write(tmp_path):
    """Without an old file there is none, or the whole new one."""
    source, target = tmp_path / "in.csv", tmp_path / "data" / "out.jsonl"
    target.parent.mkdir()
    write_source(source, "x", rows=20_000)
    seconds = run_for(600, "convert", source, target)
    whole = target.read_bytes()
    draw = random.Random(SEED)
    for _ in range(RUNS // 10):
        target.unlink(missing_ok=True)
        took = run_for(draw.uniform(0, 1.1) * seconds, "convert", source, target)
        seconds = took or seconds
        assert target.exists() or took is None
        assert not target.exists() or target.read_bytes() == whole
    bad(2, "clean", source, "--older", "0s")
