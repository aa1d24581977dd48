/* What a condition asks of single columns, for readers that can pass over rows by what a file says
 * of them: column-compare-literal, IS [NOT] NULL, BETWEEN and IN, as far as AND joins them. Only
 * what leaves out no row for which the whole is true may come out of here; what is not understood
 * says nothing. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "expr/expr_compare.h"
#include "quire/expr.h"

#define NAME_MAX_SIZE 512

struct collector {
    struct quire_expr *expr;
    struct quire_buf list; /* struct quire_condition */
    bool exact;            /* all that the condition asks is in the list */
};

/* --- Columns and values -------------------------------------------------------------------- */

/* Whether values keep their order and meaning from one type to the other. */
static bool widens(const struct quire_expr_type *from, const struct quire_expr_type *to)
{
    if (from->id == QUIRE_EXPR_DECIMAL)
        return to->id == QUIRE_EXPR_DECIMAL && to->scale >= from->scale &&
               to->precision - to->scale >= from->precision - from->scale;
    return quire_expr_is_integer(from->id) && quire_expr_is_integer(to->id);
}

/* The column that an argument is, also where it was only widened to compare. */
static const struct quire_expr_node *column_of(const struct quire_expr_node *arg)
{
    if (arg->kind == QUIRE_EXPR_COLUMN) return arg;
    bool widened = arg->kind == QUIRE_EXPR_CAST && arg->implied &&
                   arg->args[0]->kind == QUIRE_EXPR_COLUMN &&
                   widens(&arg->args[0]->type, &arg->type);
    return widened ? arg->args[0] : NULL;
}

/* "a.b", NULL where that would name something else. */
static const char *name_of(struct collector *collector, const struct quire_expr_node *column)
{
    char name[NAME_MAX_SIZE];
    size_t size = 0;
    const struct quire_field *field = collector->expr->schema;
    for (size_t i = 0; i < column->path_size; i++) {
        field = &field->children[column->path[i]];
        size_t length = strlen(field->name);
        if (length == 0 || strchr(field->name, '.') != NULL || size + length + 2 > sizeof(name))
            return NULL;
        if (i > 0) name[size++] = '.';
        memcpy(name + size, field->name, length);
        size += length;
    }
    name[size] = '\0';
    int64_t top = quire_field_child(collector->expr->schema, name, size);
    if (top >= 0 && column->path_size > 1) return NULL;
    return quire_arena_strndup(&collector->expr->bound_arena, name, size);
}

struct value {
    uint8_t bytes[sizeof(struct quire_decimal)];
    const void *at;
    size_t size;
};

static bool put_integer(struct value *out, int64_t value, size_t width, bool is_signed)
{
    int bits = (int)width * 8;
    int64_t most = width == 8 ? INT64_MAX : (INT64_C(1) << (bits - is_signed)) - 1;
    if (value > most || value < (is_signed ? -most - 1 : 0)) return false;
    memcpy(out->bytes, &value, width); /* little-endian, as Arrow's buffers here are */
    out->size = width;
    return true;
}

/* Of the column's scale; false where that would round, or the column has no room for it. */
static bool put_decimal(struct value *out, const struct quire_expr_node *literal,
                        const struct quire_field *field)
{
    struct quire_decimal decimal = literal->value.decimal;
    out->size = (size_t)field->width;
    return quire_decimal_rescale(&decimal, literal->type.scale, field->scale) &&
           quire_decimal_to_bytes(&decimal, out->bytes, field->width);
}

/* A literal in Arrow's layout of a column; false where it has none. A zero has two forms there,
 * and NaN many. */
static bool value_of(const struct quire_field *field, const struct quire_expr_node *literal,
                     struct value *out)
{
    enum quire_kind kind = field->kind;
    out->at = out->bytes;
    if (literal->kind != QUIRE_EXPR_LITERAL || literal->is_null) return false;
    if (quire_kind_is_integer(kind) && quire_expr_is_integer(literal->type.id))
        return put_integer(out, literal->value.integer, (size_t)field->width,
                           quire_kind_is_signed(kind));
    if (kind == QUIRE_KIND_DECIMAL && literal->type.id == QUIRE_EXPR_DECIMAL)
        return put_decimal(out, literal, field);
    struct quire_expr_type type = quire_expr_type_of_field(field);
    if (kind == QUIRE_KIND_DICTIONARY || !quire_expr_type_equal(&type, &literal->type))
        return false;
    if (kind == QUIRE_KIND_DATE32 || kind == QUIRE_KIND_TIMESTAMP)
        return put_integer(out, literal->value.integer, (size_t)field->width, true);
    if (kind == QUIRE_KIND_FLOAT64) {
        memcpy(out->bytes, &literal->value.real, sizeof(double));
        out->size = sizeof(double);
        return literal->value.real < 0 || literal->value.real > 0;
    }
    if (!quire_kind_is_string(kind)) return false;
    out->at = literal->value.bytes.data;
    out->size = literal->value.bytes.size;
    return true;
}

/* --- Conditions ---------------------------------------------------------------------------- */

static int add(struct collector *collector, const struct quire_expr_node *column,
               enum quire_compare compare, const struct value *value)
{
    struct quire_condition condition = {.column = name_of(collector, column), .compare = compare};
    if (condition.column == NULL) {
        collector->exact = false;
        return 0;
    }
    if (value != NULL) {
        char *copy = quire_arena_strndup(&collector->expr->bound_arena, value->at, value->size);
        if (copy == NULL) return QUIRE_MEMORY;
        condition.value = copy;
        condition.value_size = value->size;
    }
    return quire_buf_append(&collector->list, &condition, sizeof(condition));
}

static bool is_known(const struct quire_expr_node *left, const struct quire_expr_node *literal)
{
    struct value value;
    const struct quire_expr_node *column = column_of(left);
    return column != NULL && value_of(column->field, literal, &value);
}

static int add_compare(struct collector *collector, const struct quire_expr_node *left,
                       enum quire_compare compare, const struct quire_expr_node *literal)
{
    struct value value;
    const struct quire_expr_node *column = column_of(left);
    if (column == NULL || !value_of(column->field, literal, &value)) return 0;
    return add(collector, column, compare, &value);
}

struct comparison {
    const char *name;
    enum quire_compare compare, turned; /* the column on the left, and on the right */
};
static const struct comparison comparisons[] = {
    {"=", QUIRE_COMPARE_EQ, QUIRE_COMPARE_EQ}, {"<=>", QUIRE_COMPARE_EQ, QUIRE_COMPARE_EQ},
    {"<", QUIRE_COMPARE_LT, QUIRE_COMPARE_GT}, {"<=", QUIRE_COMPARE_LE, QUIRE_COMPARE_GE},
    {">", QUIRE_COMPARE_GT, QUIRE_COMPARE_LT}, {">=", QUIRE_COMPARE_GE, QUIRE_COMPARE_LE},
};

static int take_comparison(struct collector *collector, const struct quire_expr_node *call)
{
    const char *name = call->function->name;
    for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
        if (strcmp(name, comparisons[i].name) != 0) continue;
        if (!is_known(call->args[0], call->args[1]) && !is_known(call->args[1], call->args[0]))
            break;
        QUIRE_TRY(add_compare(collector, call->args[0], comparisons[i].compare, call->args[1]));
        return add_compare(collector, call->args[1], comparisons[i].turned, call->args[0]);
    }
    collector->exact = false;
    return 0;
}

/* A bound's own cast of the first argument stands behind the arguments. */
static int take_between(struct collector *collector, const struct quire_expr_node *call)
{
    for (size_t i = 1; i <= 2; i++) {
        const struct quire_expr_node *cast = call->args[call->args_size + i - 1];
        const struct quire_expr_node *left = cast != NULL ? cast : call->args[0];
        if (!is_known(left, call->args[i])) collector->exact = false;
        QUIRE_TRY(add_compare(collector, left, i == 1 ? QUIRE_COMPARE_GE : QUIRE_COMPARE_LE,
                              call->args[i]));
    }
    return 0;
}

static int compare_literals(const struct quire_expr_node *a, const struct quire_expr_node *b)
{
    if (a->type.id == QUIRE_EXPR_STRING) {
        struct quire_bytes left = a->value.bytes, right = b->value.bytes;
        const struct quire_vector x = {.type = a->type, .bytes = &left};
        const struct quire_vector y = {.type = b->type, .bytes = &right};
        return quire_vector_compare(&x, 0, &y, 0);
    }
    if (a->type.id == QUIRE_EXPR_DECIMAL)
        return quire_decimal_compare(&a->value.decimal, &b->value.decimal);
    if (quire_expr_is_float(a->type.id))
        return (a->value.real > b->value.real) - (a->value.real < b->value.real);
    return (a->value.integer > b->value.integer) - (a->value.integer < b->value.integer);
}

/* Between the least and the greatest; an item that is null is equal to nothing. */
static int take_in(struct collector *collector, const struct quire_expr_node *call)
{
    const struct quire_expr_node *least = NULL, *most = NULL, *column = column_of(call->args[0]);
    struct value value;
    const bool exact = collector->exact;
    collector->exact = false;
    for (size_t i = 1; i < call->args_size; i++) {
        const struct quire_expr_node *item = call->args[i];
        if (item->kind == QUIRE_EXPR_LITERAL && item->is_null) continue;
        if (column == NULL || !value_of(column->field, item, &value)) return 0;
        if (least == NULL || compare_literals(item, least) < 0) least = item;
        if (most == NULL || compare_literals(item, most) > 0) most = item;
    }
    if (least == NULL) return 0;
    if (least == most) {
        collector->exact = exact;
        return add_compare(collector, call->args[0], QUIRE_COMPARE_EQ, least);
    }
    QUIRE_TRY(add_compare(collector, call->args[0], QUIRE_COMPARE_GE, least));
    return add_compare(collector, call->args[0], QUIRE_COMPARE_LE, most);
}

static int take_null(struct collector *collector, const struct quire_expr_node *arg, bool is_null)
{
    if (arg->kind != QUIRE_EXPR_COLUMN || arg->type.id == QUIRE_EXPR_NESTED ||
        arg->field->kind == QUIRE_KIND_DICTIONARY) {
        collector->exact = false;
        return 0;
    }
    return add(collector, arg, is_null ? QUIRE_COMPARE_IS_NULL : QUIRE_COMPARE_NOT_NULL, NULL);
}

static int take_node(struct collector *collector, const struct quire_expr_node *node)
{
    if (node->kind != QUIRE_EXPR_CALL) {
        collector->exact = false;
        return 0;
    }
    const char *name = node->function->name;
    if (strcmp(name, "and") == 0) {
        for (size_t i = 0; i < node->args_size; i++)
            QUIRE_TRY(take_node(collector, node->args[i]));
        return 0;
    }
    if (strcmp(name, "between") == 0) return take_between(collector, node);
    if (strcmp(name, "in") == 0) return take_in(collector, node);
    if (strcmp(name, "isnull") == 0) return take_null(collector, node->args[0], true);
    if (strcmp(name, "isnotnull") == 0) return take_null(collector, node->args[0], false);
    const struct quire_expr_node *arg = node->args_size > 0 ? node->args[0] : NULL;
    if (strcmp(name, "not") == 0 && arg->kind == QUIRE_EXPR_CALL &&
        strcmp(arg->function->name, "isnull") == 0)
        return take_null(collector, arg->args[0], false);
    return take_comparison(collector, node);
}

int quire_expr_conditions(struct quire_expr *expr, const struct quire_condition **conditions,
                          size_t *conditions_size, struct quire_error *error)
{
    struct collector collector = {.expr = expr, .exact = true};
    if (expr->bound == NULL)
        return quire_fail(error, QUIRE_USAGE, "expression", "it is not bound to a schema");
    int code = take_node(&collector, expr->bound);
    size_t size = collector.list.size;
    struct quire_condition *made =
        code == 0 ? quire_arena_alloc(&expr->bound_arena, size + sizeof(*made)) : NULL;
    if (made != NULL && size > 0) memcpy(made, collector.list.data, size);
    quire_buf_release(&collector.list);
    if (made == NULL) return quire_fail_memory(error, "expression");
    *conditions = made;
    *conditions_size = size / sizeof(*made);
    expr->conditions_are_all = collector.exact && size > 0;
    return 0;
}

bool quire_expr_conditions_are_all(const struct quire_expr *expr)
{
    return expr->conditions_are_all;
}
