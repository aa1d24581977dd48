/* What the tests of Parquet share: seeded values, and bytes at the very end of their
 * block, so that a read beyond them is seen by the sanitizers. */
#ifndef QUIRE_TESTS_PARQUET_FIXTURE_H
#define QUIRE_TESTS_PARQUET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/random.h"
#include "fault_alloc.h"
#include "quire/error.h"

/* A copy of exactly size bytes; freed with quire_free. */
static inline uint8_t *fixture_exact(const void *bytes, size_t size)
{
    uint8_t *copy = quire_alloc(size);
    assert_non_null(copy);
    if (size > 0) memcpy(copy, bytes, size);
    return copy;
}

/* A number of at most `bits` bits; small ones and the extremes come up often. */
static inline uint64_t fixture_number(struct quire_random *random, unsigned bits)
{
    uint64_t mask = bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
    switch (quire_random_below(random, 8)) {
    case 0: return 0;
    case 1: return mask;
    case 2: return quire_random_below(random, 4) & mask;
    default: return quire_random_u64(random) & mask;
    }
}

#endif
