/* All that the document says, as tables: an array has a table, whose columns are the members of its
 * objects; the numbers that stand alone share one. A member that is not known here has a column
 * all the same, headed by its name. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/markup.h"
#include "runlog/page/page_shown.h"

#define PUT(text) QUIRE_TRY(quire_buf_append_text(out, (text)))
#define OPEN_ROWS 60 /* a table with more is closed when the page is opened */

struct heading {
    const char *key, *text, *unit;
};

static const struct heading headings[] = {
    {"anomalies_detected", "any out of the ordinary", NULL},
    {"anomaly_count", "out of the ordinary", NULL},
    {"average_duration_secs", "average", "s"},
    {"average_rows_processed", "rows a step", NULL},
    {"average_validation_rate", "valid", "%"},
    {"avg_rows", "average", NULL},
    {"change_percent", "change", "%"},
    {"change_points", "change", "points"},
    {"change_secs", "change", "s"},
    {"created_at", "logged at", NULL},
    {"days_before_median_secs", "median before", "s"},
    {"duration_trend", "duration", NULL},
    {"failed_rows", "failed", NULL},
    {"generated_at", "made", NULL},
    {"last_day_median_secs", "median", "s"},
    {"last_day_rate", "last day", "%"},
    {"last_day_rows", "steps", NULL},
    {"max", "most", NULL},
    {"max_duration_secs", "longest", "s"},
    {"max_rows", "most", NULL},
    {"min", "least", NULL},
    {"min_duration_secs", "shortest", "s"},
    {"min_rows", "least", NULL},
    {"p50", "median", NULL},
    {"p95", "95th percentile", NULL},
    {"phase_distribution", "steps", NULL},
    {"rate_before", "before", "%"},
    {"report_period_days", "days", NULL},
    {"row_index", "row", NULL},
    {"rows_processed", "rows", NULL},
    {"rows_processed_count", "with rows", NULL},
    {"run_id", "run", NULL},
    {"stddev", "std. dev.", NULL},
    {"stddev_duration_secs", "std. dev.", "s"},
    {"stddev_rows", "std. dev.", NULL},
    {"step_name", "step", NULL},
    {"success_rate_percent", "success", "%"},
    {"success_trend", "success", NULL},
    {"successful", "succeeded", NULL},
    {"successful_rows", "succeeded", NULL},
    {"table", "place", NULL},
    {"table_fqn", "table", NULL},
    {"throughput_trend", "rows a step", NULL},
    {"total_duration_secs", "total", "s"},
    {"total_executions", "runs", NULL},
    {"total_invalid_rows", "invalid", NULL},
    {"total_rows", "steps", NULL},
    {"total_rows_processed", "rows", NULL},
    {"total_rows_written", "written", NULL},
    {"validation_count", "with a rate", NULL},
    {"validation_trend", "valid rows", NULL},
    {"volume_trend", "rows a day", NULL},
    {"where", "only rows where", NULL},
};

/* What the numbers of a trend are in. */
static const char *trend_unit(const char *group, const char *key)
{
    bool slope = strcmp(key, "slope") == 0;
    if (strcmp(group, "duration_trend") == 0) return slope ? "s a day" : "s";
    if (strcmp(group, "validation_trend") == 0) return slope ? "points a day" : "%";
    return NULL;
}

/* The member's name as people say it; "_" is a blank in what is not known. */
static int put_heading(struct quire_buf *out, const char *key, size_t size)
{
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        const struct heading *heading = &headings[i];
        if (strlen(heading->key) != size || memcmp(heading->key, key, size) != 0) continue;
        PUT(heading->text);
        if (heading->unit != NULL)
            QUIRE_TRY(quire_buf_printf(out, "<span class=\"unit\">%s</span>", heading->unit));
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        size_t part = 0;
        while (i + part < size && key[i + part] != '_')
            part++;
        QUIRE_TRY(quire_markup_append(out, key + i, part));
        i += part;
        if (i < size) PUT(" ");
    }
    return 0;
}

/* The member's own name is there for programs. */
static int put_header_cell(struct quire_buf *out, const struct quire_json_node *member)
{
    PUT("<th scope=\"col\" data-key=\"");
    QUIRE_TRY(quire_markup_append(out, member->key, member->key_size));
    PUT(member->kind == QUIRE_JSON_NUMBER ? "\" class=\"n\">" : "\">");
    return put_heading(out, member->key, member->key_size);
}

/* Members that say most come first, so that a phone shows them. */
static const char *const leading[] = {"severity", "description", "created_at", "step_name",
                                      "phase",    "day",         "hour"};
#define LEADING (sizeof(leading) / sizeof(leading[0]))

static bool is_leading(const char *key)
{
    for (size_t i = 0; i < LEADING; i++) {
        if (strcmp(leading[i], key) == 0) return true;
    }
    return false;
}

/* The column behind one of an object's, NULL at the start: those that lead, then the others as
 * they stand. NULL at the end. */
static const struct quire_json_node *next_column(const struct quire_json_node *object,
                                                 const struct quire_json_node *before)
{
    size_t from = 0;
    const struct quire_json_node *at = object->first;
    if (before != NULL && is_leading(before->key)) {
        while (strcmp(leading[from], before->key) != 0)
            from++;
        from++;
    } else if (before != NULL) {
        from = LEADING;
        at = before->next;
    }
    for (; from < LEADING; from++) {
        const struct quire_json_node *found = quire_json_tree_get(object, leading[from]);
        if (found != NULL) return found;
    }
    while (at != NULL && is_leading(at->key))
        at = at->next;
    return at;
}

static int put_header(struct quire_buf *out, const struct quire_json_node *object)
{
    const struct quire_json_node *at = NULL;
    PUT("<thead><tr>");
    while ((at = next_column(object, at)) != NULL) {
        QUIRE_TRY(put_header_cell(out, at));
        PUT("</th>");
    }
    PUT("</tr></thead>\n<tbody>\n");
    return 0;
}

/* Marks what is bad with more than a colour: with its weight. */
static const char *cell_class(const struct quire_json_node *row, const char *key,
                              const struct quire_json_node *value)
{
    bool number = value != NULL && value->kind == QUIRE_JSON_NUMBER;
    if (strcmp(key, "failed_rows") == 0 && quire_page_number(row, key) > 0) return "n bad";
    if (strcmp(key, "severity") == 0 && value != NULL && value->kind == QUIRE_JSON_STRING &&
        strcmp(value->text, "high") == 0)
        return "bad";
    return number ? "n" : strcmp(key, "description") == 0 ? "wide" : "";
}

/* Cells are in the order of the first row's columns, whatever the order in this one. */
static int put_row(struct quire_buf *out, const struct quire_json_node *first,
                   const struct quire_json_node *row)
{
    const struct quire_json_node *at = NULL;
    PUT("<tr>");
    while ((at = next_column(first, at)) != NULL) {
        const struct quire_json_node *value = quire_json_tree_get(row, at->key);
        const char *class = cell_class(row, at->key, value);
        if (class[0] != '\0')
            QUIRE_TRY(quire_buf_printf(out, "<td class=\"%s\">", class));
        else
            PUT("<td>");
        if (strcmp(at->key, "description") == 0)
            QUIRE_TRY(quire_page_put_described(out, row));
        else
            QUIRE_TRY(quire_page_put_member(out, row, at->key));
        PUT("</td>");
    }
    PUT("</tr>\n");
    return 0;
}

/* What a table is called, and how it begins. */
struct listing {
    const char *key, *title, *class;
    bool open;      /* however many rows it has */
    bool of_trends; /* a member of these */
};

/* How many rows there are; of those that are out of the ordinary, of how many that were found, and
 * of steps, of how many that the document has. */
static int put_count(struct quire_buf *out, const struct quire_json_node *object, const char *key,
                     const struct quire_page_shown *shown)
{
    QUIRE_TRY(quire_buf_printf(out, "<span class=\"count\">%zu", shown->shown));
    if (shown->rule != NULL) QUIRE_TRY(quire_buf_printf(out, " of %zu", shown->size));
    if (strcmp(key, "anomalies") == 0 &&
        quire_page_number(object, "anomaly_count") > (double)shown->size) {
        PUT(", the most serious of ");
        QUIRE_TRY(quire_page_put_member(out, object, "anomaly_count"));
    }
    PUT("</span></summary>\n");
    if (shown->rule == NULL) return 0;
    return quire_buf_printf(out,
                            "<p class=\"left\">%zu more are not listed here: these are %s. "
                            "<code>--limit 0</code> lists all.</p>\n",
                            shown->size - shown->shown, shown->rule);
}

static int put_rows(struct quire_buf *out, const struct quire_json_node *first,
                    const struct quire_page_shown *shown)
{
    QUIRE_TRY(put_header(out, first));
    for (size_t i = 0; i < shown->shown; i++)
        QUIRE_TRY(put_row(out, first, shown->rows[i]));
    PUT("</tbody></table></div>\n</details>\n");
    return 0;
}

static int put_table(struct quire_buf *out, const struct quire_page *page,
                     const struct listing *listing)
{
    QUIRE_CLEANUP(quire_page_shown_release) struct quire_page_shown shown = {.rows = NULL};
    const char *key = listing->key, *title = listing->title;
    const struct quire_json_node *object = listing->of_trends ? page->trends : page->summary;
    const struct quire_json_node *first = NULL;
    size_t size = object != NULL ? quire_page_items(object, key, &first) : 0;
    if (size == 0 || first->kind != QUIRE_JSON_OBJECT) return 0;
    QUIRE_TRY(quire_page_choose(page, key, size, first, &shown));
    QUIRE_TRY(quire_buf_printf(out, "<details class=\"table\" id=\"%s\"%s>\n<summary><h2>%s</h2> ",
                               key, listing->open || size <= OPEN_ROWS ? " open" : "", title));
    QUIRE_TRY(put_count(out, object, key, &shown));
    QUIRE_TRY(quire_buf_printf(out,
                               "<div class=\"%s\" tabindex=\"0\" role=\"region\" "
                               "aria-label=\"%s\"><table data-member=\"%s\">\n",
                               listing->class, title, key));
    return put_rows(out, first, &shown);
}

/* --- Numbers that stand alone ------------------------------------------------------------------
 */

static int put_pair(struct quire_buf *out, const char *group, const struct quire_json_node *member)
{
    PUT("<tr><th scope=\"row\" data-key=\"");
    if (group != NULL) {
        QUIRE_TRY(quire_markup_append(out, group, strlen(group)));
        PUT(".");
    }
    QUIRE_TRY(quire_markup_append(out, member->key, member->key_size));
    PUT("\">");
    if (group != NULL) {
        QUIRE_TRY(put_heading(out, group, strlen(group)));
        PUT(": ");
    }
    QUIRE_TRY(put_heading(out, member->key, member->key_size));
    const char *unit = group != NULL ? trend_unit(group, member->key) : NULL;
    if (unit != NULL) QUIRE_TRY(quire_buf_printf(out, "<span class=\"unit\">%s</span>", unit));
    QUIRE_TRY(quire_buf_append_text(out, member->kind == QUIRE_JSON_NUMBER ? "</th><td class=\"n\">"
                                                                           : "</th><td>"));
    QUIRE_TRY(quire_page_put_value(out, member->key, member));
    PUT("</td></tr>\n");
    return 0;
}

/* The document's own members, and those of the objects in it. `summary` says again what the
 * others say, for readers of another program's reports. */
static int put_pairs(struct quire_buf *out, const struct quire_json_node *object)
{
    for (const struct quire_json_node *at = object->first; at != NULL; at = at->next) {
        if (at->kind == QUIRE_JSON_ARRAY || strcmp(at->key, "summary") == 0) continue;
        if (at->kind != QUIRE_JSON_OBJECT) {
            QUIRE_TRY(put_pair(out, NULL, at));
            continue;
        }
        for (const struct quire_json_node *inner = at->first; inner != NULL; inner = inner->next) {
            if (inner->kind == QUIRE_JSON_ARRAY || inner->kind == QUIRE_JSON_OBJECT) continue;
            QUIRE_TRY(put_pair(out, at->key, inner));
        }
    }
    return 0;
}

static int put_numbers(struct quire_buf *out, const struct quire_json_node *object,
                       const char *member, const char *title)
{
    QUIRE_TRY(quire_buf_printf(out,
                               "<details class=\"table\" open>\n<summary><h2>%s</h2></summary>\n"
                               "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                               "aria-label=\"%s\"><table class=\"pairs\" data-member=\"%s\">\n"
                               "<tbody>\n",
                               title, title, member));
    QUIRE_TRY(put_pairs(out, object));
    PUT("</tbody></table></div>\n</details>\n");
    return 0;
}

static const struct listing listings[] = {
    {.key = "anomalies", .title = "Out of the ordinary", .class = "scroll high", .open = true},
    {.key = "by_step", .title = "Steps", .class = "scroll"},
    {.key = "step_durations",
     .title = "Steps on the last day, beside the days before",
     .class = "scroll",
     .of_trends = true},
    {.key = "by_phase", .title = "Phases", .class = "scroll"},
    {.key = "by_day", .title = "Days", .class = "scroll"},
    {.key = "by_hour", .title = "Hours", .class = "scroll"},
};

int quire_page_put_tables(struct quire_buf *out, const struct quire_page *page)
{
    PUT("<section class=\"tables\">\n");
    for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
        QUIRE_TRY(put_table(out, page, &listings[i]));
    PUT("<div class=\"side\">\n");
    QUIRE_TRY(put_numbers(out, page->summary, "summary", "The period"));
    if (page->trends != NULL) QUIRE_TRY(put_numbers(out, page->trends, "trends", "Trends"));
    PUT("</div>\n</section>\n");
    return 0;
}
