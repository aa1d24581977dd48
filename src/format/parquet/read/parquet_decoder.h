/* Parquet files read: batches of rows, and what a file says of itself.
 *
 * The functions are those of a format's table (quire/format.h); options are always the
 * struct below, which quire_parquet_decoder_rows fill. The input needs read_at. */
#ifndef QUIRE_PARQUET_DECODER_H
#define QUIRE_PARQUET_DECODER_H

#include "quire/format.h"

struct quire_parquet_read_options {
    bool arrow_schema;     /* take types from ARROW:schema where it tells more */
    bool verify_checksum;  /* of pages that have one */
    bool use_page_index;   /* pass over pages by the page index */
    bool use_bloom_filter; /* pass over row groups by bloom filters */
    int32_t invalid_utf8;  /* enum quire_parquet_utf8 */
    int32_t int96_unit;    /* enum quire_parquet_int96 */
    int64_t batch_rows;
    char *footer_key;  /* FILE */
    char *column_keys; /* COLUMN:FILE,… */
    char *aad_prefix;
};

enum quire_parquet_utf8 { QUIRE_PARQUET_UTF8_ERROR, QUIRE_PARQUET_UTF8_REPLACE };

enum quire_parquet_int96 {
    QUIRE_PARQUET_INT96_AUTO, /* microseconds in files of Spark, else nanoseconds */
    QUIRE_PARQUET_INT96_NS,
    QUIRE_PARQUET_INT96_US,
    QUIRE_PARQUET_INT96_MS
};

/* Rows of a batch at most. */
#define QUIRE_PARQUET_BATCH_ROWS_MAX 65536

#define QUIRE_PARQUET_DECODER_ROWS 10
extern const struct quire_option quire_parquet_decoder_rows[QUIRE_PARQUET_DECODER_ROWS];

int quire_parquet_decoder_open(struct quire_in *in, const void *options,
                               const struct quire_record_policy *policy,
                               struct quire_context *context, struct ArrowArrayStream *stream,
                               struct quire_error *error);

/* One object with the members version, created_by, rows, encryption, schema, key_values and
 * row_groups; docs/FILES.md has all names. */
int quire_parquet_describe(struct quire_in *in, const void *options, struct quire_context *context,
                           char **json, struct quire_error *error);

#endif
