/* Private to table: where files are that the log names. */
#ifndef QUIRE_TABLE_FILE_URL_H
#define QUIRE_TABLE_FILE_URL_H

#include "base/buf.h"
#include "data/view.h"
#include "table/table_place.h"

/* The URL of a path as the log has it, below the table or absolute; replaces *url, which is
 * terminated. 0 or QUIRE_MEMORY. */
int quire_file_url(const struct quire_table_place *place, const struct quire_bytes *path,
                   struct quire_buf *url);

#endif
