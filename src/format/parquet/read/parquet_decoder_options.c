/* The option rows of reading Parquet. */
#include "format/parquet/read/parquet_decoder.h"

#define READ_AT(field) offsetof(struct quire_parquet_read_options, field)

/* clang-format off */
const struct quire_option quire_parquet_decoder_rows[QUIRE_PARQUET_DECODER_ROWS] = {
    {"arrow_schema", QUIRE_OPTION_BOOL, "on", READ_AT(arrow_schema),
     "types as the key-value ARROW:schema tells them, where Parquet has one type for several",
     NULL, 0, 0},
    {"verify_checksum", QUIRE_OPTION_BOOL, "on", READ_AT(verify_checksum),
     "check the CRC of pages that have one", NULL, 0, 0},
    {"use_page_index", QUIRE_OPTION_BOOL, "on", READ_AT(use_page_index),
     "pass over pages that the page index says hold no wanted row", NULL, 0, 0},
    {"use_bloom_filter", QUIRE_OPTION_BOOL, "on", READ_AT(use_bloom_filter),
     "pass over row groups that a bloom filter says hold no wanted row", NULL, 0, 0},
    {"invalid_utf8", QUIRE_OPTION_CHOICE, "error", READ_AT(invalid_utf8),
     "what becomes of strings that are not UTF-8", "error|replace", 0, 0},
    {"int96_unit", QUIRE_OPTION_CHOICE, "auto", READ_AT(int96_unit),
     "unit of the timestamps that INT96 is read as: ns reaches from 1677 to 2262; auto is us for "
     "files of Spark, which has no finer instants, else ns",
     "auto|ns|us|ms", 0, 0},
    {"batch_rows", QUIRE_OPTION_INT, "65536", READ_AT(batch_rows),
     "rows of a batch at most; fewer where rows are wide", NULL, 1, QUIRE_PARQUET_BATCH_ROWS_MAX},
    {"footer_key", QUIRE_OPTION_TEXT, NULL, READ_AT(footer_key),
     "file with the key of the footer of encrypted files", NULL, 0, 0},
    {"column_keys", QUIRE_OPTION_TEXT, NULL, READ_AT(column_keys),
     "files with the keys of columns, COLUMN:FILE,COLUMN:FILE", NULL, 0, 0},
    {"aad_prefix", QUIRE_OPTION_TEXT, NULL, READ_AT(aad_prefix),
     "name that an encrypted file was bound to when it was written", NULL, 0, 0},
};
/* clang-format on */
