/* Private to table: paths in the log, which are URIs (RFC 2396, as PROTOCOL.md has it). */
#ifndef QUIRE_TABLE_URI_H
#define QUIRE_TABLE_URI_H

#include "base/buf.h"
#include "data/view.h"

/* Appends with %XX resolved; what is no escape stands for itself. 0 or QUIRE_MEMORY. */
int quire_uri_decode(const struct quire_bytes *text, struct quire_buf *out);
/* Appends with all but unreserved characters, '/' and '=' as %XX. */
int quire_uri_encode(const char *bytes, size_t size, struct quire_buf *out);

#endif
