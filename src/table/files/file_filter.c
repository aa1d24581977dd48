#include "table/files/file_filter.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/partition_filter.h"
#include "table/files/stats_filter.h"

static int by_stats(const struct quire_table_columns *columns, const struct quire_add *files,
                    size_t files_size, const char *condition, bool *keep, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_column_conditions_release)
    struct quire_column_conditions conditions = {.items = NULL};
    QUIRE_TRY(quire_column_conditions_open(columns, condition, &conditions, error));
    for (size_t i = 0; i < files_size && conditions.size > 0; i++)
        if (keep[i] && quire_stats_filter(&conditions, &files[i].stats, &keep[i]) != 0)
            return quire_fail_memory(error, "read table");
    return 0;
}

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
    if (condition == NULL) return 0;
    QUIRE_TRY(quire_partition_filter(&filter, condition, keep, error));
    return by_stats(columns, files, files_size, condition, keep, error);
}

int quire_file_filter_whole(const struct quire_table_columns *columns,
                            const struct quire_add *files, size_t files_size, const char *condition,
                            bool *may_not, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_column_conditions_release)
    struct quire_column_conditions conditions = {.items = NULL};
    QUIRE_TRY(quire_column_conditions_open(columns, condition, &conditions, error));
    for (size_t i = 0; i < files_size && conditions.are_all; i++) {
        bool all = false;
        if (!may_not[i]) continue;
        if (quire_stats_take_whole(&conditions, &files[i].stats, &all) != 0)
            return quire_fail_memory(error, "read table");
        may_not[i] = !all;
    }
    return 0;
}
