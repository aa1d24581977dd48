/* The format itself: what parquet_encoder.h and parquet_decoder.h have, in one table. */
#include "format/format.h"
#include "format/parquet/read/parquet_decoder.h"
#include "format/parquet/write/parquet_encoder.h"

const struct quire_format quire_format_parquet = {
    .name = "parquet",
    .extensions = ".parquet",
    .summary = "columns, typed, compressed and indexed (Apache Parquet)",
    .flags = QUIRE_FORMAT_TYPED | QUIRE_FORMAT_RANDOM_IN | QUIRE_FORMAT_COMPRESSES,
    .encoder_options = {quire_parquet_encoder_rows, QUIRE_PARQUET_ENCODER_ROWS,
                        sizeof(struct quire_parquet_encoder_options)},
    .decoder_options = {quire_parquet_decoder_rows, QUIRE_PARQUET_DECODER_ROWS,
                        sizeof(struct quire_parquet_read_options)},
    .encoder_new = quire_parquet_encoder_new,
    .encoder_write = quire_parquet_encoder_write,
    .encoder_finish = quire_parquet_encoder_finish,
    .encoder_free = quire_parquet_encoder_free,
    .decoder_open = quire_parquet_decoder_open,
    .describe = quire_parquet_describe,
};
