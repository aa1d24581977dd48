/* Lanes meet values that cannot be in an order of their own: a batch has them by row, and of
 * one row that of the first column. */
#include <stdlib.h>

#include "base/fail.h"
#include "format/parquet/read/batch_reader_private.h"

#define OPERATION "read parquet"

int quire_batch_note_refusals(struct quire_batch_slot *slot, const struct quire_batch_lane *lane,
                              int64_t start, int64_t row, struct quire_error *error)
{
    const struct quire_chunk_refusals *found = quire_chunk_reader_refusals(lane->reader);
    const struct quire_chunk_refusal *rows =
        (const struct quire_chunk_refusal *)(const void *)found->rows.data;
    int code = 0;
    if (found->values == 0) return 0;
    pthread_mutex_lock(&lane->batches->mutex);
    slot->refused += found->values;
    for (size_t i = 0; i < found->rows.size / sizeof(*rows) && code == 0; i++) {
        struct quire_chunk_refusal refusal = rows[i];
        refusal.row += row - start;
        code = quire_buf_append(&slot->refusals, &refusal, sizeof(refusal));
    }
    pthread_mutex_unlock(&lane->batches->mutex);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int by_row(const void *a, const void *b)
{
    const struct quire_chunk_refusal *left = a, *right = b;
    if (left->row != right->row) return left->row < right->row ? -1 : 1;
    return (left->leaf > right->leaf) - (left->leaf < right->leaf);
}

void quire_batch_settle_refusals(struct quire_batch_slot *slot, struct quire_buf *refusals)
{
    struct quire_buf found = slot->refusals;
    struct quire_chunk_refusal *rows = (struct quire_chunk_refusal *)(void *)found.data;
    size_t size = found.size / sizeof(*rows), kept = 0;
    if (size > 0) qsort(rows, size, sizeof(*rows), by_row);
    for (size_t i = 0; i < size; i++)
        if (kept == 0 || rows[kept - 1].row != rows[i].row) rows[kept++] = rows[i];
    found.size = kept * sizeof(*rows);
    slot->refusals = *refusals;
    *refusals = found;
}
