/* Private to sql/rollup: how many different values each group has, in bounded memory.
 *
 * Of a value 96 bits of its hash (rollup_hashes.h) are kept with the number of its group, in 16
 * bytes. That two of n values of a group have the same bits, and count as one, has a chance of n *
 * n / 2^97: of 100 million values, 1 to 10^13. What does not fit in memory goes to a temporary file
 * by the first bits, of which each part is counted by itself in the end. */
#ifndef QUIRE_SQL_ROLLUP_DISTINCT_H
#define QUIRE_SQL_ROLLUP_DISTINCT_H

#include "base/buf.h"
#include "sql/rollup/rollup_groups.h"
#include "sql/sql_scratch.h"

/* A value of a group; group 0: none. */
struct quire_rollup_entry {
    uint32_t group, high;
    uint64_t low;
};

/* Open addressing within a part of the hashes, in the order of the hash. */
struct quire_rollup_entries {
    struct quire_rollup_entry *slots;
    size_t size, capacity;
    size_t waiting; /* entries that are to be looked up, together */
};

/* Begins zeroed. */
struct quire_rollup_distinct {
    struct quire_rollup_entries *parts; /* NULL before the first value */
    struct quire_rollup_entry *waiting; /* a block of each part */
    size_t bytes;                       /* of what the parts hold */
    struct quire_sql_scratch file;
    struct quire_buf runs;             /* what of the file is of which part */
    struct quire_sql_session *session; /* whose time it is */
};
void quire_rollup_distinct_release(struct quire_rollup_distinct *distinct);
size_t quire_rollup_distinct_bytes(const struct quire_rollup_distinct *distinct);

/* The values of a batch in the groups of its rows. 0 or QUIRE_MEMORY. */
int quire_rollup_distinct_add(struct quire_rollup_distinct *distinct,
                              const struct quire_rollup_hashes *hashes,
                              const struct quire_rollup_stretches *stretches);
/* Puts what is held in the file. */
int quire_rollup_distinct_spill(struct quire_rollup_distinct *distinct, struct quire_error *error);

/* Calls back once for each value of a group; nothing is held then. bytes_max: how much may be. */
int quire_rollup_distinct_count(struct quire_rollup_distinct *distinct, size_t bytes_max,
                                void (*take)(void *user, uint32_t group), void *user,
                                struct quire_error *error);

#endif
