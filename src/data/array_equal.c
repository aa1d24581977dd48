/* Comparing finds the first row where two arrays part; describing then walks down
 * to the value that differs ("tags.2.x": items of lists are numbered from 0). Both go by value:
 * offsets, dictionaries and padding may differ, and what stands under a null does not count. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "data/field_format.h"
#include "data/value_text.h"
#include "data/view.h"
#include "quire/batch.h"

#define OPERATION      "compare batches"
#define SHOWN_SIZE_MAX 160

/* Rows of two views of one type, side by side. */
struct pair {
    const struct quire_view *a, *b;
    int64_t a_row, b_row;
};

/* How many of n rows from the pair's on are equal before the first that is not. */
static int64_t equal_rows(struct pair pair, int64_t n);

static struct pair after(struct pair pair, int64_t rows)
{
    return (struct pair){pair.a, pair.b, pair.a_row + rows, pair.b_row + rows};
}

static struct pair child_rows(struct pair pair, size_t child)
{
    return (struct pair){&pair.a->children[child], &pair.b->children[child], pair.a_row,
                         pair.b_row};
}

/* --- One valid value --- */

static bool equal_bytes(struct pair pair)
{
    struct quire_bytes a = quire_view_bytes(pair.a, pair.a_row);
    struct quire_bytes b = quire_view_bytes(pair.b, pair.b_row);
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool is_half_nan(uint16_t bits)
{
    return (bits & 0x7fff) > 0x7c00;
}

static bool equal_floats(struct pair pair)
{
    const void *a = quire_view_fixed(pair.a, pair.a_row);
    const void *b = quire_view_fixed(pair.b, pair.b_row);
    if (memcmp(a, b, (size_t)pair.a->field->width) == 0) return true;
    switch (pair.a->field->kind) {
    case QUIRE_KIND_FLOAT16:
        return is_half_nan(*(const uint16_t *)a) && is_half_nan(*(const uint16_t *)b);
    case QUIRE_KIND_FLOAT32: return isnan(*(const float *)a) && isnan(*(const float *)b);
    default: return isnan(*(const double *)a) && isnan(*(const double *)b);
    }
}

static bool equal_lists(struct pair pair)
{
    struct quire_range a = quire_view_range(pair.a, pair.a_row);
    struct quire_range b = quire_view_range(pair.b, pair.b_row);
    struct pair items = {&pair.a->children[0], &pair.b->children[0], a.start, b.start};
    return a.size == b.size && equal_rows(items, a.size) == a.size;
}

static struct pair dictionary_values(struct pair pair)
{
    return (struct pair){pair.a->dictionary, pair.b->dictionary,
                         quire_view_index(pair.a, pair.a_row),
                         quire_view_index(pair.b, pair.b_row)};
}

/* The values that a union's or a run's rows stand for; false when they lie in different
 * children. */
static bool inner_values(struct pair pair, struct pair *values)
{
    return quire_view_inner(pair.a, pair.a_row, &values->a, &values->a_row) &&
           quire_view_inner(pair.b, pair.b_row, &values->b, &values->b_row) &&
           values->a - pair.a->children == values->b - pair.b->children;
}

static bool equal_value(struct pair pair)
{
    struct pair inner;
    switch (pair.a->field->kind) {
    case QUIRE_KIND_NULL: return true;
    case QUIRE_KIND_BOOL:
        return quire_view_bool(pair.a, pair.a_row) == quire_view_bool(pair.b, pair.b_row);
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_FLOAT64: return equal_floats(pair);
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: return equal_bytes(pair);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST:
    case QUIRE_KIND_MAP: return equal_lists(pair);
    case QUIRE_KIND_STRUCT:
        for (size_t i = 0; i < pair.a->children_size; i++) {
            if (equal_rows(child_rows(pair, i), 1) == 0) return false;
        }
        return true;
    case QUIRE_KIND_DICTIONARY: return equal_rows(dictionary_values(pair), 1) == 1;
    case QUIRE_KIND_UNION:
    case QUIRE_KIND_RUN_END: return inner_values(pair, &inner) && equal_rows(inner, 1) == 1;
    default:
        return memcmp(quire_view_fixed(pair.a, pair.a_row), quire_view_fixed(pair.b, pair.b_row),
                      (size_t)pair.a->field->width) == 0;
    }
}

/* --- Runs of rows --- */

/* Structs without nulls are compared a column at a time. */
static int64_t equal_columns(struct pair pair, int64_t n)
{
    for (size_t i = 0; i < pair.a->children_size && n > 0; i++)
        n = equal_rows(child_rows(pair, i), n);
    return n;
}

static int64_t equal_rows(struct pair pair, int64_t n)
{
    const struct quire_field *field = pair.a->field;
    bool all_valid = pair.a->validity == NULL && pair.b->validity == NULL;
    if (all_valid && field->kind == QUIRE_KIND_STRUCT) return equal_columns(pair, n);
    bool fixed = field->width > 0 && field->kind != QUIRE_KIND_FIXED_LIST &&
                 field->kind != QUIRE_KIND_DICTIONARY;
    if (all_valid && fixed && n > 0 &&
        memcmp(quire_view_fixed(pair.a, pair.a_row), quire_view_fixed(pair.b, pair.b_row),
               (size_t)n * (size_t)field->width) == 0)
        return n;
    for (int64_t i = 0; i < n; i++) {
        struct pair row = after(pair, i);
        bool a_null = quire_view_is_null(row.a, row.a_row);
        if (a_null != quire_view_is_null(row.b, row.b_row)) return i;
        if (!a_null && !equal_value(row)) return i;
    }
    return n;
}

/* --- Saying what differs --- */

static void cut(struct quire_buf *text)
{
    if (text->size <= SHOWN_SIZE_MAX) return;
    text->size = SHOWN_SIZE_MAX;
    while (text->size > 0 && (text->data[text->size] & 0xc0) == 0x80)
        text->size--;
}

static int show_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    static const struct quire_value_style style;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf valid = {0};
    QUIRE_TRY(quire_value_write(view, row, &style, &text));
    size_t size = text.size;
    cut(&text);
    if (quire_kind_is_string(view->field->kind)) {
        QUIRE_TRY(quire_utf8_repair(&valid, text.data, text.size));
        QUIRE_TRY(quire_json_append_string(out, (const char *)valid.data, valid.size, false));
    } else {
        QUIRE_TRY(quire_buf_append(out, text.data, text.size));
    }
    if (text.size < size) QUIRE_TRY(quire_buf_append_text(out, "..."));
    return quire_buf_terminate(out);
}

/* Strings stand in quotes, so that "null" and "" are not taken for a null and for
 * nothing. */
static const char *shown_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    if (quire_view_is_null(view, row)) return "null";
    return show_value(view, row, out) == 0 ? (const char *)out->data : "(memory is out)";
}

static bool is_compound(const struct quire_field *field)
{
    return quire_kind_is_nested(field->kind) || field->kind == QUIRE_KIND_UNION ||
           field->kind == QUIRE_KIND_RUN_END || field->kind == QUIRE_KIND_DICTIONARY;
}

static void describe_leaf(struct pair pair, struct quire_error *difference)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf a_text = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf b_text = {0};
    bool a_null = quire_view_is_null(pair.a, pair.a_row);
    bool b_null = quire_view_is_null(pair.b, pair.b_row);
    const char *a = "a value", *b = "a value";
    if (a_null || !is_compound(pair.a->field)) a = shown_value(pair.a, pair.a_row, &a_text);
    if (b_null || !is_compound(pair.b->field)) b = shown_value(pair.b, pair.b_row, &b_text);
    quire_fail(difference, QUIRE_INPUT, OPERATION, "%s in the first, %s in the second", a, b);
}

static void describe(struct pair pair, struct quire_error *difference);

static void describe_list(struct pair pair, struct quire_error *difference)
{
    struct quire_range a = quire_view_range(pair.a, pair.a_row);
    struct quire_range b = quire_view_range(pair.b, pair.b_row);
    int64_t shorter = a.size < b.size ? a.size : b.size;
    struct pair items = {&pair.a->children[0], &pair.b->children[0], a.start, b.start};
    int64_t same = equal_rows(items, shorter);
    if (same == shorter) {
        quire_fail(difference, QUIRE_INPUT, OPERATION,
                   "%" PRId64 " items in the first, %" PRId64 " in the second", a.size, b.size);
        return;
    }
    char item[24];
    describe(after(items, same), difference);
    snprintf(item, sizeof(item), "%" PRId64, same);
    quire_error_outer_column(difference, item);
}

static void describe_struct(struct pair pair, struct quire_error *difference)
{
    for (size_t i = 0; i < pair.a->children_size; i++) {
        struct pair child = child_rows(pair, i);
        if (equal_rows(child, 1) == 1) continue;
        describe(child, difference);
        quire_error_outer_column(difference, child.a->field->name);
        return;
    }
}

static void describe(struct pair pair, struct quire_error *difference)
{
    const struct quire_field *field = pair.a->field;
    struct pair inner;
    if (quire_view_is_null(pair.a, pair.a_row) != quire_view_is_null(pair.b, pair.b_row))
        describe_leaf(pair, difference);
    else if (field->kind == QUIRE_KIND_STRUCT)
        describe_struct(pair, difference);
    else if (quire_kind_is_nested(field->kind))
        describe_list(pair, difference);
    else if (field->kind == QUIRE_KIND_DICTIONARY)
        describe(dictionary_values(pair), difference);
    else if (!quire_view_has_inner(pair.a))
        describe_leaf(pair, difference);
    else if (inner_values(pair, &inner))
        describe(inner, difference);
    else
        quire_fail(difference, QUIRE_INPUT, OPERATION, "the types in the union differ");
}

/* --- Whole arrays --- */

static bool equal_views(const struct quire_view *a, const struct quire_view *b,
                        struct quire_error *difference)
{
    int64_t rows = a->length < b->length ? a->length : b->length;
    struct pair pair = {a, b, 0, 0};
    int64_t same = equal_rows(pair, rows);
    if (same < rows) {
        if (difference == NULL) return false;
        describe(after(pair, same), difference);
        quire_error_at(difference, same + 1, NULL, QUIRE_NOWHERE);
        return false;
    }
    if (a->length == b->length) return true;
    quire_fail(difference, QUIRE_INPUT, OPERATION,
               "%" PRId64 " rows in the first, %" PRId64 " in the second", a->length, b->length);
    return false;
}

bool quire_array_equal(const struct ArrowSchema *schema, const struct ArrowArray *a,
                       const struct ArrowArray *b, struct quire_error *difference)
{
    struct quire_field *field = NULL;
    struct quire_view *a_view = NULL, *b_view = NULL;
    bool equal = quire_field_open(schema, &field, difference) == 0 &&
                 quire_view_new(field, &a_view, difference) == 0 &&
                 quire_view_new(field, &b_view, difference) == 0 &&
                 quire_view_set(a_view, a, difference) == 0 &&
                 quire_view_set(b_view, b, difference) == 0 &&
                 equal_views(a_view, b_view, difference);
    quire_view_free(a_view);
    quire_view_free(b_view);
    quire_field_close(field);
    return equal;
}
