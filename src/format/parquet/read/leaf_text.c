/* Values that stand in a row are checked as one text: when that is well-formed and none of
 * them begins within a character, each is. */
#include "base/fail.h"
#include "base/utf8.h"
#include "format/parquet/read/leaf_append.h"

static bool is_ascii(const uint8_t *bytes, size_t size)
{
    uint64_t any = 0;
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        any |= word;
    }
    for (; i < size; i++)
        any |= bytes[i];
    return (any & UINT64_C(0x8080808080808080)) == 0;
}

bool quire_leaf_is_text(const uint8_t *bytes, size_t size, const struct quire_bytes *values,
                        size_t n)
{
    if (size == 0 || is_ascii(bytes, size)) return true;
    if (!quire_utf8_is_valid(bytes, size)) return false;
    bool within = false;
    for (size_t i = 0; i < n; i++)
        within |= values[i].size > 0 && (values[i].data[0] & 0xc0) == 0x80;
    return !within;
}

size_t quire_leaf_find_bad_text(const struct quire_bytes *values, size_t n)
{
    size_t good = 0;
    while (good < n && quire_utf8_is_valid(values[good].data, values[good].size))
        good++;
    return good;
}

int quire_leaf_repair_text(struct quire_leaf *leaf, struct quire_bytes *value,
                           struct quire_error *error)
{
    quire_buf_clear(&leaf->scratch);
    if (quire_utf8_repair(&leaf->scratch, value->data, value->size) != 0)
        return quire_fail_memory(error, "read parquet");
    *value = (struct quire_bytes){leaf->scratch.data, leaf->scratch.size};
    return 0;
}
