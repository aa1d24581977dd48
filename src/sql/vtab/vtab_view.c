/* A column that is one of the table's is moved, not computed: most of a view are. Each scan has
 * expressions of its own, bound to the columns that it reads. */
#include "sql/vtab/vtab_view.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/schema.h"
#include "quire/expr.h"
#include "sql/sql_session.h"
#include "table/rows/batch_columns.h"

static void free_expr(struct quire_expr **expr)
{
    quire_expr_free(*expr);
}

/* --- Opening -------------------------------------------------------------------------------- */

void quire_sql_view_release(struct quire_sql_view *view)
{
    quire_field_close(view->base);
    quire_schema_release(&view->base_schema);
    quire_free(view->own);
}

static int parse_column(const struct quire_sql_table_column *column,
                        const struct ArrowSchema *schema, struct quire_expr **expr,
                        struct quire_error *error)
{
    struct quire_expr *made = NULL;
    QUIRE_TRY(quire_expr_parse(column->expr, &made, error));
    int code = quire_expr_bind(made, schema, error);
    if (code != 0)
        quire_expr_free(made);
    else
        *expr = made;
    return code;
}

static int open_column(struct quire_sql_view *view, size_t at, struct ArrowSchema *child,
                       struct quire_error *error)
{
    const struct quire_sql_table_column *column = &view->given->columns[at];
    QUIRE_CLEANUP(free_expr) struct quire_expr *expr = NULL;
    view->own[at] = -1;
    if (column->expr != NULL) {
        QUIRE_TRY(parse_column(column, &view->base_schema, &expr, error));
        return quire_expr_result_schema(expr, column->name, child, error);
    }
    view->own[at] = quire_field_child(view->base, column->name, strlen(column->name));
    if (view->own[at] < 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION, "%.80s has no column \"%.100s\"",
                          view->given->name, column->name);
    return quire_schema_copy(view->base_schema.children[view->own[at]], child, error);
}

static int open_columns(struct quire_sql_view *view, struct ArrowSchema *schema,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema made = {.release = NULL};
    size_t size = view->given->columns_size;
    const struct quire_schema_parts parts = {.format = "+s", .children_size = size};
    view->own = quire_alloc_zero(size, sizeof(*view->own));
    if (view->own == NULL || quire_schema_make(&parts, &made) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(open_column(view, i, made.children[i], error));
    *schema = made;
    made.release = NULL;
    return 0;
}

int quire_sql_view_open(const struct quire_sql_table *given, struct quire_sql_view *view,
                        struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(free_expr) struct quire_expr *where = NULL;
    view->given = given;
    view->base_schema = *schema;
    schema->release = NULL;
    QUIRE_TRY(quire_field_open(&view->base_schema, &view->base, error));
    if (given->where != NULL) {
        QUIRE_TRY(quire_expr_parse(given->where, &where, error));
        QUIRE_TRY(quire_expr_bind(where, &view->base_schema, error));
        QUIRE_TRY(quire_expr_check_predicate(where, error));
    }
    if (given->columns_size > 0) return open_columns(view, schema, error);
    return quire_schema_copy(&view->base_schema, schema, error);
}

/* --- Needs ---------------------------------------------------------------------------------- */

struct needs {
    const struct quire_field *base;
    bool *needed;
};

/* Expressions find names whatever their case. */
static int need_column(void *user, const char *name)
{
    const struct needs *needs = user;
    for (size_t i = 0; i < needs->base->children_size; i++)
        if (strcasecmp(needs->base->children[i].name, name) == 0) needs->needed[i] = true;
    return 0;
}

static int need_columns_of(const char *text, struct needs *needs, struct quire_error *error)
{
    QUIRE_CLEANUP(free_expr) struct quire_expr *expr = NULL;
    QUIRE_TRY(quire_expr_parse(text, &expr, error));
    return quire_expr_each_column(expr, need_column, needs);
}

int quire_sql_view_needs(const struct quire_sql_view *view, const bool *wanted, bool *needed,
                         struct quire_error *error)
{
    const struct quire_sql_table *given = view->given;
    struct needs needs = {view->base, needed};
    size_t size = given->columns_size > 0 ? given->columns_size : view->base->children_size;
    if (given->where != NULL) QUIRE_TRY(need_columns_of(given->where, &needs, error));
    for (size_t i = 0; i < size; i++) {
        if (!wanted[i]) continue;
        if (view->own == NULL)
            needed[i] = true;
        else if (view->own[i] >= 0)
            needed[view->own[i]] = true;
        else
            QUIRE_TRY(need_columns_of(given->columns[i].expr, &needs, error));
    }
    return 0;
}

bool quire_sql_view_owns(const struct quire_sql_view *view, const char *name)
{
    if (view->own == NULL) return true;
    for (size_t i = 0; i < view->given->columns_size; i++)
        if (view->own[i] >= 0 && strcmp(view->given->columns[i].name, name) == 0) return true;
    return false;
}

/* --- Reading -------------------------------------------------------------------------------- */

struct computed {
    int64_t child;           /* of the batches that are read; -1: computed */
    struct quire_expr *expr; /* of a computed one */
};

struct projection {
    struct ArrowArrayStream rows;
    struct ArrowSchema schema; /* of the result */
    struct computed *columns;
    int64_t size;
};

static void projection_close(void *source)
{
    struct projection *projection = source;
    for (int64_t i = 0; projection->columns != NULL && i < projection->size; i++)
        quire_expr_free(projection->columns[i].expr);
    quire_free(projection->columns);
    quire_stream_release(&projection->rows);
    quire_schema_release(&projection->schema);
    quire_free(projection);
}

static int projection_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct projection *projection = source;
    return quire_schema_copy(&projection->schema, schema, error);
}

static int fill_columns(const struct projection *projection, struct ArrowArray *whole,
                        struct ArrowArray *batch, struct quire_error *error)
{
    for (int64_t i = 0; i < projection->size; i++) {
        const struct computed *column = &projection->columns[i];
        if (column->child < 0)
            QUIRE_TRY(quire_expr_evaluate(column->expr, whole, batch->children[i], error));
    }
    /* What is moved is of the rows of the batch, which may begin behind those of its columns. */
    for (int64_t i = 0; i < projection->size; i++) {
        struct ArrowArray *to = batch->children[i];
        int64_t child = projection->columns[i].child;
        if (child < 0) continue;
        *to = *whole->children[child];
        whole->children[child]->release = NULL;
        to->offset += whole->offset;
        to->length = whole->length;
        if (to->null_count != 0) to->null_count = -1;
    }
    return 0;
}

static int projection_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct projection *projection = source;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray whole = {.release = NULL};
    batch->release = NULL;
    QUIRE_TRY(quire_stream_next(&projection->rows, &whole, error));
    if (whole.release == NULL) return 0;
    QUIRE_TRY(quire_batch_columns_new(whole.length, projection->size, batch, error));
    int code = fill_columns(projection, &whole, batch, error);
    if (code != 0) quire_array_release(batch);
    return code;
}

static void free_projection(struct projection **projection)
{
    if (*projection != NULL) projection_close(*projection);
}

static int bind_column(const struct quire_sql_view *view, size_t at,
                       const struct ArrowSchema *schema, struct computed *column,
                       struct ArrowSchema *child, struct quire_error *error)
{
    const struct quire_sql_table_column *given = &view->given->columns[at];
    column->child = -1;
    if (view->own[at] < 0) {
        QUIRE_TRY(parse_column(given, schema, &column->expr, error));
        return quire_expr_result_schema(column->expr, given->name, child, error);
    }
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, given->name) == 0) column->child = i;
    if (column->child < 0)
        return quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION,
                          "the column \"%.100s\" of %.100s is no longer there: was it written to?",
                          given->name, view->given->name);
    return quire_schema_copy(schema->children[column->child], child, error);
}

static int project(const struct quire_sql_view *view, const bool *wanted,
                   struct ArrowArrayStream *rows, struct ArrowArrayStream *result,
                   struct quire_error *error)
{
    static const struct quire_stream_ops ops = {projection_schema, projection_next,
                                                projection_close};
    QUIRE_CLEANUP(free_projection)
    struct projection *projection = quire_alloc_zero(1, sizeof(*projection));
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    if (projection == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    size_t size = 0, columns = view->given->columns_size;
    for (size_t i = 0; i < columns; i++)
        size += wanted[i];
    const struct quire_schema_parts parts = {.format = "+s", .children_size = size};
    projection->columns = quire_alloc_zero(size + 1, sizeof(*projection->columns));
    if (projection->columns == NULL || quire_schema_make(&parts, &projection->schema) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < columns; i++) {
        int64_t at = projection->size;
        if (!wanted[i]) continue;
        projection->size++;
        QUIRE_TRY(bind_column(view, i, &schema, &projection->columns[at],
                              projection->schema.children[at], error));
    }
    QUIRE_TRY(quire_stream_wrap(&ops, projection, result, error));
    projection->rows = *rows;
    rows->release = NULL;
    projection = NULL; /* the stream's */
    return 0;
}

int quire_sql_view_read(const struct quire_sql_view *view, const bool *wanted,
                        struct ArrowArrayStream *rows, struct ArrowArrayStream *result,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream left = {.release = NULL};
    struct ArrowArrayStream *source = rows;
    if (view->given->where != NULL) {
        QUIRE_TRY(quire_stream_filter(rows, view->given->where, &left, error));
        source = &left;
    }
    if (view->own != NULL) return project(view, wanted, source, result, error);
    *result = *source;
    source->release = NULL;
    return 0;
}
