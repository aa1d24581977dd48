/* Private to table: the statistics of data files that are there already. */
#ifndef QUIRE_TABLE_FILE_MEASURE_H
#define QUIRE_TABLE_FILE_MEASURE_H

#include "data/field.h"
#include "quire/context.h"
#include "table/files/stats_choice.h"
#include "table/log/snapshot.h"

struct quire_file_measure {
    struct quire_snapshot *snapshot;
    const struct ArrowSchema *stored; /* the columns of files, by their names there */
    const struct quire_field *fields; /* the same */
    const char *const *names;         /* of the columns, as people see them */
    size_t names_size;
    struct quire_stats_choice choice; /* of what is told of */
    struct quire_context *context;
};

/* Replaces *stats by the JSON of what a file holds, rows that its deletion vector takes included;
 * the bounds are wide then. */
int quire_file_measure(const struct quire_file_measure *measure, const struct quire_add *add,
                       struct quire_buf *stats, int64_t *rows, struct quire_error *error);

#endif
