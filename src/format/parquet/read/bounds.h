/* What is known of the values of a column in some rows, and what can be answered from it
 * without reading them. Nothing here is Parquet's: whoever evaluates expressions asks the
 * same questions. */
#ifndef QUIRE_PARQUET_BOUNDS_H
#define QUIRE_PARQUET_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/format.h"

/* How values of a column are compared. */
enum quire_order {
    QUIRE_ORDER_NONE,     /* nothing can be said */
    QUIRE_ORDER_SIGNED,   /* integers and what counts like them */
    QUIRE_ORDER_UNSIGNED, /* the same without sign; false and true */
    QUIRE_ORDER_FLOAT,    /* -0 equals +0 */
    QUIRE_ORDER_BYTES,    /* byte by byte, unsigned; a beginning comes first */
    QUIRE_ORDER_WIDE      /* 256-bit integers: decimals */
};

#define QUIRE_ORDER_WIDE_BYTES 32

struct quire_order_value {
    union {
        int64_t i64;
        uint64_t u64;
        double f64;
        struct {
            const uint8_t *data;
            size_t size;
        } bytes;                              /* borrowed */
        uint8_t wide[QUIRE_ORDER_WIDE_BYTES]; /* big endian, the sign bit inverted */
    } as;
};

/* Negative, zero or positive. */
int quire_order_compare(enum quire_order order, const struct quire_order_value *a,
                        const struct quire_order_value *b);

struct quire_bounds {
    enum quire_order order;
    int64_t rows, nulls;   /* -1: not known */
    bool has_min, has_max; /* no value is below min, or above max … */
    struct quire_order_value min, max;
    bool nans; /* … but for NaN, which there may be and is above all numbers */
};

/* Of how many of the rows the condition holds. */
enum quire_answer { QUIRE_ANSWER_NONE, QUIRE_ANSWER_SOME, QUIRE_ANSWER_ALL };

/* SOME where it cannot be told. A NaN as value is not to be asked for. */
enum quire_answer quire_bounds_ask(const struct quire_bounds *bounds, enum quire_compare compare,
                                   const struct quire_order_value *value);

#endif
