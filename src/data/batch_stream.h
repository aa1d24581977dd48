/* How this library makes an ArrowArrayStream: an implementation with two
 * functions that give structured errors, wrapped into the C interface.
 *
 * quire_stream_next recognises wrapped streams and hands their struct
 * quire_error on; foreign consumers get errno and the formatted text. */
#ifndef QUIRE_DATA_BATCH_STREAM_H
#define QUIRE_DATA_BATCH_STREAM_H

#include "quire/batch.h"

struct quire_stream_ops {
    int (*schema)(void *source, struct ArrowSchema *schema, struct quire_error *error);
    /* The end leaves batch->release NULL. Not called again after an error. */
    int (*next)(void *source, struct ArrowArray *batch, struct quire_error *error);
    void (*close)(void *source);
};

/* Wraps source, which the stream owns from success on. */
int quire_stream_wrap(const struct quire_stream_ops *ops, void *source,
                      struct ArrowArrayStream *stream, struct quire_error *error);

#endif
