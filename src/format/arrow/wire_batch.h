/* A record batch as its message tells it (table RecordBatch): nodes and buffers, of which
 * those that are wanted are brought into memory. */
#ifndef QUIRE_ARROW_WIRE_BATCH_H
#define QUIRE_ARROW_WIRE_BATCH_H

#include "base/context.h"
#include "data/field.h"
#include "format/arrow/array_bag.h"
#include "format/arrow/message_reader.h"

struct quire_wire_buffer {
    int64_t offset, length; /* in the body, as the message says */
    bool wanted;
    const char *column; /* of the fields; NULL: has no name */
    /* What is looked at while it comes (wire_proof.h): bytes from the beginning on that were
     * found good, -1 once some were not. */
    bool text;
    uint8_t offset_width; /* 0: no offsets */
    int64_t proven;
    const uint8_t *data; /* once loaded, decompressed */
    int64_t size;
};

struct quire_wire_batch {
    int64_t length;
    bool unions_have_validity; /* as before version 5 */
    bool trusted;              /* null counts need not be those of the bitmaps */
    int codec;                 /* CompressionType; -1: none */
    struct quire_flatbuffer_vector nodes, variadic;
    struct quire_wire_buffer *buffers;
    size_t buffers_size;
};

/* Where the parts of the next field are. */
struct quire_wire_cursor {
    size_t node, buffer, variadic;
};

/* Fields that a batch has: columns, or the values of a dictionary. */
struct quire_wire_fields {
    const struct quire_field *fields;
    size_t size;
    const bool *wanted; /* NULL: all */
};

/* Zero-initialise; table is the message's RecordBatch. QUIRE_CORRUPT, QUIRE_UNSUPPORTED. */
int quire_wire_batch_open(struct quire_wire_batch *batch, const struct quire_read_message *message,
                          const struct quire_flatbuffer_table *table, struct quire_error *error);
void quire_wire_batch_release(struct quire_wire_batch *batch);

/* Finds the buffers of the fields that are wanted and brings them into memory, which the
 * bag keeps. */
int quire_wire_batch_load(struct quire_wire_batch *batch, const struct quire_wire_fields *fields,
                          const struct quire_read_message *message,
                          struct quire_message_reader *reader, struct quire_array_bag *bag,
                          struct quire_context *context, struct quire_error *error);
/* Of a batch that was loaded: puts a field's arrays together, or (array NULL) passes it
 * over. Dictionaries are left out: their nodes are released ones. */
int quire_wire_batch_array(const struct quire_wire_batch *batch, const struct quire_field *field,
                           struct quire_wire_cursor *cursor, struct quire_array_bag *bag,
                           struct ArrowArray *array, struct quire_error *error);

/* QUIRE_LIMIT when the budget of memory has no room for a batch of so many bytes. */
int quire_wire_batch_room(const struct quire_context *context, uint64_t bytes,
                          struct quire_error *error);

/* Decompresses the buffers that are wanted, in the threads of the context; *borrows: some
 * stand in the body as they are. (body_decompress.c) */
int quire_body_decompress(struct quire_wire_batch *batch, struct quire_array_bag *bag,
                          struct quire_context *context, bool *borrows, struct quire_error *error);

/* An array of no rows. */
int quire_wire_empty_array(const struct quire_field *field, struct quire_array_bag *bag,
                           struct ArrowArray *array);

/* The node at i. QUIRE_CORRUPT when there is none or its numbers cannot be. */
int quire_wire_batch_node(const struct quire_wire_batch *batch, size_t i, int64_t *length,
                          int64_t *null_count, struct quire_error *error);
/* Data buffers of the view array whose turn it is. */
int quire_wire_batch_variadic(const struct quire_wire_batch *batch,
                              struct quire_wire_cursor *cursor, size_t *count,
                              struct quire_error *error);

#endif
