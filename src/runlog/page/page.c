/* A document is read into a tree, its charts are drawn twice (for wide screens and for phones, so
 * that letters keep their size), and all is put together in memory and stored in one piece. */
#include "runlog/page/page.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/markup.h"
#include "base/observe.h"
#include "runlog/page/page_charts.h"

#define OPERATION    "make page"
#define WIDTH_WIDE   520
#define WIDTH_NARROW 326
#define WIDTH_PNG    680

struct document {
    struct quire_arena arena;
    struct quire_page page;
    struct quire_page_charts charts;
};

static void document_release(struct document *document)
{
    quire_arena_release(&document->arena);
}

static int parse(const char *text, const char *what, struct quire_arena *arena,
                 const struct quire_json_node **root, struct quire_error *error)
{
    struct quire_json_node *node = NULL;
    size_t at = 0;
    int code = quire_json_tree_parse(text, strlen(text), arena, &node, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code != 0 || node->kind != QUIRE_JSON_OBJECT) {
        quire_fail(error, code != 0 ? code : QUIRE_INPUT, OPERATION, "the %s is no JSON object",
                   what);
        quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
        return error != NULL ? error->code : QUIRE_INPUT;
    }
    *root = node;
    return 0;
}

static int document_open(struct document *document, const char *summary, const char *trends,
                         struct quire_error *error)
{
    QUIRE_TRY(parse(summary, "summary", &document->arena, &document->page.summary, error));
    if (trends != NULL)
        QUIRE_TRY(parse(trends, "trends", &document->arena, &document->page.trends, error));
    if (quire_json_tree_get(document->page.summary, "total_rows") == NULL)
        return quire_fail(error, QUIRE_INPUT, OPERATION,
                          "the summary has no member total_rows: it is no report on a run log");
    if (quire_page_charts_make(&document->page, &document->arena, &document->charts) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* --- Charts ------------------------------------------------------------------------------------
 */

static struct quire_chart_options drawing(const struct quire_runlog_page_options *options)
{
    return (struct quire_chart_options){
        .format = QUIRE_CHART_INLINE,
        .program = options->gnuplot,
        .timeout_ms = options->timeout_ms,
        .context = options->context,
        .dpi = options->dpi,
    };
}

static int put_drawing(struct quire_buf *out, const struct quire_page_chart *item, bool narrow,
                       const struct quire_runlog_page_options *options, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) void *picture = NULL;
    size_t size = 0;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf id = {0};
    struct quire_chart_options drawn = drawing(options);
    if (quire_buf_printf(&id, "%s-%s", item->name, narrow ? "narrow" : "wide") != 0 ||
        quire_buf_terminate(&id) != 0)
        return quire_fail_memory(error, OPERATION);
    drawn.id = (const char *)id.data;
    drawn.width = narrow ? WIDTH_NARROW : WIDTH_WIDE;
    drawn.height = narrow ? item->height_narrow : item->height;
    QUIRE_TRY(quire_chart_render(&item->chart, &drawn, &picture, &size, error));
    if (quire_buf_printf(out, "<div class=\"%s\">\n", narrow ? "narrow" : "wide") != 0 ||
        quire_buf_append(out, picture, size) != 0 || quire_buf_append_text(out, "</div>\n") != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int put_chart(struct quire_buf *out, const struct quire_page_chart *item,
                     const struct quire_runlog_page_options *options, struct quire_error *error)
{
    if (quire_buf_printf(out,
                         "<figure id=\"%s\">\n<figcaption><h2>%s</h2>\n<p>%s</p></figcaption>\n",
                         item->name, item->chart.title, item->caption) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(put_drawing(out, item, false, options, error));
    QUIRE_TRY(put_drawing(out, item, true, options, error));
    return quire_buf_append_text(out, "</figure>\n") != 0 ? quire_fail_memory(error, OPERATION) : 0;
}

/* Failures that are of the drawing alone do not take the tables away. */
static bool is_of_drawing(int code)
{
    return code == QUIRE_UNSUPPORTED || code == QUIRE_IO || code == QUIRE_LIMIT;
}

static int put_reason(struct quire_buf *out, const struct quire_error *why,
                      const struct quire_runlog_page_options *options)
{
    if (options->context != NULL)
        quire_observe_log(options->context->observer, QUIRE_LOG_WARN, "no charts: %s", why->cause);
    QUIRE_TRY(quire_buf_append_text(out, "<p class=\"missing\">There are no charts: "));
    QUIRE_TRY(quire_markup_append(out, why->cause, strlen(why->cause)));
    QUIRE_TRY(quire_buf_append_text(out, ". "));
    if (why->hint[0] != '\0') {
        QUIRE_TRY(quire_buf_append_text(out, "Hint: "));
        QUIRE_TRY(quire_markup_append(out, why->hint, strlen(why->hint)));
        QUIRE_TRY(quire_buf_append_text(out, ". "));
    }
    return quire_buf_append_text(out, "All numbers are in the tables.</p>\n");
}

/* All charts, or the reason why there are none. */
static int put_charts(struct quire_buf *out, const struct document *document,
                      const struct quire_runlog_page_options *options, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf charts = {0};
    struct quire_error why;
    int code = 0;
    if (document->charts.size == 0) return 0;
    quire_error_clear(&why);
    for (size_t i = 0; i < document->charts.size && code == 0; i++)
        code = put_chart(&charts, &document->charts.items[i], options, &why);
    if (code != 0 && !is_of_drawing(code)) {
        if (error != NULL) *error = why;
        return code;
    }
    if (code != 0)
        code = put_reason(out, &why, options);
    else if ((code = quire_buf_append_text(out, "<section class=\"charts\">\n")) == 0 &&
             (code = quire_buf_append(out, charts.data, charts.size)) == 0)
        code = quire_buf_append_text(out, "</section>\n");
    return code != 0 ? quire_fail_memory(error, OPERATION) : 0;
}

/* --- The page ----------------------------------------------------------------------------------
 */

static int put_page(struct quire_buf *out, const struct document *document,
                    const struct quire_runlog_page_options *options, struct quire_error *error)
{
    const struct quire_page *page = &document->page;
    if (quire_page_put_head(out, page) != 0 || quire_page_put_figures(out, page) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(put_charts(out, document, options, error));
    if (quire_page_put_tables(out, page) != 0 ||
        quire_buf_append_text(out, "<footer>Made by Quire " QUIRE_VERSION
                                   ".</footer>\n</main>\n</body>\n</html>\n") != 0 ||
        quire_buf_terminate(out) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int make(const char *summary, const struct quire_runlog_page_options *options,
                struct quire_buf *out, struct quire_error *error)
{
    QUIRE_CLEANUP(document_release) struct document document = {.arena = {0}};
    QUIRE_TRY(document_open(&document, summary, options->trends, error));
    document.page.rows_max =
        options->rows_max == 0 ? QUIRE_RUNLOG_PAGE_ROWS_MAX : options->rows_max;
    return put_page(out, &document, options, error);
}

int quire_runlog_page(const char *summary, const struct quire_runlog_page_options *options,
                      char **html, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const struct quire_runlog_page_options none = {0};
    QUIRE_TRY(make(summary, options != NULL ? options : &none, &out, error));
    *html = (char *)QUIRE_STEAL(out.data);
    return 0;
}

/* --- Storing -----------------------------------------------------------------------------------
 */

static int put_object(const char *url, const void *bytes, size_t size,
                      enum quire_durability durability, struct quire_error *error)
{
    const struct quire_put_options putting = {.durability = durability};
    struct quire_store *store = NULL;
    char *key = NULL;
    QUIRE_TRY(quire_store_open(url, NULL, 0, &store, &key, error));
    int code = store->ops->put(store, key, bytes, size, &putting, NULL, error);
    quire_store_close(store);
    quire_store_key_free(key);
    if (code != 0) quire_error_path(error, url);
    return code;
}

int quire_runlog_page_write(const char *summary, const char *url,
                            const struct quire_runlog_page_options *options,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const struct quire_runlog_page_options none = {0};
    if (options == NULL) options = &none;
    QUIRE_TRY(make(summary, options, &out, error));
    return put_object(url, out.data, out.size, options->durability, error);
}

/* Where the picture of a chart goes; a zero behind it. */
static int picture_url(const char *url, const char *name, struct quire_buf *out)
{
    size_t size = strlen(url);
    bool file = size > 4 && strcmp(url + size - 4, ".png") == 0;
    quire_buf_clear(out);
    QUIRE_TRY(quire_buf_append(out, url, file ? size - 4 : size));
    if (file)
        QUIRE_TRY(quire_buf_push(out, '-'));
    else if (size > 0 && url[size - 1] != '/')
        QUIRE_TRY(quire_buf_push(out, '/'));
    QUIRE_TRY(quire_buf_append_text(out, name));
    QUIRE_TRY(quire_buf_append_text(out, ".png"));
    return quire_buf_terminate(out);
}

static int write_picture(const struct quire_page_chart *item, const char *url,
                         const struct quire_runlog_page_options *options, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) void *picture = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf to = {0};
    size_t size = 0;
    struct quire_chart_options drawn = drawing(options);
    drawn.format = QUIRE_CHART_PNG;
    drawn.width = WIDTH_PNG;
    drawn.height = item->height + 30; /* and the title */
    QUIRE_TRY(quire_chart_render(&item->chart, &drawn, &picture, &size, error));
    if (picture_url(url, item->name, &to) != 0) return quire_fail_memory(error, OPERATION);
    return put_object((const char *)to.data, picture, size, options->durability, error);
}

int quire_runlog_pictures_write(const char *summary, const char *url,
                                const struct quire_runlog_page_options *options, size_t *written,
                                struct quire_error *error)
{
    QUIRE_CLEANUP(document_release) struct document document = {.arena = {0}};
    const struct quire_runlog_page_options none = {0};
    if (options == NULL) options = &none;
    QUIRE_TRY(document_open(&document, summary, NULL, error));
    for (size_t i = 0; i < document.charts.size; i++)
        QUIRE_TRY(write_picture(&document.charts.items[i], url, options, error));
    if (written != NULL) *written = document.charts.size;
    return 0;
}
