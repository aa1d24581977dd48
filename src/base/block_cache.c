/* One mutex and one list, the youngest first: its pages are most likely still in a cache.
 * A taker for whom nothing fits has the oldest freed, so that blocks of sizes that are no
 * longer asked for do not stay. The cache itself goes with the last block that is out. */
#include "base/block_cache.h"

#include <pthread.h>
#include <sys/mman.h>

#define ALIGN     ((size_t)64)
#define HUGE_PAGE ((size_t)2 << 20)
/* Sizes are rounded up to this, so that batches of nearly one size share blocks. */
#define STEP ((size_t)64 << 10)
/* A block may be larger than what it is taken for by one part in so many. */
#define SPARE_SHARE 4

struct quire_block_cache {
    pthread_mutex_t mutex;
    struct quire_budget *budget; /* NULL: closed */
    struct quire_block *idle;
    size_t idle_bytes, lent_bytes;
    size_t references; /* the owner's, and those of the blocks that are out */
};

struct quire_block_cache *quire_block_cache_open(struct quire_budget *budget)
{
    struct quire_block_cache *cache = quire_alloc_zero(1, sizeof(*cache));
    if (cache == NULL) return NULL;
    if (pthread_mutex_init(&cache->mutex, NULL) != 0) {
        quire_free(cache);
        return NULL;
    }
    cache->budget = budget;
    cache->references = 1;
    return cache;
}

/* With the mutex held, which it drops. */
static void let_go(struct quire_block_cache *cache)
{
    bool last = --cache->references == 0;
    pthread_mutex_unlock(&cache->mutex);
    if (!last) return;
    pthread_mutex_destroy(&cache->mutex);
    quire_free(cache);
}

/* With the mutex held: takes a block that waits off the list. */
static struct quire_block *unlink_idle(struct quire_block_cache *cache, struct quire_block **link)
{
    struct quire_block *block = *link;
    *link = block->next;
    block->next = NULL;
    if (block->lent) {
        cache->lent_bytes -= block->held;
    } else {
        cache->idle_bytes -= block->held;
        quire_budget_return(cache->budget, block->held);
    }
    return block;
}

void quire_block_cache_close(struct quire_block_cache *cache)
{
    if (cache == NULL) return;
    pthread_mutex_lock(&cache->mutex);
    while (cache->idle != NULL)
        quire_free(unlink_idle(cache, &cache->idle));
    cache->budget = NULL;
    let_go(cache);
}

/* The block stands at the start of its own memory. */
static struct quire_block *make(size_t size)
{
    if (size > PTRDIFF_MAX - 2 * HUGE_PAGE - STEP - sizeof(struct quire_block)) return NULL;
    if (size >= QUIRE_BLOCK_KEPT_MIN) size = (size + STEP - 1) / STEP * STEP;
    /* A huge page that is more than half filled is worth it. */
    if (size > HUGE_PAGE && size % HUGE_PAGE > HUGE_PAGE / 2) size += HUGE_PAGE - size % HUGE_PAGE;
    size_t align = size >= HUGE_PAGE ? HUGE_PAGE : ALIGN;
    struct quire_block *block = quire_alloc(sizeof(*block) + align + size);
    if (block == NULL) return NULL;
    uint8_t *after = (uint8_t *)(block + 1);
    *block = (struct quire_block){.bytes = after + (align - (uintptr_t)after % align) % align,
                                  .held = size};
#ifdef MADV_HUGEPAGE
    /* Whole huge pages only, so that no more is held than said. Advice: failure has no
     * meaning. */
    if (align == HUGE_PAGE)
        (void)madvise(block->bytes, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
    return block;
}

/* With the mutex held: the smallest that fits, or NULL. */
static struct quire_block *find_idle(struct quire_block_cache *cache, size_t size)
{
    struct quire_block **best = NULL, **oldest = NULL;
    for (struct quire_block **link = &cache->idle; *link != NULL; link = &(*link)->next) {
        oldest = link;
        if ((*link)->held < size || (*link)->held - size > size / SPARE_SHARE + STEP) continue;
        if (best == NULL || (*link)->held < (*best)->held) best = link;
    }
    if (best == NULL && oldest != NULL) quire_free(unlink_idle(cache, oldest));
    return best != NULL ? unlink_idle(cache, best) : NULL;
}

struct quire_block *quire_block_take(struct quire_block_cache *cache, size_t size)
{
    if (cache == NULL || size < QUIRE_BLOCK_KEPT_MIN) return make(size);
    pthread_mutex_lock(&cache->mutex);
    struct quire_block *block = find_idle(cache, size);
    cache->references++;
    pthread_mutex_unlock(&cache->mutex);
    if (block == NULL) block = make(size);
    if (block != NULL) {
        block->cache = cache;
        return block;
    }
    pthread_mutex_lock(&cache->mutex);
    let_go(cache);
    return NULL;
}

/* With the mutex held. Waiting blocks leave half of the budget to those who work. */
static bool is_charged(const struct quire_block_cache *cache, size_t size)
{
    const struct quire_budget *budget = cache->budget;
    if (size > QUIRE_BLOCK_IDLE_MAX - cache->idle_bytes) return false;
    if (budget->max == 0) return true;
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    return cache->idle_bytes + size <= budget->max / 8 * 3 && used + size <= budget->max / 2;
}

/* Until they are written to again, the pages may be taken, and are then zero. False when
 * that cannot be. */
static bool lend(const struct quire_block *block)
{
#ifdef MADV_FREE
    return block->held >= HUGE_PAGE && madvise(block->bytes, block->held, MADV_FREE) == 0;
#else
    return false;
#endif
}

/* With the mutex held. */
static bool keep(struct quire_block_cache *cache, struct quire_block *block)
{
    block->lent = !is_charged(cache, block->held);
    if (!block->lent) {
        quire_budget_force(cache->budget, block->held);
        cache->idle_bytes += block->held;
        return true;
    }
    if (block->held > QUIRE_BLOCK_LENT_MAX - cache->lent_bytes || !lend(block)) return false;
    cache->lent_bytes += block->held;
    return true;
}

void quire_block_give_back(struct quire_block *block)
{
    if (block == NULL) return;
    struct quire_block_cache *cache = block->cache;
    if (cache == NULL) {
        quire_free(block);
        return;
    }
    pthread_mutex_lock(&cache->mutex);
    bool kept = cache->budget != NULL && keep(cache, block);
    if (kept) {
        block->next = cache->idle;
        cache->idle = block;
    }
    let_go(cache);
    if (!kept) quire_free(block);
}
