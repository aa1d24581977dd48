#include "format/parquet/encoding/plain.h"

#include <string.h>

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/copy_short.h"

size_t quire_plain_width(enum quire_parquet_type type, size_t type_length)
{
    switch (type) {
    case QUIRE_PARQUET_INT32:
    case QUIRE_PARQUET_FLOAT: return 4;
    case QUIRE_PARQUET_INT64:
    case QUIRE_PARQUET_DOUBLE: return 8;
    case QUIRE_PARQUET_INT96: return 12;
    case QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY: return type_length;
    default: return 0;
    }
}

int quire_plain_encode_fixed(struct quire_buf *out, const void *values, size_t n, size_t width)
{
    return quire_buf_append(out, values, n * width);
}

int quire_plain_decode_fixed(struct quire_page_bytes *bytes, void *values, size_t n, size_t width,
                             struct quire_error *error)
{
    size_t size;
    if (__builtin_mul_overflow(n, width, &size) || size > quire_page_left(bytes))
        return quire_page_fail_end(bytes, "values", error);
    if (size > 0) memcpy(values, bytes->at, size);
    bytes->at += size;
    return 0;
}

int quire_plain_encode_bytes(struct quire_buf *out, const struct quire_bytes *values, size_t n,
                             struct quire_error *error)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        if (values[i].size > INT32_MAX)
            return quire_fail(error, QUIRE_LIMIT, "write parquet",
                              "a value of %zu bytes; a page holds at most %d", values[i].size,
                              INT32_MAX);
        size += 4 + values[i].size;
    }
    if (quire_buf_reserve(out, size) != 0) return quire_fail_memory(error, "write parquet");
    uint8_t *at = quire_buf_end(out);
    for (size_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)values[i].size;
        memcpy(at, &length, 4);
        quire_copy_short(at + 4, values[i].data, length);
        at += 4 + length;
    }
    out->size += size;
    return 0;
}

int quire_plain_decode_bytes(struct quire_page_bytes *bytes, struct quire_bytes *values, size_t n,
                             struct quire_error *error)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t size = 0;
        if (quire_page_left(bytes) < 4) return quire_page_fail_end(bytes, "values", error);
        memcpy(&size, bytes->at, 4);
        if (size > quire_page_left(bytes) - 4)
            return quire_page_fail(bytes, error, "a value of %lu bytes where %zu are left",
                                   (unsigned long)size, quire_page_left(bytes) - 4);
        values[i] = (struct quire_bytes){bytes->at + 4, size};
        bytes->at += 4 + (size_t)size;
    }
    return 0;
}

int quire_plain_encode_bools(struct quire_plain_bools *bools, struct quire_buf *out,
                             const uint8_t *values, size_t n)
{
    QUIRE_TRY(quire_buf_reserve(out, n / 8 + 1));
    size_t i = 0;
    while (i < n) {
        if (bools->group_size == 0 && n - i >= 8) {
            size_t part = (n - i) / 8 * 8;
            quire_bit_pack_u8(values + i, part, 1, quire_buf_end(out));
            out->size += part / 8;
            i += part;
            continue;
        }
        bools->group[bools->group_size++] = values[i++];
        if (bools->group_size < 8) continue;
        quire_bit_pack_u8(bools->group, 8, 1, quire_buf_end(out));
        out->size++;
        bools->group_size = 0;
    }
    return 0;
}

int quire_plain_finish_bools(struct quire_plain_bools *bools, struct quire_buf *out)
{
    if (bools->group_size == 0) return 0;
    QUIRE_TRY(quire_buf_reserve(out, 1));
    memset(bools->group + bools->group_size, 0, 8 - bools->group_size);
    quire_bit_pack_u8(bools->group, 8, 1, quire_buf_end(out));
    out->size++;
    bools->group_size = 0;
    return 0;
}

int quire_plain_decode_bools(struct quire_plain_bools *bools, struct quire_page_bytes *bytes,
                             uint8_t *values, size_t n, struct quire_error *error)
{
    while (n > 0) {
        size_t part = bools->group_size - bools->group_at;
        if (part > 0) {
            if (part > n) part = n;
            memcpy(values, bools->group + bools->group_at, part);
            bools->group_at += (unsigned)part;
        } else if (n >= 8 && quire_page_left(bytes) >= n / 8) {
            part = n / 8 * 8;
            quire_bit_unpack_u8(bytes->at, part, 1, values);
            bytes->at += part / 8;
        } else {
            if (bytes->at == bytes->end) return quire_page_fail_end(bytes, "values", error);
            quire_bit_unpack_u8(bytes->at++, 8, 1, bools->group);
            bools->group_at = 0;
            bools->group_size = 8;
            part = 0;
        }
        values += part;
        n -= part;
    }
    return 0;
}
