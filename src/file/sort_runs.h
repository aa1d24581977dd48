/* Runs: sorted rows that did not fit the memory, as files of their own until they are
 * merged. */
#ifndef QUIRE_FILE_SORT_RUNS_H
#define QUIRE_FILE_SORT_RUNS_H

#include "data/batch_stream.h"
#include "data/column.h"
#include "data/sort_key.h"
#include "quire/file.h"

/* Runs that are merged at once, as far as half of the memory has room for their readers; more of
 * them are first merged in groups. */
#define QUIRE_SORT_MERGE_MAX 64
#define QUIRE_SORT_MERGE_MIN 4
/* Rows of a batch that sorting gives, as far as an eighth of the memory has room for them. */
#define QUIRE_SORT_BATCH_ROWS 65536
/* Rows that are copied between two looks at the memory. */
#define QUIRE_SORT_SLICE_ROWS 4096

struct quire_sort_runs {
    struct quire_context *context;
    const struct ArrowSchema *schema; /* borrowed, as are the next three */
    const struct quire_field *fields;
    const struct quire_sort_key *key;
    const char *folder;
    struct ArrowSchema layout; /* of runs, made by the first */
    char **paths;              /* in the order of their rows */
    size_t size, capacity;
};

/* Whether a batch that is being made goes out as it is. */
bool quire_sort_batch_is_full(const struct quire_context *context,
                              const struct quire_column *batch);

/* Writes what next gives, until it gives no batch, as a further run. */
int quire_sort_runs_add(struct quire_sort_runs *runs,
                        int (*next)(void *source, struct ArrowArray *batch,
                                    struct quire_error *error),
                        void *source, struct quire_error *error);
/* Removes the files. */
void quire_sort_runs_release(struct quire_sort_runs *runs);

/* The merge of all runs, which keeps rows of equal keys in the order of their runs. */
struct quire_sort_merge;
int quire_sort_merge_new(struct quire_sort_runs *runs, struct quire_sort_merge **merge,
                         struct quire_error *error);
void quire_sort_merge_free(struct quire_sort_merge *merge); /* NULL is fine */
/* The next batch; release NULL at the end. merge is a struct quire_sort_merge. */
int quire_sort_merge_next(void *merge, struct ArrowArray *batch, struct quire_error *error);

#endif
