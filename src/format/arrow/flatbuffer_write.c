/* Offsets point forward, so what refers to a thing is written before it and filled in
 * when its place is known: one pass, no stack. Each table has its vtable right before it. */
#include "format/arrow/flatbuffer_write.h"

#include <assert.h>

#include "base/fail.h"

#define OFFSET_SIZE 4

static void keep(struct quire_flatbuffer_writer *writer, int code)
{
    if (writer->code == 0) writer->code = code;
}

static size_t end_of(const struct quire_flatbuffer_writer *writer)
{
    return writer->out->size - writer->start;
}

/* Appends zeroes. */
static void append(struct quire_flatbuffer_writer *writer, size_t size)
{
    if (writer->code != 0) return;
    if (size > INT32_MAX || end_of(writer) + size > INT32_MAX) {
        keep(writer, QUIRE_LIMIT);
        return;
    }
    keep(writer, quire_buf_reserve(writer->out, size));
    if (writer->code != 0) return;
    if (size > 0) memset(quire_buf_end(writer->out), 0, size);
    writer->out->size += size;
}

/* Zeroes until `ahead` bytes more would end at a multiple of align. */
static void pad(struct quire_flatbuffer_writer *writer, size_t ahead, size_t align)
{
    size_t over = (end_of(writer) + ahead) % align;
    if (over != 0) append(writer, align - over);
}

/* Little-endian, whatever the machine. */
void quire_flatbuffer_put_scalar(struct quire_flatbuffer_writer *writer, uint32_t position,
                                 uint64_t value, size_t size)
{
    if (writer->code != 0) return;
    assert(position + size <= end_of(writer));
    uint8_t *bytes = writer->out->data + writer->start + position;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

/* Fills in the offset at `from` so that it points to the end. */
static void point(struct quire_flatbuffer_writer *writer, uint32_t from)
{
    quire_flatbuffer_put_scalar(writer, from, end_of(writer) - from, OFFSET_SIZE);
}

uint32_t quire_flatbuffer_begin(struct quire_flatbuffer_writer *writer, struct quire_buf *out)
{
    *writer = (struct quire_flatbuffer_writer){.out = out, .start = out->size};
    append(writer, OFFSET_SIZE);
    return 0;
}

int quire_flatbuffer_finish(struct quire_flatbuffer_writer *writer)
{
    if (writer->code != 0) writer->out->size = writer->start;
    return writer->code;
}

/* Where each field stands in the table, after the offset of the vtable. Returns the
 * table's size. */
static size_t place_slots(struct quire_flatbuffer_slot *slots, size_t slots_size, size_t *align)
{
    size_t at = OFFSET_SIZE;
    *align = OFFSET_SIZE;
    for (size_t i = 0; i < slots_size; i++) {
        size_t size = slots[i].size;
        at = (at + size - 1) / size * size;
        slots[i].position = (uint32_t)at;
        at += size;
        if (size > *align) *align = size;
    }
    return at;
}

static size_t fields_of(const struct quire_flatbuffer_slot *slots, size_t slots_size)
{
    size_t fields = 0;
    for (size_t i = 0; i < slots_size; i++)
        if (slots[i].id >= fields) fields = slots[i].id + (size_t)1;
    return fields;
}

void quire_flatbuffer_put_table(struct quire_flatbuffer_writer *writer, uint32_t from,
                                struct quire_flatbuffer_slot *slots, size_t slots_size)
{
    size_t align, fields = fields_of(slots, slots_size);
    assert(fields <= QUIRE_FLATBUFFER_FIELDS_MAX);
    size_t table_size = place_slots(slots, slots_size, &align);
    size_t vtable_size = 2 * (2 + fields);
    pad(writer, vtable_size, align);
    uint32_t vtable = (uint32_t)end_of(writer);
    append(writer, vtable_size);
    quire_flatbuffer_put_scalar(writer, vtable, vtable_size, 2);
    quire_flatbuffer_put_scalar(writer, vtable + 2, table_size, 2);
    point(writer, from);
    uint32_t table = (uint32_t)end_of(writer);
    append(writer, table_size);
    quire_flatbuffer_put_scalar(writer, table, vtable_size, OFFSET_SIZE);
    for (size_t i = 0; i < slots_size; i++) {
        quire_flatbuffer_put_scalar(writer, vtable + 4 + 2u * slots[i].id, slots[i].position, 2);
        slots[i].position += table;
        quire_flatbuffer_put_scalar(writer, slots[i].position, slots[i].value, slots[i].size);
    }
}

void quire_flatbuffer_put_string(struct quire_flatbuffer_writer *writer, uint32_t from,
                                 const char *text, size_t size)
{
    if (size >= INT32_MAX) keep(writer, QUIRE_LIMIT);
    uint32_t first = quire_flatbuffer_put_vector(writer, from, size, 1, OFFSET_SIZE);
    append(writer, 1);
    if (writer->code == 0 && size > 0)
        memcpy(writer->out->data + writer->start + first, text, size);
}

uint32_t quire_flatbuffer_put_vector(struct quire_flatbuffer_writer *writer, uint32_t from,
                                     size_t count, size_t element_size, size_t align)
{
    size_t size;
    if (__builtin_mul_overflow(count, element_size, &size)) keep(writer, QUIRE_LIMIT);
    if (writer->code != 0) return 0;
    pad(writer, OFFSET_SIZE, align);
    point(writer, from);
    uint32_t length = (uint32_t)end_of(writer);
    append(writer, OFFSET_SIZE);
    append(writer, size);
    quire_flatbuffer_put_scalar(writer, length, count, OFFSET_SIZE);
    return length + OFFSET_SIZE;
}
