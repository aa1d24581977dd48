/* The allocator hooks, the arena and the budget.
 *
 * The arena grows by doubling blocks up to ARENA_BLOCK_MAX, so that small arenas
 * stay small and large ones cost few calls; an object larger than a block gets a
 * block of its own. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_MIN ((size_t)1024)
#define ARENA_BLOCK_MAX ((size_t)1 << 20)
#define ARENA_ALIGN     ((size_t)16)

static const struct quire_alloc_hooks standard_hooks = {malloc, realloc, free};
static struct quire_alloc_hooks hooks = {malloc, realloc, free};

void quire_alloc_set_hooks(const struct quire_alloc_hooks *replacement)
{
    hooks = replacement != NULL ? *replacement : standard_hooks;
}

void *quire_alloc(size_t size)
{
    if (size > PTRDIFF_MAX) return NULL;
    return hooks.allocate(size > 0 ? size : 1);
}

void *quire_alloc_zero(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    void *block = quire_alloc(bytes);
    if (block != NULL) memset(block, 0, bytes);
    return block;
}

void *quire_realloc(void *block, size_t size)
{
    if (size > PTRDIFF_MAX) return NULL;
    return hooks.reallocate(block, size > 0 ? size : 1);
}

void quire_free(void *block)
{
    if (block != NULL) hooks.release(block);
}

char *quire_strndup(const char *text, size_t size)
{
    char *copy = size < PTRDIFF_MAX ? quire_alloc(size + 1) : NULL;
    if (copy == NULL) return NULL;
    if (size > 0) memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *quire_strdup(const char *text)
{
    return quire_strndup(text, strlen(text));
}

struct quire_arena_block {
    struct quire_arena_block *next;
    size_t capacity;
    size_t used;
    size_t padding; /* keeps bytes[] aligned to ARENA_ALIGN */
    uint8_t bytes[];
};

static struct quire_arena_block *arena_grow(struct quire_arena *arena, size_t size)
{
    size_t capacity = arena->blocks != NULL ? arena->blocks->capacity * 2 : ARENA_BLOCK_MIN;
    if (capacity > ARENA_BLOCK_MAX) capacity = ARENA_BLOCK_MAX;
    if (capacity < size) capacity = size;
    struct quire_arena_block *block = quire_alloc(sizeof(*block) + capacity);
    if (block == NULL) return NULL;
    block->next = arena->blocks;
    block->capacity = capacity;
    block->used = 0;
    arena->blocks = block;
    arena->bytes += capacity;
    return block;
}

void *quire_arena_alloc(struct quire_arena *arena, size_t size)
{
    if (size > PTRDIFF_MAX - ARENA_ALIGN) return NULL;
    size = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
    struct quire_arena_block *block = arena->blocks;
    if (block == NULL || block->capacity - block->used < size) {
        block = arena_grow(arena, size);
        if (block == NULL) return NULL;
    }
    void *result = block->bytes + block->used;
    block->used += size;
    return result;
}

char *quire_arena_strndup(struct quire_arena *arena, const char *text, size_t size)
{
    char *copy = quire_arena_alloc(arena, size + 1);
    if (copy == NULL) return NULL;
    if (size > 0) memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

void quire_arena_release(struct quire_arena *arena)
{
    while (arena->blocks != NULL) {
        struct quire_arena_block *next = arena->blocks->next;
        quire_free(arena->blocks);
        arena->blocks = next;
    }
    arena->bytes = 0;
}

static void budget_note_peak(struct quire_budget *budget, size_t used)
{
    size_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
    while (used > peak && !atomic_compare_exchange_weak(&budget->peak, &peak, used))
        continue;
}

void quire_budget_force(struct quire_budget *budget, size_t bytes)
{
    for (; budget != NULL; budget = budget->whole)
        budget_note_peak(budget, atomic_fetch_add(&budget->used, bytes) + bytes);
}

void quire_budget_return(struct quire_budget *budget, size_t bytes)
{
    for (; budget != NULL; budget = budget->whole)
        atomic_fetch_sub(&budget->used, bytes);
}
