/* Where all heap memory of the library comes from, and how to replace it. */
#ifndef QUIRE_MEMORY_H
#define QUIRE_MEMORY_H

#include <stddef.h>

#include "quire/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL when memory is out (or size is beyond PTRDIFF_MAX). size 0 gives a valid
 * pointer. Blocks are aligned for any object up to 16 bytes. Thread-safe. */
QUIRE_API void *quire_alloc(size_t size) __attribute__((__malloc__, warn_unused_result));
/* The same for count items of size bytes, all zero. */
QUIRE_API void *quire_alloc_zero(size_t count, size_t size)
    __attribute__((__malloc__, warn_unused_result));
/* As realloc; on failure the old block stands. */
QUIRE_API void *quire_realloc(void *block, size_t size) __attribute__((warn_unused_result));
QUIRE_API void quire_free(void *block); /* NULL is fine */
/* Copies of text; NULL when memory is out. */
QUIRE_API char *quire_strdup(const char *text) __attribute__((__malloc__, warn_unused_result));
QUIRE_API char *quire_strndup(const char *text, size_t size)
    __attribute__((__malloc__, warn_unused_result));

/* Replaces the allocator of the process. Only before anything was allocated, or
 * with hooks that understand each other's blocks (as counting ones do).
 * NULL restores malloc, realloc, free. Not thread-safe. */
struct quire_alloc_hooks {
    void *(*allocate)(size_t size);
    void *(*reallocate)(void *block, size_t size);
    void (*release)(void *block);
};
QUIRE_API void quire_alloc_set_hooks(const struct quire_alloc_hooks *hooks);

#ifdef __cplusplus
}
#endif
#endif
