/* The key-value metadata of a file: that of the Arrow schema, that of the options, and the
 * schema itself. */
#ifndef QUIRE_PARQUET_KEY_VALUES_H
#define QUIRE_PARQUET_KEY_VALUES_H

#include "format/parquet/parquet_schema.h"
#include "format/parquet/write/parquet_encoder.h"

struct quire_key_values {
    struct quire_parquet_key_value_list list;
    struct quire_buf rows;
    struct quire_arena arena;
};

/* All is copied. An option's entry takes the place of the schema's of that name. */
int quire_key_values_init(struct quire_key_values *key_values, const struct quire_field *root,
                          const struct quire_parquet_encoder_options *options,
                          struct quire_error *error);
void quire_key_values_release(struct quire_key_values *key_values);

#endif
