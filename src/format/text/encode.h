/* Encoding rows as text side by side and writing them in order: what every text
 * format's encoder runs on.
 *
 * A batch is cut into runs of rows; each run is encoded by a worker into a
 * buffer of its own; buffers are written in order by the calling thread, which
 * encodes too while it waits. The format brings one function. Buffers are reused
 * and charged to the context's budget; how many are in flight follows from the
 * threads and the budget. With one thread everything happens in write. */
#ifndef QUIRE_FORMAT_TEXT_ENCODE_H
#define QUIRE_FORMAT_TEXT_ENCODE_H

#include "base/buf.h"
#include "data/view.h"
#include "quire/format.h"

/* What the format does; `state` is shared by threads and must not change. */
struct quire_text_encoding {
    /* Appends rows [start, start + count) of the batch to out. first_row is the
     * number in the whole file (from 0) of row start. Errors name the column;
     * the row is added by the caller from *failed_row (relative to the batch),
     * which must be set on failure. */
    int (*rows)(const void *state, const struct quire_view *batch, int64_t start, int64_t count,
                int64_t first_row, struct quire_buf *out, int64_t *failed_row,
                struct quire_error *error);
    /* Text before the first row and after the last (rows: how many there were);
     * either may be NULL. */
    int (*begin)(const void *state, struct quire_buf *out, struct quire_error *error);
    int (*end)(const void *state, int64_t rows, struct quire_buf *out, struct quire_error *error);
    void (*free)(void *state);
    /* Called with each batch before its rows, by the calling thread and while no rows are
     * being encoded, so that state may change here; what it appends stands before them.
     * NULL where rows need nothing of the kind: then batches overlap. */
    int (*batch)(void *state, const struct quire_view *batch, struct quire_buf *out,
                 struct quire_error *error);
};

/* Makes an encoder that owns state from success on. root is the parsed schema,
 * borrowed from state and living as long. */
int quire_text_encoder_new(const struct quire_format *format,
                           const struct quire_text_encoding *encoding, void *state,
                           const struct quire_field *root, struct quire_context *context,
                           struct quire_out *out, struct quire_encoder **encoder,
                           struct quire_error *error);

/* The encoder functions for the format's table. */
int quire_text_encoder_write(struct quire_encoder *encoder, struct ArrowArray *batch,
                             struct quire_error *error);
int quire_text_encoder_finish(struct quire_encoder *encoder, struct quire_file_stats *stats,
                              struct quire_error *error);
void quire_text_encoder_free(struct quire_encoder *encoder);

#endif
