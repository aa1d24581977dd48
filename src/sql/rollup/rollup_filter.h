/* Private to sql/rollup: which rows of a batch count, and what all queries of which the same
 * count share: numbers of columns, hashes, and the values of keys. */
#ifndef QUIRE_SQL_ROLLUP_FILTER_H
#define QUIRE_SQL_ROLLUP_FILTER_H

#include "sql/rollup/rollup_hashes.h"
#include "sql/rollup/rollup_lane.h"
#include "sql/rollup/rollup_words.h"

/* The values of a key, and which one each row of the batch has. */
struct quire_rollup_list {
    struct quire_rollup_key key;
    struct quire_rollup_words words;
    uint32_t *numbers;
    int64_t capacity;
};

struct quire_rollup_filter {
    const struct quire_rollup *rollup; /* the first of those that it is of */
    size_t columns_size;
    uint8_t *keep;
    int64_t capacity;
    bool *numeric, *hashed; /* one a column: whose lanes and hashes are filled in */
    bool *real;             /* whose lanes have real numbers, also of whole ones */
    bool *looked;           /* which are looked at as they are */
    struct quire_rollup_lane *lanes;
    struct quire_rollup_hashes *hashes;
    struct quire_rollup_list *lists; /* they stay where they are */
    size_t lists_size;
};
/* 0 or QUIRE_MEMORY; released also then. */
int quire_rollup_filter_init(struct quire_rollup_filter *filter, const struct quire_rollup *rollup,
                             size_t columns_size, size_t lists_max);
void quire_rollup_filter_release(struct quire_rollup_filter *filter);
size_t quire_rollup_filter_bytes(const struct quire_rollup_filter *filter);

/* Whether the same rows count where bounds are the same. */
bool quire_rollup_filter_fits(const struct quire_rollup_filter *filter,
                              const struct quire_rollup *rollup);
/* The list of a key, which is added where it is not there. */
const struct quire_rollup_list *quire_rollup_filter_list(struct quire_rollup_filter *filter,
                                                         const struct quire_rollup_key *key);
/* Marks the columns that are looked at; keyed: with the lists. */
void quire_rollup_filter_wants(const struct quire_rollup_filter *filter, bool keyed, bool *wanted);
/* Nothing is to be filled in any more. */
void quire_rollup_filter_forget(struct quire_rollup_filter *filter);

/* A batch of some rows; columns: the view of each column of the source. keyed: with the lists.
 * 0, QUIRE_MEMORY or QUIRE_LIMIT. */
int quire_rollup_filter_set(struct quire_rollup_filter *filter,
                            const struct quire_sql_bounds *bounds,
                            const struct quire_view *const *columns, int64_t rows, bool keyed);

#endif
