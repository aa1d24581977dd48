/* What one pipe works with: its threads, its memory and its observer. */
#ifndef QUIRE_CONTEXT_H
#define QUIRE_CONTEXT_H

#include <stdint.h>

#include "quire/error.h"
#include "quire/observer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default. */
struct quire_context_options {
    unsigned threads;   /* default: one a core; 1 creates no thread */
    int64_t memory_max; /* bytes that buffers may hold; default 256 MiB, at least 1 MiB */
    const struct quire_observer *observer; /* borrowed until the context is freed; may be NULL */
};

#define QUIRE_MEMORY_DEFAULT (INT64_C(256) << 20)
#define QUIRE_MEMORY_MIN     (INT64_C(1) << 20)

/* A context serves one pipe (a reader and what it feeds) at a time; it is not to
 * be used by two application threads at once. */
struct quire_context;

QUIRE_API int quire_context_new(const struct quire_context_options *options,
                                struct quire_context **context, struct quire_error *error);
QUIRE_API void quire_context_free(struct quire_context *context);

/* Largest amount of memory_max that was held at once so far, in bytes. */
QUIRE_API int64_t quire_context_memory_peak(const struct quire_context *context);

/* 0, or QUIRE_CANCELLED when the observer says so. For encoders and decoders of
 * applications: ask now and then. */
QUIRE_API int quire_context_check(struct quire_context *context, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
