/* The parts of a description of a file (quire_parquet_describe). */
#ifndef QUIRE_PARQUET_DESCRIBE_H
#define QUIRE_PARQUET_DESCRIBE_H

#include "base/json_text.h"
#include "format/parquet/read/statistics_order.h"

/* Names of the values of parquet.thrift, as it spells them; NULL for those not known. */
const char *quire_parquet_type_name(int32_t type);
const char *quire_parquet_codec_name(int32_t codec);
const char *quire_parquet_encoding_name(int32_t encoding);
const char *quire_parquet_converted_name(int32_t converted);
const char *quire_parquet_repetition_name(int32_t repetition);
const char *quire_parquet_page_name(int32_t page);
/* "TIMESTAMP(MICROS, utc)", "DECIMAL(10, 2)", "STRING"; appended. */
int quire_parquet_logical_text(const struct quire_parquet_logical_type *type,
                               struct quire_buf *text);

/* Members that a name has, or the number where there is none. */
void quire_describe_name(struct quire_json_writer *json, const char *key, const char *name,
                         int32_t number);
void quire_describe_binary(struct quire_json_writer *json, const char *key,
                           const struct quire_thrift_binary *bytes);

/* Objects of one element of the schema, and of one column chunk. */
int quire_describe_schema(struct quire_json_writer *json, const struct quire_parquet_input *file,
                          struct quire_error *error);
int quire_describe_chunk(struct quire_json_writer *json, struct quire_parquet_input *file,
                         size_t row_group, size_t leaf, struct quire_error *error);

#endif
