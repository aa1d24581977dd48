/* Fetches do not overlap and stand in the order of the file. */
#include "format/parquet/read/byte_fetch.h"

#include <stdlib.h>

#include "base/fail.h"

#define OPERATION "read parquet"

static int by_start(const void *a, const void *b)
{
    const struct quire_byte_range *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

static bool joins(const struct quire_byte_range *fetch, const struct quire_byte_range *range)
{
    int64_t end = range->end > fetch->end ? range->end : fetch->end;
    return range->start - fetch->end <= QUIRE_BYTE_FETCH_GAP_MAX &&
           end - fetch->start <= QUIRE_BYTE_FETCH_MAX;
}

/* Makes ranges, in their order, those of fetches; how many that are. */
static size_t join_ranges(struct quire_byte_range *ranges, size_t size, size_t bytes_max)
{
    int64_t left = bytes_max < INT64_MAX ? (int64_t)bytes_max : INT64_MAX;
    size_t joined = 0;
    for (size_t i = 0; i < size; i++) {
        struct quire_byte_range range = ranges[i];
        struct quire_byte_range *last = joined > 0 ? &ranges[joined - 1] : NULL;
        if (last != NULL && joins(last, &range)) {
            if (range.end <= last->end) continue;
            if (range.end - last->end > left) break;
            left -= range.end - last->end;
            last->end = range.end;
            continue;
        }
        /* What overlaps one that is full goes on where that ends. */
        if (last != NULL && range.start < last->end) range.start = last->end;
        if (range.end - range.start > left) break;
        left -= range.end - range.start;
        ranges[joined++] = range;
    }
    return joined;
}

int quire_byte_fetches_open(struct quire_byte_fetches *fetches, struct quire_byte_range *ranges,
                            size_t ranges_size, size_t bytes_max, struct quire_error *error)
{
    if (ranges_size == 0) return 0;
    qsort(ranges, ranges_size, sizeof(*ranges), by_start);
    size_t size = join_ranges(ranges, ranges_size, bytes_max);
    fetches->items = quire_alloc_zero(size, sizeof(*fetches->items));
    if (fetches->items == NULL) return quire_fail_memory(error, OPERATION);
    fetches->size = size;
    for (size_t i = 0; i < size; i++) {
        fetches->items[i].range = ranges[i];
        pthread_mutex_init(&fetches->items[i].mutex, NULL);
    }
    return 0;
}

void quire_byte_fetches_release(struct quire_byte_fetches *fetches)
{
    if (fetches == NULL) return;
    for (size_t i = 0; i < fetches->size; i++) {
        if (fetches->budget != NULL)
            quire_budget_return(fetches->budget, fetches->items[i].bytes.capacity);
        pthread_mutex_destroy(&fetches->items[i].mutex);
        quire_buf_release(&fetches->items[i].bytes);
    }
    quire_free(fetches->items);
    *fetches = (struct quire_byte_fetches){0};
}

static int read_all(const struct quire_byte_fetches *fetches, struct quire_byte_fetch *fetch,
                    struct quire_error *error)
{
    size_t size = (size_t)(fetch->range.end - fetch->range.start);
    if (quire_buf_reserve(&fetch->bytes, size) != 0) return quire_fail_memory(error, OPERATION);
    if (fetches->budget != NULL) quire_budget_force(fetches->budget, fetch->bytes.capacity);
    QUIRE_TRY(
        fetches->in->ops->read_at(fetches->in, fetch->range.start, fetch->bytes.data, size, error));
    fetch->bytes.size = size;
    return 0;
}

/* The last fetch that begins at or before a byte. */
static struct quire_byte_fetch *find_fetch(const struct quire_byte_fetches *fetches, int64_t offset)
{
    size_t low = 0, high = fetches->size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fetches->items[middle].range.start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &fetches->items[low - 1] : NULL;
}

int quire_byte_fetches_get(const struct quire_byte_fetches *fetches, int64_t offset, size_t least,
                           const uint8_t **data, size_t *got, struct quire_error *error)
{
    struct quire_byte_fetch *fetch = find_fetch(fetches, offset);
    *data = NULL;
    if (fetch == NULL || offset >= fetch->range.end ||
        least > (uint64_t)(fetch->range.end - offset))
        return 0;
    pthread_mutex_lock(&fetch->mutex);
    if (!fetch->done) {
        quire_error_clear(&fetch->error);
        fetch->code = read_all(fetches, fetch, &fetch->error);
        fetch->done = true;
    }
    pthread_mutex_unlock(&fetch->mutex);
    if (fetch->code != 0) {
        if (error != NULL) *error = fetch->error;
        return fetch->code;
    }
    *data = fetch->bytes.data + (offset - fetch->range.start);
    *got = (size_t)(fetch->range.end - offset);
    return 0;
}
