/* What the reader of each morning looks for, before any chart: how the last day went, held against
 * those before it, and which steps failed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/page/page.h"

#define PUT(text)     QUIRE_TRY(quire_buf_append_text(out, (text)))
#define FAILING_NAMED 5
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

int quire_page_put_news(struct quire_buf *out, const struct quire_page *page)
{
    QUIRE_TRY(put_last_day(out, page));
    return put_failing(out, page);
}
