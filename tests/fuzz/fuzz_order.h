/* Values in their order, found another way than the library finds it. */
#ifndef QUIRE_TESTS_FUZZ_ORDER_H
#define QUIRE_TESTS_FUZZ_ORDER_H

#include "data/view.h"

/* A value as what its kind is compared by. Nulls are after all else, then come NaNs. */
struct fuzz_value {
    int rank; /* 0, 1 NaN, 2 null */
    bool is_signed, is_float, is_bytes;
    uint64_t bits;
    double number;
    struct quire_buf bytes; /* released by the caller */
};

/* False for kinds that are not compared here. */
bool fuzz_value_of(const struct quire_view *view, int64_t row, struct fuzz_value *value);
/* Of values of rank 0. */
int fuzz_value_compare(const struct fuzz_value *a, const struct fuzz_value *b);

#endif
