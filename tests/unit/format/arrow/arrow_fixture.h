/* What the tests of Arrow's messages share. */
#ifndef QUIRE_TESTS_ARROW_FIXTURE_H
#define QUIRE_TESTS_ARROW_FIXTURE_H

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

/* A copy of exactly size bytes, so that a read beyond them is seen by the sanitizers;
 * freed with quire_free. */
static inline uint8_t *fixture_exact(const void *bytes, size_t size)
{
    uint8_t *copy = quire_alloc(size);
    assert_non_null(copy);
    if (size > 0) memcpy(copy, bytes, size);
    return copy;
}

#endif
