#include "memory_in.h"

#include <stdbool.h>
#include <string.h>

#include "base/fail.h"

/* Sizes from 1 to piece_max, the same ones for the same input. */
static size_t next_piece(struct memory_in *memory)
{
    memory->state = memory->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return 1 + (size_t)(memory->state >> 33) % memory->piece_max;
}

static int memory_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct memory_in *memory = (struct memory_in *)in;
    (void)error;
    size_t size = memory->size - memory->at;
    if (memory->piece_max > 0) {
        size_t piece = next_piece(memory);
        size = piece < size ? piece : size;
    }
    size = capacity < size ? capacity : size;
    if (size > 0) memcpy(bytes, memory->bytes + memory->at, size);
    memory->at += size;
    *got = size;
    return 0;
}

static void memory_in_close(struct quire_in *in)
{
    (void)in;
}

void memory_in_init(struct memory_in *in, const void *bytes, size_t size, size_t piece_max)
{
    static const struct quire_in_ops ops = {memory_read, NULL, memory_in_close};
    *in = (struct memory_in){{&ops, -1}, bytes, size, 0, piece_max, size};
}

static int memory_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                          struct quire_error *error)
{
    const struct memory_in *memory = (const struct memory_in *)in;
    bool within = offset >= 0 && (uint64_t)offset <= memory->size;
    if (!within || size > memory->size - (size_t)offset)
        return quire_fail(error, QUIRE_CORRUPT, "read", "the object ends before its time");
    if (size > 0) memcpy(bytes, memory->bytes + offset, size);
    return 0;
}

void memory_in_init_anywhere(struct memory_in *in, const void *bytes, size_t size)
{
    static const struct quire_in_ops ops = {memory_read, memory_read_at, memory_in_close};
    *in = (struct memory_in){{&ops, (int64_t)size}, bytes, size, 0, 0, size};
}

static int memory_write(struct quire_out *out, const void *bytes, size_t size,
                        struct quire_error *error)
{
    struct memory_out *memory = (struct memory_out *)out;
    int code = quire_buf_append(&memory->buf, bytes, size);
    if (code != 0) return quire_fail_memory(error, "write");
    out->written += (int64_t)size;
    return 0;
}

static int memory_finish(struct quire_out *out, struct quire_error *error)
{
    (void)out;
    (void)error;
    return 0;
}

static void memory_out_close(struct quire_out *out)
{
    (void)out;
}

void memory_out_init(struct memory_out *out)
{
    static const struct quire_out_ops ops = {memory_write, memory_finish, memory_out_close};
    *out = (struct memory_out){.out = {.ops = &ops}};
}
