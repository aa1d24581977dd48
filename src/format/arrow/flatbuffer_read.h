/* FlatBuffers, read (flatbuffers.dev, "FlatBuffer Internals") from bytes that nobody
 * vouches for: every offset, vtable, vector and string is checked before it is used.
 *
 * Damage is noted in the buffer and stays: what was asked for reads as absent, and so
 * does everything after it, so that a caller looks at `damaged` once, before it believes
 * what it has read. Offsets may share and so multiply what they point to; that is
 * bounded by the size of the buffer. Everything is borrowed from the bytes. */
#ifndef QUIRE_ARROW_FLATBUFFER_READ_H
#define QUIRE_ARROW_FLATBUFFER_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of strings that are read more than once, in all. */
#define QUIRE_FLATBUFFER_SHARED_TEXT_MAX (16u << 20)

struct quire_flatbuffer {
    const uint8_t *bytes;
    size_t size;
    size_t tables_left; /* that may still be opened: one for each offset that fits */
    size_t text_left;   /* bytes of strings that may still be read */
    bool damaged;
};

/* All zero: a table that is absent, all of whose fields are absent too. */
struct quire_flatbuffer_table {
    struct quire_flatbuffer *buffer;
    size_t at, vtable;
    uint16_t vtable_size, table_size;
};

struct quire_flatbuffer_vector {
    struct quire_flatbuffer *buffer;
    size_t at; /* of the first element */
    size_t size;
};

struct quire_flatbuffer_text {
    const char *data; /* NULL: absent; not terminated */
    size_t size;
};

/* Opens bytes and returns the root table. */
struct quire_flatbuffer_table quire_flatbuffer_open(struct quire_flatbuffer *buffer,
                                                    const void *bytes, size_t size);

/* Whether a field is there. */
bool quire_flatbuffer_has(const struct quire_flatbuffer_table *table, int field);

/* A scalar, or its default where it is absent. */
uint8_t quire_flatbuffer_u8(const struct quire_flatbuffer_table *table, int field);
int16_t quire_flatbuffer_i16(const struct quire_flatbuffer_table *table, int field,
                             int16_t otherwise);
int32_t quire_flatbuffer_i32(const struct quire_flatbuffer_table *table, int field,
                             int32_t otherwise);
int64_t quire_flatbuffer_i64(const struct quire_flatbuffer_table *table, int field,
                             int64_t otherwise);

struct quire_flatbuffer_table quire_flatbuffer_table(const struct quire_flatbuffer_table *table,
                                                     int field);
struct quire_flatbuffer_text quire_flatbuffer_text(const struct quire_flatbuffer_table *table,
                                                   int field);

/* A vector whose elements have so many bytes (4: offsets too). */
struct quire_flatbuffer_vector quire_flatbuffer_vector(const struct quire_flatbuffer_table *table,
                                                       int field, size_t element_size);
/* Elements of vectors; i is below size. */
struct quire_flatbuffer_table
quire_flatbuffer_vector_table(const struct quire_flatbuffer_vector *vector, size_t i);
int32_t quire_flatbuffer_vector_i32(const struct quire_flatbuffer_vector *vector, size_t i);
int64_t quire_flatbuffer_vector_i64(const struct quire_flatbuffer_vector *vector, size_t i);
/* A member of the struct at i, of structs of so many bytes; the member stands within. */
int64_t quire_flatbuffer_struct_i64(const struct quire_flatbuffer_vector *vector, size_t i,
                                    size_t struct_size, size_t member);
int32_t quire_flatbuffer_struct_i32(const struct quire_flatbuffer_vector *vector, size_t i,
                                    size_t struct_size, size_t member);

#endif
