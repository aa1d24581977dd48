/* Answers from bounds, against the rows themselves. */
#include "format/parquet/read/bounds.h"

#include <math.h>

#include "format/parquet/read/row_ranges.h"
#include "parquet_fixture.h"

#define ROWS_MAX 6

struct rows {
    double values[ROWS_MAX]; /* NaN too */
    bool null[ROWS_MAX];
    int64_t size;
};

/* NaN is above all numbers; nothing is true of null. */
static bool holds(enum quire_compare compare, bool null, double value, double with)
{
    if (compare == QUIRE_COMPARE_IS_NULL) return null;
    if (compare == QUIRE_COMPARE_NOT_NULL) return !null;
    if (null) return false;
    bool above = isnan(value) || value > with;
    switch (compare) {
    case QUIRE_COMPARE_EQ: return value == with;
    case QUIRE_COMPARE_LT: return value < with;
    case QUIRE_COMPARE_LE: return value <= with;
    case QUIRE_COMPARE_GT: return above;
    default: return above || value == with;
    }
}

static void random_rows(struct quire_random *random, bool nans, struct rows *rows)
{
    rows->size = (int64_t)quire_random_below(random, ROWS_MAX + 1);
    for (int64_t i = 0; i < rows->size; i++) {
        rows->null[i] = quire_random_below(random, 3) == 0;
        rows->values[i] = (double)quire_random_below(random, 4) - 1;
        if (nans && quire_random_below(random, 4) == 0) rows->values[i] = (double)NAN;
    }
}

/* What a writer may say of the rows: bounds may be wider than they need be, or missing. */
static struct quire_bounds random_bounds(struct quire_random *random, const struct rows *rows,
                                         enum quire_order order)
{
    double min = (double)INFINITY, max = -(double)INFINITY;
    struct quire_bounds bounds = {.order = order, .rows = rows->size};
    for (int64_t i = 0; i < rows->size; i++) {
        bounds.nulls += rows->null[i];
        if (rows->null[i]) continue;
        if (isnan(rows->values[i])) bounds.nans = true;
        min = rows->values[i] < min ? rows->values[i] : min;
        max = rows->values[i] > max ? rows->values[i] : max;
    }
    if (quire_random_below(random, 4) == 0) bounds.nulls = -1;
    bounds.has_min = min <= max && quire_random_below(random, 4) != 0;
    bounds.has_max = min <= max && quire_random_below(random, 4) != 0;
    min -= (double)quire_random_below(random, 2);
    max += (double)quire_random_below(random, 2);
    if (order == QUIRE_ORDER_FLOAT) {
        bounds.min.as.f64 = min;
        bounds.max.as.f64 = max;
    } else if (min <= max) {
        bounds.min.as.i64 = (int64_t)min;
        bounds.max.as.i64 = (int64_t)max;
    }
    return bounds;
}

static void check_answers(struct quire_random *random, enum quire_order order, int *decided)
{
    struct rows rows;
    random_rows(random, order == QUIRE_ORDER_FLOAT, &rows);
    struct quire_bounds bounds = random_bounds(random, &rows, order);
    for (int with = -2; with <= 4; with++) {
        for (int compare = QUIRE_COMPARE_EQ; compare <= QUIRE_COMPARE_NOT_NULL; compare++) {
            struct quire_order_value value;
            if (order == QUIRE_ORDER_FLOAT)
                value.as.f64 = with;
            else
                value.as.i64 = with;
            int64_t true_of = 0;
            for (int64_t i = 0; i < rows.size; i++)
                true_of += holds((enum quire_compare)compare, rows.null[i], rows.values[i], with);
            enum quire_answer answer =
                quire_bounds_ask(&bounds, (enum quire_compare)compare, &value);
            if (answer == QUIRE_ANSWER_NONE) assert_int_equal(true_of, 0);
            if (answer == QUIRE_ANSWER_ALL) assert_int_equal(true_of, rows.size);
            *decided += answer != QUIRE_ANSWER_SOME;
        }
    }
}

static void test_answers_hold(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 11);
    int decided = 0;
    for (int i = 0; i < 20000; i++) {
        check_answers(&random, QUIRE_ORDER_SIGNED, &decided);
        check_answers(&random, QUIRE_ORDER_FLOAT, &decided);
    }
    assert_true(decided > 500000); /* of 1,960,000: bounds do tell something */
}

static void test_orders(void **state)
{
    (void)state;
    struct quire_order_value a, b;
    a.as.i64 = -1;
    b.as.i64 = 1;
    assert_true(quire_order_compare(QUIRE_ORDER_SIGNED, &a, &b) < 0);
    assert_true(quire_order_compare(QUIRE_ORDER_UNSIGNED, &a, &b) > 0);
    a.as.f64 = -0.0;
    b.as.f64 = 0.0;
    assert_int_equal(quire_order_compare(QUIRE_ORDER_FLOAT, &a, &b), 0);
    a.as.bytes.data = (const uint8_t *)"ab";
    a.as.bytes.size = 2;
    b.as.bytes.data = (const uint8_t *)"ab\xff";
    b.as.bytes.size = 3;
    assert_true(quire_order_compare(QUIRE_ORDER_BYTES, &a, &b) < 0);
    b.as.bytes.size = 2;
    assert_int_equal(quire_order_compare(QUIRE_ORDER_BYTES, &a, &b), 0);
    b.as.bytes.data = (const uint8_t *)"a\xff";
    assert_true(quire_order_compare(QUIRE_ORDER_BYTES, &a, &b) < 0);
}

/* --- Row ranges, against bits ---------------------------------------------------------- */

static uint32_t random_ranges(struct quire_random *random, struct quire_row_ranges *ranges)
{
    uint32_t bits = 0;
    for (int64_t row = 0; row < 32;) {
        int64_t start = row + (int64_t)quire_random_below(random, 6);
        int64_t end = start + (int64_t)quire_random_below(random, 6);
        if (end > 32) break;
        assert_int_equal(quire_row_ranges_add(ranges, start, end), 0);
        for (int64_t i = start; i < end; i++)
            bits |= UINT32_C(1) << i;
        row = end;
    }
    return bits;
}

static void test_ranges_intersect(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 12);
    for (int i = 0; i < 20000; i++) {
        QUIRE_CLEANUP(quire_row_ranges_release) struct quire_row_ranges a = {0};
        QUIRE_CLEANUP(quire_row_ranges_release) struct quire_row_ranges b = {0};
        uint32_t bits = random_ranges(&random, &a);
        bits &= random_ranges(&random, &b);
        assert_int_equal(quire_row_ranges_intersect(&a, &b), 0);
        int64_t last = -1;
        uint32_t got = 0;
        for (size_t k = 0; k < quire_row_ranges_size(&a); k++) {
            const struct quire_row_range *range = quire_row_ranges_at(&a, k);
            assert_true(range->start > last && range->start < range->end);
            last = range->end;
            for (int64_t row = range->start; row < range->end; row++)
                got |= UINT32_C(1) << row;
        }
        assert_int_equal(got, bits);
        assert_int_equal(quire_row_ranges_count(&a), __builtin_popcount(bits));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_hold),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_ranges_intersect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
