/* Private to sql_rollup*.c: rows put in groups, and what is known of each. */
#ifndef QUIRE_SQL_SQL_ROLLUP_GROUP_H
#define QUIRE_SQL_SQL_ROLLUP_GROUP_H

#include "data/column.h"
#include "data/view.h"
#include "sql/sql_rollup.h"

/* Values by the number in which they first came, from 0. Zero-initialise. */
struct quire_rollup_words {
    struct quire_arena arena;
    struct quire_bytes *items;
    uint32_t *slots; /* 1 + number; 0: free */
    size_t size, capacity, mask;
    size_t bytes;  /* of the arena */
    uint32_t last; /* the number given last: the same value often comes again */
};
int quire_rollup_words_add(struct quire_rollup_words *words, struct quire_bytes value,
                           uint32_t *number);
/* Numbers of the values of a column, for the rows that count. */
int quire_rollup_words_of(struct quire_rollup_words *words, const struct quire_view *view,
                          const uint8_t *keep, uint32_t *numbers);
size_t quire_rollup_words_bytes(const struct quire_rollup_words *words);
void quire_rollup_words_release(struct quire_rollup_words *words);

/* Groups are numbered from 1; 0 is where rows go that no condition leaves. */
struct quire_rollup_groups {
    const struct quire_rollup *rollup;
    struct quire_rollup_words keys[QUIRE_ROLLUP_KEYS_MAX];
    struct quire_rollup_words tuples; /* of the keys' numbers, where there are several */
    uint32_t *of_row;                 /* of the batch */
    int64_t rows_capacity;
    size_t size; /* with the group 0 */
};
void quire_rollup_groups_release(struct quire_rollup_groups *groups);
size_t quire_rollup_groups_bytes(const struct quire_rollup_groups *groups);

/* Finds the groups of the rows of a batch; keep: which rows count. columns: the view of each column
 * of the source. */
int quire_rollup_groups_set(struct quire_rollup_groups *groups,
                            const struct quire_view *const *columns, int64_t rows,
                            const uint8_t *keep);

/* Appends the value of a key of a group to a column of its type. */
int quire_rollup_groups_key(const struct quire_rollup_groups *groups, size_t key, size_t group,
                            struct quire_column *column);

#endif
