/* The symbols that a writer of binary has given IDs to. */
#ifndef QUIRE_FORMAT_ION_INTERN_H
#define QUIRE_FORMAT_ION_INTERN_H

#include "base/buf.h"
#include "format/ion/ion_symbols.h"

/* Zero-initialise, then quire_ion_intern_reset. */
struct quire_ion_intern {
    struct quire_arena arena;
    struct quire_buf texts; /* struct quire_ion_text of IDs from `first` on */
    int64_t first;          /* ID of texts[0]: local symbols follow system and imports */
    uint32_t *slots;        /* place in texts + 1 by hash; 0: free */
    size_t slots_size;
};

void quire_ion_intern_release(struct quire_ion_intern *intern);
/* No symbols but the system's; local ones begin with ID first. */
void quire_ion_intern_reset(struct quire_ion_intern *intern, int64_t first);

static inline size_t quire_ion_intern_size(const struct quire_ion_intern *intern)
{
    return intern->texts.size / sizeof(struct quire_ion_text);
}
static inline const struct quire_ion_text *
quire_ion_intern_texts(const struct quire_ion_intern *intern)
{
    return (const struct quire_ion_text *)(const void *)intern->texts.data;
}

/* The ID of a text; -1 when it has none. Thread-safe while nothing is added. */
int64_t quire_ion_intern_find(const struct quire_ion_intern *intern, const char *text, size_t size);
/* The same, given one when it has none. 0 or QUIRE_MEMORY. */
int quire_ion_intern_add(struct quire_ion_intern *intern, const char *text, size_t size,
                         int64_t *id);
/* An ID without text. */
int quire_ion_intern_gap(struct quire_ion_intern *intern, int64_t *id);

#endif
