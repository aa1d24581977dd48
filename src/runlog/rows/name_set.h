/* Private to runlog: names that were there, to find one that is there again. A set is as large as
 * its names and some 30 bytes for each of them. */
#ifndef QUIRE_RUNLOG_NAME_SET_H
#define QUIRE_RUNLOG_NAME_SET_H

#include <stdbool.h>

#include "base/buf.h"

/* Names have no more bytes together than this. */
#define QUIRE_NAME_SET_BYTES_MAX ((size_t)256 << 20)

/* Begins zeroed. */
struct quire_name_set {
    struct quire_buf names; /* each behind its size */
    struct quire_buf slots; /* of a power of two, half of them empty at least */
    size_t size;
};

void quire_name_set_release(struct quire_name_set *set);
/* Forgets the names. */
void quire_name_set_clear(struct quire_name_set *set);
/* Takes a name; *added is false where it was there. 0, QUIRE_MEMORY or QUIRE_LIMIT. */
int quire_name_set_add(struct quire_name_set *set, const char *name, size_t size, bool *added);
bool quire_name_set_has(const struct quire_name_set *set, const char *name, size_t size);

#endif
