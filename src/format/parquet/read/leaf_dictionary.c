/* A dictionary page, taken: its values are converted once, and rows only fetch them. */
#include "base/fail.h"
#include "base/utf8.h"
#include "format/parquet/read/leaf_append.h"

#define OPERATION "read parquet page"

static int fail_short(const struct quire_page *page, struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "a dictionary page is too short for its %d entries", (int)page->entries);
}

/* Entries that cannot be are no failure before a row has one. */
static int refuse_entry(struct quire_leaf *leaf, size_t entry, struct quire_error *error)
{
    struct quire_buf *refused = &leaf->dictionary.refused;
    if (refused->size == 0) {
        size_t entries = leaf->dictionary.entries;
        if (quire_buf_reserve(refused, entries) != 0) return quire_fail_memory(error, OPERATION);
        memset(refused->data, 0, entries);
        refused->size = entries;
    }
    refused->data[entry] = 1;
    return 0;
}

static int convert(struct quire_leaf *leaf, struct quire_page_values *values, uint8_t *out,
                   size_t entries, struct quire_error *error)
{
    size_t size = QUIRE_LEAF_AT_ONCE * leaf->conversion.in_width;
    if (quire_buf_reserve(&leaf->scratch, size) != 0) return quire_fail_memory(error, OPERATION);
    uint8_t *in = leaf->scratch.data;
    for (size_t done = 0, part; done < entries; done += part) {
        part = entries - done < QUIRE_LEAF_AT_ONCE ? entries - done : QUIRE_LEAF_AT_ONCE;
        if (leaf->type == QUIRE_PARQUET_BYTE_ARRAY)
            QUIRE_TRY(quire_page_values_bytes(values, (void *)in, part, error));
        else
            QUIRE_TRY(quire_page_values_fixed(values, in, part, error));
        QUIRE_TRY(quire_leaf_convert_scratch(leaf, out + done * leaf->out_width, part, done,
                                             refuse_entry, error));
    }
    return 0;
}

/* The page's values in their physical form, in values or (what is to be converted) scratch. */
static int set_fixed(struct quire_leaf *leaf, struct quire_page_values *values, size_t entries,
                     struct quire_error *error)
{
    struct quire_buf *out = &leaf->dictionary.values;
    size_t size;
    quire_buf_clear(out);
    if (__builtin_mul_overflow(entries, leaf->out_width, &size) ||
        quire_buf_reserve(out, size) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(leaf->conversion.run != NULL
                  ? convert(leaf, values, out->data, entries, error)
                  : quire_leaf_take_fixed(leaf, values, out->data, entries, error));
    out->size = size;
    return 0;
}

/* Puts the entry's text in order at the end of the content. */
static int repair(struct quire_buf *content, struct quire_bytes *entry, struct quire_error *error)
{
    size_t at = content->size;
    if (quire_utf8_repair(content, entry->data, entry->size) != 0)
        return quire_fail_memory(error, OPERATION);
    *entry = (struct quire_bytes){NULL, content->size - at};
    return 0;
}

/* Slices of the copied page. Repaired ones are known by size until content has stopped to
 * move. */
static int check_texts(struct quire_leaf *leaf, struct quire_bytes *slices, size_t entries,
                       struct quire_error *error)
{
    struct quire_buf repaired = {0};
    int code = 0;
    size_t at = 0, size = 0;
    for (size_t i = 0; i < entries && code == 0; i++) {
        if (quire_utf8_is_valid(slices[i].data, slices[i].size)) continue;
        code = leaf->utf8_replace ? 0 : refuse_entry(leaf, i, error);
        if (code == 0) code = repair(&repaired, &slices[i], error);
    }
    if (code == 0 && repaired.size > 0) {
        size = repaired.size;
        /* The page's bytes are copied behind, so that all stand in one buffer. */
        const uint8_t *page = leaf->dictionary.content.data;
        size_t page_size = leaf->dictionary.content.size;
        if (quire_buf_append(&repaired, page, page_size) != 0)
            code = quire_fail_memory(error, OPERATION);
        for (size_t i = 0; i < entries && code == 0; i++) {
            if (slices[i].data != NULL) {
                slices[i].data = repaired.data + size + (slices[i].data - page);
            } else {
                slices[i].data = repaired.data + at;
                at += slices[i].size;
            }
        }
        if (code == 0) {
            struct quire_buf old = leaf->dictionary.content;
            leaf->dictionary.content = repaired;
            repaired = old;
        }
    }
    quire_buf_release(&repaired);
    return code;
}

/* Makes the page's bytes and what may be read behind them the leaf's: by exchange where they
 * are in memory of their own, since a dictionary may be large. */
static int take_content(struct quire_leaf *leaf, const struct quire_page *page,
                        struct quire_buf *own, struct quire_error *error)
{
    struct quire_buf *content = &leaf->dictionary.content;
    size_t size = quire_page_left(&page->content);
    quire_buf_clear(content);
    if (own != NULL) {
        struct quire_buf last = *content;
        *content = *own;
        *own = last;
    } else {
        if (quire_buf_reserve(content, size + QUIRE_PAGE_PADDING) != 0)
            return quire_fail_memory(error, OPERATION);
        if (size > 0) memcpy(content->data, page->content.at, size);
        memset(content->data + size, 0, QUIRE_PAGE_PADDING);
    }
    content->size = size + QUIRE_PAGE_PADDING;
    return 0;
}

static int set_bytes(struct quire_leaf *leaf, struct quire_page *page, struct quire_buf *own,
                     size_t entries, struct quire_error *error)
{
    struct quire_buf *content = &leaf->dictionary.content, *out = &leaf->dictionary.values;
    size_t size = quire_page_left(&page->content);
    quire_buf_clear(out);
    if (entries > size / 4) return fail_short(page, error);
    if (quire_buf_reserve(out, entries * sizeof(struct quire_bytes)) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(take_content(leaf, page, own, error));
    struct quire_page_bytes bytes = quire_page_bytes_of(content->data, size);
    struct quire_bytes *slices = (struct quire_bytes *)(void *)out->data;
    QUIRE_TRY(quire_plain_decode_bytes(&bytes, slices, entries, error));
    out->size = entries * sizeof(*slices);
    return leaf->text ? check_texts(leaf, slices, entries, error) : 0;
}

static int reset_map(struct quire_leaf *leaf, size_t entries, struct quire_error *error)
{
    struct quire_buf *map = &leaf->dictionary.map;
    quire_buf_clear(map);
    if (leaf->field == leaf->target) return 0;
    if (quire_buf_reserve(map, entries * sizeof(int64_t)) != 0)
        return quire_fail_memory(error, OPERATION);
    map->size = entries * sizeof(int64_t);
    quire_leaf_begin_batch(leaf);
    return 0;
}

static int set_dictionary(struct quire_leaf *leaf, struct quire_page *page, struct quire_buf *own,
                          struct quire_error *error)
{
    struct quire_page_values values = {0};
    size_t entries = leaf->dictionary.entries, size = quire_page_left(&page->content);
    if (page->encoding != QUIRE_ENCODING_PLAIN && page->encoding != QUIRE_ENCODING_PLAIN_DICTIONARY)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "a dictionary page in encoding %d",
                          (int)page->encoding);
    if (leaf->shape == QUIRE_LEAF_BYTES) {
        QUIRE_TRY(set_bytes(leaf, page, own, entries, error));
    } else {
        size_t room = leaf->type == QUIRE_PARQUET_BOOLEAN      ? size * 8
                      : leaf->type == QUIRE_PARQUET_BYTE_ARRAY ? size / 4
                                                               : size / leaf->width;
        if (entries > room) return fail_short(page, error);
        page->encoding = QUIRE_ENCODING_PLAIN;
        QUIRE_TRY(quire_page_values_begin(&values, leaf->type, leaf->width, page, error));
        QUIRE_TRY(set_fixed(leaf, &values, entries, error));
    }
    return reset_map(leaf, entries, error);
}

int quire_leaf_set_dictionary(struct quire_leaf *leaf, struct quire_page *page,
                              struct quire_buf *own, struct quire_error *error)
{
    leaf->dictionary.entries = 0;
    quire_buf_clear(&leaf->dictionary.refused);
    if (leaf->shape == QUIRE_LEAF_NULL) return 0;
    leaf->dictionary.entries = (size_t)page->entries;
    int code = set_dictionary(leaf, page, own, error);
    if (code != 0) leaf->dictionary.entries = 0;
    return code;
}
