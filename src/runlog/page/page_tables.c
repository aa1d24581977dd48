/* All that the document says, as tables: an array has a table, whose columns are the members of its
 * objects; the numbers that stand alone share one. A member that is not known here has a column
 * all the same, headed by its name. */
#include <string.h>

#include "base/fail.h"
#include "base/markup.h"
#include "runlog/page/page.h"

#define PUT(text) QUIRE_TRY(quire_buf_append_text(out, (text)))
#define OPEN_ROWS 60 /* a table with more is closed when the page is opened */

struct heading {
    const char *key, *text, *unit;
};

static const struct heading headings[] = {
    {"table_fqn", "table", NULL},
    {"report_period_days", "days", NULL},
    {"generated_at", "made", NULL},
    {"anomalies_detected", "any out of the ordinary", NULL},
    {"anomaly_count", "out of the ordinary", NULL},
    {"average_duration_secs", "average", "s"},
    {"average_validation_rate", "valid", "%"},
    {"created_at", "logged at", NULL},
    {"max_duration_secs", "longest", "s"},
    {"min_duration_secs", "shortest", "s"},
    {"row_index", "row", NULL},
    {"rows_processed", "rows", NULL},
    {"run_id", "run", NULL},
    {"stddev_duration_secs", "std. dev.", "s"},
    {"step_name", "step", NULL},
    {"success_rate_percent", "success", "%"},
    {"successful_rows", "succeeded", NULL},
    {"failed_rows", "failed", NULL},
    {"total_duration_secs", "total", "s"},
    {"total_executions", "runs", NULL},
    {"total_invalid_rows", "invalid rows", NULL},
    {"total_rows", "steps", NULL},
    {"total_rows_processed", "rows processed", NULL},
    {"total_rows_written", "rows written", NULL},
};

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
        QUIRE_TRY(quire_page_put_member(out, row, at->key));
        PUT("</td>");
    }
    PUT("</tr>\n");
    return 0;
}

static int put_table(struct quire_buf *out, const struct quire_json_node *object, const char *key,
                     const char *title, const char *note)
{
    const struct quire_json_node *first;
    size_t size = quire_page_items(object, key, &first);
    if (size == 0 || first->kind != QUIRE_JSON_OBJECT) return 0;
    QUIRE_TRY(quire_buf_printf(out,
                               "<details class=\"table\"%s>\n<summary><h2>%s</h2> "
                               "<span class=\"count\">%zu%s</span></summary>\n"
                               "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                               "aria-label=\"%s\"><table data-member=\"%s\">\n",
                               size <= OPEN_ROWS ? " open" : "", title, size, note, title, key));
    QUIRE_TRY(put_header(out, first));
    for (const struct quire_json_node *row = first; row != NULL; row = row->next)
        QUIRE_TRY(put_row(out, first, row));
    PUT("</tbody></table></div>\n</details>\n");
    return 0;
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

int quire_page_put_tables(struct quire_buf *out, const struct quire_page *page)
{
    PUT("<section class=\"tables\">\n");
    QUIRE_TRY(put_table(out, page->summary, "anomalies", "Out of the ordinary",
                        quire_page_lists_all(page) ? "" : ", the first of them"));
    QUIRE_TRY(put_table(out, page->summary, "by_step", "Steps", ""));
    QUIRE_TRY(put_table(out, page->summary, "by_phase", "Phases", ""));
    QUIRE_TRY(put_table(out, page->summary, "by_day", "Days", ""));
    QUIRE_TRY(put_table(out, page->summary, "by_hour", "Hours", ""));
    PUT("<div class=\"side\">\n");
    QUIRE_TRY(put_numbers(out, page->summary, "summary", "The period"));
    if (page->trends != NULL) QUIRE_TRY(put_numbers(out, page->trends, "trends", "Trends"));
    PUT("</div>\n</section>\n");
    return 0;
}
