/* An expression is evaluated in its own type first, so that its errors stand where the text has
 * them; its values are then cast by an expression of their own. */
#include "table/rows/row_assign.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/schema.h"
#include "quire/expr.h"
#include "table/commit/commit.h"

#define OPERATION "update"

struct assignment {
    const char *name;        /* as given; borrowed */
    struct quire_expr *expr; /* of the value */
    struct quire_expr *cast; /* of the value to the column's type; NULL: it is of that type */
    int64_t column;
    struct ArrowSchema given;  /* of the value */
    struct ArrowSchema whole;  /* a struct of it, that the cast is bound to */
    struct ArrowSchema stored; /* of what the cast gives */
};

struct quire_row_assign {
    struct assignment *items;
    size_t size;
    struct ArrowSchema schema; /* of rows */
};

/* --- Opening --------------------------------------------------------------------------------- */

static int open_items(const struct quire_table_assignment *set, size_t size,
                      struct quire_row_assign *assign, struct quire_error *error)
{
    int64_t now_us = quire_commit_now_ms() * 1000;
    if (size == 0) return quire_fail(error, QUIRE_USAGE, OPERATION, "no column is set");
    assign->items = quire_alloc_zero(size, sizeof(*assign->items));
    if (assign->items == NULL) return quire_fail_memory(error, OPERATION);
    for (; assign->size < size; assign->size++) {
        struct assignment *item = &assign->items[assign->size];
        item->name = set[assign->size].column;
        int code = quire_expr_parse(set[assign->size].value, &item->expr, error);
        if (code != 0) {
            quire_error_at(error, QUIRE_NOWHERE, item->name, QUIRE_NOWHERE);
            return code;
        }
        quire_expr_set_now(item->expr, now_us);
    }
    return 0;
}

int quire_row_assign_open(const struct quire_table_assignment *set, size_t size,
                          struct quire_row_assign **assign, struct quire_error *error)
{
    struct quire_row_assign *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_items(set, size, made, error);
    if (code == 0)
        *assign = made;
    else
        quire_row_assign_close(made);
    return code;
}

void quire_row_assign_close(struct quire_row_assign *assign)
{
    if (assign == NULL) return;
    for (size_t i = 0; i < assign->size; i++) {
        struct assignment *item = &assign->items[i];
        quire_expr_free(item->expr);
        quire_expr_free(item->cast);
        quire_schema_release(&item->given);
        quire_schema_release(&item->whole);
        quire_schema_release(&item->stored);
    }
    quire_free(assign->items);
    quire_schema_release(&assign->schema);
    quire_free(assign);
}

/* --- Types ----------------------------------------------------------------------------------- */

enum kind { NOTHING, NUMBER, TEXT, BOOLEAN, MOMENT, OTHER };

static enum kind kind_of(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_NULL) return NOTHING;
    if (field->kind == QUIRE_KIND_BOOL) return BOOLEAN;
    if (quire_kind_is_string(field->kind)) return TEXT;
    switch (field->kind) {
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIMESTAMP: return MOMENT;
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_DECIMAL:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_FLOAT64: return NUMBER;
    default: return OTHER;
    }
}

/* The name that CAST knows a table's type by; NULL: none. */
static const char *type_name(const struct quire_field *field, char *out, size_t size)
{
    switch (field->kind) {
    case QUIRE_KIND_BOOL: return "boolean";
    case QUIRE_KIND_INT8: return "tinyint";
    case QUIRE_KIND_INT16: return "smallint";
    case QUIRE_KIND_INT32: return "int";
    case QUIRE_KIND_INT64: return "bigint";
    case QUIRE_KIND_FLOAT32: return "float";
    case QUIRE_KIND_FLOAT64: return "double";
    case QUIRE_KIND_DATE32: return "date";
    case QUIRE_KIND_TIMESTAMP: return field->zone != NULL ? "timestamp" : "timestamp_ntz";
    case QUIRE_KIND_STRING: return "string";
    case QUIRE_KIND_DECIMAL:
        snprintf(out, size, "decimal(%d,%d)", (int)field->precision, (int)field->scale);
        return out;
    default: return NULL;
    }
}

static int refuse(const struct assignment *item, const struct quire_field *from,
                  const struct quire_field *to, struct quire_error *error)
{
    char buffer[40];
    const char *type = type_name(to, buffer, sizeof(buffer));
    int code = quire_fail(error, QUIRE_USAGE, OPERATION,
                          "the value is of another kind than the column, which is %s",
                          type != NULL ? type : "of a nested or binary type");
    quire_error_at(error, QUIRE_NOWHERE, item->name, QUIRE_NOWHERE);
    if (type != NULL && kind_of(from) != OTHER)
        quire_error_hint(error, "CAST(... AS %s) says that it is meant", type);
    return code;
}

/* An expression that casts the value, which it knows as `value`. */
static int open_cast(struct assignment *item, const char *type, struct quire_error *error)
{
    const struct quire_schema_parts parts = {.format = "+s", .children_size = 1};
    char text[80];
    snprintf(text, sizeof(text), "CAST(value AS %s)", type);
    if (quire_schema_make(&parts, &item->whole) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_schema_copy(&item->given, item->whole.children[0], error));
    QUIRE_TRY(quire_expr_parse(text, &item->cast, error));
    QUIRE_TRY(quire_expr_bind(item->cast, &item->whole, error));
    return quire_expr_result_schema(item->cast, "value", &item->stored, error);
}

static int bind_type(struct assignment *item, const struct ArrowSchema *column,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *from = NULL;
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *to = NULL;
    char buffer[40];
    QUIRE_TRY(quire_field_open(&item->given, &from, error));
    QUIRE_TRY(quire_field_open(column, &to, error));
    enum kind a = kind_of(from), b = kind_of(to);
    const char *type = type_name(to, buffer, sizeof(buffer));
    bool same = from->kind == to->kind && a != NUMBER && a != MOMENT;
    if (a == NOTHING || same) return 0;
    if (type == NULL || a == OTHER || (a != b && b != TEXT)) return refuse(item, from, to, error);
    return open_cast(item, type, error);
}

static int find_column(const struct quire_row_assign *assign, struct assignment *item,
                       struct quire_error *error)
{
    const struct ArrowSchema *schema = &assign->schema;
    item->column = -1;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, item->name) == 0) item->column = i;
    for (int64_t i = 0; i < schema->n_children && item->column < 0; i++)
        if (quire_text_equal_ignore_case(schema->children[i]->name, item->name)) item->column = i;
    if (item->column < 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "the table has no column \"%.200s\" to set", item->name);
    for (const struct assignment *other = assign->items; other != item; other++)
        if (other->column == item->column)
            return quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.200s\" is set twice", item->name);
    return 0;
}

static int bind_item(struct quire_row_assign *assign, struct assignment *item,
                     struct quire_error *error)
{
    QUIRE_TRY(find_column(assign, item, error));
    int code = quire_expr_bind(item->expr, &assign->schema, error);
    if (code == 0) code = quire_expr_result_schema(item->expr, "value", &item->given, error);
    if (code != 0) {
        quire_error_at(error, QUIRE_NOWHERE, item->name, QUIRE_NOWHERE);
        return code;
    }
    return bind_type(item, assign->schema.children[item->column], error);
}

static int bind(void *user, const struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_row_assign *assign = user;
    if (assign->schema.release != NULL) return 0; /* there is one schema only */
    QUIRE_TRY(quire_schema_copy(schema, &assign->schema, error));
    for (size_t i = 0; i < assign->size; i++)
        QUIRE_TRY(bind_item(assign, &assign->items[i], error));
    return 0;
}

/* --- Values ---------------------------------------------------------------------------------- */

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

/* The cast of values, which stay the caller's. */
static int cast_values(const struct assignment *item, struct ArrowArray *values,
                       struct ArrowArray *cast, struct quire_error *error)
{
    const void *validity[] = {NULL};
    struct ArrowArray *children[] = {values};
    const struct ArrowArray batch = {.length = values->length,
                                     .n_buffers = 1,
                                     .n_children = 1,
                                     .buffers = validity,
                                     .children = children,
                                     .release = release_nothing};
    int code = quire_expr_evaluate(item->cast, &batch, cast, error);
    if (code != QUIRE_INPUT || error == NULL) return code;
    /* Behind the place in the text of the cast, which nobody wrote. */
    char cause[sizeof(error->cause)];
    const char *colon = strstr(error->cause, ": ");
    snprintf(cause, sizeof(cause), "%s", colon != NULL ? colon + 2 : error->cause);
    return quire_fail(error, QUIRE_INPUT, OPERATION, "%s", cause);
}

/* The values that a column of the rows gets. */
static int compute(const struct quire_row_assign *assign, const struct assignment *item,
                   const struct ArrowArray *rows, struct ArrowArray *column,
                   struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray values = {.release = NULL};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray cast = {.release = NULL};
    const struct ArrowSchema *stored = assign->schema.children[item->column];
    QUIRE_TRY(quire_expr_evaluate(item->expr, rows, &values, error));
    if (item->cast == NULL) return quire_cast(&item->given, &values, stored, &exact, column, error);
    QUIRE_TRY(cast_values(item, &values, &cast, error));
    return quire_cast(&item->stored, &cast, stored, &exact, column, error);
}

static void release_columns(const struct quire_row_assign *assign, struct ArrowArray *columns)
{
    for (size_t i = 0; columns != NULL && i < assign->size; i++)
        quire_array_release(&columns[i]);
    quire_free(columns);
}

static int change(void *user, struct ArrowArray *rows, struct ArrowArray *changed,
                  struct quire_error *error)
{
    const struct quire_row_assign *assign = user;
    struct ArrowArray *columns = quire_alloc_zero(assign->size, sizeof(*columns));
    int code = columns != NULL ? 0 : quire_fail_memory(error, OPERATION);
    for (size_t i = 0; code == 0 && i < assign->size; i++) {
        code = compute(assign, &assign->items[i], rows, &columns[i], error);
        if (code != 0) quire_error_at(error, QUIRE_NOWHERE, assign->items[i].name, QUIRE_NOWHERE);
    }
    for (size_t i = 0; code == 0 && i < assign->size; i++) {
        struct ArrowArray *column = rows->children[assign->items[i].column];
        quire_array_release(column);
        *column = columns[i];
        columns[i].release = NULL;
    }
    release_columns(assign, columns);
    if (code == 0)
        *changed = *rows;
    else
        quire_array_release(rows);
    return code;
}

struct quire_row_changer quire_row_assign_changer(struct quire_row_assign *assign)
{
    return (struct quire_row_changer){bind, change, assign};
}
