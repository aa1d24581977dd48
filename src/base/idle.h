/* A few idle objects kept for the next user, without a lock.
 *
 * Contexts of compression and encryption cost more to make than a small block costs to
 * pass through them, and any thread may want one. Each slot is taken and filled by one atomic
 * exchange, so an object has one user at a time. Zero-initialise to use. */
#ifndef QUIRE_BASE_IDLE_H
#define QUIRE_BASE_IDLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define QUIRE_IDLE_MAX 8 /* objects kept; bounds the memory that stays behind */

struct quire_idle {
    void *_Atomic slots[QUIRE_IDLE_MAX];
};

/* NULL when none is idle. */
static inline void *quire_idle_take(struct quire_idle *idle)
{
    for (size_t i = 0; i < QUIRE_IDLE_MAX; i++) {
        if (atomic_load_explicit(&idle->slots[i], memory_order_relaxed) == NULL) continue;
        void *object = atomic_exchange_explicit(&idle->slots[i], NULL, memory_order_acquire);
        if (object != NULL) return object;
    }
    return NULL;
}

/* Takes the object, or leaves it to the caller and returns false when all slots are full. */
static inline bool quire_idle_give(struct quire_idle *idle, void *object)
{
    for (size_t i = 0; i < QUIRE_IDLE_MAX; i++) {
        void *empty = NULL;
        if (atomic_compare_exchange_strong_explicit(&idle->slots[i], &empty, object,
                                                    memory_order_release, memory_order_relaxed))
            return true;
    }
    return false;
}

#endif
