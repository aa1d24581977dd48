#include "table/upkeep/cluster_ranks.h"

#include <stdlib.h>

#include "base/fail.h"
#include "base/text.h"

#define OPERATION "optimize"
#define SEED      0x5175697265ULL /* the same rows are arranged the same way each time */

int quire_cluster_ranks_open(struct quire_cluster_ranks *ranks, const struct quire_field *batch,
                             const char *const *names, size_t names_size, struct quire_error *error)
{
    if (names_size == 0 || names_size > QUIRE_CLUSTER_COLUMNS_MAX)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "%zu columns to arrange rows by; it can be 1 to %d", names_size,
                          QUIRE_CLUSTER_COLUMNS_MAX);
    for (size_t i = 0; i < names_size; i++) {
        if (names[i][0] == '-')
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "\"%.200s\": columns to arrange rows by have no direction", names[i]);
        for (size_t j = 0; j < i; j++)
            if (quire_text_equal_ignore_case(names[i], names[j]))
                return quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.200s\" is named twice",
                                  names[i]);
        QUIRE_TRY(quire_sort_key_init(&ranks->keys[i], batch, &names[i], 1, error));
        ranks->columns++;
    }
    ranks->sample = quire_alloc_zero(QUIRE_CLUSTER_SAMPLE * ranks->columns, sizeof(*ranks->sample));
    quire_random_seed(&ranks->generator, SEED);
    return ranks->sample != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_cluster_ranks_bind(struct quire_cluster_ranks *ranks, const struct quire_field *batch,
                             const char *const *names, struct quire_error *error)
{
    for (size_t i = 0; i < ranks->columns; i++) {
        quire_sort_key_release(&ranks->keys[i]);
        QUIRE_TRY(quire_sort_key_init(&ranks->keys[i], batch, &names[i], 1, error));
    }
    return 0;
}

void quire_cluster_ranks_release(struct quire_cluster_ranks *ranks)
{
    for (size_t i = 0; i < ranks->columns; i++)
        quire_sort_key_release(&ranks->keys[i]);
    quire_free(ranks->sample);
    quire_buf_release(&ranks->scratch);
    *ranks = (struct quire_cluster_ranks){.columns = 0};
}

void quire_cluster_ranks_clear(struct quire_cluster_ranks *ranks)
{
    ranks->size = 0;
    ranks->rows = 0;
}

static int read_key(struct quire_cluster_ranks *ranks, size_t column,
                    const struct quire_view *batch, int64_t row, struct quire_cluster_key *key)
{
    struct quire_buf *scratch = &ranks->scratch;
    quire_buf_clear(scratch);
    int code = quire_sort_key_append(&ranks->keys[column], batch, row, scratch);
    if (code != 0) return code;
    for (size_t i = 0; i < QUIRE_CLUSTER_WORDS; i++) {
        uint64_t word = 0;
        for (size_t at = i * 8; at < i * 8 + 8; at++)
            word = word << 8 | (at < scratch->size ? scratch->data[at] : 0);
        key->word[i] = word;
    }
    return 0;
}

/* Each row is in the sample with the same chance (Vitter's algorithm R). */
int quire_cluster_ranks_see(struct quire_cluster_ranks *ranks, const struct quire_view *batch)
{
    for (int64_t row = 0; row < batch->length; row++) {
        uint64_t at = (uint64_t)ranks->rows++;
        if (at >= QUIRE_CLUSTER_SAMPLE) at = quire_random_below(&ranks->generator, at + 1);
        if (at >= QUIRE_CLUSTER_SAMPLE) continue;
        for (size_t i = 0; i < ranks->columns; i++)
            if (read_key(ranks, i, batch, row, &ranks->sample[i * QUIRE_CLUSTER_SAMPLE + at]) != 0)
                return QUIRE_MEMORY;
        if (ranks->size <= at) ranks->size = at + 1;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct quire_cluster_key *left = a, *right = b;
    for (size_t i = 0; i < QUIRE_CLUSTER_WORDS; i++)
        if (left->word[i] != right->word[i]) return left->word[i] < right->word[i] ? -1 : 1;
    return 0;
}

void quire_cluster_ranks_settle(struct quire_cluster_ranks *ranks)
{
    for (size_t i = 0; i < ranks->columns && ranks->size > 0; i++)
        qsort(ranks->sample + i * QUIRE_CLUSTER_SAMPLE, ranks->size, sizeof(*ranks->sample),
              compare);
}

/* How many of a column's sample are below a key. */
static size_t below(const struct quire_cluster_ranks *ranks, size_t column,
                    const struct quire_cluster_key *key)
{
    const struct quire_cluster_key *sample = ranks->sample + column * QUIRE_CLUSTER_SAMPLE;
    size_t low = 0, high = ranks->size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&sample[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int quire_cluster_ranks_of(struct quire_cluster_ranks *ranks, const struct quire_view *batch,
                           int64_t row, uint16_t *places)
{
    for (size_t i = 0; i < ranks->columns; i++) {
        struct quire_cluster_key key;
        if (read_key(ranks, i, batch, row, &key) != 0) return QUIRE_MEMORY;
        places[i] =
            ranks->size == 0 ? 0 : (uint16_t)(below(ranks, i, &key) * UINT16_MAX / ranks->size);
    }
    return 0;
}
