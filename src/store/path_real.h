/* Where a path of this machine leads, whether or not anything is there. */
#ifndef QUIRE_STORE_PATH_REAL_H
#define QUIRE_STORE_PATH_REAL_H

#include <stdbool.h>

#include "base/buf.h"

/* Fills out with an absolute path without links, "." and "..", terminated: that of what is there,
 * and below it the names of what is yet to be made. A link that leads to nothing yet is followed.
 * "/" ends the root alone. QUIRE_MEMORY, or QUIRE_LIMIT for what is longer than a path may be, or
 * links without end. */
int quire_store_path_real(const char *path, struct quire_buf *out);

/* Whether a path is a folder or below it, both from above. */
bool quire_store_path_within(const char *path, const char *folder);

#endif
