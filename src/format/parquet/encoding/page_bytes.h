/* The bytes of a page, read forward by its decoders: levels first, then values.
 *
 * All decoders take their bytes by this cursor and hold every length against what is
 * left; a failure is QUIRE_CORRUPT with the byte within the page. */
#ifndef QUIRE_PARQUET_PAGE_BYTES_H
#define QUIRE_PARQUET_PAGE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/fail.h"
#include "format/parquet/parquet_types.h"

struct quire_page_bytes {
    const uint8_t *start; /* of the page, for positions */
    const uint8_t *at, *end;
};

static inline struct quire_page_bytes quire_page_bytes_of(const void *bytes, size_t size)
{
    const uint8_t *start = size > 0 ? bytes : (const uint8_t *)"";
    return (struct quire_page_bytes){start, start, start + size};
}

static inline size_t quire_page_left(const struct quire_page_bytes *bytes)
{
    return (size_t)(bytes->end - bytes->at);
}

/* QUIRE_CORRUPT at the place where the cursor stands. */
int quire_page_fail(const struct quire_page_bytes *bytes, struct quire_error *error,
                    const char *cause_format, ...) QUIRE_PRINTF(3, 4);

/* The page ends before `what`. */
int quire_page_fail_end(const struct quire_page_bytes *bytes, const char *what,
                        struct quire_error *error);

/* Four bytes, little endian. */
int quire_page_read_u32(struct quire_page_bytes *bytes, uint32_t *value, struct quire_error *error);
/* ULEB128 of at most 64 bits, and the same in zigzag. */
int quire_page_read_varint(struct quire_page_bytes *bytes, uint64_t *value,
                           struct quire_error *error);
int quire_page_read_zigzag(struct quire_page_bytes *bytes, int64_t *value,
                           struct quire_error *error);

/* Takes the next size bytes as a cursor of their own. */
int quire_page_take(struct quire_page_bytes *bytes, size_t size, struct quire_page_bytes *part,
                    struct quire_error *error);

/* Writes ULEB128 (QUIRE_PAGE_VARINT_MAX bytes of room); returns the end. */
#define QUIRE_PAGE_VARINT_MAX 10
static inline uint8_t *quire_page_put_varint(uint8_t *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *out++ = (uint8_t)(value | 0x80);
    *out++ = (uint8_t)value;
    return out;
}
static inline uint8_t *quire_page_put_zigzag(uint8_t *out, int64_t value)
{
    return quire_page_put_varint(out, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

#endif
