/* Lists, maps and structs: how many values they have, and single ones of them. A nested value is a
 * row of a view, so that looking into it copies nothing. */
#include <string.h>

#include "base/fail.h"
#include "expr/expr_compare.h"

static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};
static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};

enum { FROM_ZERO, FROM_ONE };

static bool is_list(const struct quire_expr_type *type)
{
    if (type->id != QUIRE_EXPR_NESTED) return false;
    switch (type->nested->kind) {
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_FIXED_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW: return true;
    default: return false;
    }
}

static bool is_map(const struct quire_expr_type *type)
{
    return type->id == QUIRE_EXPR_NESTED && type->nested->kind == QUIRE_KIND_MAP;
}

static int want_nested(const struct quire_expr_node *call, struct quire_error *error)
{
    const struct quire_expr_type *type = &call->args[0]->type;
    if (is_list(type) || is_map(type)) return 0;
    return quire_expr_fail_at(error, QUIRE_USAGE, call->args[0]->at,
                              "that is no list or map, which alone has elements");
}

static int bind_size(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    (void)arena;
    call->type = int32;
    return want_nested(call, error);
}

/* x[n] of a list counts from 0, element_at(x, n) from 1 and from -1 backwards; x[key] of a map. */
static int bind_element(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    QUIRE_TRY(want_nested(call, error));
    const struct quire_field *of = call->args[0]->type.nested;
    if (is_list(&call->args[0]->type)) {
        call->type = quire_expr_type_of_field(&of->children[0]);
        return quire_expr_cast_to(arena, &call->args[1], &int64, error);
    }
    const struct quire_field *entry = &of->children[0];
    const struct quire_expr_type key = quire_expr_type_of_field(&entry->children[0]);
    if (key.id == QUIRE_EXPR_NESTED)
        return quire_expr_fail_at(error, QUIRE_UNSUPPORTED, call->at,
                                  "a map whose keys are nested cannot be looked into");
    call->type = quire_expr_type_of_field(&entry->children[1]);
    return quire_expr_cast_to(arena, &call->args[1], &key, error);
}

/* Null is -1 to SIZE and null to CARDINALITY's standard; Spark has -1 for both. */
static int eval_size(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                     struct quire_vector *out)
{
    struct quire_vector arg, result;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &arg));
    QUIRE_TRY(quire_vector_new(eval, &int32, &result));
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t size = arg.null[i] ? -1 : quire_view_range(arg.view, arg.integers[i]).size;
        result.integers[i] = size;
        if (size > INT32_MAX)
            QUIRE_TRY(quire_eval_fail_row(eval, call, &result, i, "%lld values do not fit int",
                                          (long long)size));
    }
    *out = result;
    return 0;
}

/* The rows of a list's elements, -1 where there is none. */
static int find_elements(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out, int64_t *rows)
{
    const bool from_one = call->function->detail == FROM_ONE;
    for (size_t i = 0; i < eval->rows; i++) {
        rows[i] = -1;
        if (args[0].null[i] || args[1].null[i]) continue;
        const struct quire_range range = quire_view_range(args[0].view, args[0].integers[i]);
        int64_t n = args[1].integers[i];
        if (from_one && n == 0)
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "elements are counted from 1"));
        if (from_one) n = n > 0 ? n - 1 : n == 0 || n < -range.size ? -1 : range.size + n;
        if (n >= 0 && n < range.size) rows[i] = range.start + n;
    }
    return 0;
}

/* The key of one entry, into row 0 of a vector of one row. */
static int load_key(struct quire_expr_eval *eval, const struct quire_view *keys, int64_t row,
                    struct quire_vector *key)
{
    size_t rows = eval->rows;
    key->null[0] = 0;
    eval->rows = 1;
    int code = quire_vector_load_rows(eval, keys, &row, key);
    eval->rows = rows;
    return code;
}

/* The rows of the entries with a key: the last, if there are several. */
static int find_entries(struct quire_expr_eval *eval, const struct quire_vector *args,
                        int64_t *rows)
{
    const struct quire_view *entries = &args[0].view->children[0], *keys = &entries->children[0];
    struct quire_vector key;
    size_t all = eval->rows;
    eval->rows = 1;
    int code = quire_vector_new(eval, &args[1].type, &key);
    eval->rows = all;
    if (code != 0) return code;
    for (size_t i = 0; i < eval->rows; i++) {
        rows[i] = -1;
        if (args[0].null[i] || args[1].null[i]) continue;
        const struct quire_range range = quire_view_range(args[0].view, args[0].integers[i]);
        for (int64_t n = range.size; n-- > 0 && rows[i] < 0;) {
            QUIRE_TRY(load_key(eval, keys, range.start + n, &key));
            if (!key.null[0] && quire_vector_compare(&key, 0, &args[1], i) == 0)
                rows[i] = range.start + n;
        }
    }
    return 0;
}

/* What is not there is null. */
static int eval_element(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        struct quire_vector *out)
{
    struct quire_vector args[2], result;
    for (size_t i = 0; i < 2; i++)
        QUIRE_TRY(quire_expr_eval_node(eval, call->args[i], &args[i]));
    QUIRE_TRY(quire_vector_new(eval, &call->type, &result));
    int64_t *rows = quire_eval_alloc(eval, eval->rows * sizeof(*rows));
    if (rows == NULL) return QUIRE_MEMORY;
    const struct quire_view *values = &args[0].view->children[0];
    if (is_list(&args[0].type)) {
        QUIRE_TRY(find_elements(eval, call, args, &result, rows));
    } else {
        QUIRE_TRY(find_entries(eval, args, rows));
        values = &values->children[1];
    }
    for (size_t i = 0; i < eval->rows; i++)
        result.null[i] = rows[i] < 0;
    QUIRE_TRY(quire_vector_load_rows(eval, values, rows, &result));
    *out = result;
    return 0;
}

/* --- Fields ---------------------------------------------------------------------------------- */

static int bind_field(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    const struct quire_expr_type *type = &call->args[0]->type;
    uint32_t *path = quire_arena_alloc(arena, sizeof(*path));
    if (path == NULL) return quire_fail_memory(error, "expression");
    if (type->id != QUIRE_EXPR_NESTED || type->nested->kind != QUIRE_KIND_STRUCT)
        return quire_expr_fail_at(error, QUIRE_USAGE, call->at,
                                  "that is no struct, which alone has fields");
    QUIRE_TRY(quire_expr_find_field(call, type->nested, call->parts[0], path, error));
    call->path = path;
    call->path_size = 1;
    call->type = quire_expr_type_of_field(&type->nested->children[path[0]]);
    return 0;
}

/* Of rows that are null nothing is looked at. */
static int eval_field(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                      struct quire_vector *out)
{
    struct quire_vector arg, result;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &arg));
    QUIRE_TRY(quire_vector_new(eval, &call->type, &result));
    memcpy(result.null, arg.null, eval->rows);
    QUIRE_TRY(
        quire_vector_load_rows(eval, &arg.view->children[call->path[0]], arg.integers, &result));
    *out = result;
    return 0;
}

const struct quire_expr_function quire_expr_nested_functions[] = {
    {"size", 1, 1, bind_size, NULL, eval_size, 0},
    {"cardinality", 1, 1, bind_size, NULL, eval_size, 0},
    {"[", 2, 2, bind_element, NULL, eval_element, FROM_ZERO},
    {"element_at", 2, 2, bind_element, NULL, eval_element, FROM_ONE},
    {".", 1, 1, bind_field, NULL, eval_field, 0},
    {.name = NULL},
};
