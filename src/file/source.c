/* What was looked at is held in front of the source and given first. */
#include "file/source.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

struct source {
    struct quire_in base;
    struct quire_in *below;
    int64_t taken;
    struct quire_progress_task *task; /* NULL: none */
    size_t peeked_size, peeked_taken;
    uint8_t peeked[QUIRE_SOURCE_PEEK_MAX];
};

static int source_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct source *source = (struct source *)in;
    size_t held = source->peeked_size - source->peeked_taken;
    if (held > 0) {
        *got = held < capacity ? held : capacity;
        memcpy(bytes, source->peeked + source->peeked_taken, *got);
        source->peeked_taken += *got;
    } else {
        QUIRE_TRY(source->below->ops->read(source->below, bytes, capacity, got, error));
    }
    source->taken += (int64_t)*got;
    if (source->task != NULL) quire_progress_add(source->task, 0, (int64_t)*got);
    return 0;
}

static int source_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                          struct quire_error *error)
{
    struct source *source = (struct source *)in;
    return source->below->ops->read_at(source->below, offset, bytes, size, error);
}

static int source_map(struct quire_in *in, struct quire_mapping *mapping, struct quire_error *error)
{
    struct source *source = (struct source *)in;
    return source->below->ops->map(source->below, mapping, error);
}

static void source_close(struct quire_in *in)
{
    struct source *source = (struct source *)in;
    quire_in_close(source->below);
    quire_free(source);
}

int quire_source_open(struct quire_in *below, struct quire_in **result, struct quire_error *error)
{
    static const struct quire_in_ops forward = {source_read, NULL, source_close};
    static const struct quire_in_ops anywhere = {source_read, source_read_at, source_close};
    static const struct quire_in_ops mapped = {source_read, source_read_at, source_close,
                                               source_map};
    struct source *source = quire_alloc_zero(1, sizeof(*source));
    if (source == NULL) return quire_fail_memory(error, "read");
    source->base.ops = below->ops->map != NULL       ? &mapped
                       : below->ops->read_at != NULL ? &anywhere
                                                     : &forward;
    source->base.size = below->size;
    source->below = below;
    *result = &source->base;
    return 0;
}

int quire_source_peek(struct quire_in *in, const uint8_t **bytes, size_t *size,
                      struct quire_error *error)
{
    struct source *source = (struct source *)in;
    bool ended = false;
    while (source->peeked_size < sizeof(source->peeked) && !ended) {
        size_t got = 0;
        QUIRE_TRY(source->below->ops->read(source->below, source->peeked + source->peeked_size,
                                           sizeof(source->peeked) - source->peeked_size, &got,
                                           error));
        source->peeked_size += got;
        ended = got == 0;
    }
    *bytes = source->peeked;
    *size = source->peeked_size;
    return 0;
}

int64_t quire_source_taken(const struct quire_in *in)
{
    return ((const struct source *)in)->taken;
}

void quire_source_watch(struct quire_in *in, struct quire_progress_task *task)
{
    ((struct source *)in)->task = task;
}
