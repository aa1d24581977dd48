/* All heap memory of the library comes from here.
 *
 * Small and simple on purpose: three functions over a replaceable set of hooks
 * (quire/memory.h; tests make the Nth allocation fail and count what is not
 * returned), an arena for things that die together, and a budget that pipes charge
 * their buffers to. */
#ifndef QUIRE_BASE_ALLOC_H
#define QUIRE_BASE_ALLOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/memory.h"

/* An arena: allocations that are released together. Zero-initialise to use.
 * Not thread-safe. */
struct quire_arena {
    struct quire_arena_block *blocks;
    size_t bytes; /* held in total */
};
void *quire_arena_alloc(struct quire_arena *arena, size_t size) __attribute__((warn_unused_result));
char *quire_arena_strndup(struct quire_arena *arena, const char *text, size_t size)
    __attribute__((warn_unused_result));
void quire_arena_release(struct quire_arena *arena);

/* How much memory a pipe may hold and does hold. Thread-safe. It does not
 * allocate: whoever keeps a buffer charges it, and looks at what is used before taking
 * on more work. */
struct quire_budget {
    size_t max; /* 0: no bound */
    _Atomic size_t used;
    _Atomic size_t peak;
    struct quire_budget *whole; /* that it is a share of, charged too; may be NULL */
};
/* Charges whatever the bound says. */
void quire_budget_force(struct quire_budget *budget, size_t bytes);
void quire_budget_return(struct quire_budget *budget, size_t bytes);

#endif
