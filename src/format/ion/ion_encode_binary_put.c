/* The values of binary rows put where they belong, the second pass over a block. Nothing
 * can fail any more: the first pass has found what cannot be written. */
#include <string.h>

#include "base/civil.h"
#include "base/utf8.h"
#include "format/ion/ion_encode_binary.h"

static uint64_t take_note(struct quire_ion_block *block)
{
    uint64_t value;
    memcpy(&value, block->notes.data + block->noted, sizeof(value));
    block->noted += sizeof(value);
    return value;
}

static uint8_t *put_decimal(uint8_t *put, const struct quire_ion_decimal *decimal)
{
    const struct quire_ion_number *number = &decimal->coefficient;
    size_t size = quire_ion_decimal_body(decimal);
    put = quire_ion_put_header(put, 5, size);
    if (size == 0) return put;
    put = quire_ion_put_varint(put, decimal->exponent, decimal->exponent < 0);
    uint8_t *first = put;
    size = quire_ion_coefficient_size(number);
    if (number->big != NULL) {
        *put = 0;
        memcpy(put + size - number->big_size, number->big, number->big_size);
        put += size;
    } else if (size == 9) {
        *put = 0;
        put = quire_ion_put_uint(put + 1, number->small, 8);
    } else {
        put = quire_ion_put_uint(put, number->small, size);
    }
    if (number->negative) *first |= 0x80;
    return put;
}

static inline uint8_t *put_small(uint8_t *put, uint32_t value)
{
    *put = (uint8_t)(0x80 | value);
    return put + 1;
}

static inline uint8_t *put_date(uint8_t *put, int64_t days)
{
    struct civil_date date = civil_from_days(days);
    put = quire_ion_put_varuint(put, (uint64_t)date.year);
    put = put_small(put, date.month);
    return put_small(put, date.day);
}

static inline uint8_t *put_moment(const struct quire_field *field, uint8_t *put,
                                  const struct quire_ion_moment *moment)
{
    int64_t second;
    int64_t days = civil_floor(moment->seconds, 86400, &second);
    uint32_t of_day = (uint32_t)second;
    put = quire_ion_put_header(put, 6, quire_ion_moment_body(field, moment));
    put = quire_ion_put_varint(put, moment->offset, moment->offset < 0 || field->zone == NULL);
    put = put_date(put, days);
    put = put_small(put, of_day / 3600);
    put = put_small(put, of_day / 60 % 60);
    put = put_small(put, of_day % 60);
    if (field->unit == QUIRE_SECOND) return put;
    *put++ = (uint8_t)(0xc0 | 3 * (int)field->unit);
    return quire_ion_put_uint(put, (uint64_t)moment->fraction,
                              quire_ion_fraction_size((uint64_t)moment->fraction));
}

static inline uint8_t *put_bytes(uint8_t *put, unsigned code, struct quire_bytes bytes)
{
    put = quire_ion_put_header(put, code, bytes.size);
    if (bytes.size > 0) memcpy(put, bytes.data, bytes.size);
    return put + bytes.size;
}

/* The wrapper of one annotation around a value of `size` bytes (binary.md). */
static uint8_t *put_annotation(uint8_t *put, int64_t id, size_t size)
{
    size_t id_size = quire_ion_varuint_size((uint64_t)id);
    put = quire_ion_put_header(put, 14, 1 + id_size + size);
    put = quire_ion_put_varuint(put, id_size);
    return quire_ion_put_varuint(put, (uint64_t)id);
}

/* annotation: -1 for none. */
static uint8_t *put_string(struct quire_ion_block *block, uint8_t *put, struct quire_bytes text,
                           int64_t annotation)
{
    /* The first pass has made the buffer as large as it gets. */
    if (block->encoding->options.invalid_utf8 == QUIRE_ION_UTF8_REPLACE &&
        !quire_utf8_is_valid(text.data, text.size)) {
        quire_buf_clear(&block->repaired);
        if (quire_utf8_repair(&block->repaired, text.data, text.size) == 0)
            text = (struct quire_bytes){block->repaired.data, block->repaired.size};
    }
    if (annotation >= 0)
        put = put_annotation(put, annotation, quire_ion_header_size(text.size) + text.size);
    return put_bytes(put, 8, text);
}

static uint8_t *put_words(const struct quire_ion_node *node, const struct quire_view *view,
                          int64_t row, uint8_t *put)
{
    static const struct quire_value_style style = {.binary_hex = false};
    char text[QUIRE_DURATION_TEXT_MAX + 64];
    size_t size = (size_t)(node->words(view, row, &style, text) - text);
    return put_bytes(put, 8, (struct quire_bytes){(const uint8_t *)text, size});
}

static uint8_t *put_uuid(const struct quire_ion_encoding *encoding, const struct quire_view *view,
                         int64_t row, uint8_t *put)
{
    put = put_annotation(put, encoding->uuid_id, 18);
    return put_bytes(put, 10, quire_view_bytes(view, row));
}

static uint8_t *put_symbol(const struct quire_ion_node *node, const struct quire_view *view,
                           int64_t row, uint8_t *put)
{
    int64_t id = node->ids[quire_view_index(view, row)];
    if (id < 0) {
        *put = 0x7f;
        return put + 1;
    }
    size_t size = quire_ion_uint_size((uint64_t)id);
    *put++ = (uint8_t)(0x70 | size);
    return quire_ion_put_uint(put, (uint64_t)id, size);
}

static uint8_t *put_container(struct quire_ion_block *block, const struct quire_ion_node *node,
                              const struct quire_view *view, int64_t row, uint8_t *put)
{
    put = quire_ion_put_header(put, node->how == QUIRE_ION_AS_LIST ? 11 : 13,
                               (size_t)take_note(block));
    if (node->how == QUIRE_ION_AS_STRUCT) {
        for (size_t i = 0; i < node->children_size; i++) {
            const struct quire_ion_node *child = &node->children[i];
            if (quire_ion_is_omitted(block->encoding, &view->children[i], row)) continue;
            memcpy(put, child->name, child->name_size);
            put = quire_ion_block_put_value(block, child, &view->children[i], row,
                                            put + child->name_size);
        }
        return put;
    }
    struct quire_range range = quire_view_range(view, row);
    const struct quire_view *items = &view->children[0];
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        if (node->how == QUIRE_ION_AS_LIST) {
            put = quire_ion_block_put_value(block, node->children, items, i, put);
        } else {
            put = quire_ion_put_varuint(put, take_note(block));
            put = quire_ion_block_put_value(block, &node->children[1], &items->children[1], i, put);
        }
    }
    return put;
}

static uint8_t *put_null(const struct quire_ion_encoding *encoding,
                         const struct quire_ion_node *node, uint8_t *put)
{
    *put = quire_ion_null_descriptor(encoding, node);
    return put + 1;
}

uint8_t *quire_ion_block_put_value(struct quire_ion_block *block, const struct quire_ion_node *node,
                                   const struct quire_view *view, int64_t row, uint8_t *put)
{
    struct quire_ion_moment moment;
    struct quire_ion_decimal decimal;
    uint8_t bytes[32];
    bool valid;
    if (quire_view_is_null(view, row)) return put_null(block->encoding, node, put);
    switch (node->how) {
    case QUIRE_ION_AS_NULL: return put_null(block->encoding, node, put);
    case QUIRE_ION_AS_BOOL: *put = 0x10 | quire_view_bool(view, row); return put + 1;
    case QUIRE_ION_AS_INT: return quire_ion_block_put_int(put, quire_view_i64(view, row));
    case QUIRE_ION_AS_UINT64: {
        uint64_t value = (uint64_t)quire_view_i64(view, row);
        size_t size = quire_ion_uint_size(value);
        *put = (uint8_t)(0x20 | size);
        return quire_ion_put_uint(put + 1, value, size);
    }
    case QUIRE_ION_AS_FLOAT64:
        return quire_ion_block_put_float(put, quire_ion_float_bits(node, view, row), 8);
    case QUIRE_ION_AS_FLOAT16:
    case QUIRE_ION_AS_FLOAT32:
        return quire_ion_block_put_float(put, quire_ion_float_bits(node, view, row), 4);
    case QUIRE_ION_AS_DECIMAL:
        quire_ion_decimal_of(view, row, bytes, &decimal);
        return put_decimal(put, &decimal);
    case QUIRE_ION_AS_DATE: {
        int64_t days = quire_ion_days_of(view, row, &valid);
        put[0] = (uint8_t)(0x60 | (days >= -672777 ? 5 : 4));
        put[1] = 0xc0;
        return put_date(put + 2, days);
    }
    case QUIRE_ION_AS_TIMESTAMP:
        quire_ion_moment_of(view, row, &moment);
        return put_moment(view->field, put, &moment);
    case QUIRE_ION_AS_WORDS: return put_words(node, view, row, put);
    case QUIRE_ION_AS_STRING: return put_string(block, put, quire_view_bytes(view, row), -1);
    case QUIRE_ION_AS_JSON:
        return put_string(block, put, quire_view_bytes(view, row), block->encoding->json_id);
    case QUIRE_ION_AS_BLOB: return put_bytes(put, 10, quire_view_bytes(view, row));
    case QUIRE_ION_AS_UUID: return put_uuid(block->encoding, view, row, put);
    case QUIRE_ION_AS_SYMBOL: return put_symbol(node, view, row, put);
    case QUIRE_ION_AS_ENTRY:
        return quire_ion_block_put_value(block, node->children, view->dictionary,
                                         quire_view_index(view, row), put);
    default: return put_container(block, node, view, row, put);
    }
}
