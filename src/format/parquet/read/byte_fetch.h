/* Parts of a file that are each read at once, by whoever needs something of them first, and
 * held until all is released: what makes a store far away see few requests. */
#ifndef QUIRE_PARQUET_BYTE_FETCH_H
#define QUIRE_PARQUET_BYTE_FETCH_H

#include <pthread.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "quire/stream.h"

/* Bytes not wanted that are rather read than asked around. */
#define QUIRE_BYTE_FETCH_GAP_MAX ((int64_t)128 << 10)
/* The most that one fetch reads. */
#define QUIRE_BYTE_FETCH_MAX ((int64_t)4 << 20)

struct quire_byte_range {
    int64_t start, end;
};

struct quire_byte_fetch {
    struct quire_byte_range range;
    pthread_mutex_t mutex;
    bool done;
    int code;
    struct quire_error error;
    struct quire_buf bytes;
};

/* Zero-initialise: nothing is fetched. */
struct quire_byte_fetches {
    struct quire_byte_fetch *items;
    size_t size;
    struct quire_in *in;
    struct quire_budget *budget; /* charged for what is held; may be NULL */
};

/* Puts ranges (which are sorted and changed) together as far as gaps and fetches may be large, and
 * leaves out those that come when bytes_max are taken. */
int quire_byte_fetches_open(struct quire_byte_fetches *fetches, struct quire_byte_range *ranges,
                            size_t ranges_size, size_t bytes_max, struct quire_error *error);
void quire_byte_fetches_release(struct quire_byte_fetches *fetches); /* NULL is fine */

/* At least `least` bytes of the file from offset on, borrowed until release; *data is NULL
 * when no fetch has them. Thread-safe. */
int quire_byte_fetches_get(const struct quire_byte_fetches *fetches, int64_t offset, size_t least,
                           const uint8_t **data, size_t *got, struct quire_error *error);

#endif
