/* Large blocks that come back: memory that is filled as a whole, given to a consumer and
 * released by it, any time later and in any thread.
 *
 * The kernel zeroes each page that is fresh, which costs more than copying into it. So
 * blocks that come back wait for the next taker: some with their pages, charged to the
 * budget while they wait (and not while they are out), others with pages that the kernel
 * takes when anybody needs memory. And large ones are asked for in huge pages. */
#ifndef QUIRE_BASE_BLOCK_CACHE_H
#define QUIRE_BASE_BLOCK_CACHE_H

#include "base/alloc.h"

/* Smaller blocks are not kept. */
#define QUIRE_BLOCK_KEPT_MIN ((size_t)256 << 10)
/* What waits with its pages, at most; and at most three eighths of the budget. */
#define QUIRE_BLOCK_IDLE_MAX ((size_t)128 << 20)
/* What waits with pages that the kernel may take. */
#define QUIRE_BLOCK_LENT_MAX ((size_t)128 << 20)

struct quire_block_cache;

struct quire_block {
    uint8_t *bytes; /* at a multiple of 64; not zeroed */
    /* Private. */
    struct quire_block_cache *cache;
    struct quire_block *next;
    size_t held; /* of bytes */
    bool lent;   /* while it waits, its pages are the kernel's to take */
};

/* Borrows the budget until it is closed. NULL when memory is out. */
struct quire_block_cache *quire_block_cache_open(struct quire_budget *budget);
/* Frees what waits. Blocks that are out stay good, and are freed when they come back.
 * NULL is fine. */
void quire_block_cache_close(struct quire_block_cache *cache);

/* At least size bytes; NULL when memory is out. cache NULL: one that is never kept.
 * Thread-safe, as is its return. */
struct quire_block *quire_block_take(struct quire_block_cache *cache, size_t size)
    __attribute__((warn_unused_result));
void quire_block_give_back(struct quire_block *block); /* NULL is fine */

#endif
