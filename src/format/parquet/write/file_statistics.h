/* What a written file holds, column by column, as struct quire_file_stats says it: the
 * statistics of all chunks put together, in Arrow's layout of the column's type. */
#ifndef QUIRE_PARQUET_FILE_STATISTICS_H
#define QUIRE_PARQUET_FILE_STATISTICS_H

#include "format/parquet/parquet_schema.h"
#include "quire/format.h"

struct quire_file_statistics;

/* Borrows schema. */
int quire_file_statistics_new(const struct quire_parquet_schema *schema,
                              struct quire_file_statistics **statistics, struct quire_error *error);
void quire_file_statistics_free(struct quire_file_statistics *statistics); /* NULL is fine */

/* Takes a chunk of a leaf in. */
int quire_file_statistics_add(struct quire_file_statistics *statistics, size_t leaf,
                              const struct quire_column_metadata *metadata,
                              struct quire_error *error);

/* One for each leaf, valid until the next chunk. */
struct quire_column_stats *quire_file_statistics_columns(struct quire_file_statistics *statistics);

#endif
