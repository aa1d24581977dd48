/* What the options say for each column of a file. */
#ifndef QUIRE_PARQUET_LEAF_OPTIONS_H
#define QUIRE_PARQUET_LEAF_OPTIONS_H

#include "format/parquet/write/chunk_writer.h"
#include "format/parquet/write/leaf_names.h"
#include "format/parquet/write/parquet_encoder.h"

/* Fills leaves (one for each leaf) but for their ciphers. budget_max: bytes that the
 * pages and dictionaries of all of them together may take; they are made smaller to fit.
 * QUIRE_USAGE for values that are not allowed and for columns that are not there. */
int quire_leaf_options_fill(const struct quire_parquet_encoder_options *options,
                            const struct quire_leaf_names *names,
                            const struct quire_parquet_schema *schema, size_t budget_max,
                            struct quire_chunk_options *leaves, struct quire_error *error);

/* Annotates strings and binaries as the option string_type says. */
int quire_leaf_options_annotate(const struct quire_keyed *string_type,
                                const struct quire_leaf_names *names,
                                struct quire_parquet_schema *schema, struct quire_error *error);

#endif
