/* Private to table: the ranks of rows by some columns, each as a number of 16 bits, estimated from
 * a sample: however values are spread, their ranks are even. */
#ifndef QUIRE_TABLE_CLUSTER_RANKS_H
#define QUIRE_TABLE_CLUSTER_RANKS_H

#include "base/random.h"
#include "data/sort_key.h"
#include "table/upkeep/cluster_curve.h"

#define QUIRE_CLUSTER_SAMPLE 32768 /* rows */
#define QUIRE_CLUSTER_WORDS  4     /* of a value's sort key that are looked at */

/* The beginning of a sort key, as numbers that compare as its bytes do. */
struct quire_cluster_key {
    uint64_t word[QUIRE_CLUSTER_WORDS];
};

/* Begins zeroed. */
struct quire_cluster_ranks {
    struct quire_sort_key keys[QUIRE_CLUSTER_COLUMNS_MAX]; /* one a column */
    size_t columns;
    struct quire_cluster_key *sample; /* of one column after the other */
    size_t size;                      /* rows of the sample */
    int64_t rows;                     /* that were seen */
    struct quire_random generator;
    struct quire_buf scratch;
};

/* Of columns of batches with that struct field. QUIRE_USAGE for a name that is not there or has no
 * order, and for more than QUIRE_CLUSTER_COLUMNS_MAX. */
int quire_cluster_ranks_open(struct quire_cluster_ranks *ranks, const struct quire_field *batch,
                             const char *const *names, size_t names_size,
                             struct quire_error *error);
/* From now on batches are of another struct field, with the same columns. */
int quire_cluster_ranks_bind(struct quire_cluster_ranks *ranks, const struct quire_field *batch,
                             const char *const *names, struct quire_error *error);
void quire_cluster_ranks_release(struct quire_cluster_ranks *ranks);

/* Takes the rows of a batch into the sample; afterwards settle sorts it. 0 or QUIRE_MEMORY. */
int quire_cluster_ranks_see(struct quire_cluster_ranks *ranks, const struct quire_view *batch);
void quire_cluster_ranks_settle(struct quire_cluster_ranks *ranks);

/* Forgets the sample, for other rows. */
void quire_cluster_ranks_clear(struct quire_cluster_ranks *ranks);

/* Of a row, one a column. 0 or QUIRE_MEMORY. */
int quire_cluster_ranks_of(struct quire_cluster_ranks *ranks, const struct quire_view *batch,
                           int64_t row, uint16_t *places);

#endif
