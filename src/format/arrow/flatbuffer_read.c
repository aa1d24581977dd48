/* Positions are size_t and only grow by checked 32-bit offsets, so that no sum wraps. */
#include "format/arrow/flatbuffer_read.h"

#include <assert.h>

#define OFFSET_SIZE  4
#define VTABLE_FIRST 4 /* bytes of a vtable before its fields */

static uint64_t load(const struct quire_flatbuffer *buffer, size_t at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)buffer->bytes[at + i] << (8 * i);
    return value;
}

static bool fits(const struct quire_flatbuffer *buffer, size_t at, size_t size)
{
    return at <= buffer->size && size <= buffer->size - at;
}

static struct quire_flatbuffer_table damaged_table(struct quire_flatbuffer *buffer)
{
    buffer->damaged = true;
    return (struct quire_flatbuffer_table){0};
}

/* The table at a position, whose first bytes lead back (or on) to its vtable. */
static struct quire_flatbuffer_table open_table(struct quire_flatbuffer *buffer, size_t at)
{
    if (buffer->tables_left == 0 || !fits(buffer, at, OFFSET_SIZE)) return damaged_table(buffer);
    buffer->tables_left--;
    int64_t vtable = (int64_t)at - (int32_t)(uint32_t)load(buffer, at, OFFSET_SIZE);
    if (vtable < 0 || !fits(buffer, (size_t)vtable, VTABLE_FIRST)) return damaged_table(buffer);
    struct quire_flatbuffer_table table = {
        .buffer = buffer,
        .at = at,
        .vtable = (size_t)vtable,
        .vtable_size = (uint16_t)load(buffer, (size_t)vtable, 2),
        .table_size = (uint16_t)load(buffer, (size_t)vtable + 2, 2),
    };
    if (table.vtable_size < VTABLE_FIRST || table.vtable_size % 2 != 0 ||
        !fits(buffer, table.vtable, table.vtable_size) || table.table_size < OFFSET_SIZE ||
        !fits(buffer, at, table.table_size))
        return damaged_table(buffer);
    return table;
}

/* Where the offset at a position leads. Zero would lead to itself. */
static size_t follow(struct quire_flatbuffer *buffer, size_t at)
{
    size_t offset = (size_t)load(buffer, at, OFFSET_SIZE);
    if (offset == 0) buffer->damaged = true;
    return at + offset;
}

struct quire_flatbuffer_table quire_flatbuffer_open(struct quire_flatbuffer *buffer,
                                                    const void *bytes, size_t size)
{
    *buffer = (struct quire_flatbuffer){
        .bytes = bytes,
        .size = size,
        .tables_left = size / OFFSET_SIZE,
        .text_left = size + QUIRE_FLATBUFFER_SHARED_TEXT_MAX,
    };
    if (!fits(buffer, 0, OFFSET_SIZE)) return damaged_table(buffer);
    size_t at = follow(buffer, 0);
    return buffer->damaged ? damaged_table(buffer) : open_table(buffer, at);
}

/* Where a field of so many bytes is; 0 when it is absent, which no field can be at. */
static size_t find(const struct quire_flatbuffer_table *table, int field, size_t size)
{
    struct quire_flatbuffer *buffer = table->buffer;
    if (buffer == NULL || buffer->damaged) return 0;
    size_t entry = VTABLE_FIRST + 2 * (size_t)field;
    if (entry + 2 > table->vtable_size) return 0;
    size_t offset = (size_t)load(buffer, table->vtable + entry, 2);
    if (offset == 0) return 0;
    if (offset < OFFSET_SIZE || offset + size > table->table_size) {
        buffer->damaged = true;
        return 0;
    }
    return table->at + offset;
}

bool quire_flatbuffer_has(const struct quire_flatbuffer_table *table, int field)
{
    return find(table, field, 1) != 0;
}

uint8_t quire_flatbuffer_u8(const struct quire_flatbuffer_table *table, int field)
{
    size_t at = find(table, field, 1);
    return at != 0 ? table->buffer->bytes[at] : 0;
}

int16_t quire_flatbuffer_i16(const struct quire_flatbuffer_table *table, int field,
                             int16_t otherwise)
{
    size_t at = find(table, field, 2);
    return at != 0 ? (int16_t)(uint16_t)load(table->buffer, at, 2) : otherwise;
}

int32_t quire_flatbuffer_i32(const struct quire_flatbuffer_table *table, int field,
                             int32_t otherwise)
{
    size_t at = find(table, field, 4);
    return at != 0 ? (int32_t)(uint32_t)load(table->buffer, at, 4) : otherwise;
}

int64_t quire_flatbuffer_i64(const struct quire_flatbuffer_table *table, int field,
                             int64_t otherwise)
{
    size_t at = find(table, field, 8);
    return at != 0 ? (int64_t)load(table->buffer, at, 8) : otherwise;
}

/* What the offset in a field leads to; 0 when it is absent. */
static size_t find_target(const struct quire_flatbuffer_table *table, int field)
{
    size_t at = find(table, field, OFFSET_SIZE);
    if (at == 0) return 0;
    size_t target = follow(table->buffer, at);
    return table->buffer->damaged ? 0 : target;
}

struct quire_flatbuffer_table quire_flatbuffer_table(const struct quire_flatbuffer_table *table,
                                                     int field)
{
    size_t target = find_target(table, field);
    if (target == 0) return (struct quire_flatbuffer_table){0};
    return open_table(table->buffer, target);
}

struct quire_flatbuffer_vector quire_flatbuffer_vector(const struct quire_flatbuffer_table *table,
                                                       int field, size_t element_size)
{
    struct quire_flatbuffer_vector vector = {0};
    size_t target = find_target(table, field);
    if (target == 0) return vector;
    struct quire_flatbuffer *buffer = table->buffer;
    if (fits(buffer, target, OFFSET_SIZE)) {
        size_t size = (size_t)load(buffer, target, OFFSET_SIZE);
        size_t at = target + OFFSET_SIZE;
        if (size <= (buffer->size - at) / element_size)
            return (struct quire_flatbuffer_vector){buffer, at, size};
    }
    buffer->damaged = true;
    return vector;
}

struct quire_flatbuffer_text quire_flatbuffer_text(const struct quire_flatbuffer_table *table,
                                                   int field)
{
    struct quire_flatbuffer_vector bytes = quire_flatbuffer_vector(table, field, 1);
    if (bytes.buffer == NULL) return (struct quire_flatbuffer_text){0};
    if (bytes.size > bytes.buffer->text_left) {
        bytes.buffer->damaged = true;
        return (struct quire_flatbuffer_text){0};
    }
    bytes.buffer->text_left -= bytes.size;
    return (struct quire_flatbuffer_text){(const char *)bytes.buffer->bytes + bytes.at, bytes.size};
}

struct quire_flatbuffer_table
quire_flatbuffer_vector_table(const struct quire_flatbuffer_vector *vector, size_t i)
{
    assert(i < vector->size);
    size_t target = follow(vector->buffer, vector->at + OFFSET_SIZE * i);
    if (vector->buffer->damaged) return (struct quire_flatbuffer_table){0};
    return open_table(vector->buffer, target);
}

int32_t quire_flatbuffer_vector_i32(const struct quire_flatbuffer_vector *vector, size_t i)
{
    assert(i < vector->size);
    return (int32_t)(uint32_t)load(vector->buffer, vector->at + 4 * i, 4);
}

int64_t quire_flatbuffer_vector_i64(const struct quire_flatbuffer_vector *vector, size_t i)
{
    assert(i < vector->size);
    return (int64_t)load(vector->buffer, vector->at + 8 * i, 8);
}

int64_t quire_flatbuffer_struct_i64(const struct quire_flatbuffer_vector *vector, size_t i,
                                    size_t struct_size, size_t member)
{
    assert(i < vector->size);
    return (int64_t)load(vector->buffer, vector->at + struct_size * i + member, 8);
}

int32_t quire_flatbuffer_struct_i32(const struct quire_flatbuffer_vector *vector, size_t i,
                                    size_t struct_size, size_t member)
{
    assert(i < vector->size);
    return (int32_t)(uint32_t)load(vector->buffer, vector->at + struct_size * i + member, 4);
}
