/* Bounds held against the values of a batch, column by column, so that SQLite sees only rows that
 * may be wanted. */
#include <string.h>

#include "sql/vtab/vtab_bounds.h"

static bool holds(enum quire_compare compare, int order)
{
    switch (compare) {
    case QUIRE_COMPARE_EQ: return order == 0;
    case QUIRE_COMPARE_LT: return order < 0;
    case QUIRE_COMPARE_LE: return order <= 0;
    case QUIRE_COMPARE_GT: return order > 0;
    case QUIRE_COMPARE_GE: return order >= 0;
    default: return true;
    }
}

/* One loop a type: the values between two ends, which are themselves within. */
#define SELECT_RANGE(name, type)                                                                   \
    static void select_##name(const struct quire_view *view, type least, type most, uint8_t *keep) \
    {                                                                                              \
        const type *values = (const type *)view->values + view->offset;                            \
        for (int64_t row = 0; row < view->length; row++)                                           \
            keep[row] = (uint8_t)(keep[row] & (values[row] >= least) & (values[row] <= most));     \
    }
SELECT_RANGE(i8, int8_t)
SELECT_RANGE(i16, int16_t)
SELECT_RANGE(i32, int32_t)
SELECT_RANGE(i64, int64_t)
SELECT_RANGE(u8, uint8_t)
SELECT_RANGE(u16, uint16_t)
SELECT_RANGE(u32, uint32_t)
SELECT_RANGE(u64, uint64_t)

/* The bound's value fits the type; GT and LT keep the value itself, which SQLite then drops. */
static void select_integers(const struct quire_sql_bound *bound, const struct quire_view *view,
                            uint8_t *keep)
{
    bool lower = bound->compare == QUIRE_COMPARE_GT || bound->compare == QUIRE_COMPARE_GE;
    bool upper = bound->compare == QUIRE_COMPARE_LT || bound->compare == QUIRE_COMPARE_LE;
    int64_t value = bound->integer;
#define RANGE(name, type, lowest, highest) \
    select_##name(view, upper ? (lowest) : (type)value, lower ? (highest) : (type)value, keep)
    switch (view->field->kind) {
    case QUIRE_KIND_INT8: RANGE(i8, int8_t, INT8_MIN, INT8_MAX); break;
    case QUIRE_KIND_INT16: RANGE(i16, int16_t, INT16_MIN, INT16_MAX); break;
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_DATE32: RANGE(i32, int32_t, INT32_MIN, INT32_MAX); break;
    case QUIRE_KIND_UINT8: RANGE(u8, uint8_t, 0, UINT8_MAX); break;
    case QUIRE_KIND_UINT16: RANGE(u16, uint16_t, 0, UINT16_MAX); break;
    case QUIRE_KIND_UINT32: RANGE(u32, uint32_t, 0, UINT32_MAX); break;
    case QUIRE_KIND_UINT64: RANGE(u64, uint64_t, 0, UINT64_MAX); break;
    default: RANGE(i64, int64_t, INT64_MIN, INT64_MAX); break;
    }
#undef RANGE
}

static void select_floats(const struct quire_sql_bound *bound, const struct quire_view *view,
                          uint8_t *keep)
{
    bool wide = view->field->kind == QUIRE_KIND_FLOAT64;
    for (int64_t row = 0; row < view->length; row++) {
        if (!keep[row]) continue;
        double value = wide ? ((const double *)view->values)[row + view->offset]
                            : (double)((const float *)view->values)[row + view->offset];
        keep[row] = holds(bound->compare, (value > bound->real) - (value < bound->real));
    }
}

static void select_texts(const struct quire_sql_bound *bound, const struct quire_view *view,
                         uint8_t *keep)
{
    for (int64_t row = 0; row < view->length; row++) {
        if (!keep[row]) continue;
        const struct quire_bytes bytes = quire_view_bytes(view, row);
        if (bound->compare == QUIRE_COMPARE_EQ && bytes.size != bound->size) {
            keep[row] = 0;
            continue;
        }
        size_t size = bytes.size < bound->size ? bytes.size : bound->size;
        int order = size > 0 ? memcmp(bytes.data, bound->bytes, size) : 0;
        if (order == 0) order = (bytes.size > bound->size) - (bytes.size < bound->size);
        keep[row] = holds(bound->compare, order);
    }
}

static void select_nulls(const struct quire_view *view, bool null, uint8_t *keep)
{
    if (view->validity == NULL && !null) return;
    for (int64_t row = 0; row < view->length; row++)
        keep[row] = (uint8_t)(keep[row] & (quire_view_is_null(view, row) == null));
}

void quire_sql_bound_apply(const struct quire_sql_bound *bound, const struct quire_view *view,
                           uint8_t *keep)
{
    enum quire_kind kind = view->field->kind;
    select_nulls(view, bound->compare == QUIRE_COMPARE_IS_NULL, keep);
    if (bound->compare == QUIRE_COMPARE_IS_NULL || bound->compare == QUIRE_COMPARE_NOT_NULL) return;
    if (quire_kind_is_string(kind))
        select_texts(bound, view, keep);
    else if (quire_kind_is_float(kind))
        select_floats(bound, view, keep);
    else
        select_integers(bound, view, keep);
}
