/* The inside of a context, for the layers that run on it. */
#ifndef QUIRE_BASE_CONTEXT_H
#define QUIRE_BASE_CONTEXT_H

#include "base/alloc.h"
#include "base/block_cache.h"
#include "base/pool.h"
#include "quire/context.h"

struct quire_context {
    struct quire_pool *pool;
    struct quire_budget budget;
    struct quire_block_cache *blocks;
    const struct quire_observer *observer; /* may be NULL */
    size_t writers; /* files that are written with it or beside it at once; 0: one */
};

/* What a part of the pipe works with: the same threads, and one of so many parts of the memory, as
 * far as it is bounded. Nothing is to be released. */
void quire_context_share(struct quire_context *whole, size_t parts, struct quire_context *share);

#endif
