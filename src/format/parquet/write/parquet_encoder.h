/* The encoder of Parquet files, as struct quire_format has it (README.md of
 * parquet-format, "File format").
 *
 * Batches are cut into row groups and their columns written by the context's threads,
 * several at once; the calling thread writes finished row groups while the next one fills. */
#ifndef QUIRE_PARQUET_ENCODER_H
#define QUIRE_PARQUET_ENCODER_H

#include "quire/format.h"

struct quire_parquet_encoder_options {
    struct quire_keyed *compression, *dictionary, *encoding, *string_type;
    struct quire_keyed *key_value, *column_key_metadata;
    int64_t data_page_version;
    int64_t row_group_rows, row_group_first_rows, row_group_bytes;
    int64_t page_bytes, page_rows;
    int64_t dictionary_bytes, statistics_bytes;
    bool statistics, page_index, size_statistics, page_checksum;
    char *bloom_filter;
    double bloom_false_positives;
    int64_t bloom_distinct;
    bool arrow_schema;
    char *sorting;
    char *footer_key, *column_keys, *footer_key_metadata, *aad_prefix;
    bool encrypt_all, plaintext_footer, store_aad_prefix;
    int32_t encryption_algorithm; /* 0: AES_GCM_V1, 1: AES_GCM_CTR_V1 */
};

/* The rows of the options, for the format's table. */
#define QUIRE_PARQUET_ENCODER_ROWS 31
extern const struct quire_option quire_parquet_encoder_rows[QUIRE_PARQUET_ENCODER_ROWS];

int quire_parquet_encoder_new(const struct ArrowSchema *schema, const void *options,
                              struct quire_context *context, struct quire_out *out,
                              struct quire_encoder **encoder, struct quire_error *error);
int quire_parquet_encoder_write(struct quire_encoder *encoder, struct ArrowArray *batch,
                                struct quire_error *error);
int quire_parquet_encoder_finish(struct quire_encoder *encoder, struct quire_file_stats *stats,
                                 struct quire_error *error);
void quire_parquet_encoder_free(struct quire_encoder *encoder);

#endif
