/* Folders of Parquet made Delta tables in place: no file is read whole or moved. */
#ifndef QUIRE_TABLE_CONVERT_H
#define QUIRE_TABLE_CONVERT_H

#include "quire/table_write.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default. */
struct quire_table_convert_options {
    /* A schema of the columns that folders are named by ("part=x"), all of them; NULL: none. */
    const struct ArrowSchema *partition_by;
    const struct quire_table_property *properties; /* of the table */
    size_t properties_size;
    enum quire_durability durability;
};
struct quire_table_convert_result {
    int64_t files, rows, bytes;
};

/* Commits version 0 with all files below a folder: the columns of all footers put together, the
 * statistics that they have, the values of partitions from the names of folders. Names that begin
 * with '_' or '.' are passed over. QUIRE_EXISTS where there is a table, QUIRE_NOT_FOUND where there
 * are no files, QUIRE_INPUT, with both sides, where files disagree on the type of a column,
 * QUIRE_USAGE where folders are not as partition_by says or one of them is a table,
 * QUIRE_UNSUPPORTED for types that tables lack or that other readers would not read as the table's.
 * result may be NULL. */
QUIRE_API int quire_table_convert(const char *url,
                                  const struct quire_table_convert_options *options,
                                  struct quire_table_convert_result *result,
                                  struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
