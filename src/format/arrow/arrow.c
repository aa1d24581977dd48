/* The formats themselves: what arrow_encoder.h and arrow_decoder.h have, in tables. Either is
 * read from what the other's name says as well, since the first bytes tell. */
#include "format/arrow/arrow_decoder.h"
#include "format/arrow/arrow_encoder.h"
#include "format/format.h"

#define SHARED                                                                                \
    .flags = QUIRE_FORMAT_TYPED | QUIRE_FORMAT_COMPRESSES,                                    \
    .encoder_options = {quire_arrow_encoder_rows, QUIRE_ARROW_ENCODER_ROWS,                   \
                        sizeof(struct quire_arrow_encoder_options)},                          \
    .decoder_options = {quire_arrow_decoder_rows, QUIRE_ARROW_DECODER_ROWS,                   \
                        sizeof(struct quire_arrow_decoder_options)},                          \
    .encoder_write = quire_arrow_encoder_write, .encoder_finish = quire_arrow_encoder_finish, \
    .encoder_free = quire_arrow_encoder_free, .decoder_open = quire_arrow_decoder_open,       \
    .describe = quire_arrow_describe

const struct quire_format quire_format_arrow = {
    .name = "arrow",
    .extensions = ".arrow|.feather|.ipc",
    .summary = "Arrow's own layout in a file, read in place (Arrow IPC file, Feather 2)",
    .encoder_new = quire_arrow_file_encoder_new,
    SHARED,
};

const struct quire_format quire_format_arrow_stream = {
    .name = "arrow-stream",
    .extensions = ".arrows",
    .summary = "Arrow's own layout as a stream, for pipes (Arrow IPC stream)",
    .encoder_new = quire_arrow_stream_encoder_new,
    SHARED,
};
