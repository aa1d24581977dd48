/* Private to table: the columns of a data file by their ids (PROTOCOL.md, "Reader Requirements for
 * Column Mapping", mode id). */
#ifndef QUIRE_TABLE_FILE_COLUMNS_H
#define QUIRE_TABLE_FILE_COLUMNS_H

#include "quire/batch.h"
#include "quire/context.h"

/* Makes the schema by which a file of Parquet is read: the physical columns, with ids, by the names
 * that the file has for those ids. Those that it lacks get names that it does not have. */
int quire_file_columns_by_id(const char *url, const struct ArrowSchema *physical,
                             struct quire_context *context, struct ArrowSchema *schema,
                             struct quire_error *error);

#endif
