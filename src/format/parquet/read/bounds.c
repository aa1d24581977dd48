/* Answers from bounds. A bound need not be reached by any value: ALL is said only of what
 * holds for everything between the bounds, NONE of what holds for nothing there. */
#include "format/parquet/read/bounds.h"

#include <string.h>

static int compare_bytes(const struct quire_order_value *a, const struct quire_order_value *b)
{
    size_t size = a->as.bytes.size < b->as.bytes.size ? a->as.bytes.size : b->as.bytes.size;
    int order = size > 0 ? memcmp(a->as.bytes.data, b->as.bytes.data, size) : 0;
    if (order != 0) return order;
    return (a->as.bytes.size > b->as.bytes.size) - (a->as.bytes.size < b->as.bytes.size);
}

int quire_order_compare(enum quire_order order, const struct quire_order_value *a,
                        const struct quire_order_value *b)
{
    switch (order) {
    case QUIRE_ORDER_SIGNED: return (a->as.i64 > b->as.i64) - (a->as.i64 < b->as.i64);
    case QUIRE_ORDER_UNSIGNED: return (a->as.u64 > b->as.u64) - (a->as.u64 < b->as.u64);
    case QUIRE_ORDER_FLOAT: return (a->as.f64 > b->as.f64) - (a->as.f64 < b->as.f64);
    case QUIRE_ORDER_BYTES: return compare_bytes(a, b);
    case QUIRE_ORDER_WIDE: return memcmp(a->as.wide, b->as.wide, sizeof(a->as.wide));
    case QUIRE_ORDER_NONE: break;
    }
    return 0;
}

static enum quire_answer answer(bool none, bool all)
{
    return none ? QUIRE_ANSWER_NONE : all ? QUIRE_ANSWER_ALL : QUIRE_ANSWER_SOME;
}

/* Of the values that are not null. */
static enum quire_answer ask_values(const struct quire_bounds *bounds, enum quire_compare compare,
                                    const struct quire_order_value *value)
{
    bool min = bounds->has_min, max = bounds->has_max, nans = bounds->nans;
    int min_at = min ? quire_order_compare(bounds->order, &bounds->min, value) : 0;
    int max_at = max ? quire_order_compare(bounds->order, &bounds->max, value) : 0;
    bool below = max && max_at < 0, above = min && min_at > 0;
    switch (compare) {
    case QUIRE_COMPARE_EQ:
        return answer(below || above, min && max && min_at == 0 && max_at == 0 && !nans);
    case QUIRE_COMPARE_LT: return answer(min && min_at >= 0, below && !nans);
    case QUIRE_COMPARE_LE: return answer(above, max && max_at <= 0 && !nans);
    case QUIRE_COMPARE_GT: return answer(max && max_at <= 0 && !nans, above);
    case QUIRE_COMPARE_GE: return answer(below && !nans, min && min_at >= 0);
    default: return QUIRE_ANSWER_SOME;
    }
}

enum quire_answer quire_bounds_ask(const struct quire_bounds *bounds, enum quire_compare compare,
                                   const struct quire_order_value *value)
{
    if (bounds->rows == 0) return QUIRE_ANSWER_NONE;
    bool no_nulls = bounds->nulls == 0;
    bool all_nulls = bounds->nulls >= 0 && bounds->nulls == bounds->rows;
    if (compare == QUIRE_COMPARE_IS_NULL) return answer(no_nulls, all_nulls);
    if (compare == QUIRE_COMPARE_NOT_NULL) return answer(all_nulls, no_nulls);
    if (all_nulls) return QUIRE_ANSWER_NONE;
    if (bounds->order == QUIRE_ORDER_NONE) return QUIRE_ANSWER_SOME;
    enum quire_answer of_values = ask_values(bounds, compare, value);
    return of_values == QUIRE_ANSWER_ALL && !no_nulls ? QUIRE_ANSWER_SOME : of_values;
}
