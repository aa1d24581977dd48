/* Private to sql/rollup: rows put in groups. */
#ifndef QUIRE_SQL_ROLLUP_GROUPS_H
#define QUIRE_SQL_ROLLUP_GROUPS_H

#include "data/column.h"
#include "sql/rollup/rollup_filter.h"

/* Rows of a batch, as stretches of one group each. */
struct quire_rollup_stretches {
    const uint32_t *of_row; /* the group of each row */
    const uint32_t *starts; /* of each stretch, and where the last one ends */
    size_t size;
};
/* A loop over those that count: rows `from` to `to`, of `group`. */
#define QUIRE_ROLLUP_EACH_STRETCH(stretches)                                          \
    for (size_t i = 0; i < (stretches)->size; i++)                                    \
        for (uint32_t from = (stretches)->starts[i], to = (stretches)->starts[i + 1], \
                      group = (stretches)->of_row[from];                              \
             group != 0; group = 0)

/* Groups are numbered from 1; 0 is where rows go that do not count. */
struct quire_rollup_groups {
    const struct quire_rollup *rollup;
    const struct quire_rollup_list *lists[QUIRE_ROLLUP_KEYS_MAX]; /* the filter's */
    struct quire_rollup_words tuples;                             /* of several keys */
    uint32_t *of_row;                                             /* of the batch */
    uint32_t *starts;
    struct quire_rollup_stretches stretches; /* of the batch: of_row and starts */
    int64_t capacity;
    size_t size; /* with the group 0 */
};
void quire_rollup_groups_release(struct quire_rollup_groups *groups);
/* Without the lists. */
size_t quire_rollup_groups_bytes(const struct quire_rollup_groups *groups);

/* Finds the groups of the rows of a batch, whose lists are set; keep: which rows count. */
int quire_rollup_groups_set(struct quire_rollup_groups *groups, int64_t rows, const uint8_t *keep);

/* Appends the value of a key of a group to a column of its type. */
int quire_rollup_groups_key(const struct quire_rollup_groups *groups, size_t key, size_t group,
                            struct quire_column *column);

#endif
