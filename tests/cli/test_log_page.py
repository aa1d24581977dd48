"""quire log report --html and --png: the page as a browser shows it, and the pictures."""

import datetime
import json
import pathlib
import struct

import delta
import pyrunlog
import pytest
from browser import Browser
from program import bad, good, names

UTC = datetime.timezone.utc
UNTIL = ["--until", "2024-03-15", "--days", "14"]
CHARTS = ["duration-by-day", "phase-shares", "rows-by-hour", "steps-by-day", "success-by-day",
          "time-by-step"]
HOSTILE = [
    "`touch was-here`", "$(touch was-here)", "\"; system \"touch was-here\"", "'.system('x').'",
    "line\nend\n!touch was-here\n", "@macro {/Bold b} %d %s ^_ \\n", "<script>alert(1)</script>",
    "</style></svg>]]>--></td>", "<img src=x onerror=alert(1)>", "&amp;&lt;", "x" * 10000,
    "\u202eleft to right", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "\U0001F680 go",
    "nul\0inside", "a\u0301" * 50, "\ufffe\uffff\x7f\x1b[1m", "",
]


def rows_of(days, steps):
    """Two runs a day, whose numbers come from their place; some fail, some stand out."""
    rows = []
    for day in range(days):
        for run in range(2):
            for place, step in enumerate(steps):
                number = day * 7 + run * 3 + place
                rows_processed = 1000 * (1 + number % 5)
                rows.append({
                    "created_at": datetime.datetime(2024, 3, 1 + day, 6 + 9 * run, place % 60,
                                                    tzinfo=UTC),
                    "execution_id": f"e{day}-{run}", "run_id": f"r{day}-{run}",
                    "phase": ["bronze", "silver", "gold"][place % 3], "step_name": step,
                    "duration_secs": 400.123 if number % 41 == 40 else 10 + number % 9 * 1.37,
                    "rows_processed": rows_processed * (40 if number % 53 == 52 else 1),
                    "rows_written": rows_processed, "validation_rate": 90.5 if number % 29 == 28
                    else 99.25, "success": number % 17 != 16})
    return rows


@pytest.fixture(scope="module")
def browser():
    with Browser() as open_browser:
        yield open_browser


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Run logs by name, each with its page and what --json says of it."""
    folder = tmp_path_factory.mktemp("logs")
    steps = ["orders", "customers", "web_events", "orders_clean", "customers_dedup",
             "customer_lifetime_value_by_region_and_channel"]
    made = {}
    for name, rows in {"usual": rows_of(14, steps), "hostile": rows_of(3, HOSTILE + steps[:1]),
                       "day": rows_of(1, steps), "empty": []}.items():
        url = folder / name
        delta.create(url, pyrunlog.SCHEMA)
        if rows:
            delta.append(url, pyrunlog.table(rows, pyrunlog.SCHEMA))
        page = folder / f"{name}.html"
        told = good("log", "report", url, *UNTIL, "--html", page, "--json", cwd=folder)
        made[name] = (url, page, told.json())
    assert not (folder / "was-here").exists()
    return made


def show(browser, page, width=1280, dark=False):
    browser.open(page.as_uri(), width=width, dark=dark)


# --- What it says ------------------------------------------------------------------------------

# Tables as {member: [rows as {key: value as it stands in the document}]}.
TABLES = """
Object.fromEntries([...document.querySelectorAll("table[data-member]")].map(table => {
  const value = cell => {
    const data = cell.querySelector("data");
    return data === null ? null : data.getAttribute("value");
  };
  if (table.classList.contains("pairs"))
    return [table.dataset.member, Object.fromEntries([...table.rows].map(
      row => [row.cells[0].dataset.key, value(row.cells[1])]))];
  const keys = [...table.tHead.rows[0].cells].map(cell => cell.dataset.key);
  return [table.dataset.member, [...table.tBodies[0].rows].map(row => Object.fromEntries(
    [...row.cells].map((cell, i) => [keys[i], value(cell)])))];
}))
"""


def equal(shown, wanted):
    """Is what the page has as the value what the document says?"""
    if isinstance(wanted, str):
        # A title holds no more than some characters, and what no page can hold is replaced.
        return shown == "".join("\ufffd" if c in "\0\x7f\x1b\ufffe\uffff" else c
                                for c in wanted)[:len(shown)] and len(shown) >= min(
                                    len(wanted), 500)
    return json.loads(shown) == wanted


def flat(document):
    for key, value in document.items():
        if key == "summary" or isinstance(value, list):
            continue
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", of) for inner, of in value.items())
        else:
            yield key, value


@pytest.mark.parametrize("name", ["usual", "hostile", "day", "empty"])
def test_numbers_are_those_of_the_report(browser, logs, name):
    url, page, told = logs[name]
    show(browser, page)
    tables = browser.value(TABLES)
    for member in ["by_step", "by_phase", "by_day", "by_hour", "anomalies"]:
        shown = tables.get(member, [])
        assert len(shown) == len(told[member])
        for row, wanted in zip(shown, told[member]):
            assert row.keys() == wanted.keys()
            for key, value in wanted.items():
                assert equal(row[key], value), (member, key, row[key], value)
    trends = good("log", "trends", url, *UNTIL, "--json").json()
    for title, document in [("summary", told), ("trends", trends)]:
        wanted = dict(flat(document))
        assert tables[title].keys() == wanted.keys()
        for key, value in wanted.items():
            assert key == "generated_at" or equal(tables[title][key], value), key


def test_numbers_are_rounded_for_people(browser, logs):
    show(browser, logs["usual"][1])
    told = logs["usual"][2]
    figures = browser.value("""
        [...document.querySelectorAll(".figures > div")].map(
            part => [...part.children].map(inner => inner.textContent))""")
    assert figures[0] == ["Steps succeeded", f"{told['success_rate_percent']:.2f}%",
                          f"{told['failed_rows']} failed"]
    assert figures[1] == ["Steps", "168", "28 runs"]
    assert figures[2][1] == f"{told['average_duration_secs']:.2f}s"
    rows = f"{told['total_rows_processed']:,}".replace(",", "\u202f")
    assert figures[3][:2] == ["Rows processed", rows]
    assert figures[5] == ["Out of the ordinary", str(told["anomaly_count"])]
    lead = browser.value("document.querySelector('.lead').textContent")
    assert lead == (f"{told['failed_rows']} steps of 168 failed, in 28 runs; "
                    f"{told['anomaly_count']} things were out of the ordinary.")
    assert browser.value("document.querySelector('.period').textContent").startswith(
        "1 Mar 2024 to 14 Mar 2024 · made ")


def test_an_empty_log_says_so(browser, logs):
    show(browser, logs["empty"][1])
    assert browser.value("document.querySelector('.lead').textContent") == (
        "No step was logged in this period.")
    assert browser.value("document.querySelectorAll('svg, .missing, .figures').length") == 0
    assert browser.complaints() == []


# --- What it shows -----------------------------------------------------------------------------

# Of each chart that is to be seen: its shapes, and its texts with their boxes.
SEEN = """
[...document.querySelectorAll("figure")].map(figure => {
  const [svg] = [...figure.querySelectorAll("svg")].filter(
    one => one.getBoundingClientRect().width > 0);
  const box = one => (({left, top, right, bottom}) => [left, top, right, bottom])(
    one.getBoundingClientRect());
  return {
    name: figure.id, seen: [...figure.querySelectorAll("svg")].length, box: box(svg),
    shapes: [...svg.querySelectorAll("path, polygon, circle")].map(box),
    texts: [...svg.querySelectorAll("text")].map(text => [text.textContent, box(text)]),
    label: document.getElementById(svg.getAttribute("aria-labelledby")).textContent,
  };
})
"""


def apart(a, b):
    return a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("name", ["usual", "hostile", "day"])
def test_charts_are_drawn_and_can_be_read(browser, logs, name, width):
    show(browser, logs[name][1], width)
    charts = browser.value(SEEN)
    assert sorted(chart["name"] for chart in charts) == CHARTS
    for chart in charts:
        left, top, right, bottom = chart["box"]
        assert chart["seen"] == 2 and right - left > 250 and bottom - top > 100
        assert any(s[2] - s[0] > 3 and s[3] - s[1] > 3 for s in chart["shapes"]), chart["name"]
        assert chart["label"]
        for text, box in chart["texts"]:
            assert left - 1 <= box[0] and box[2] <= right + 1, (chart["name"], text)
            assert top - 1 <= box[1] and box[3] <= bottom + 1, (chart["name"], text)
            assert box[3] - box[1] > 11, (chart["name"], text)
        boxes = chart["texts"]
        for i, (text, box) in enumerate(boxes):
            for other, its in boxes[i + 1:]:
                assert apart(box, its), (chart["name"], text, other)


@pytest.mark.parametrize("name", ["usual", "hostile", "day", "empty"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_has_no_scrolling_sideways(browser, logs, name, dark):
    show(browser, logs[name][1], 390, dark)
    assert browser.value("document.scrollingElement.scrollWidth") == 390
    # Tables scroll in their own boxes, and those are within the page.
    assert browser.value("""
        [...document.querySelectorAll("body *")].filter(one => {
          const box = one.getBoundingClientRect();
          return !one.closest(".scroll > *") && box.width > 0 && box.right > 391;
        }).length""") == 0
    assert browser.value("""
        Math.min(...[...document.querySelectorAll("body *")].filter(
            one => !one.closest("svg")).map(
            one => parseFloat(getComputedStyle(one).fontSize)))""") >= 14


CONTRAST = """
(() => {
  const parts = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = text => {
    const [r, g, b] = parts(text).map(
      c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = one => {
    for (; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (!color.endsWith(", 0)")) return color;
    }
  };
  const low = (selector, property) => Math.min(...[...document.querySelectorAll(selector)].map(
    one => contrast(getComputedStyle(one)[property], ground(one))));
  return {
    texts: low("h1, h2, p, dt, dd, th, td, summary, footer, .unit, .bad", "color"),
    letters: low("svg text", "fill"), bars: low("svg polygon", "fill"),
    dots: low("svg circle[r='2.50']", "fill"), paper: light(ground(document.body)),
  };
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_day_and_night_have_contrast(browser, logs, dark):
    show(browser, logs["usual"][1], 1280, dark)
    seen = browser.value(CONTRAST)
    assert (seen["paper"] < 0.05) if dark else (seen["paper"] > 0.85)
    # Web Content Accessibility Guidelines 2.1: 1.4.3 of texts, 1.4.11 of graphics.
    assert seen["texts"] >= 4.5 and seen["letters"] >= 4.5, seen
    assert seen["bars"] >= 3 and seen["dots"] >= 3, seen


# --- What it does not do -----------------------------------------------------------------------

@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_a_page_asks_for_nothing_and_runs_nothing(browser, logs, name):
    page = logs[name][1]
    show(browser, page)
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]
    assert browser.value("document.querySelectorAll('script, iframe, object, img, form').length") == 0
    assert browser.value("""
        [...document.querySelectorAll("*")].flatMap(one => [...one.attributes]).filter(
            a => a.name.startsWith("on") || a.name === "style" || a.name === "src" ||
                 (a.name.endsWith("href") && a.value !== "data:,")).length""") == 0
    assert browser.value("""
        (ids => ids.length - new Set(ids).size)(
            [...document.querySelectorAll("[id]")].map(one => one.id))""") == 0


def test_the_policy_forbids_what_comes_from_elsewhere(browser, logs):
    show(browser, logs["usual"][1])
    for made in ["Object.assign(new Image(), {src: 'http://127.0.0.1:9/x'})",
                 "Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'})",
                 "Object.assign(document.createElement('style'), {textContent: '*{color:red}'})"]:
        browser.value(f"document.body.append({made}); 0")
    browser.value("fetch('http://127.0.0.1:9/y').catch(() => 0); 0")
    said = [entry["entry"]["text"] for entry in browser.complaints() if "entry" in entry]
    for directive in ["img-src", "script-src", "style-src", "default-src"]:
        assert any("Content Security Policy" in text and directive in text for text in said), said
    assert browser.value("typeof window.ran") == "undefined"
    assert browser.value("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"


def test_names_are_text(browser, logs):
    show(browser, logs["hostile"][1])
    cells = browser.value("""
        [...document.querySelectorAll("[data-member=by_step] tbody tr")].map(
            row => row.cells[0].textContent)""")
    for name in HOSTILE:
        shown = "".join("\ufffd" if c in "\0\x7f\x1b\ufffe\uffff" else c for c in name)
        assert (shown if len(shown) <= 160 else shown[:160] + "…") in cells
    labels = browser.value("[...document.querySelectorAll('#time-by-step text')].map("
                           "text => text.textContent)")
    assert any(label.startswith("<script>") or label.startswith("`touch") for label in labels)


# --- Failures, and other ways to write -----------------------------------------------------------

def test_without_gnuplot_the_page_says_why(browser, logs, tmp_path):
    page = tmp_path / "page.html"
    result = good("log", "report", logs["usual"][0], *UNTIL, "--html", page, "--gnuplot",
                  tmp_path / "none")
    assert "no charts: the program" in result.err and result.out == b""
    show(browser, page)
    said = browser.value("document.querySelector('.missing').textContent")
    assert "There are no charts" in said and "gnuplot-nox" in said
    assert browser.value("document.querySelectorAll('svg').length") == 0
    assert browser.value("document.querySelectorAll('table').length") == 7


def test_a_gnuplot_that_fails_is_told(logs, tmp_path):
    broken = tmp_path / "gnuplot"
    broken.write_text("#!/bin/sh\necho 'no such terminal' >&2\nexit 1\n")
    broken.chmod(0o755)
    page = good("log", "report", logs["usual"][0], *UNTIL, "--html", "-", "--gnuplot",
                broken).text
    assert "gnuplot failed (status 1): no such terminal" in page
    bad(3, "log", "report", logs["usual"][0], *UNTIL, "--png", tmp_path / "png", "--gnuplot",
        broken, says="no such terminal")
    assert not (tmp_path / "png").exists()


def test_a_page_on_standard_output(logs):
    url, page, _ = logs["day"]
    told = good("log", "report", url, *UNTIL, "--html", "-").text

    def without_time(text):
        return [line for line in text.splitlines() if "made" not in line]

    assert without_time(told) == without_time(page.read_text())
    bad(2, "log", "report", url, *UNTIL, "--html", "-", "--json", says="standard output")


def test_a_page_that_cannot_be_written_leaves_what_was_there(logs, tmp_path):
    (tmp_path / "file").write_text("x")
    bad(3, "log", "report", logs["day"][0], *UNTIL, "--html", tmp_path / "file" / "page.html")
    assert names(tmp_path) == ["file"]


def picture(path):
    """Width, height and dots to the metre."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[-8:-4] == b"IEND"
    at = data.index(b"pHYs")
    return *struct.unpack(">II", data[16:24]), struct.unpack(">IIB", data[at + 4:at + 13])


def test_charts_as_pictures(logs, tmp_path):
    folder = tmp_path / "png"
    assert good("log", "report", logs["hostile"][0], *UNTIL, "--png", folder).out == b""
    assert names(folder) == [f"{name}.png" for name in CHARTS]
    for name in CHARTS:
        width, height, dots = picture(folder / f"{name}.png")
        assert (width, dots) == (2125, (11811, 11811, 1)) and height > 500
    good("log", "report", logs["day"][0], *UNTIL, "--png", tmp_path / "march.png", "--dpi", "96")
    assert names(tmp_path) == [*(f"march-{name}.png" for name in CHARTS), "png"]
    assert picture(tmp_path / "march-steps-by-day.png") == (680, 300, (3780, 3780, 1))
    good("log", "report", logs["empty"][0], *UNTIL, "--png", tmp_path / "none")
    assert not (tmp_path / "none").exists()
    bad(2, "log", "report", logs["day"][0], *UNTIL, "--png", tmp_path / "none", "--gnuplot",
        pathlib.Path("/nonexistent"), says="gnuplot-nox")
    assert not (tmp_path / "none").exists()
