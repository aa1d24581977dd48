/* Indices are checked in a first pass that the compiler vectorises, so that the
 * second, which fetches, needs no branch. */
#include <string.h>

#include "format/parquet/encoding/dictionary.h"

int quire_dictionary_indices_init(struct quire_rle_decoder *decoder, struct quire_page_bytes bytes,
                                  struct quire_error *error)
{
    unsigned width = bytes.at < bytes.end ? *bytes.at++ : 0;
    return quire_rle_decoder_init(decoder, bytes, width, QUIRE_RLE_WIDTH_MAX, error);
}

static int check_indices(const uint32_t *indices, size_t n, size_t entries,
                         struct quire_error *error)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = indices[i] > most ? indices[i] : most;
    if (n == 0 || most < entries) return 0;
    return quire_fail(error, QUIRE_CORRUPT, "read parquet page",
                      "dictionary entry %lu is used and there are %zu", (unsigned long)most,
                      entries);
}

int quire_dictionary_gather_fixed(const void *dictionary, size_t entries, size_t width,
                                  const uint32_t *indices, size_t n, void *values,
                                  struct quire_error *error)
{
    QUIRE_TRY(check_indices(indices, n, entries, error));
    const uint8_t *from = dictionary;
    uint8_t *to = values;
    if (width == 4) {
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * 4, from + (size_t)indices[i] * 4, 4);
    } else if (width == 8) {
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * 8, from + (size_t)indices[i] * 8, 8);
    } else {
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * width, from + (size_t)indices[i] * width, width);
    }
    return 0;
}

int quire_dictionary_gather_bytes(const struct quire_bytes *dictionary, size_t entries,
                                  const uint32_t *indices, size_t n, struct quire_bytes *values,
                                  struct quire_error *error)
{
    QUIRE_TRY(check_indices(indices, n, entries, error));
    for (size_t i = 0; i < n; i++)
        values[i] = dictionary[indices[i]];
    return 0;
}
