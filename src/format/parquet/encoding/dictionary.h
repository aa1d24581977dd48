/* Dictionaries (Parquet Encodings.md, "Dictionary Encoding"): a builder that gives
 * each distinct value of a column chunk an index, and the way back.
 *
 * The builder is a hash table with linear probing beside the entries in PLAIN form,
 * which are the dictionary page as they stand. Integers of a small range, also those
 * kept as doubles, use a table of all values of the range instead. It gives up when a limit is
 * passed or when most values are new, and then the column goes on without it. Not thread-safe. */
#ifndef QUIRE_PARQUET_DICTIONARY_H
#define QUIRE_PARQUET_DICTIONARY_H

#include "format/parquet/encoding/plain.h"
#include "format/parquet/encoding/rle.h"

struct quire_dictionary_options {
    size_t width;       /* bytes of a value; 0: byte arrays */
    bool integers;      /* of 4 or 8 bytes: try a direct table */
    bool doubles;       /* of 8 bytes: the same while they are whole numbers */
    size_t entries_max; /* 0: 131,072 */
    size_t bytes_max;   /* of the entries in PLAIN form; 0: 1 MiB */
    bool keep;          /* never give up early: only the limits count */
};

/* A value of up to 8 bytes is its word, and its tag says how long it is; a longer one has
 * its hash for a word. */
struct quire_dictionary_slot {
    uint64_t word;
    uint32_t tag;
    uint32_t entry; /* index + 1; 0: free */
};

struct quire_dictionary {
    struct quire_dictionary_options options;
    size_t entries;
    struct quire_buf plain;   /* the entries */
    struct quire_buf offsets; /* byte arrays: uint32_t offset of each entry in plain */
    struct quire_dictionary_slot *slots;
    size_t slots_size;  /* a power of two */
    unsigned shift;     /* of a hash of 64 bits, to a slot */
    uint32_t *direct;   /* index + 1 of each value from direct_base on */
    size_t direct_size; /* 0: not in use */
    bool direct_left;   /* the range was too wide for it */
    int64_t direct_base;
    uint64_t rows, rows_bytes;           /* given so far, and in PLAIN form */
    uint64_t check_at, entries_at_check; /* rows at which to ask whether it pays */
    bool full;
};

void quire_dictionary_init(struct quire_dictionary *dictionary,
                           const struct quire_dictionary_options *options);
void quire_dictionary_release(struct quire_dictionary *dictionary);
/* Empties it for the next column chunk. */
void quire_dictionary_clear(struct quire_dictionary *dictionary);

/* Writes an index for each value, adding what is new. *added < n: it gave up before
 * that value (full is set); the indices before it stand. QUIRE_MEMORY otherwise. */
int quire_dictionary_add_fixed(struct quire_dictionary *dictionary, const void *values, size_t n,
                               uint32_t *indices, size_t *added, struct quire_error *error);
int quire_dictionary_add_bytes(struct quire_dictionary *dictionary,
                               const struct quire_bytes *values, size_t n, uint32_t *indices,
                               size_t *added, struct quire_error *error);

/* Entry number i; borrowed until the next add. */
struct quire_bytes quire_dictionary_entry(const struct quire_dictionary *dictionary, size_t i);
/* Bits of an index; at least 1 once there are entries, as some readers want it. */
unsigned quire_dictionary_width(const struct quire_dictionary *dictionary);

/* Reads the width byte of a data page of indices. An empty page without one is fine
 * as long as no index is asked for. */
int quire_dictionary_indices_init(struct quire_rle_decoder *decoder, struct quire_page_bytes bytes,
                                  struct quire_error *error);
/* Values by index; QUIRE_CORRUPT when an index is not below entries. width as above. */
int quire_dictionary_gather_fixed(const void *dictionary, size_t entries, size_t width,
                                  const uint32_t *indices, size_t n, void *values,
                                  struct quire_error *error);
int quire_dictionary_gather_bytes(const struct quire_bytes *dictionary, size_t entries,
                                  const uint32_t *indices, size_t n, struct quire_bytes *values,
                                  struct quire_error *error);

#endif
