/* The inside of dictionaries, for their own files. */
#ifndef QUIRE_PARQUET_DICTIONARY_PRIVATE_H
#define QUIRE_PARQUET_DICTIONARY_PRIVATE_H

#include "format/parquet/encoding/dictionary.h"

/* Values that are looked up together. */
#define QUIRE_DICTIONARY_PIECE ((size_t)512)

/* Appends an entry; false in *fits when a limit is reached. These fail with QUIRE_MEMORY. */
int quire_dictionary_put(struct quire_dictionary *dictionary, const uint8_t *bytes, size_t size,
                         bool *fits);

/* The indices of at most a piece of values; *added is raised by how many have theirs. */
int quire_dictionary_find_fixed(struct quire_dictionary *dictionary, const uint8_t *values,
                                size_t n, uint32_t *indices, size_t *added);
int quire_dictionary_find_bytes(struct quire_dictionary *dictionary,
                                const struct quire_bytes *values, size_t n, uint32_t *indices,
                                size_t *added);
/* Makes the table of the entries that there are, of a fixed width. */
int quire_dictionary_fill_table(struct quire_dictionary *dictionary);

/* As find_fixed, by the direct table as long as values allow it. */
int quire_dictionary_find_integers(struct quire_dictionary *dictionary, const uint8_t *values,
                                   size_t n, uint32_t *indices, size_t *added);
int quire_dictionary_find_doubles(struct quire_dictionary *dictionary, const uint8_t *values,
                                  size_t n, uint32_t *indices, size_t *added);

#endif
