/* Byte streams in memory: a source that gives its bytes in odd-sized pieces, and a
 * sink that keeps what is written. */
#ifndef QUIRE_TESTS_MEMORY_IN_H
#define QUIRE_TESTS_MEMORY_IN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "quire/stream.h"

struct memory_in {
    struct quire_in in;
    const uint8_t *bytes;
    size_t size, at;
    size_t piece_max; /* bytes that one read gives at most; 0: all that are asked for */
    uint64_t state;   /* of the sizes of pieces */
};

/* Borrows bytes until the last read; closing does nothing. Forward only. */
void memory_in_init(struct memory_in *in, const void *bytes, size_t size, size_t piece_max);
/* The same of a known size, and with read_at. */
void memory_in_init_anywhere(struct memory_in *in, const void *bytes, size_t size);

struct memory_out {
    struct quire_out out;
    struct quire_buf buf;
};

/* The caller releases buf; closing does nothing. */
void memory_out_init(struct memory_out *out);

#endif
