/* Private to table: files that a condition excludes by the values of their partition. */
#ifndef QUIRE_TABLE_PARTITION_FILTER_H
#define QUIRE_TABLE_PARTITION_FILTER_H

#include "quire/batch.h"
#include "table/log/action.h"

struct quire_partition_filter {
    const struct ArrowSchema *schema; /* of the table */
    const int64_t *partitions;        /* of each of its columns: its number; -1: none */
    const struct quire_texts *names;  /* that the values go by, by number */
    const struct quire_add *files;
    size_t files_size;
};

/* Sets keep[i], which the caller made true, to false for each file that has no row for which the
 * condition is true, as far as the parts of it that AND joins and that name partition columns
 * alone tell. A condition that does not fit the columns is QUIRE_USAGE; what cannot be computed
 * excludes nothing. */
int quire_partition_filter(const struct quire_partition_filter *filter, const char *condition,
                           bool *keep, struct quire_error *error);

#endif
