/* Numbers are ULEB128, signed ones in zigzag; a field's head holds the distance of
 * its id from the one before and its type in one byte where that fits. */
#include "format/parquet/thrift_compact.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

void quire_thrift_reader_init(struct quire_thrift_reader *reader, const char *operation,
                              const void *bytes, size_t size)
{
    const uint8_t *start = size > 0 ? bytes : (const uint8_t *)"";
    *reader = (struct quire_thrift_reader){
        .operation = operation, .start = start, .at = start, .end = start + size};
}

int quire_thrift_fail(struct quire_thrift_reader *reader, struct quire_error *error,
                      const char *cause_format, ...)
{
    char cause[256];
    va_list arguments;
    va_start(arguments, cause_format);
    vsnprintf(cause, sizeof(cause), cause_format, arguments);
    va_end(arguments);
    quire_fail(error, QUIRE_CORRUPT, reader->operation, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, reader->at - reader->start);
    return QUIRE_CORRUPT;
}

static int fail_end(struct quire_thrift_reader *reader, struct quire_error *error)
{
    reader->ended = true;
    return quire_thrift_fail(reader, error, "the metadata ends too early");
}

int quire_thrift_enter(struct quire_thrift_reader *reader, struct quire_error *error)
{
    if (reader->depth >= QUIRE_THRIFT_DEPTH_MAX)
        return quire_thrift_fail(reader, error, "metadata nested deeper than %d",
                                 QUIRE_THRIFT_DEPTH_MAX);
    reader->depth++;
    return 0;
}

void quire_thrift_leave(struct quire_thrift_reader *reader)
{
    reader->depth--;
}

int quire_thrift_read_byte(struct quire_thrift_reader *reader, uint8_t *value,
                           struct quire_error *error)
{
    if (reader->at == reader->end) return fail_end(reader, error);
    *value = *reader->at++;
    return 0;
}

int quire_thrift_read_u64(struct quire_thrift_reader *reader, uint64_t *value,
                          struct quire_error *error)
{
    uint64_t result = 0;
    for (int shift = 0;; shift += 7) {
        if (reader->at == reader->end) return fail_end(reader, error);
        uint8_t byte = *reader->at;
        if (shift == 63 && byte > 1)
            return quire_thrift_fail(reader, error, "a number of more than 64 bits");
        reader->at++;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    *value = result;
    return 0;
}

int quire_thrift_read_i64(struct quire_thrift_reader *reader, int64_t *value,
                          struct quire_error *error)
{
    uint64_t zigzag = 0;
    QUIRE_TRY(quire_thrift_read_u64(reader, &zigzag, error));
    *value = (int64_t)((zigzag >> 1) ^ (0 - (zigzag & 1)));
    return 0;
}

int quire_thrift_read_double(struct quire_thrift_reader *reader, double *value,
                             struct quire_error *error)
{
    if (quire_thrift_left(reader) < sizeof(*value)) return fail_end(reader, error);
    memcpy(value, reader->at, sizeof(*value));
    reader->at += sizeof(*value);
    return 0;
}

int quire_thrift_read_binary(struct quire_thrift_reader *reader, const uint8_t **bytes,
                             size_t *size, struct quire_error *error)
{
    uint64_t length = 0;
    QUIRE_TRY(quire_thrift_read_u64(reader, &length, error));
    if (length > quire_thrift_left(reader)) return fail_end(reader, error);
    *bytes = reader->at;
    *size = (size_t)length;
    reader->at += length;
    return 0;
}

int quire_thrift_read_field(struct quire_thrift_reader *reader, struct quire_thrift_field *field,
                            struct quire_error *error)
{
    uint8_t head = 0;
    QUIRE_TRY(quire_thrift_read_byte(reader, &head, error));
    field->type = (enum quire_thrift_type)(head & 15);
    if (field->type > QUIRE_THRIFT_UUID)
        return quire_thrift_fail(reader, error, "a field of the unknown type %d", head & 15);
    if (field->type == QUIRE_THRIFT_STOP) return 0;
    int64_t id = field->id + (head >> 4);
    if (head >> 4 == 0) QUIRE_TRY(quire_thrift_read_i64(reader, &id, error));
    if (id < INT16_MIN || id > INT16_MAX)
        return quire_thrift_fail(reader, error, "a field of the number %lld", (long long)id);
    field->id = (int16_t)id;
    return 0;
}

int quire_thrift_read_list(struct quire_thrift_reader *reader, enum quire_thrift_type *type,
                           size_t *size, struct quire_error *error)
{
    uint8_t head = 0;
    QUIRE_TRY(quire_thrift_read_byte(reader, &head, error));
    uint64_t length = head >> 4;
    if (length == 15) QUIRE_TRY(quire_thrift_read_u64(reader, &length, error));
    if (length > quire_thrift_left(reader)) return fail_end(reader, error);
    if ((head & 15) > QUIRE_THRIFT_UUID || (head & 15) == QUIRE_THRIFT_STOP)
        return quire_thrift_fail(reader, error, "a list of the unknown type %d", head & 15);
    *type = (enum quire_thrift_type)(head & 15);
    *size = (size_t)length;
    return 0;
}

static int skip_struct(struct quire_thrift_reader *reader, struct quire_error *error)
{
    struct quire_thrift_field field = {0};
    QUIRE_TRY(quire_thrift_enter(reader, error));
    for (;;) {
        QUIRE_TRY(quire_thrift_read_field(reader, &field, error));
        if (field.type == QUIRE_THRIFT_STOP) break;
        QUIRE_TRY(quire_thrift_skip(reader, field.type, false, error));
    }
    quire_thrift_leave(reader);
    return 0;
}

static int skip_list(struct quire_thrift_reader *reader, struct quire_error *error)
{
    enum quire_thrift_type type = QUIRE_THRIFT_STOP;
    size_t size = 0;
    QUIRE_TRY(quire_thrift_read_list(reader, &type, &size, error));
    QUIRE_TRY(quire_thrift_enter(reader, error));
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(quire_thrift_skip(reader, type, true, error));
    quire_thrift_leave(reader);
    return 0;
}

static int skip_map(struct quire_thrift_reader *reader, struct quire_error *error)
{
    uint64_t size = 0;
    QUIRE_TRY(quire_thrift_read_u64(reader, &size, error));
    if (size == 0) return 0;
    if (size > quire_thrift_left(reader)) return fail_end(reader, error);
    uint8_t types = 0;
    QUIRE_TRY(quire_thrift_read_byte(reader, &types, error));
    QUIRE_TRY(quire_thrift_enter(reader, error));
    for (uint64_t i = 0; i < size; i++) {
        QUIRE_TRY(quire_thrift_skip(reader, (enum quire_thrift_type)(types >> 4), true, error));
        QUIRE_TRY(quire_thrift_skip(reader, (enum quire_thrift_type)(types & 15), true, error));
    }
    quire_thrift_leave(reader);
    return 0;
}

static int skip_bytes(struct quire_thrift_reader *reader, size_t size, struct quire_error *error)
{
    if (quire_thrift_left(reader) < size) return fail_end(reader, error);
    reader->at += size;
    return 0;
}

int quire_thrift_skip(struct quire_thrift_reader *reader, enum quire_thrift_type type, bool in_list,
                      struct quire_error *error)
{
    uint64_t number;
    const uint8_t *bytes;
    size_t size;
    switch (type) {
    case QUIRE_THRIFT_TRUE:
    case QUIRE_THRIFT_FALSE: return in_list ? skip_bytes(reader, 1, error) : 0;
    case QUIRE_THRIFT_I8: return skip_bytes(reader, 1, error);
    case QUIRE_THRIFT_I16:
    case QUIRE_THRIFT_I32:
    case QUIRE_THRIFT_I64: return quire_thrift_read_u64(reader, &number, error);
    case QUIRE_THRIFT_DOUBLE: return skip_bytes(reader, 8, error);
    case QUIRE_THRIFT_UUID: return skip_bytes(reader, 16, error);
    case QUIRE_THRIFT_BINARY: return quire_thrift_read_binary(reader, &bytes, &size, error);
    case QUIRE_THRIFT_LIST:
    case QUIRE_THRIFT_SET: return skip_list(reader, error);
    case QUIRE_THRIFT_MAP: return skip_map(reader, error);
    case QUIRE_THRIFT_STRUCT: return skip_struct(reader, error);
    default: return quire_thrift_fail(reader, error, "a value of the unknown type %d", (int)type);
    }
}

int quire_thrift_write_u64(struct quire_buf *out, uint64_t value)
{
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_THRIFT_VARINT_MAX));
    uint8_t *at = quire_buf_end(out);
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    out->size = (size_t)(at - out->data);
    return 0;
}

int quire_thrift_write_i64(struct quire_buf *out, int64_t value)
{
    return quire_thrift_write_u64(out, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

int quire_thrift_write_field(struct quire_buf *out, int16_t *last_id, int16_t id,
                             enum quire_thrift_type type)
{
    int distance = id - *last_id;
    *last_id = id;
    if (distance > 0 && distance < 16)
        return quire_buf_push(out, (uint8_t)(distance << 4 | (int)type));
    QUIRE_TRY(quire_buf_push(out, (uint8_t)type));
    return quire_thrift_write_i64(out, id);
}

int quire_thrift_write_stop(struct quire_buf *out)
{
    return quire_buf_push(out, QUIRE_THRIFT_STOP);
}

int quire_thrift_write_double(struct quire_buf *out, double value)
{
    return quire_buf_append(out, &value, sizeof(value));
}

int quire_thrift_write_binary(struct quire_buf *out, const void *bytes, size_t size)
{
    QUIRE_TRY(quire_thrift_write_u64(out, size));
    return quire_buf_append(out, bytes, size);
}

int quire_thrift_write_list(struct quire_buf *out, enum quire_thrift_type type, size_t size)
{
    if (size < 15) return quire_buf_push(out, (uint8_t)(size << 4 | (size_t)type));
    QUIRE_TRY(quire_buf_push(out, (uint8_t)(0xf0 | type)));
    return quire_thrift_write_u64(out, size);
}
