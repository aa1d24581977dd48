/* Private to table: ids of rows in the actions of a commit (PROTOCOL.md, "Row Tracking"). */
#ifndef QUIRE_TABLE_ROW_IDS_H
#define QUIRE_TABLE_ROW_IDS_H

#include "base/buf.h"
#include "quire/error.h"

#define QUIRE_ROW_IDS_DOMAIN "delta.rowTracking"

/* Appends the lines, where each add that has no baseRowId gets one above all that were given
 * before, and the version that it is committed in; then the domain with the highest id, where it
 * grew. domains are those of the table (struct quire_domain). */
int quire_row_ids_write(const struct quire_buf *lines, const struct quire_buf *domains,
                        int64_t version, struct quire_buf *out, struct quire_error *error);

#endif
