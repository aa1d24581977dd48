/* What the reader of each morning looks for, before any chart: how the last day went, held against
 * those before it, which steps failed, and which became slower. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/page/page.h"

#define PUT(text)     QUIRE_TRY(quire_buf_append_text(out, (text)))
#define FAILING_NAMED 5
#define SLOWER_NAMED  5
#define CHANGE_MOST   1000.0 /* percent; beyond, it is told in times */
#define PERCENT_SHOWN 1.0    /* a smaller change is none */

/* --- The last day ------------------------------------------------------------------------------
 */

/* The mean duration of the steps of all days but the last; NaN where there is none. */
static double duration_before(const struct quire_json_node *first)
{
    double secs = 0, steps = 0;
    for (const struct quire_json_node *day = first; day != NULL && day->next != NULL;
         day = day->next) {
        double average = quire_page_number(day, "average_duration_secs");
        double rows = quire_page_number(day, "total_rows");
        if (!isfinite(average) || !(rows > 0)) continue;
        secs += average * rows;
        steps += rows;
    }
    return steps > 0 ? secs / steps : (double)NAN;
}

/* ", 12 % longer than before". */
static int put_change(struct quire_buf *out, double now, double before)
{
    double percent = (now / before - 1) * 100;
    if (!isfinite(percent)) return 0;
    if (fabs(percent) < PERCENT_SHOWN) return quire_buf_append_text(out, ", as on the days before");
    if (percent > CHANGE_MOST)
        return quire_buf_printf(out, ", %.0f times as long as on the days before", now / before);
    return quire_buf_printf(out, ", %.0f %% %s than on the days before", fabs(percent),
                            percent > 0 ? "longer" : "shorter");
}

static int put_failed_of_day(struct quire_buf *out, const struct quire_json_node *day)
{
    const struct quire_json_node *rate = quire_json_tree_get(day, "success_rate_percent");
    if (quire_page_number(day, "failed_rows") > 0) {
        PUT(", <b class=\"bad\">");
        QUIRE_TRY(quire_page_put_member(out, day, "failed_rows"));
        PUT(" failed</b>");
    } else if (rate == NULL || rate->kind != QUIRE_JSON_NULL) {
        PUT(", none failed");
    }
    return 0;
}

static int put_last_day(struct quire_buf *out, const struct quire_page *page)
{
    const struct quire_json_node *first, *day;
    if (quire_page_items(page->summary, "by_day", &first) < 2) return 0;
    for (day = first; day->next != NULL;)
        day = day->next;
    const char *name = quire_json_tree_text(day, "day");
    const char *made = quire_json_tree_text(page->summary, "generated_at");
    double average = quire_page_number(day, "average_duration_secs");
    if (name == NULL) return 0;
    PUT("<p class=\"news\">The last day, ");
    QUIRE_TRY(quire_page_put_time(out, name, QUIRE_PAGE_TIME));
    if (made != NULL && strncmp(made, name, strlen(name)) == 0) PUT(", so far");
    PUT(": ");
    QUIRE_TRY(quire_page_put_member(out, day, "total_rows"));
    PUT(quire_page_number(day, "total_rows") == 1 ? " step" : " steps");
    QUIRE_TRY(put_failed_of_day(out, day));
    if (isfinite(average)) {
        PUT("; ");
        QUIRE_TRY(quire_page_put_main(out, day, "average_duration_secs"));
        PUT(" a step");
        QUIRE_TRY(put_change(out, average, duration_before(first)));
    }
    PUT(".</p>\n");
    return 0;
}

/* --- What failed -------------------------------------------------------------------------------
 */

struct failing {
    const struct quire_json_node *step;
    double failed;
};

/* More failures first, and of as many what the document has first. */
static bool is_before(const struct failing *one, const struct failing *other)
{
    return one->failed > other->failed;
}

/* Those of the steps that failed most, of which there are *size; returns how many failed. */
static size_t find_failing(const struct quire_json_node *first, struct failing *found, size_t *size)
{
    size_t all = 0;
    *size = 0;
    for (const struct quire_json_node *step = first; step != NULL; step = step->next) {
        struct failing one = {step, quire_page_number(step, "failed_rows")};
        if (!(one.failed > 0)) continue;
        all++;
        size_t at = *size;
        while (at > 0 && is_before(&one, &found[at - 1]))
            at--;
        if (at == FAILING_NAMED) continue;
        if (*size < FAILING_NAMED) ++*size;
        for (size_t i = *size - 1; i > at; i--)
            found[i] = found[i - 1];
        found[at] = one;
    }
    return all;
}

static int put_failing(struct quire_buf *out, const struct quire_page *page)
{
    const struct quire_json_node *first;
    struct failing found[FAILING_NAMED];
    size_t size;
    quire_page_items(page->summary, "by_step", &first);
    size_t all = find_failing(first, found, &size);
    if (all == 0) return 0;
    PUT("<p class=\"news\"><a href=\"#by_step\">");
    PUT(all > size ? "Failed most</a>: " : "Failed</a>: ");
    for (size_t i = 0; i < size; i++) {
        if (i > 0) PUT(", ");
        QUIRE_TRY(quire_page_put_member(out, found[i].step, "step_name"));
        PUT(" (");
        QUIRE_TRY(quire_page_put_member(out, found[i].step, "failed_rows"));
        PUT(" of ");
        QUIRE_TRY(quire_page_put_member(out, found[i].step, "total_rows"));
        PUT(")");
    }
    if (all > size)
        QUIRE_TRY(
            quire_buf_printf(out, ", and %zu more step%s", all - size, all - size == 1 ? "" : "s"));
    PUT(".</p>\n");
    return 0;
}

/* --- What became slower ------------------------------------------------------------------------
 */

static const struct {
    const char *key, *heading, *unit; /* unit: NULL for a text */
} slower_columns[] = {
    {"step_name", "Slower than before", NULL},
    {"phase", "phase", NULL},
    {"last_day_median_secs", "last day", "s"},
    {"days_before_median_secs", "days before", "s"},
    {"change_secs", "change", "s"},
    {"change_percent", "change", "%"},
};
#define SLOWER_COLUMNS (sizeof(slower_columns) / sizeof(slower_columns[0]))

/* One that took no time at all before has no change in percent. */
static bool is_slower(const struct quire_json_node *step)
{
    double percent = quire_page_number(step, "change_percent");
    return isfinite(percent) ? percent >= PERCENT_SHOWN
                             : quire_page_number(step, "change_secs") > 0;
}

static int put_slower_head(struct quire_buf *out)
{
    PUT("<div class=\"scroll slower\" tabindex=\"0\" role=\"region\" aria-label=\"Slower than "
        "before\"><table>\n<thead><tr>");
    for (size_t i = 0; i < SLOWER_COLUMNS; i++) {
        const char *unit = slower_columns[i].unit;
        PUT(unit != NULL ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        QUIRE_TRY(quire_buf_printf(out, i == 0 ? "<a href=\"#step_durations\">%s</a>" : "%s",
                                   slower_columns[i].heading));
        if (unit != NULL) QUIRE_TRY(quire_buf_printf(out, "<span class=\"unit\">%s</span>", unit));
        PUT("</th>");
    }
    PUT("</tr></thead>\n<tbody>\n");
    return 0;
}

static int put_slower_row(struct quire_buf *out, const struct quire_json_node *step)
{
    PUT("<tr>");
    for (size_t i = 0; i < SLOWER_COLUMNS; i++) {
        PUT(slower_columns[i].unit != NULL ? "<td class=\"n\">" : "<td>");
        QUIRE_TRY(quire_page_put_member(out, step, slower_columns[i].key));
        PUT("</td>");
    }
    PUT("</tr>\n");
    return 0;
}

/* The document has those that became slower by most first. */
static int put_slower(struct quire_buf *out, const struct quire_page *page)
{
    const struct quire_json_node *step = NULL;
    size_t shown = 0;
    if (page->trends == NULL) return 0;
    quire_page_items(page->trends, "step_durations", &step);
    for (; step != NULL && shown < SLOWER_NAMED; step = step->next) {
        if (!is_slower(step)) continue;
        if (shown++ == 0) QUIRE_TRY(put_slower_head(out));
        QUIRE_TRY(put_slower_row(out, step));
    }
    if (shown > 0) PUT("</tbody></table></div>\n");
    return 0;
}

int quire_page_put_news(struct quire_buf *out, const struct quire_page *page)
{
    QUIRE_TRY(put_last_day(out, page));
    QUIRE_TRY(put_failing(out, page));
    return put_slower(out, page);
}
