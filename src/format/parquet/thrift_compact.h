/* The Thrift compact protocol over memory: what footers and page headers are
 * written in (apache/thrift, doc/specs/thrift-compact-protocol.md).
 *
 * A reader walks bytes that it does not trust: every length is held against what
 * is left, nesting is bounded, and every failure is QUIRE_CORRUPT with the byte
 * (counted from the reader's start). A writer appends to a buffer and fails only
 * with QUIRE_MEMORY. Neither is thread-safe. */
#ifndef QUIRE_PARQUET_THRIFT_COMPACT_H
#define QUIRE_PARQUET_THRIFT_COMPACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "quire/error.h"

/* Structs and lists within each other. */
#define QUIRE_THRIFT_DEPTH_MAX 32
/* Bytes that a number takes at most. */
#define QUIRE_THRIFT_VARINT_MAX 10

enum quire_thrift_type {
    QUIRE_THRIFT_STOP = 0,
    QUIRE_THRIFT_TRUE = 1,
    QUIRE_THRIFT_FALSE = 2,
    QUIRE_THRIFT_I8 = 3,
    QUIRE_THRIFT_I16 = 4,
    QUIRE_THRIFT_I32 = 5,
    QUIRE_THRIFT_I64 = 6,
    QUIRE_THRIFT_DOUBLE = 7,
    QUIRE_THRIFT_BINARY = 8,
    QUIRE_THRIFT_LIST = 9,
    QUIRE_THRIFT_SET = 10,
    QUIRE_THRIFT_MAP = 11,
    QUIRE_THRIFT_STRUCT = 12,
    QUIRE_THRIFT_UUID = 13
};

struct quire_thrift_reader {
    const char *operation; /* of errors */
    const uint8_t *start, *at, *end;
    int depth;
    bool ended; /* it failed because the bytes end too early */
};

/* A field of a struct; zeroed before the first. */
struct quire_thrift_field {
    int16_t id;
    enum quire_thrift_type type; /* QUIRE_THRIFT_STOP: the struct is over */
};

/* Borrows bytes while it is used. */
void quire_thrift_reader_init(struct quire_thrift_reader *reader, const char *operation,
                              const void *bytes, size_t size);

static inline size_t quire_thrift_left(const struct quire_thrift_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Fails at the place where the reader stands. */
int quire_thrift_fail(struct quire_thrift_reader *reader, struct quire_error *error,
                      const char *cause_format, ...) QUIRE_PRINTF(3, 4);

/* Structs and lists are entered and left, so that depth is known. */
int quire_thrift_enter(struct quire_thrift_reader *reader, struct quire_error *error);
void quire_thrift_leave(struct quire_thrift_reader *reader);

/* The next field: its id follows on that of the field given. The value comes next,
 * but for bools, whose type is their value. */
int quire_thrift_read_field(struct quire_thrift_reader *reader, struct quire_thrift_field *field,
                            struct quire_error *error);
int quire_thrift_read_u64(struct quire_thrift_reader *reader, uint64_t *value,
                          struct quire_error *error);
int quire_thrift_read_i64(struct quire_thrift_reader *reader, int64_t *value,
                          struct quire_error *error);
int quire_thrift_read_byte(struct quire_thrift_reader *reader, uint8_t *value,
                           struct quire_error *error);
int quire_thrift_read_double(struct quire_thrift_reader *reader, double *value,
                             struct quire_error *error);
/* Borrowed from the reader's bytes. */
int quire_thrift_read_binary(struct quire_thrift_reader *reader, const uint8_t **bytes,
                             size_t *size, struct quire_error *error);
/* The head of a list or set. size is at most the bytes that are left. */
int quire_thrift_read_list(struct quire_thrift_reader *reader, enum quire_thrift_type *type,
                           size_t *size, struct quire_error *error);
/* Passes over the value of a field, or an item of a list when in_list. */
int quire_thrift_skip(struct quire_thrift_reader *reader, enum quire_thrift_type type, bool in_list,
                      struct quire_error *error);

/* The head of a field; *last_id is that of the field before it in its struct (0 at
 * first) and becomes id. A bool has type TRUE or FALSE and no value. */
int quire_thrift_write_field(struct quire_buf *out, int16_t *last_id, int16_t id,
                             enum quire_thrift_type type);
int quire_thrift_write_stop(struct quire_buf *out);
int quire_thrift_write_u64(struct quire_buf *out, uint64_t value);
int quire_thrift_write_i64(struct quire_buf *out, int64_t value);
int quire_thrift_write_double(struct quire_buf *out, double value);
int quire_thrift_write_binary(struct quire_buf *out, const void *bytes, size_t size);
int quire_thrift_write_list(struct quire_buf *out, enum quire_thrift_type type, size_t size);

#endif
