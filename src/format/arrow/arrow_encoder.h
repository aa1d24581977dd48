/* Writing Arrow IPC: streams, and files. */
#ifndef QUIRE_ARROW_ARROW_ENCODER_H
#define QUIRE_ARROW_ARROW_ENCODER_H

#include "quire/format.h"

struct quire_arrow_encoder_options {
    char *compression;
    int64_t alignment;
    int64_t batch_rows;
    bool dictionary_deltas;
};

extern const struct quire_option quire_arrow_encoder_rows[];
#define QUIRE_ARROW_ENCODER_ROWS 4

int quire_arrow_file_encoder_new(const struct ArrowSchema *schema, const void *options,
                                 struct quire_context *context, struct quire_out *out,
                                 struct quire_encoder **encoder, struct quire_error *error);
int quire_arrow_stream_encoder_new(const struct ArrowSchema *schema, const void *options,
                                   struct quire_context *context, struct quire_out *out,
                                   struct quire_encoder **encoder, struct quire_error *error);
int quire_arrow_encoder_write(struct quire_encoder *encoder, struct ArrowArray *batch,
                              struct quire_error *error);
int quire_arrow_encoder_finish(struct quire_encoder *encoder, struct quire_file_stats *stats,
                               struct quire_error *error);
void quire_arrow_encoder_free(struct quire_encoder *encoder);

#endif
