/* What a stream gives, as text that can be compared. */
#ifndef QUIRE_TESTS_FUZZ_STREAM_H
#define QUIRE_TESTS_FUZZ_STREAM_H

#include "base/buf.h"
#include "fuzz.h"
#include "quire/batch.h"

/* Appends each row as a line of JSON (or why it has no such text), and checks that every
 * batch is what Arrow says of its type. Returns the stream's own failure. */
int fuzz_stream_text(struct ArrowArrayStream *stream, struct quire_buf *text, int64_t *rows,
                     struct quire_error *error);

/* Both are the same bytes. */
void fuzz_check_text(const struct quire_buf *a, const struct quire_buf *b);

#endif
