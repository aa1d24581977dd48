/* Finds the first row where two arrays part. Comparing goes by value: offsets, dictionaries and
 * padding may differ, and what stands under a null does not count. */
#include "data/array_equal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "data/array_equal_private.h"

/* --- One valid value --- */

static bool equal_bytes(struct quire_pair pair)
{
    struct quire_bytes a = quire_view_bytes(pair.a, pair.a_row);
    struct quire_bytes b = quire_view_bytes(pair.b, pair.b_row);
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool is_half_nan(uint16_t bits)
{
    return (bits & 0x7fff) > 0x7c00;
}

static bool equal_floats(struct quire_pair pair)
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

static bool equal_lists(struct quire_pair pair)
{
    struct quire_range a = quire_view_range(pair.a, pair.a_row);
    struct quire_range b = quire_view_range(pair.b, pair.b_row);
    struct quire_pair items = {&pair.a->children[0], &pair.b->children[0], a.start, b.start};
    return a.size == b.size && quire_pair_equal_rows(items, a.size) == a.size;
}

static bool equal_value(struct quire_pair pair)
{
    struct quire_pair inner;
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
            if (quire_pair_equal_rows(quire_pair_child(pair, i), 1) == 0) return false;
        }
        return true;
    case QUIRE_KIND_DICTIONARY: return quire_pair_equal_rows(quire_pair_dictionary(pair), 1) == 1;
    case QUIRE_KIND_UNION:
    case QUIRE_KIND_RUN_END:
        return quire_pair_inner(pair, &inner) && quire_pair_equal_rows(inner, 1) == 1;
    default:
        return memcmp(quire_view_fixed(pair.a, pair.a_row), quire_view_fixed(pair.b, pair.b_row),
                      (size_t)pair.a->field->width) == 0;
    }
}

/* --- Runs of rows --- */

/* Structs without nulls are compared a column at a time. */
static int64_t equal_columns(struct quire_pair pair, int64_t n)
{
    for (size_t i = 0; i < pair.a->children_size && n > 0; i++)
        n = quire_pair_equal_rows(quire_pair_child(pair, i), n);
    return n;
}

int64_t quire_pair_equal_rows(struct quire_pair pair, int64_t n)
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
        struct quire_pair row = quire_pair_after(pair, i);
        bool a_null = quire_view_is_null(row.a, row.a_row);
        if (a_null != quire_view_is_null(row.b, row.b_row)) return i;
        if (!a_null && !equal_value(row)) return i;
    }
    return n;
}

/* --- Whole arrays --- */

static bool equal_views(const struct quire_view *a, const struct quire_view *b,
                        struct quire_unequal *unequal, struct quire_error *difference)
{
    int64_t rows = a->length < b->length ? a->length : b->length;
    struct quire_pair pair = {a, b, 0, 0};
    int64_t same = quire_pair_equal_rows(pair, rows);
    if (same < rows) {
        if (difference == NULL) return false;
        quire_pair_describe(quire_pair_after(pair, same), unequal, difference);
        quire_error_at(difference, same + 1, NULL, QUIRE_NOWHERE);
        return false;
    }
    if (a->length == b->length) return true;
    quire_fail(difference, QUIRE_INPUT, QUIRE_EQUAL_OPERATION,
               "%" PRId64 " rows in the first, %" PRId64 " in the second", a->length, b->length);
    return false;
}

bool quire_array_compare(const struct ArrowSchema *schema, const struct ArrowArray *a,
                         const struct ArrowArray *b, struct quire_unequal *unequal,
                         struct quire_error *difference)
{
    struct quire_field *field = NULL;
    struct quire_view *a_view = NULL, *b_view = NULL;
    bool equal = quire_field_open(schema, &field, difference) == 0 &&
                 quire_view_new(field, &a_view, difference) == 0 &&
                 quire_view_new(field, &b_view, difference) == 0 &&
                 quire_view_set(a_view, a, difference) == 0 &&
                 quire_view_set(b_view, b, difference) == 0 &&
                 equal_views(a_view, b_view, unequal, difference);
    quire_view_free(a_view);
    quire_view_free(b_view);
    quire_field_close(field);
    return equal;
}

bool quire_array_equal(const struct ArrowSchema *schema, const struct ArrowArray *a,
                       const struct ArrowArray *b, struct quire_error *difference)
{
    return quire_array_compare(schema, a, b, NULL, difference);
}
