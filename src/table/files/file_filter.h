/* Private to table: which data files may have rows for which a condition is true. */
#ifndef QUIRE_TABLE_FILE_FILTER_H
#define QUIRE_TABLE_FILE_FILTER_H

#include "table/schema/table_columns.h"

/* Sets keep[i] to whether files[i] may have a row for which the condition (NULL: any) is true;
 * never a false no. A condition that does not fit the columns is QUIRE_USAGE. */
int quire_file_filter(const struct quire_table_columns *columns, const struct quire_add *files,
                      size_t files_size, const char *condition, bool *keep,
                      struct quire_error *error);
/* Clears may_not[i] where the statistics of files[i] tell that the condition is true for all of its
 * rows; never for one of which it is not. */
int quire_file_filter_whole(const struct quire_table_columns *columns,
                            const struct quire_add *files, size_t files_size, const char *condition,
                            bool *may_not, struct quire_error *error);

#endif
