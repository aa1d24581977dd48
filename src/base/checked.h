/* Arithmetic that says when it overflows.
 *
 * Each returns true and stores the result, or returns false and leaves *result
 * without meaning. */
#ifndef QUIRE_BASE_CHECKED_H
#define QUIRE_BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

static inline bool quire_checked_add_i64(int64_t a, int64_t b, int64_t *result)
{
    return !__builtin_add_overflow(a, b, result);
}

static inline bool quire_checked_mul_i64(int64_t a, int64_t b, int64_t *result)
{
    return !__builtin_mul_overflow(a, b, result);
}

#endif
