/* Text put into XML or HTML so that it is text there: in an element or in a quoted attribute. */
#ifndef QUIRE_BASE_MARKUP_H
#define QUIRE_BASE_MARKUP_H

#include <stddef.h>

#include "base/buf.h"

/* Appends bytes as characters: `&`, `<`, `>`, `"` and `'` by their references, and U+FFFD for what
 * is not UTF-8 and for what XML 1.0 has no way to write (section 2.2, Char: controls but tab and
 * line end, U+FFFE, U+FFFF). DEL and the C1 controls are replaced as well. 0 or QUIRE_MEMORY. */
int quire_markup_append(struct quire_buf *out, const char *bytes, size_t size);

#endif
