/* Streams of bytes: where encoders write to and decoders read from. Neither
 * knows whether a file, an object store or a compressor stands behind. */
#ifndef QUIRE_STREAM_H
#define QUIRE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A byte sink. write takes all bytes or fails; after a failure every later call
 * fails with the same error (sticky). finish flushes what the stream itself
 * holds back (a compressor's tail); it neither closes nor commits what is
 * below. Not thread-safe. */
struct quire_out {
    const struct quire_out_ops *ops;
    int64_t written; /* bytes accepted so far; kept by the implementation */
};

struct quire_out_ops {
    int (*write)(struct quire_out *out, const void *bytes, size_t size, struct quire_error *error);
    int (*finish)(struct quire_out *out, struct quire_error *error);
    void (*close)(struct quire_out *out); /* releases; takes a failed or unfinished one too */
};

static inline int quire_out_write(struct quire_out *out, const void *bytes, size_t size,
                                  struct quire_error *error)
{
    return out->ops->write(out, bytes, size, error);
}

/* The bytes of a whole object in memory. release (not NULL) gives them back, and may be
 * called by any thread. */
struct quire_mapping {
    const void *bytes;
    int64_t size;
    void (*release)(struct quire_mapping *mapping);
    void *private_data;
};

/* A byte source. Every source can be read forward; one with a known size and
 * read_at (not NULL) can be read anywhere. */
struct quire_in {
    const struct quire_in_ops *ops;
    int64_t size; /* bytes; -1: not known */
};

struct quire_in_ops {
    /* Up to capacity bytes from the current position; *got == 0 at the end. */
    int (*read)(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                struct quire_error *error);
    /* Exactly size bytes from offset; shorter is QUIRE_CORRUPT. Thread-safe.
     * NULL: forward only. */
    int (*read_at)(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                   struct quire_error *error);
    void (*close)(struct quire_in *in);
    /* The whole object in memory without reading it, until *mapping is released, which may
     * be after close. QUIRE_UNSUPPORTED when this object cannot be had so: it is then read.
     * Whoever cuts a mapped file meanwhile ends the process that looks at it (SIGBUS).
     * NULL: never. */
    int (*map)(struct quire_in *in, struct quire_mapping *mapping, struct quire_error *error);
};

/* Close either; NULL is fine. */
static inline void quire_out_close(struct quire_out *out)
{
    if (out != NULL) out->ops->close(out);
}

static inline void quire_in_close(struct quire_in *in)
{
    if (in != NULL) in->ops->close(in);
}

#ifdef __cplusplus
}
#endif
#endif
