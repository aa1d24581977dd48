#include "format/parquet/encoding/page_bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define OPERATION "read parquet page"

int quire_page_fail(const struct quire_page_bytes *bytes, struct quire_error *error,
                    const char *cause_format, ...)
{
    char cause[256];
    va_list arguments;
    va_start(arguments, cause_format);
    vsnprintf(cause, sizeof(cause), cause_format, arguments);
    va_end(arguments);
    quire_fail(error, QUIRE_CORRUPT, OPERATION, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, bytes->at - bytes->start);
    return QUIRE_CORRUPT;
}

int quire_page_fail_end(const struct quire_page_bytes *bytes, const char *what,
                        struct quire_error *error)
{
    return quire_page_fail(bytes, error, "the page ends before its %s do", what);
}

int quire_page_read_u32(struct quire_page_bytes *bytes, uint32_t *value, struct quire_error *error)
{
    if (quire_page_left(bytes) < 4) return quire_page_fail_end(bytes, "values", error);
    memcpy(value, bytes->at, 4);
    bytes->at += 4;
    return 0;
}

int quire_page_read_varint(struct quire_page_bytes *bytes, uint64_t *value,
                           struct quire_error *error)
{
    uint64_t result = 0;
    const uint8_t *at = bytes->at;
    for (unsigned shift = 0;; shift += 7) {
        if (at == bytes->end) return quire_page_fail_end(bytes, "values", error);
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1)
            return quire_page_fail(bytes, error, "a number of more than 64 bits");
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    bytes->at = at;
    *value = result;
    return 0;
}

int quire_page_read_zigzag(struct quire_page_bytes *bytes, int64_t *value,
                           struct quire_error *error)
{
    uint64_t zigzag = 0;
    QUIRE_TRY(quire_page_read_varint(bytes, &zigzag, error));
    *value = (int64_t)((zigzag >> 1) ^ (0 - (zigzag & 1)));
    return 0;
}

int quire_page_take(struct quire_page_bytes *bytes, size_t size, struct quire_page_bytes *part,
                    struct quire_error *error)
{
    if (size > quire_page_left(bytes))
        return quire_page_fail(bytes, error, "%zu bytes are announced and %zu are left", size,
                               quire_page_left(bytes));
    *part = (struct quire_page_bytes){bytes->start, bytes->at, bytes->at + size};
    bytes->at += size;
    return 0;
}
