#include "table/file_filter.h"

#include "table/partition_filter.h"

int quire_file_filter(const struct quire_table_columns *columns, const struct quire_add *files,
                      size_t files_size, const char *condition, bool *keep,
                      struct quire_error *error)
{
    const struct quire_partition_filter filter = {
        .schema = &columns->logical,
        .partitions = columns->partitions,
        .names = &columns->names,
        .files = files,
        .files_size = files_size,
    };
    for (size_t i = 0; i < files_size; i++)
        keep[i] = true;
    return condition == NULL ? 0 : quire_partition_filter(&filter, condition, keep, error);
}
