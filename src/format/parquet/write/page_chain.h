/* Finished pages, kept in blocks until they are written to the file.
 *
 * Blocks of one size come from a pool that all columns of a file share and go back to it
 * as they are written, so that the next row group is kept in the memory of the one before.
 * Chains of little are in blocks of their own, each as large as all before it. The pool may
 * be used by several threads at once, a chain by one. */
#ifndef QUIRE_PARQUET_PAGE_CHAIN_H
#define QUIRE_PARQUET_PAGE_CHAIN_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Of a pooled block. */
#define QUIRE_PAGE_BLOCK_BYTES ((size_t)64 << 10)

struct quire_page_block {
    struct quire_page_block *next;
    size_t size, capacity;
    uint8_t bytes[];
};

struct quire_page_pool {
    pthread_mutex_t mutex;
    struct quire_page_block *free;
    size_t held, held_max; /* bytes of free blocks */
};
/* held_max: bytes that it may keep of what is not used. */
void quire_page_pool_init(struct quire_page_pool *pool, size_t held_max);
/* All chains must have been released. */
void quire_page_pool_release(struct quire_page_pool *pool);
/* Bytes of blocks that wait to be used again. */
size_t quire_page_pool_memory(struct quire_page_pool *pool);

/* Zero-initialise but for pool; release when done. */
struct quire_page_chain {
    struct quire_page_pool *pool; /* borrowed; NULL: blocks come from the heap */
    struct quire_page_block *first, *last;
    size_t size, capacity;
};
/* Gives all blocks back; the chain can be used again. */
void quire_page_chain_release(struct quire_page_chain *chain);
/* Fails with QUIRE_MEMORY; then only release is of use. */
int quire_page_chain_append(struct quire_page_chain *chain, const void *bytes, size_t size);
/* Moves all blocks of `from`, of the same pool, to the end of a chain. */
void quire_page_chain_move(struct quire_page_chain *chain, struct quire_page_chain *from);
/* Gives the first block back. There must be one. */
void quire_page_chain_drop_first(struct quire_page_chain *chain);

#endif
