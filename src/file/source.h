/* A byte source that can be looked into before it is read, and that counts what
 * was taken: how formats are told by content and progress is known. */
#ifndef QUIRE_FILE_SOURCE_H
#define QUIRE_FILE_SOURCE_H

#include "base/progress.h"
#include "quire/stream.h"

/* Bytes that a look may ask for. */
#define QUIRE_SOURCE_PEEK_MAX 4096

/* Wraps below and owns it from success on. Reads and read_at (when below has it)
 * pass through. */
int quire_source_open(struct quire_in *below, struct quire_in **source, struct quire_error *error);

/* The first bytes of the source, at most QUIRE_SOURCE_PEEK_MAX, without taking
 * them; only before the first read. Borrowed until the next call. */
int quire_source_peek(struct quire_in *source, const uint8_t **bytes, size_t *size,
                      struct quire_error *error);

/* Bytes taken by read so far. */
int64_t quire_source_taken(const struct quire_in *source);

/* Counts what is taken from now on for a task, too; NULL: for none. */
void quire_source_watch(struct quire_in *source, struct quire_progress_task *task);

#endif
