/* Which encoding suits some values: tried on a sample, with the codec that will be used.
 *
 * Only encodings that the usual readers (pyarrow, DuckDB, Polars, Spark 3.5) take by
 * default are chosen; BYTE_STREAM_SPLIT, which Spark 3.5 does not read, is for those who
 * ask for it. */
#ifndef QUIRE_PARQUET_ENCODING_CHOICE_H
#define QUIRE_PARQUET_ENCODING_CHOICE_H

#include "format/parquet/encoding/dictionary.h"
#include "format/parquet/write/chunk_writer.h"
#include "format/parquet/write/value_encoder.h"

/* Values that a chunk's choice is made from. */
#define QUIRE_SAMPLE_VALUES 8192
/* So many suffice where they lead to the choice of the chunk before. */
#define QUIRE_SAMPLE_FEW 1024
/* A chunk is taken to have so many values when nothing better is known. */
#define QUIRE_CHUNK_VALUES_GUESS 1000000

/* Zero-initialise; release when done. */
struct quire_encoding_trial {
    const struct quire_chunk_options *options;
    int32_t type;
    struct quire_value_encoder *encoder; /* free to use */
    struct quire_buf bytes, packed;
};
void quire_encoding_trial_release(struct quire_encoding_trial *trial);

/* Chooses among the encodings but the dictionary; *bytes_each: what a value takes. */
int quire_encoding_choose(struct quire_encoding_trial *trial, const struct quire_values *sample,
                          int32_t *encoding, double *bytes_each, struct quire_error *error);

/* Bytes that one value takes with an encoding, in this sample. */
int quire_encoding_measure(struct quire_encoding_trial *trial, const struct quire_values *sample,
                           int32_t encoding, double *bytes_each, struct quire_error *error);

/* A sample in a dictionary: indices of its n values, and how many entries there were
 * after the first half of them. */
struct quire_dictionary_sample {
    const struct quire_dictionary *dictionary;
    const uint32_t *indices;
    size_t n, entries_half;
};
/* What a dictionary costs for a chunk of so many values, which go on as the sample
 * began: bytes of dictionary and indices, up to the value at which it is full
 * (*values_in_it). */
int quire_dictionary_forecast(struct quire_encoding_trial *trial,
                              const struct quire_dictionary_sample *sample, double values,
                              double *bytes, double *values_in_it, struct quire_error *error);

#endif
