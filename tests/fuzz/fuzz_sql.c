/* SQL over a small Parquet file: a query that may be told to the reader, computed by columns or put
 * in groups gives the rows that SQLite alone finds; and any text at all is a query or refused with
 * a reason. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/number.h"
#include "format/json/json_value.h"
#include "fuzz_batch.h"
#include "fuzz_sql.h"
#include "quire/sql.h"

#define URL_PARQUET "mem://fuzz-sql/t.parquet"
#define URL_ARROW   "mem://fuzz-sql/t.arrow"
#define ROWS_MAX    1024

/* --- Files ------------------------------------------------------------------------------------ */

/* Takes the batch. */
static void write_file(const char *url, const struct ArrowSchema *schema, struct ArrowArray *batch,
                       const struct quire_setting *settings, size_t settings_size)
{
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowSchema copy = {.release = NULL};
    struct quire_error error;
    const struct quire_context_options one = {1, QUIRE_MEMORY_MIN, NULL};
    FUZZ_CHECK(quire_context_new(&one, &context, NULL) == 0, "no context");
    const struct quire_write_options options = {
        .settings = settings, .settings_size = settings_size, .context = context};
    FUZZ_CHECK(quire_schema_copy(schema, &copy, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_stream_of_batches(&copy, batch, 1, &stream, NULL) == 0, "no memory");
    int code = quire_file_write(url, &stream, &options, NULL, &error);
    FUZZ_CHECK(code == 0, "column %s: %s", error.column, error.cause);
    quire_stream_release(&stream);
    quire_context_free(context);
    batch->release = NULL;
}

/* In small parts, so that some are passed over. */
static void write_parts(struct fuzz_sql_table *table, size_t style)
{
    static const struct quire_setting settings[][3] = {
        {{"row_group_rows", "4"}, {"page_rows", "2"}, {"compression", "none"}},
        {{"row_group_rows", "3"}, {"bloom_filter", "c0"}, {"dictionary", "off"}},
        {{"page_rows", "3"}, {"statistics_bytes", "1"}, {"compression", "zstd"}},
        {{"row_group_rows", "1"}, {"page_index", "off"}, {"data_page_version", "2"}},
    };
    write_file(URL_PARQUET, &table->schema, &table->batch, settings[style & 3], 3);
}

/* --- Answers ---------------------------------------------------------------------------------- */

struct line {
    char *exact; /* JSON of the values that are exact */
    double rough[FUZZ_SQL_ITEMS_MAX];
};

struct answer {
    int code;
    struct quire_error error;
    struct quire_buf types; /* of the columns */
    struct line lines[ROWS_MAX];
    size_t size;
};

static void release_answer(struct answer *answer)
{
    for (size_t i = 0; i < answer->size; i++)
        quire_free(answer->lines[i].exact);
    quire_buf_release(&answer->types);
}

/* A null is NaN, a text 0. */
static double number_of(const struct quire_view *view, int64_t row)
{
    if (quire_view_is_null(view, row)) return (double)NAN;
    if (view->field->kind == QUIRE_KIND_FLOAT64)
        return *(const double *)quire_view_fixed(view, row);
    return quire_kind_is_integer(view->field->kind) ? (double)quire_view_i64(view, row) : 0;
}

static void add_row(struct answer *answer, const struct fuzz_sql_query *query,
                    const struct quire_view *view, int64_t row)
{
    static const struct quire_json_style style = {.floats = QUIRE_JSON_FLOATS_STRING};
    struct quire_buf text = {0};
    struct line *line = &answer->lines[answer->size++];
    memset(line->rough, 0, sizeof(line->rough));
    FUZZ_CHECK(answer->size < ROWS_MAX, "more rows than there can be");
    for (size_t i = 0; i < view->children_size; i++) {
        if (query->rough[i]) {
            line->rough[i] = number_of(&view->children[i], row);
            continue;
        }
        FUZZ_CHECK(quire_json_value_write(&view->children[i], row, &style, &text, NULL) == 0 &&
                       quire_buf_push(&text, '|') == 0,
                   "column %zu", i);
    }
    FUZZ_CHECK(quire_buf_terminate(&text) == 0, "no memory");
    line->exact = (char *)QUIRE_STEAL(text.data);
}

static int read_rows(struct ArrowArrayStream *stream, const struct fuzz_sql_query *query,
                     struct answer *answer)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    int code = quire_stream_schema(stream, &schema, &answer->error);
    FUZZ_CHECK(code == 0, "%s", answer->error.cause);
    for (int64_t i = 0; i < schema.n_children; i++)
        FUZZ_CHECK(quire_buf_printf(&answer->types, "%s,", schema.children[i]->format) == 0, "mem");
    FUZZ_CHECK(quire_field_open(&schema, &root, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_view_new(root, &view, NULL) == 0, "no memory");
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(stream, &batch, &answer->error);
        if (code != 0 || batch.release == NULL) break;
        FUZZ_CHECK(quire_array_validate(&schema, &batch, NULL) == 0, "no such array");
        FUZZ_CHECK(quire_view_set(view, &batch, NULL) == 0, "no view");
        for (int64_t row = 0; row < batch.length; row++)
            add_row(answer, query, view, row);
        quire_array_release(&batch);
    }
    quire_view_free(view);
    quire_field_close(root);
    quire_schema_release(&schema);
    return code;
}

/* memory: 0, or less than a user may set. */
static void ask(const char *sql, const struct fuzz_sql_query *query, size_t memory,
                struct answer *answer)
{
    static const struct quire_sql_table tables[] = {{.name = "t", .url = URL_PARQUET},
                                                    {.name = "u", .url = URL_PARQUET}};
    static const struct quire_context_options one = {1, 0, NULL};
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    FUZZ_CHECK(quire_context_new(&one, &context, NULL) == 0, "no context");
    if (memory > 0) context->budget.max = memory;
    const struct quire_sql_options options = {
        .tables = tables, .tables_size = 2, .context = context};
    quire_error_clear(&answer->error);
    answer->code = quire_sql_query(sql, &options, &stream, &answer->error);
    if (answer->code == 0) answer->code = read_rows(&stream, query, answer);
    if (answer->code != QUIRE_MEMORY || memory == 0)
        if (answer->code != 0) fuzz_check_error(answer->code, &answer->error);
    quire_stream_release(&stream);
    quire_context_free(context);
}

/* --- Comparing ----------------------------------------------------------------------------------
 */

static int compare_lines(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->exact, ((const struct line *)b)->exact);
}

/* The order of rows decides of some digits, of sums of large and small numbers of most. */
static bool is_near(double a, double b, double largest)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= 1e-6 * largest;
}

static void compare(const struct fuzz_sql_query *query, struct answer *any, struct answer *alone,
                    double largest)
{
    const char *text = (const char *)query->any.data;
    if (query->some && (any->code != 0 || alone->code != 0)) return; /* perhaps of a row left out */
    FUZZ_CHECK(any->code == alone->code, "%s: %s (%s)", text, any->error.cause, alone->error.cause);
    if (any->code != 0) return;
    FUZZ_CHECK(any->size == alone->size, "%s: %zu rows, %zu", text, any->size, alone->size);
    if (query->some) return;
    FUZZ_CHECK(any->types.size == alone->types.size &&
                   memcmp(any->types.data, alone->types.data, any->types.size) == 0,
               "%s: %.*s, %.*s", text, (int)any->types.size, (const char *)any->types.data,
               (int)alone->types.size, (const char *)alone->types.data);
    qsort(any->lines, any->size, sizeof(any->lines[0]), compare_lines);
    qsort(alone->lines, alone->size, sizeof(alone->lines[0]), compare_lines);
    for (size_t i = 0; i < any->size; i++) {
        FUZZ_CHECK(strcmp(any->lines[i].exact, alone->lines[i].exact) == 0, "%s: %s, %s", text,
                   any->lines[i].exact, alone->lines[i].exact);
        for (size_t j = 0; j < FUZZ_SQL_ITEMS_MAX; j++)
            FUZZ_CHECK(is_near(any->lines[i].rough[j], alone->lines[i].rough[j], largest),
                       "%s: %s %.17g, %.17g", text, any->lines[i].exact, any->lines[i].rough[j],
                       alone->lines[i].rough[j]);
    }
}

void fuzz_sql(const uint8_t *data, size_t size)
{
    static const size_t memories[] = {0, 1 << 16, 1 << 14, 1 << 12};
    static struct answer any, alone;
    struct fuzz_bytes bytes = {data, size};
    struct fuzz_sql_table table = {.root = NULL};
    struct fuzz_sql_query query = {.some = false};
    size_t style = fuzz_take_below(&bytes, 16);
    any.size = alone.size = 0;
    /* The query is in front, so that seeds can be short. */
    struct fuzz_bytes text = {bytes.data, bytes.size < 48 ? bytes.size : 48};
    bytes.data += text.size;
    bytes.size -= text.size;
    fuzz_sql_take_table(&bytes, &table);
    fuzz_sql_take_query(&text, &table, &query);
    write_parts(&table, style);
    ask((const char *)query.any.data, &query, memories[style >> 2], &any);
    ask((const char *)query.alone.data, &query, 0, &alone);
    if (any.code != QUIRE_MEMORY) compare(&query, &any, &alone, table.wild ? 1e20 : 1e5);
    release_answer(&any);
    release_answer(&alone);
    fuzz_sql_query_release(&query);
    fuzz_sql_table_release(&table);
}

/* --- Any text --------------------------------------------------------------------------------- */

#define CHECKS_MAX 100 /* of a query that does not end */

static bool is_cancelled(void *user)
{
    int *checks = user;
    return ++*checks > CHECKS_MAX;
}

/* The text is the first line, what is behind it the columns and their rows. */
void fuzz_sql_text(const uint8_t *data, size_t size)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    static const struct quire_sql_table tables[] = {{.name = "t", .url = URL_ARROW}};
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t length = end != NULL ? (size_t)(end - data) : size;
    struct fuzz_bytes line = {data, length};
    struct fuzz_bytes rest = {data + length, size - length};
    int checks = 0;
    const struct quire_observer observer = {.user = &checks, .cancelled = is_cancelled};
    const struct quire_context_options small = {1, QUIRE_MEMORY_MIN, &observer};
    struct quire_context *context = NULL;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowArray batch;
    struct quire_error error;
    (void)fuzz_take(&rest);
    fuzz_take_schema(&rest, &schema);
    fuzz_take_batch(&rest, &schema, &fill, &batch);
    write_file(URL_ARROW, &schema, &batch, NULL, 0);
    QUIRE_CLEANUP(quire_cleanup_free) char *text = fuzz_take_text(&line);
    FUZZ_CHECK(quire_context_new(&small, &context, NULL) == 0, "no context");
    const struct quire_sql_options options = {
        .tables = tables, .tables_size = 1, .context = context};
    quire_error_clear(&error);
    int code = quire_sql_query(text, &options, &stream, &error);
    while (code == 0) {
        struct ArrowArray rows = {.release = NULL};
        code = quire_stream_next(&stream, &rows, &error);
        if (code != 0 || rows.release == NULL) break;
        quire_array_release(&rows);
    }
    if (code != 0 && code != QUIRE_MEMORY) fuzz_check_error(code, &error);
    quire_stream_release(&stream);
    stream.release = NULL;
    quire_context_free(context);
}
