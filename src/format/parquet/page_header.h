/* PageHeader of parquet.thrift, which stands before every page, and the CRC of pages. */
#ifndef QUIRE_PARQUET_PAGE_HEADER_H
#define QUIRE_PARQUET_PAGE_HEADER_H

#include "format/parquet/parquet_metadata.h"

/* A header is read from so many bytes at most: statistics may hold long values. */
#define QUIRE_PAGE_HEADER_MAX ((size_t)16 << 20)

struct quire_data_page_header {
    uint32_t present;
    int32_t num_values, encoding, definition_level_encoding, repetition_level_encoding;
    struct quire_parquet_statistics *statistics;
};

enum { QUIRE_DICTIONARY_PAGE_HAS_SORTED = 1 << 3 };
struct quire_dictionary_page_header {
    uint32_t present;
    int32_t num_values, encoding;
    bool is_sorted;
};

enum { QUIRE_DATA_PAGE_V2_HAS_COMPRESSED = 1 << 7 };
struct quire_data_page_header_v2 {
    uint32_t present;
    int32_t num_values, num_nulls, num_rows, encoding;
    int32_t definition_levels_byte_length, repetition_levels_byte_length;
    bool is_compressed; /* true when absent */
    struct quire_parquet_statistics *statistics;
};

enum { QUIRE_PAGE_HAS_CRC = 1 << 4 };
struct quire_page_header {
    uint32_t present;
    int32_t type, uncompressed_page_size, compressed_page_size;
    int32_t crc;
    struct quire_data_page_header *data_page_header;
    struct quire_dictionary_page_header *dictionary_page_header;
    struct quire_data_page_header_v2 *data_page_header_v2;
};

/* Reads the header at the start of bytes; *used: its length. Sizes and counts are not
 * negative, and the part that belongs to a known type is there. When bytes end within
 * the header, *more is set and the code is QUIRE_CORRUPT: give more of the file, up to
 * QUIRE_PAGE_HEADER_MAX. */
int quire_page_header_read(const void *bytes, size_t size, struct quire_arena *arena,
                           struct quire_page_header *header, size_t *used, bool *more,
                           struct quire_error *error);
int quire_page_header_write(const struct quire_page_header *header, struct quire_buf *out);

/* CRC-32 as gzip has it, of a page as it stands in the file, without its header. Start
 * with crc 0; parts follow each other. */
uint32_t quire_page_crc(uint32_t crc, const void *bytes, size_t size);

#endif
