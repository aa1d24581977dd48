"""quire log report --html and --png: the page as a browser shows it, and the pictures."""

import datetime
import json
import pathlib
import re
import struct
import zlib

import delta
import pyrunlog
import pytest
from browser import Browser
from program import SANITIZED, bad, good, names

UTC = datetime.timezone.utc
UNTIL = ["--until", "2024-03-15", "--days", "14"]
CHARTS = ["duration-by-day", "duration-by-step", "phase-shares", "rows-by-hour", "steps-by-day",
          "success-by-day", "success-by-step", "time-by-step"]
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
    if SANITIZED:
        pytest.skip("what a browser makes of a page is not the sanitizer's matter")
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


def in_order(member, rows):
    """As the page has them: what is newest first, and what is serious before that."""
    time = {"by_day": "day", "by_hour": "hour", "anomalies": "created_at"}.get(member)
    if time is not None:
        rows = sorted(rows, key=lambda row: (row[time] or "")[:19], reverse=True)
        rows = sorted(rows, key=lambda row: row.get("severity") == "high", reverse=True)
    return rows


@pytest.mark.parametrize("name", ["usual", "hostile", "day", "empty"])
def test_numbers_are_those_of_the_report(browser, logs, name):
    url, page, told = logs[name]
    show(browser, page)
    tables = browser.value(TABLES)
    for member in ["by_step", "by_phase", "by_day", "by_hour", "anomalies"]:
        shown = tables.get(member, [])
        assert len(shown) == len(told[member])
        for row, wanted in zip(shown, in_order(member, told[member])):
            assert row.keys() == wanted.keys()
            for key, value in wanted.items():
                assert equal(row[key], value), (member, key, row[key], value)
    trends = good("log", "trends", url, *UNTIL, "--json").json()
    shown = tables.get("step_durations", [])
    assert len(shown) == len(trends["step_durations"]) == {"usual": 6, "hostile": len(HOSTILE) + 1}.get(name, 0)
    for row, wanted in zip(shown, trends["step_durations"]):
        assert row.keys() == wanted.keys()
        assert all(equal(row[key], value) for key, value in wanted.items()), wanted
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


def test_one_and_many(browser, tmp_path):
    """Words of one, hours of many seconds, and the most serious of more than are listed."""
    url = tmp_path / "log"
    delta.create(url, pyrunlog.SCHEMA)
    when = datetime.datetime(2024, 3, 14, 7, tzinfo=UTC)
    page = tmp_path / "page.html"
    delta.append(url, pyrunlog.table([{"created_at": when, "duration_secs": 30.0}],
                                     pyrunlog.SCHEMA))
    good("log", "report", url, *UNTIL, "--html", page)
    figures = """[...document.querySelectorAll(".figures > div")].map(
        part => [...part.children].map(inner => inner.textContent))"""
    show(browser, page)
    assert [one[2] for one in browser.value(figures)[:3]] == ["0 failed", "1 run", "30.00s in total"]
    texts = browser.value("[...document.querySelectorAll('#steps-by-day .wide text')].map("
                          "text => text.textContent)")
    assert {"0", "1", "14 Mar"} <= set(texts) and "0.5" not in texts
    delta.append(url, pyrunlog.table(
        [{"created_at": when, "duration_secs": 100.0, "validation_rate": 90.0 - i / 100,
          "step_name": f"transform_customer_orders_line_items_with_discounts_{i:03d}_eu_west_1"}
         for i in range(300)], pyrunlog.SCHEMA))
    told = good("log", "report", url, *UNTIL, "--html", page, "--json").json()
    show(browser, page)
    assert browser.value(figures)[2][2] == f"{told['total_duration_secs'] / 3600:.2f}h in total"
    assert browser.value("document.querySelector('[data-member=anomalies]').closest("
                         "'details').open")
    assert browser.value("document.querySelector('summary .count').textContent") == (
        "100, the most serious of 300")
    # Long names are told apart by what is behind that which all begin with, on phones as well.
    for view in ("wide", "narrow"):
        names_shown = browser.value(f"""[...document.querySelectorAll("#time-by-step .{view} text")].map(
            text => text.textContent).filter(text => text.endsWith("west_1"))""")
        assert sorted(names_shown) == [f"\u2026{i:03d}_eu_west_1" for i in range(12)]


def news(browser):
    return browser.value("[...document.querySelectorAll('.news')].map(one => one.textContent)")


def test_the_last_day_and_what_failed_come_first(browser, tmp_path):
    url, page = tmp_path / "log", tmp_path / "page.html"
    delta.create(url, pyrunlog.SCHEMA)

    def add(day, secs, failed=None, step="load", success=True):
        delta.append(url, pyrunlog.table(
            [{"created_at": datetime.datetime(2024, 3, day, 7, tzinfo=UTC), "duration_secs": secs,
              "step_name": step, "success": success and i != failed} for i in range(4)],
            pyrunlog.SCHEMA))
        good("log", "report", url, *UNTIL, "--html", page)
        show(browser, page)
        return news(browser)

    assert add(10, 40.0) == []  # there is nothing to hold it against
    assert add(11, 20.0) == ["The last day, 11 Mar 2024: 4 steps, none failed; 20.00s a step, "
                             "50 % shorter than on the days before."]
    assert add(12, 30.1, failed=2) == [
        "The last day, 12 Mar 2024: 4 steps, 1 failed; 30.10s a step, as on the days before.",
        "Failed: load (1 of 12)."]
    assert browser.value("document.querySelector('.news .bad').textContent") == "1 failed"
    for number in range(6):
        told = add(13, 600.0, step=f"<b>{number}", success=number % 2 == 0, failed=number)
    assert told == [
        "The last day, 13 Mar 2024: 24 steps, 14 failed; 600.00s a step, "
        "20 times as long as on the days before.",
        "Failed most: <b>1 (4 of 4), <b>3 (4 of 4), <b>5 (4 of 4), <b>0 (1 of 4), "
        "<b>2 (1 of 4), and 1 more step."]
    # A main figure in hours says so.
    add(14, 50000.0)
    average = browser.value("document.querySelectorAll('.figures > div')[2].children[1].textContent")
    assert average == f"{(40 * 4 + 20 * 4 + 30.1 * 4 + 600 * 24 + 50000 * 4) / 40:.2f}s"
    add(15 - 1, 90000.0)
    average = browser.value("document.querySelectorAll('.figures > div')[2].children[1].textContent")
    assert average == f"{(90.1 * 4 + 600 * 24 + 140000 * 4) / 44 / 3600:.2f}h"


def test_what_became_slower_stands_in_the_head(browser, tmp_path):
    """Five, of those that did by a percent or more, with the numbers of the trends."""
    url, page = tmp_path / "log", tmp_path / "page.html"
    delta.create(url, pyrunlog.SCHEMA)
    times = {"same": (9.0, 9.05), "faster": (9.0, 3.0), "<b>at once": (0.0, 0.5)}
    times |= {f"s{number}": (100.0, 110.0 + number) for number in range(7)}
    delta.append(url, pyrunlog.table(
        [{"created_at": datetime.datetime(2024, 3, 12 + day, 7, tzinfo=UTC), "step_name": step,
          "duration_secs": secs[day == 2]} for step, secs in times.items() for day in range(3)],
        pyrunlog.SCHEMA))
    rows = """[...document.querySelectorAll(".slower tr")].map(row => [...row.cells].map(
        cell => [cell.textContent, cell.querySelector("data")?.getAttribute("value")]))"""

    def slower(*options):
        good("log", "report", url, *UNTIL, "--html", page, *options)
        show(browser, page)
        return browser.value(rows)

    told = slower()
    assert [text for text, _ in told[0]] == ["Slower than before", "phase", "last days", "days befores",
                                            "changes", "change%"]
    assert [row[0][0] for row in told[1:]] == ["s6", "s5", "s4", "s3", "s2"]
    assert [text for text, _ in told[1]] == ["s6", "bronze", "116.00", "100.00", "16.00", "16.00"]
    trends = good("log", "trends", url, *UNTIL, "--json").json()["step_durations"]
    for row, wanted in zip(told[1:], trends):
        for (_, value), key in zip(row, ["step_name", "phase", "last_day_median_secs",
                                         "days_before_median_secs", "change_secs", "change_percent"]):
            assert equal(value, wanted[key])
    assert browser.value("document.querySelector('.slower a').getAttribute('href')") == (
        "#step_durations")
    assert browser.value("document.getElementById('step_durations').tagName") == "DETAILS"
    # What took no time before, and what is left out.
    few = slower("--where", "step_name IN ('same', 'faster', '<b>at once')")
    assert [[text for text, _ in row] for row in few[1:]] == [
        ["<b>at once", "bronze", "0.50", "0.00", "0.50", "\u2013"]]
    assert slower("--where", "step_name IN ('same', 'faster')") == []
    # A table of as many as are listed has those that come first.
    slower("--limit", "2")
    assert [row["step_name"] for row in browser.value(TABLES)["step_durations"]] == ["s6", "s5"]


def test_charts_by_step_say_what_the_document_says(browser, logs):
    show(browser, logs["usual"][1])
    told = {row["step_name"]: row for row in logs["usual"][2]["by_step"]}
    charts = {chart["name"]: [text for text, _ in chart["texts"]]
              for chart in browser.value(SEEN)}
    assert len(told) == 6 and set(charts["success-by-step"]) >= {
        name for name in told if len(name) < 20}
    for row in told.values():
        rate, average = row["success_rate_percent"], row["average_duration_secs"]
        assert f"{rate:.3g}%" in charts["success-by-step"], rate
        assert f"{average:.3g} s" in charts["duration-by-step"], average
    # The furthest of what is marked has its step's name.
    marked = [one for one in logs["usual"][2]["anomalies"] if one["type"] == "duration"]
    names_shown = {one["step_name"] for one in marked} & set(charts["duration-by-day"])
    assert names_shown


def test_a_description_reads_from_left_to_right(browser, tmp_path):
    """Whatever the direction of the name in it."""
    name, url = "\u05e9\u05dc\u05d5\u05dd", tmp_path / "log"
    delta.create(url, pyrunlog.SCHEMA)
    delta.append(url, pyrunlog.table([
        {"created_at": datetime.datetime(2024, 3, 14, tzinfo=UTC), "step_name": each,
         "validation_rate": 80.0} for each in (name, "\u202e" + "turned")], pyrunlog.SCHEMA))
    good("log", "report", url, *UNTIL, "--html", tmp_path / "page.html")
    show(browser, tmp_path / "page.html")
    seen = browser.value("""[...document.querySelectorAll("td.wide .long")].map(one => {
        const inner = one.querySelector("bdi"), range = document.createRange();
        if (inner === null || inner.parentElement !== one) return [one.textContent, 0, 0];
        range.selectNode(one.lastChild);
        return [one.textContent, inner.getBoundingClientRect().left,
                range.getBoundingClientRect().right, getComputedStyle(one).direction]; })""")
    assert [one[0] for one in seen] == [f"{each}: 80 % of the rows are valid, wanted are 95 %"
                                        for each in (name, "turned")]
    assert all(one[3] == "ltr" and one[1] + 100 < one[2] for one in seen), seen


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


@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_paper_holds_the_tables(browser, logs, name):
    """A page of letter paper on its side, less its margins, and nothing left out of tables."""
    show(browser, logs[name][1], 964)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.value("document.scrollingElement.scrollWidth") <= 964
    assert browser.value("""[...document.querySelectorAll("table")].every(
        one => one.getBoundingClientRect().right <= 965)""")
    assert browser.value("getComputedStyle(document.querySelector('.high')).maxHeight") == "none"


def test_paper_holds_tables_that_are_closed(browser, tmp_path):
    """By what CSS has for it (::details-content); a reader without shows them as they are."""
    rows = [{"phase": "gold", "step_name": f"s{i}", "created_at": "2024-03-01T00:00:00Z"}
            for i in range(61)]
    good("log", "write", tmp_path / "log", "--kind", "rows", stdin=json.dumps(rows))
    page = tmp_path / "page.html"
    good("log", "report", tmp_path / "log", "--days", "0", "--html", page)
    show(browser, page, 964)
    seen = """[...document.querySelectorAll("details:not([open]) td")].map(
        one => one.checkVisibility()).reduce((all, one) => (all[one] = 1 + (all[one] ?? 0), all), {})"""
    closed = browser.value(seen)
    assert closed.keys() == {"false"} and closed["false"] > 61
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.value(seen) == {"true": closed["false"]}


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
                 (a.name.endsWith("href") && a.value !== "data:," &&
                  document.querySelector(`details${a.value}`) === null)).length""") == 0
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
        shown = shown.replace("\u202e", "")  # what turns the text around it is not shown
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
    assert browser.value("document.querySelectorAll('table').length") == 9


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


def pixels(path):
    """The rows of a PNG, each a list of pixels."""
    data = path.read_bytes()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, _, color = struct.unpack(">IIBB", data[at + 8:at + 18])
        packed += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    step = {2: 3, 6: 4}[color]
    raw, above = zlib.decompress(packed), bytes(width * step)
    for row in range(height):
        begin = row * (width * step + 1) + 1
        line = bytearray(raw[begin:begin + width * step])
        for i in range(len(line)):
            left, up = line[i - step] if i >= step else 0, above[i]
            corner = above[i - step] if i >= step else 0
            near = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, near)[raw[begin - 1]]) % 256
        yield [tuple(line[x:x + step]) for x in range(0, len(line), step)]
        above = line


def left_of_ink(path):
    """The first column of a PNG that is not all of its colour in the corner."""
    rows = list(pixels(path))
    return min(next((x for x, one in enumerate(row) if one != rows[0][0]), len(row)) for row in rows)


def ink(path):
    """How much of a PNG has the colour of texts, or nearly."""
    rows = list(pixels(path))
    return sum(max(one[:3]) < 0xa0 for row in rows for one in row) / (len(rows) * len(rows[0]))


@pytest.mark.parametrize("dpi", [24, 60])
def test_long_names_are_not_cut_at_the_edge(tmp_path, dpi):
    names_of = ["W" * 200, "m" * 150, "OQD" * 80, "\u00c4\u00d6\u00dc" * 60, "\u0416" * 100, "i" * 300,
                "%" * 90, "1234567890" * 12, "a b " * 40, "customer_lifetime_value_by_region_" * 9]
    good("log", "write", tmp_path / "runs", "--kind", "rows", stdin="".join(
        json.dumps({"phase": "gold", "step_name": name, "duration_secs": 10 + at,
                    "created_at": "2024-03-10T00:00:00Z"}) for at, name in enumerate(names_of)))
    good("log", "report", tmp_path / "runs", *UNTIL, "--png", tmp_path, "--dpi", str(dpi))
    for chart in ("time-by-step", "success-by-step"):
        assert left_of_ink(tmp_path / f"{chart}.png") >= dpi * 3 // 96, chart


def test_characters_without_a_font_take_no_more_room(tmp_path):
    """Pango's box in the place of a character that no font has would cover the picture."""
    for name, steps in {"plain": ["load", "clean", "join"],
                        "others": ["\u6ce8\u6587", "\U00010380 \u0915\u094d\u0937", "\ue000 \ufffd"]}.items():
        good("log", "write", tmp_path / name, "--kind", "rows", stdin="".join(
            json.dumps({"phase": "gold", "step_name": step, "duration_secs": 10,
                        "created_at": "2024-03-10T00:00:00Z"}) for step in steps))
        good("log", "report", tmp_path / name, *UNTIL, "--png", tmp_path / f"{name}.png", "--dpi", "48")
    for chart in ("time-by-step", "success-by-step"):
        assert ink(tmp_path / f"others-{chart}.png") < 0.03 + ink(tmp_path / f"plain-{chart}.png")


# --- Long tables ---------------------------------------------------------------------------------

def steps_listed(page):
    body = page.split('data-member="by_step"')[1].split("</tbody>")[0]
    return re.findall(r'<data value="(step \d+)"', body)


def test_a_page_of_many_steps(tmp_path, browser):
    """It has those that took longest and those that failed most; the rest is counted."""
    table, page, whole = tmp_path / "runs", tmp_path / "page.html", tmp_path / "whole.html"
    failing = set(range(2000, 2900, 3))
    rows = [{"run_id": "r", "execution_id": "e", "phase": "gold", "step_name": f"step {number}",
             "duration_secs": 5000.0 - number, "rows_processed": 1, "success": number not in failing,
             "created_at": f"2024-03-{1 + number % 14:02}T{number % 24:02}:00:00Z"}
            for number in range(3000)]
    good("log", "write", table, "--kind", "rows", stdin="".join(map(json.dumps, rows)))
    told = good("log", "report", table, *UNTIL, "--html", page, "--json").json()
    assert len(told["by_step"]) == 3000
    listed = steps_listed(page.read_text())
    assert listed[:500] == [f"step {number}" for number in range(500)]
    assert listed[500:700] == [f"step {number}" for number in range(500, 700)]
    assert listed[700:] == [f"step {number}" for number in sorted(failing)]
    said = '<p class="left">2000 more are not listed here: these are those that took longest in total'
    assert said in page.read_text() and "<code>--limit 0</code> lists all" in page.read_text()
    good("log", "report", table, *UNTIL, "--html", whole, "--limit", "0")
    assert len(steps_listed(whole.read_text())) == 3000 and 'class="left"' not in whole.read_text()
    charts = [text.split('<section class="charts">')[1].split("</section>")[0]
              for text in (page.read_text(), whole.read_text())]
    assert charts[0] == charts[1]
    assert page.stat().st_size < whole.stat().st_size - 1_000_000
    show(browser, page)
    assert browser.value("document.querySelectorAll('[data-member=by_step] tbody tr').length") == 1000
    good("log", "report", table, *UNTIL, "--html", whole, "--limit", "7")
    assert steps_listed(whole.read_text()) == [
        f"step {number}" for number in (0, 1, 2, 3, 2000, 2003, 2006)]
