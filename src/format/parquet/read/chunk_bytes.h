/* The bytes of one column chunk, read forward through a window.
 *
 * A chunk may be larger than memory: the window holds what a page needs and reads ahead
 * by `window` bytes. What whoever plans the reading has put together over several pages and
 * chunks is read by `fetches`. One
 * thread at a time; several of them may stand over one quire_in. */
#ifndef QUIRE_PARQUET_CHUNK_BYTES_H
#define QUIRE_PARQUET_CHUNK_BYTES_H

#include "format/parquet/read/byte_fetch.h"
#include "quire/stream.h"

struct quire_chunk_bytes {
    struct quire_in *in;
    int64_t start, end; /* of the chunk in the file; nothing outside is read */
    size_t window;      /* bytes to read ahead; 0: only what is asked for */
    const struct quire_byte_fetches *fetches; /* looked in first; NULL: none */
    struct quire_buf held;                    /* the window: bytes from held_start on */
    int64_t held_start;
};

void quire_chunk_bytes_release(struct quire_chunk_bytes *bytes);

/* At least least (or QUIRE_CORRUPT: the chunk ends before) and at most most bytes from
 * offset in the file on; *got says how many. Borrowed until the next call. */
int quire_chunk_bytes_get(struct quire_chunk_bytes *bytes, int64_t offset, size_t least,
                          size_t most, const uint8_t **data, size_t *got,
                          struct quire_error *error);

#endif
