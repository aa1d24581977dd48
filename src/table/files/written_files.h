/* Private to table: data files that a transaction wrote, as the lines of their add actions name
 * them. */
#ifndef QUIRE_TABLE_WRITTEN_FILES_H
#define QUIRE_TABLE_WRITTEN_FILES_H

#include "table/log/action.h"

/* Appends a struct quire_add for each line, of which path, partitions and size are set; texts are
 * the arena's. 0 or QUIRE_MEMORY. */
int quire_written_files(const struct quire_buf *lines, struct quire_arena *arena,
                        struct quire_buf *files);

#endif
