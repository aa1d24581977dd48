/* Cells of a grid along the curves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "table/upkeep/cluster_curve.h"

#define SIDE_BITS 2
#define SIDE      (1 << SIDE_BITS)
#define CELLS_MAX 256 /* four columns */

struct cell {
    uint8_t key[2 * QUIRE_CLUSTER_COLUMNS_MAX];
    int at[QUIRE_CLUSTER_COLUMNS_MAX];
};

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(((const struct cell *)a)->key));
}

/* All cells of n columns in the order of a curve. Returns how many. */
static size_t walk(enum quire_cluster_curve curve, size_t n, struct cell *cells)
{
    size_t size = 1;
    for (size_t i = 0; i < n; i++)
        size *= SIDE;
    for (size_t number = 0; number < size; number++) {
        uint16_t places[QUIRE_CLUSTER_COLUMNS_MAX];
        struct cell *cell = &cells[number];
        memset(cell, 0, sizeof(*cell));
        for (size_t i = 0; i < n; i++) {
            cell->at[i] = (int)(number >> (SIDE_BITS * i)) & (SIDE - 1);
            places[i] = (uint16_t)(cell->at[i] << (QUIRE_CLUSTER_BITS - SIDE_BITS));
        }
        quire_cluster_curve(curve, places, n, cell->key);
    }
    qsort(cells, size, sizeof(*cells), by_key);
    for (size_t i = 1; i < size; i++)
        assert_true(by_key(&cells[i - 1], &cells[i]) < 0);
    return size;
}

static void test_hilbert_goes_step_by_step(void **state)
{
    static struct cell cells[CELLS_MAX];
    (void)state;
    for (size_t n = 1; n <= 4; n++) {
        size_t size = walk(QUIRE_CURVE_HILBERT, n, cells);
        for (size_t i = 1; i < size; i++) {
            int distance = 0;
            for (size_t j = 0; j < n; j++)
                distance += abs(cells[i].at[j] - cells[i - 1].at[j]);
            assert_int_equal(distance, 1);
        }
    }
}

static void test_z_goes_by_bits_in_turn(void **state)
{
    static struct cell cells[CELLS_MAX];
    (void)state;
    size_t size = walk(QUIRE_CURVE_Z, 2, cells);
    for (size_t i = 0; i < size; i++) {
        int first = (int)((i >> 3 & 1) << 1 | (i >> 1 & 1)),
            second = (int)((i >> 2 & 1) << 1 | (i & 1));
        assert_int_equal(cells[i].at[0], first);
        assert_int_equal(cells[i].at[1], second);
    }
    assert_int_equal(walk(QUIRE_CURVE_Z, 4, cells), CELLS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hilbert_goes_step_by_step),
        cmocka_unit_test(test_z_goes_by_bits_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
