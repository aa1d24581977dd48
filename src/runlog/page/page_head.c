/* What is said first: which log, which period, and how it went. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/markup.h"
#include "quire_runlog_page.h"
#include "runlog/page/page.h"

#define PUT(text)    QUIRE_TRY(quire_buf_append_text(out, (text)))
#define MEMBER(key)  QUIRE_TRY(quire_page_put_member(out, page->summary, (key)))
#define SHA256_BYTES 32
#define BASE64_MAX   48

/* The style is the only thing that the page may use, known by its hash (Content Security Policy
 * Level 3, 2.3.1); a picture may be a data URL, for the icon that there is not. */
static int put_policy(struct quire_buf *out)
{
    uint8_t hash[SHA256_BYTES];
    char text[BASE64_MAX];
    if (!quire_hex_decode(QUIRE_PAGE_STYLE_SHA256, SHA256_BYTES * (size_t)2, hash))
        return QUIRE_INTERNAL;
    char *end = quire_base64_encode(hash, sizeof(hash), text);
    return quire_buf_printf(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'sha256-%.*s'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
        (int)(end - text), text);
}

static int put_style(struct quire_buf *out)
{
    static const char *const lines[] = {QUIRE_PAGE_STYLE};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        QUIRE_TRY(quire_buf_append_text(out, lines[i]));
    return 0;
}

static int put_name(struct quire_buf *out, const struct quire_page *page, bool element)
{
    const struct quire_json_node *name = quire_json_tree_get(page->summary, "table_fqn");
    if (name == NULL || name->kind != QUIRE_JSON_STRING) return 0;
    return element ? quire_page_put_text(out, name->text, name->size)
                   : quire_markup_append(out, name->text, name->size);
}

/* "23 Nov 2026 to 29 Nov 2026": until is the first instant that is not of the period. */
static int put_period(struct quire_buf *out, const struct quire_page *page)
{
    const char *since = quire_json_tree_text(page->summary, "since");
    const char *until = quire_json_tree_text(page->summary, "until");
    const char *made = quire_json_tree_text(page->summary, "generated_at");
    PUT("<p class=\"period\">");
    if (since != NULL && until != NULL) {
        QUIRE_TRY(quire_page_put_time(out, since, QUIRE_PAGE_TIME_FIRST));
        PUT(" to ");
        QUIRE_TRY(quire_page_put_time(out, until, QUIRE_PAGE_TIME_LAST));
    } else {
        PUT("The whole history");
        if (until != NULL) {
            PUT(" before ");
            QUIRE_TRY(quire_page_put_time(out, until, QUIRE_PAGE_TIME));
        }
    }
    if (made != NULL) {
        PUT(" · made ");
        QUIRE_TRY(quire_page_put_time(out, made, QUIRE_PAGE_TIME));
    }
    PUT(" · times in UTC</p>\n");
    return 0;
}

/* A page that is of some rows only says so: it is passed on without the command that made it. */
static int put_where(struct quire_buf *out, const struct quire_page *page)
{
    const struct quire_json_node *where = quire_json_tree_get(page->summary, "where");
    if (where == NULL || where->kind != QUIRE_JSON_STRING) return 0;
    PUT("<p class=\"period\">Only rows where <code>");
    QUIRE_TRY(quire_page_put_text(out, where->text, where->size));
    PUT("</code></p>\n");
    return 0;
}

int quire_page_put_head(struct quire_buf *out, const struct quire_page *page)
{
    PUT("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    QUIRE_TRY(put_policy(out));
    PUT("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>Run log ");
    QUIRE_TRY(put_name(out, page, false));
    PUT("</title>\n<style>");
    QUIRE_TRY(put_style(out));
    PUT("</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"kicker\">Run log</p>\n<h1>");
    QUIRE_TRY(put_name(out, page, true));
    PUT("</h1>\n");
    QUIRE_TRY(put_period(out, page));
    QUIRE_TRY(put_where(out, page));
    PUT("</header>\n");
    return 0;
}

/* --- Main figures ------------------------------------------------------------------------------
 */

/* "3 steps", "1 step": a member and its word. */
static int put_count(struct quire_buf *out, const struct quire_page *page, const char *key,
                     const char *one, const char *many)
{
    MEMBER(key);
    PUT(" ");
    PUT(quire_page_number(page->summary, key) == 1 ? one : many);
    return 0;
}

/* Whether any row says how it went. */
static bool says_success(const struct quire_page *page)
{
    const struct quire_json_node *rate = quire_json_tree_get(page->summary, "success_rate_percent");
    return rate == NULL || rate->kind != QUIRE_JSON_NULL;
}

/* The first sentence. */
static int put_lead(struct quire_buf *out, const struct quire_page *page)
{
    double failed = quire_page_number(page->summary, "failed_rows");
    double found = quire_page_number(page->summary, "anomaly_count");
    PUT("<p class=\"lead\">");
    if (failed > 0) {
        PUT("<b class=\"bad\">");
        QUIRE_TRY(put_count(out, page, "failed_rows", "step", "steps"));
        PUT(" of ");
        MEMBER("total_rows");
        PUT(" failed</b>");
    } else {
        QUIRE_TRY(put_count(out, page, "total_rows", "step", "steps"));
        if (says_success(page))
            PUT(quire_page_number(page->summary, "total_rows") == 1 ? ", which did not fail"
                                                                    : ", none of which failed");
    }
    PUT(", in ");
    QUIRE_TRY(put_count(out, page, "total_executions", "run", "runs"));
    if (found > 0) {
        PUT("; <a href=\"#anomalies\">");
        QUIRE_TRY(put_count(out, page, "anomaly_count", "thing was", "things were"));
        PUT(" out of the ordinary</a>");
    }
    PUT(".</p>\n");
    return 0;
}

struct figure {
    const char *name, *key;
    const char *note_key, *one, *many; /* what stands under it: a number and its word */
};

static const struct figure figures[] = {
    {"Steps succeeded", "success_rate_percent", "failed_rows", "failed", "failed"},
    {"Steps", "total_rows", "total_executions", "run", "runs"},
    {"Average step", "average_duration_secs", "total_duration_secs", "in total", "in total"},
    {"Rows processed", "total_rows_processed", "total_rows_written", "written", "written"},
    {"Rows valid", "average_validation_rate", "total_invalid_rows", "invalid", "invalid"},
    {"Out of the ordinary", "anomaly_count", NULL, NULL, NULL},
};

static int put_figure(struct quire_buf *out, const struct quire_page *page,
                      const struct figure *figure)
{
    const struct quire_json_node *note =
        figure->note_key != NULL ? quire_json_tree_get(page->summary, figure->note_key) : NULL;
    if (quire_json_tree_get(page->summary, figure->key) == NULL) return 0;
    PUT("<div><dt>");
    PUT(figure->name);
    PUT("</dt><dd>");
    QUIRE_TRY(quire_page_put_main(out, page->summary, figure->key));
    PUT("</dd>");
    if (note != NULL) {
        bool failed = strcmp(figure->note_key, "failed_rows") == 0 &&
                      quire_page_number(page->summary, "failed_rows") > 0;
        PUT(failed ? "<dd class=\"note bad\">" : "<dd class=\"note\">");
        QUIRE_TRY(quire_page_put_main(out, page->summary, figure->note_key));
        QUIRE_TRY(quire_buf_printf(
            out, " %s</dd>",
            quire_page_number(page->summary, figure->note_key) == 1 ? figure->one : figure->many));
    }
    PUT("</div>\n");
    return 0;
}

int quire_page_put_figures(struct quire_buf *out, const struct quire_page *page)
{
    if (!(quire_page_number(page->summary, "total_rows") > 0)) {
        PUT("<p class=\"lead\">No step was logged in this period.</p>\n");
        return 0;
    }
    QUIRE_TRY(put_lead(out, page));
    QUIRE_TRY(quire_page_put_news(out, page));
    PUT("<dl class=\"figures\">\n");
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        QUIRE_TRY(put_figure(out, page, &figures[i]));
    PUT("</dl>\n");
    return 0;
}
