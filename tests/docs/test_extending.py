"""The worked example of docs/EXTENDING.md is compiled, run, and says what the page says."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/EXTENDING.md").read_text()


def test_example_compiles_and_runs(tmp_path):
    library = pathlib.Path(os.environ.get("QUIRE_LIB", ROOT / "build/release/src/libquire.so"))
    source = tmp_path / "extending.c"
    source.write_text("\n".join(re.findall(r"```c\n(.*?)```", PAGE, re.S)))
    subprocess.run(
        ["cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-pthread",
         f"-I{ROOT / 'include'}", str(source), str(library), f"-Wl,-rpath,{library.parent}",
         "-o", str(tmp_path / "extending")],
        check=True)
    run = subprocess.run([tmp_path / "extending"], capture_output=True, text=True, check=True)
    promised = PAGE.split("It prints\n\n")[1]
    assert run.stdout.splitlines() == [line.strip() for line in promised.splitlines() if line]


def test_readme_example_compiles(tmp_path):
    readme = (ROOT / "README.md").read_text()
    body = re.search(r"```c\n(.*?)```", readme, re.S).group(1)
    source = tmp_path / "readme.c"
    source.write_text(f"#include <quire/quire.h>\nint main(void)\n{{\n{body}\nreturn code;\n}}\n")
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}",
                    "-fsyntax-only", str(source)], check=True)
