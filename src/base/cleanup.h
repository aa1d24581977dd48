/* Cleanup by attribute: `QUIRE_CLEANUP(quire_buf_release) struct quire_buf b = {0};`
 * runs the function with the variable's address when the scope is left. */
#ifndef QUIRE_BASE_CLEANUP_H
#define QUIRE_BASE_CLEANUP_H

#include "base/alloc.h"

#define QUIRE_CLEANUP(function) __attribute__((cleanup(function)))

/* For a local pointer from quire_alloc: `QUIRE_CLEANUP(quire_cleanup_free) char *p = NULL;` */
static inline void quire_cleanup_free(void *pointer_to_pointer)
{
    quire_free(*(void **)pointer_to_pointer);
}

/* Hands an owned pointer on: returns it and leaves NULL behind. */
#define QUIRE_STEAL(pointer)                          \
    (__extension__({                                  \
        __typeof__(pointer) quire_stolen = (pointer); \
        (pointer) = NULL;                             \
        quire_stolen;                                 \
    }))

#endif
