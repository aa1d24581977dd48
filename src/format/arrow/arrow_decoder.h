/* Reading Arrow IPC: streams, and files. */
#ifndef QUIRE_ARROW_ARROW_DECODER_H
#define QUIRE_ARROW_ARROW_DECODER_H

#include "quire/format.h"

struct quire_arrow_decoder_options {
    bool memory_map;
    bool validate;
};

extern const struct quire_option quire_arrow_decoder_rows[];
#define QUIRE_ARROW_DECODER_ROWS 2

int quire_arrow_decoder_open(struct quire_in *in, const void *options,
                             const struct quire_record_policy *policy,
                             struct quire_context *context, struct ArrowArrayStream *stream,
                             struct quire_error *error);
int quire_arrow_describe(struct quire_in *in, const void *options, struct quire_context *context,
                         char **json, struct quire_error *error);

#endif
