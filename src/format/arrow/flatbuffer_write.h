/* FlatBuffers, written (flatbuffers.dev, "FlatBuffer Internals"): tables, strings and
 * vectors appended to a buffer, whatever refers to a thing before the thing.
 *
 * Begin, write the root table, point from the place that begin returned to it; then every
 * slot of a table or vector that is an offset is pointed from to what is written next.
 * A failure is kept, and later calls do nothing but return 0 until finish tells it. */
#ifndef QUIRE_ARROW_FLATBUFFER_WRITE_H
#define QUIRE_ARROW_FLATBUFFER_WRITE_H

#include <stdint.h>

#include "base/buf.h"

/* Fields that a table may have here. */
#define QUIRE_FLATBUFFER_FIELDS_MAX 16

struct quire_flatbuffer_writer {
    struct quire_buf *out;
    size_t start; /* the buffer's first byte in out; positions count from it */
    int code;
};

/* A field of a table that is written: its id, bytes (1, 2, 4 or 8) and value. Offsets
 * have 4 bytes, and value 0 until they are pointed from their position. */
struct quire_flatbuffer_slot {
    uint64_t value;
    uint32_t position; /* out: where the value is */
    uint16_t id;
    uint8_t size;
};

/* The position of the root's offset. */
uint32_t quire_flatbuffer_begin(struct quire_flatbuffer_writer *writer, struct quire_buf *out);
/* 0, QUIRE_MEMORY, or QUIRE_LIMIT when offsets cannot reach as far. */
int quire_flatbuffer_finish(struct quire_flatbuffer_writer *writer);

/* A table with these fields, pointed to from the offset at `from`. */
void quire_flatbuffer_put_table(struct quire_flatbuffer_writer *writer, uint32_t from,
                                struct quire_flatbuffer_slot *slots, size_t slots_size);
void quire_flatbuffer_put_string(struct quire_flatbuffer_writer *writer, uint32_t from,
                                 const char *text, size_t size);
/* A vector of zeroes: scalars, structs or offsets of element_size bytes (align: of the
 * element, at least 4). Returns the position of the first. */
uint32_t quire_flatbuffer_put_vector(struct quire_flatbuffer_writer *writer, uint32_t from,
                                     size_t count, size_t element_size, size_t align);
/* Overwrites a scalar of size bytes. */
void quire_flatbuffer_put_scalar(struct quire_flatbuffer_writer *writer, uint32_t position,
                                 uint64_t value, size_t size);

#endif
