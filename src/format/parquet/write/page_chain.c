/* Bytes of a page may be parted by blocks: nobody reads them but to write them out. */
#include "format/parquet/write/page_chain.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

#define BLOCK_BYTES_MIN ((size_t)1024)

/* --- The pool ----------------------------------------------------------------------------- */

void quire_page_pool_init(struct quire_page_pool *pool, size_t held_max)
{
    *pool = (struct quire_page_pool){.held_max = held_max};
    pthread_mutex_init(&pool->mutex, NULL);
}

void quire_page_pool_release(struct quire_page_pool *pool)
{
    while (pool->free != NULL) {
        struct quire_page_block *block = pool->free;
        pool->free = block->next;
        quire_free(block);
    }
    pool->held = 0;
    pthread_mutex_destroy(&pool->mutex);
}

size_t quire_page_pool_memory(struct quire_page_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    size_t held = pool->held;
    pthread_mutex_unlock(&pool->mutex);
    return held;
}

static struct quire_page_block *new_block(size_t capacity)
{
    struct quire_page_block *block = quire_alloc(sizeof(*block) + capacity);
    if (block != NULL) block->capacity = capacity;
    return block;
}

static struct quire_page_block *take_block(struct quire_page_pool *pool)
{
    if (pool == NULL) return new_block(QUIRE_PAGE_BLOCK_BYTES);
    pthread_mutex_lock(&pool->mutex);
    struct quire_page_block *block = pool->free;
    if (block != NULL) {
        pool->free = block->next;
        pool->held -= block->capacity;
    }
    pthread_mutex_unlock(&pool->mutex);
    return block != NULL ? block : new_block(QUIRE_PAGE_BLOCK_BYTES);
}

static void give_block(struct quire_page_pool *pool, struct quire_page_block *block)
{
    bool kept = false;
    if (pool != NULL && block->capacity == QUIRE_PAGE_BLOCK_BYTES) {
        pthread_mutex_lock(&pool->mutex);
        kept = pool->held_max - pool->held >= block->capacity;
        if (kept) {
            block->next = pool->free;
            pool->free = block;
            pool->held += block->capacity;
        }
        pthread_mutex_unlock(&pool->mutex);
    }
    if (!kept) quire_free(block);
}

/* --- Chains ------------------------------------------------------------------------------- */

void quire_page_chain_drop_first(struct quire_page_chain *chain)
{
    struct quire_page_block *block = chain->first;
    chain->first = block->next;
    if (chain->first == NULL) chain->last = NULL;
    chain->size -= block->size;
    chain->capacity -= block->capacity;
    give_block(chain->pool, block);
}

void quire_page_chain_release(struct quire_page_chain *chain)
{
    while (chain->first != NULL)
        quire_page_chain_drop_first(chain);
}

/* A block for `size` more bytes, or for the first of them. */
static int add_block(struct quire_page_chain *chain, size_t size)
{
    size_t wanted = size > chain->size ? size : chain->size;
    if (wanted < BLOCK_BYTES_MIN) wanted = BLOCK_BYTES_MIN;
    struct quire_page_block *block =
        wanted < QUIRE_PAGE_BLOCK_BYTES ? new_block(wanted) : take_block(chain->pool);
    if (block == NULL) return QUIRE_MEMORY;
    block->next = NULL;
    block->size = 0;
    if (chain->last != NULL)
        chain->last->next = block;
    else
        chain->first = block;
    chain->last = block;
    chain->capacity += block->capacity;
    return 0;
}

int quire_page_chain_append(struct quire_page_chain *chain, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    while (size > 0) {
        struct quire_page_block *last = chain->last;
        size_t room = last != NULL ? last->capacity - last->size : 0;
        size_t part = size < room ? size : room;
        if (part == 0) {
            QUIRE_TRY(add_block(chain, size));
            continue;
        }
        memcpy(last->bytes + last->size, from, part);
        last->size += part;
        chain->size += part;
        from += part;
        size -= part;
    }
    return 0;
}

void quire_page_chain_move(struct quire_page_chain *chain, struct quire_page_chain *from)
{
    if (from->first == NULL) return;
    if (chain->last != NULL)
        chain->last->next = from->first;
    else
        chain->first = from->first;
    chain->last = from->last;
    chain->size += from->size;
    chain->capacity += from->capacity;
    *from = (struct quire_page_chain){.pool = from->pool};
}
