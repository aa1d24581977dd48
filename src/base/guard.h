/* Bytes that are not to be read, told to AddressSanitizer: what a buffer has room for beyond its
 * content would hide from it whoever reads on too far. Without it these do nothing. */
#ifndef QUIRE_BASE_GUARD_H
#define QUIRE_BASE_GUARD_H

#include "base/buf.h"

#if defined(__SANITIZE_ADDRESS__)
#define QUIRE_GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define QUIRE_GUARDED 1
#endif
#endif

#ifdef QUIRE_GUARDED
#include <sanitizer/asan_interface.h>
#endif

/* From byte `from` on to the capacity nothing may be read, until quire_buf_unguard: which has to
 * come before the buffer grows, is written to there, or is freed. */
static inline void quire_buf_guard(const struct quire_buf *buf, size_t from)
{
#ifdef QUIRE_GUARDED
    if (from < buf->capacity) __asan_poison_memory_region(buf->data + from, buf->capacity - from);
#else
    (void)buf;
    (void)from;
#endif
}

static inline void quire_buf_unguard(const struct quire_buf *buf)
{
#ifdef QUIRE_GUARDED
    if (buf->capacity > 0) __asan_unpoison_memory_region(buf->data, buf->capacity);
#else
    (void)buf;
#endif
}

#endif
