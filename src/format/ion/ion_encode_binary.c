/* Rows as Ion binary, a block at a time and column by column.
 *
 * A struct begins with its length, so a block goes in two passes: the first adds up
 * what every row takes, and finds all that cannot be written; the second puts the
 * values of each column where their rows have come to. The lengths of nested containers,
 * and the IDs of names looked up, are noted by the first pass in the order in which the
 * second needs them. */
#include <string.h>

#include "base/civil.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_encode.h"
#include "format/ion/ion_number.h"

static const char operation[] = "write ion";

#define BLOCK_ROWS 1024

/* One block on its way. */
struct block {
    const struct quire_ion_encoding *encoding;
    int64_t start, count; /* rows of the batch */
    int64_t failed;       /* row that cannot be written */
    size_t sizes[BLOCK_ROWS];
    uint8_t *puts[BLOCK_ROWS];
    struct quire_buf notes; /* uint64_t: lengths and IDs, in order */
    size_t noted;           /* how many the second pass has taken */
    struct quire_buf repaired;
};

static int note(struct block *block, uint64_t value, size_t *place, struct quire_error *error)
{
    if (place != NULL) *place = block->notes.size;
    if (quire_buf_append(&block->notes, &value, sizeof(value)) != 0)
        return quire_fail_memory(error, operation);
    return 0;
}

static uint64_t take_note(struct block *block)
{
    uint64_t value;
    memcpy(&value, block->notes.data + block->noted, sizeof(value));
    block->noted += sizeof(value);
    return value;
}

/* --- Sizes of scalars --------------------------------------------------------------- */

static inline uint64_t magnitude_of(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static inline size_t bits_size(uint64_t bits, size_t size)
{
    return bits == 0 ? 1 : 1 + size; /* positive zero is the descriptor alone */
}

/* The Int field of a magnitude below 2^63, without sign. */
static inline size_t fraction_size(uint64_t value)
{
    return value == 0 ? 0 : (size_t)(64 - __builtin_clzll(value)) / 8 + 1;
}

static size_t coefficient_size(const struct quire_ion_number *number)
{
    if (number->big != NULL) return number->big_size + (number->big[0] >> 7);
    if (number->small >> 63) return 9;
    return fraction_size(number->small);
}

static size_t decimal_body(const struct quire_ion_decimal *decimal)
{
    if (decimal->exponent == 0 && quire_ion_number_is_zero(&decimal->coefficient)) return 0;
    return quire_ion_varint_size(decimal->exponent) + coefficient_size(&decimal->coefficient);
}

static size_t moment_body(const struct quire_field *field, const struct quire_ion_moment *moment)
{
    /* Years before 128 take one byte. */
    size_t year = moment->seconds >= INT64_C(-58127932800) ? 2 : 1;
    size_t size = quire_ion_varint_size(moment->offset) + year + 5;
    return field->unit == QUIRE_SECOND ? size
                                       : size + 1 + fraction_size((uint64_t)moment->fraction);
}

static uint64_t float_bits(const struct quire_ion_node *node, const struct quire_view *view,
                           int64_t row)
{
    uint64_t bits64;
    uint32_t bits32;
    float single;
    switch (node->how) {
    case QUIRE_ION_AS_FLOAT64: memcpy(&bits64, quire_view_fixed(view, row), 8); return bits64;
    case QUIRE_ION_AS_FLOAT32: memcpy(&bits32, quire_view_fixed(view, row), 4); return bits32;
    default: {
        uint16_t half;
        memcpy(&half, quire_view_fixed(view, row), 2);
        single = (float)quire_number_half_to_double(half);
        memcpy(&bits32, &single, 4);
        return bits32;
    }
    }
}

static size_t words_size(const struct quire_ion_node *node, const struct quire_view *view,
                         int64_t row)
{
    static const struct quire_value_style style = {.binary_hex = false};
    char text[QUIRE_DURATION_TEXT_MAX + 64];
    return (size_t)(node->words(view, row, &style, text) - text);
}

static int string_size(struct block *block, struct quire_bytes text, size_t *size,
                       struct quire_error *error)
{
    if (!quire_utf8_is_valid(text.data, text.size)) {
        if (block->encoding->options.invalid_utf8 != QUIRE_ION_UTF8_REPLACE)
            return quire_ion_fail_utf8(text, error);
        quire_buf_clear(&block->repaired);
        if (quire_utf8_repair(&block->repaired, text.data, text.size) != 0)
            return quire_fail_memory(error, operation);
        text.size = block->repaired.size;
    }
    *size = quire_ion_header_size(text.size) + text.size;
    return 0;
}

static int symbol_size(const struct quire_ion_node *node, const struct quire_view *view,
                       int64_t row, size_t *size, struct quire_error *error)
{
    int64_t index = quire_view_index(view, row);
    if (index < 0 || index >= (int64_t)node->ids_size) return quire_ion_fail_entry(index, error);
    *size = node->ids[index] < 0 ? 1 : 1 + quire_ion_uint_size((uint64_t)node->ids[index]);
    return 0;
}

/* --- Sizes of values ----------------------------------------------------------------- */

static int value_size(struct block *block, const struct quire_ion_node *node,
                      const struct quire_view *view, int64_t row, size_t *size,
                      struct quire_error *error);

static int list_body(struct block *block, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t row, size_t *body,
                     struct quire_error *error)
{
    struct quire_range range = quire_view_range(view, row);
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        size_t size = 0;
        QUIRE_TRY(value_size(block, node->children, &view->children[0], i, &size, error));
        *body += size;
    }
    return 0;
}

static int struct_body(struct block *block, const struct quire_ion_node *node,
                       const struct quire_view *view, int64_t row, size_t *body,
                       struct quire_error *error)
{
    for (size_t i = 0; i < node->children_size; i++) {
        const struct quire_view *child = &view->children[i];
        size_t size = 0;
        if (quire_ion_is_omitted(block->encoding, child, row)) continue;
        int code = value_size(block, &node->children[i], child, row, &size, error);
        if (code != 0) {
            if (code != QUIRE_MEMORY) quire_error_outer_column(error, child->field->name);
            return code;
        }
        *body += node->children[i].name_size + size;
    }
    return 0;
}

static int fields_body(struct block *block, const struct quire_ion_node *node,
                       const struct quire_view *view, int64_t row, size_t *body,
                       struct quire_error *error)
{
    const struct quire_view *entries = &view->children[0];
    struct quire_range range = quire_view_range(view, row);
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        struct quire_bytes key;
        size_t size = 0;
        if (!quire_ion_key_of(&entries->children[0], i, &key)) return quire_ion_fail_key(error);
        int64_t id =
            quire_ion_intern_find(&block->encoding->intern, (const char *)key.data, key.size);
        if (id < 0) return quire_ion_fail_utf8(key, error);
        QUIRE_TRY(note(block, (uint64_t)id, NULL, error));
        QUIRE_TRY(value_size(block, &node->children[1], &entries->children[1], i, &size, error));
        *body += quire_ion_varuint_size((uint64_t)id) + size;
    }
    return 0;
}

static int container_size(struct block *block, const struct quire_ion_node *node,
                          const struct quire_view *view, int64_t row, size_t *size,
                          struct quire_error *error)
{
    size_t body = 0, place;
    uint64_t length;
    QUIRE_TRY(note(block, 0, &place, error));
    QUIRE_TRY(node->how == QUIRE_ION_AS_LIST ? list_body(block, node, view, row, &body, error)
              : node->how == QUIRE_ION_AS_STRUCT
                  ? struct_body(block, node, view, row, &body, error)
                  : fields_body(block, node, view, row, &body, error));
    length = body;
    memcpy(block->notes.data + place, &length, sizeof(length));
    *size = quire_ion_header_size(body) + body;
    return 0;
}

static int entry_size(struct block *block, const struct quire_ion_node *node,
                      const struct quire_view *view, int64_t row, size_t *size,
                      struct quire_error *error)
{
    int64_t index = quire_view_index(view, row);
    if (index < 0 || index >= view->dictionary->length) return quire_ion_fail_entry(index, error);
    return value_size(block, node->children, view->dictionary, index, size, error);
}

static int value_size(struct block *block, const struct quire_ion_node *node,
                      const struct quire_view *view, int64_t row, size_t *size,
                      struct quire_error *error)
{
    struct quire_ion_moment moment;
    struct quire_ion_decimal decimal;
    uint8_t bytes[32];
    bool valid = true;
    *size = 1;
    if (quire_view_is_null(view, row)) return 0;
    switch (node->how) {
    case QUIRE_ION_AS_NULL:
    case QUIRE_ION_AS_BOOL: return 0;
    case QUIRE_ION_AS_INT:
        *size += quire_ion_uint_size(magnitude_of(quire_view_i64(view, row)));
        return 0;
    case QUIRE_ION_AS_UINT64:
        *size += quire_ion_uint_size((uint64_t)quire_view_i64(view, row));
        return 0;
    case QUIRE_ION_AS_FLOAT64: *size = bits_size(float_bits(node, view, row), 8); return 0;
    case QUIRE_ION_AS_FLOAT16:
    case QUIRE_ION_AS_FLOAT32: *size = bits_size(float_bits(node, view, row), 4); return 0;
    case QUIRE_ION_AS_DECIMAL:
        quire_ion_decimal_of(view, row, bytes, &decimal);
        *size = decimal_body(&decimal);
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_DATE:
        *size = quire_ion_days_of(view, row, &valid) >= -672777 ? 6 : 5;
        return valid ? 0 : quire_ion_fail_years(error);
    case QUIRE_ION_AS_TIMESTAMP:
        if (!quire_ion_moment_of(view, row, &moment)) return quire_ion_fail_years(error);
        *size = moment_body(view->field, &moment);
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_WORDS:
        *size = words_size(node, view, row);
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_STRING: return string_size(block, quire_view_bytes(view, row), size, error);
    case QUIRE_ION_AS_BLOB:
        *size = quire_view_bytes(view, row).size;
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_UUID:
        *size = 1 + quire_ion_varuint_size((uint64_t)block->encoding->uuid_id) + 18;
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_SYMBOL: return symbol_size(node, view, row, size, error);
    case QUIRE_ION_AS_ENTRY: return entry_size(block, node, view, row, size, error);
    default: return container_size(block, node, view, row, size, error);
    }
}

/* --- Values ---------------------------------------------------------------------------- */

static uint8_t *put_value(struct block *block, const struct quire_ion_node *node,
                          const struct quire_view *view, int64_t row, uint8_t *put);

static inline uint8_t *put_int(uint8_t *put, int64_t value)
{
    uint64_t magnitude = magnitude_of(value);
    size_t size = quire_ion_uint_size(magnitude);
    *put++ = (uint8_t)((value < 0 ? 0x30 : 0x20) | size);
    return quire_ion_put_uint(put, magnitude, size);
}

static inline uint8_t *put_bits(uint8_t *put, uint64_t bits, size_t size)
{
    if (bits == 0) {
        *put = 0x40;
        return put + 1;
    }
    *put++ = (uint8_t)(0x40 | size);
    return quire_ion_put_uint(put, bits, size);
}

static uint8_t *put_decimal(uint8_t *put, const struct quire_ion_decimal *decimal)
{
    const struct quire_ion_number *number = &decimal->coefficient;
    size_t size = decimal_body(decimal);
    put = quire_ion_put_header(put, 5, size);
    if (size == 0) return put;
    put = quire_ion_put_varint(put, decimal->exponent, decimal->exponent < 0);
    uint8_t *first = put;
    size = coefficient_size(number);
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
    put = quire_ion_put_header(put, 6, moment_body(field, moment));
    put = quire_ion_put_varint(put, moment->offset, moment->offset < 0 || field->zone == NULL);
    put = put_date(put, days);
    put = put_small(put, of_day / 3600);
    put = put_small(put, of_day / 60 % 60);
    put = put_small(put, of_day % 60);
    if (field->unit == QUIRE_SECOND) return put;
    *put++ = (uint8_t)(0xc0 | 3 * (int)field->unit);
    return quire_ion_put_uint(put, (uint64_t)moment->fraction,
                              fraction_size((uint64_t)moment->fraction));
}

static inline uint8_t *put_bytes(uint8_t *put, unsigned code, struct quire_bytes bytes)
{
    put = quire_ion_put_header(put, code, bytes.size);
    if (bytes.size > 0) memcpy(put, bytes.data, bytes.size);
    return put + bytes.size;
}

static uint8_t *put_string(struct block *block, uint8_t *put, struct quire_bytes text)
{
    /* The first pass has made the buffer as large as it gets. */
    if (block->encoding->options.invalid_utf8 == QUIRE_ION_UTF8_REPLACE &&
        !quire_utf8_is_valid(text.data, text.size)) {
        quire_buf_clear(&block->repaired);
        if (quire_utf8_repair(&block->repaired, text.data, text.size) == 0)
            text = (struct quire_bytes){block->repaired.data, block->repaired.size};
    }
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
    uint64_t id = (uint64_t)encoding->uuid_id;
    size_t id_size = quire_ion_varuint_size(id);
    put = quire_ion_put_header(put, 14, 1 + id_size + 18);
    put = quire_ion_put_varuint(put, id_size);
    put = quire_ion_put_varuint(put, id);
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

static uint8_t *put_container(struct block *block, const struct quire_ion_node *node,
                              const struct quire_view *view, int64_t row, uint8_t *put)
{
    put = quire_ion_put_header(put, node->how == QUIRE_ION_AS_LIST ? 11 : 13,
                               (size_t)take_note(block));
    if (node->how == QUIRE_ION_AS_STRUCT) {
        for (size_t i = 0; i < node->children_size; i++) {
            const struct quire_ion_node *child = &node->children[i];
            if (quire_ion_is_omitted(block->encoding, &view->children[i], row)) continue;
            memcpy(put, child->name, child->name_size);
            put = put_value(block, child, &view->children[i], row, put + child->name_size);
        }
        return put;
    }
    struct quire_range range = quire_view_range(view, row);
    const struct quire_view *items = &view->children[0];
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        if (node->how == QUIRE_ION_AS_LIST) {
            put = put_value(block, node->children, items, i, put);
        } else {
            put = quire_ion_put_varuint(put, take_note(block));
            put = put_value(block, &node->children[1], &items->children[1], i, put);
        }
    }
    return put;
}

static uint8_t *put_null(const struct quire_ion_encoding *encoding,
                         const struct quire_ion_node *node, uint8_t *put)
{
    bool plain = encoding->options.nulls == QUIRE_ION_NULLS_PLAIN;
    *put = (uint8_t)(quire_ion_code(plain ? QUIRE_ION_NULL : node->null_type) << 4 | 15);
    return put + 1;
}

static uint8_t *put_value(struct block *block, const struct quire_ion_node *node,
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
    case QUIRE_ION_AS_INT: return put_int(put, quire_view_i64(view, row));
    case QUIRE_ION_AS_UINT64: {
        uint64_t value = (uint64_t)quire_view_i64(view, row);
        size_t size = quire_ion_uint_size(value);
        *put = (uint8_t)(0x20 | size);
        return quire_ion_put_uint(put + 1, value, size);
    }
    case QUIRE_ION_AS_FLOAT64: return put_bits(put, float_bits(node, view, row), 8);
    case QUIRE_ION_AS_FLOAT16:
    case QUIRE_ION_AS_FLOAT32: return put_bits(put, float_bits(node, view, row), 4);
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
    case QUIRE_ION_AS_STRING: return put_string(block, put, quire_view_bytes(view, row));
    case QUIRE_ION_AS_BLOB: return put_bytes(put, 10, quire_view_bytes(view, row));
    case QUIRE_ION_AS_UUID: return put_uuid(block->encoding, view, row, put);
    case QUIRE_ION_AS_SYMBOL: return put_symbol(node, view, row, put);
    case QUIRE_ION_AS_ENTRY:
        return put_value(block, node->children, view->dictionary, quire_view_index(view, row), put);
    default: return put_container(block, node, view, row, put);
    }
}

/* --- Columns ----------------------------------------------------------------------------- */

/* Loops of the commonest kinds without nulls; the rest goes value by value. */
static bool sizes_fast(struct block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    size_t *sizes = block->sizes, name = node->name_size;
    int64_t first = block->start + view->offset, count = block->count;
    if (view->validity != NULL) return false;
    switch (view->field->kind) {
    case QUIRE_KIND_INT64: {
        const int64_t *values = (const int64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            sizes[i] += name + 1 + quire_ion_uint_size(magnitude_of(values[i]));
        return true;
    }
    case QUIRE_KIND_INT32: {
        const int32_t *values = (const int32_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            sizes[i] += name + 1 + quire_ion_uint_size(magnitude_of(values[i]));
        return true;
    }
    case QUIRE_KIND_FLOAT64: {
        const uint64_t *values = (const uint64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            sizes[i] += name + bits_size(values[i], 8);
        return true;
    }
    case QUIRE_KIND_STRING: {
        const int32_t *offsets = (const int32_t *)view->values + first;
        const uint8_t *bytes = view->extra;
        if (!quire_utf8_is_valid(bytes + offsets[0], (size_t)(offsets[count] - offsets[0])))
            return false;
        for (int64_t i = 0; i < count; i++) {
            size_t size = (size_t)(offsets[i + 1] - offsets[i]);
            if (size > 0 && (bytes[offsets[i]] & 0xc0) == 0x80) return false;
        }
        for (int64_t i = 0; i < count; i++) {
            size_t size = (size_t)(offsets[i + 1] - offsets[i]);
            sizes[i] += name + quire_ion_header_size(size) + size;
        }
        return true;
    }
    default: return false;
    }
}

static int add_sizes(struct block *block, const struct quire_ion_node *node,
                     const struct quire_view *view, struct quire_error *error)
{
    if (sizes_fast(block, node, view)) return 0;
    for (int64_t i = 0; i < block->count; i++) {
        size_t size = 0;
        if (quire_ion_is_omitted(block->encoding, view, block->start + i)) continue;
        int code = value_size(block, node, view, block->start + i, &size, error);
        if (code != 0) {
            block->failed = block->start + i;
            if (code != QUIRE_MEMORY) quire_error_outer_column(error, view->field->name);
            return code;
        }
        block->sizes[i] += node->name_size + size;
    }
    return 0;
}

static inline uint8_t *put_name(const struct quire_ion_node *node, uint8_t *put)
{
    *put = node->name[0];
    if (__builtin_expect(node->name_size == 1, 1)) return put + 1;
    memcpy(put, node->name, node->name_size);
    return put + node->name_size;
}

/* A column of the block; the loop of each kind is its own. */
static void put_column(struct block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    uint8_t **puts = block->puts;
    int64_t first = block->start + view->offset, count = block->count;
    bool whole = view->validity == NULL;
    enum quire_kind kind = view->field->kind;
    if (whole && kind == QUIRE_KIND_INT64) {
        const int64_t *values = (const int64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            puts[i] = put_int(put_name(node, puts[i]), values[i]);
    } else if (whole && kind == QUIRE_KIND_INT32) {
        const int32_t *values = (const int32_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            puts[i] = put_int(put_name(node, puts[i]), values[i]);
    } else if (whole && kind == QUIRE_KIND_FLOAT64) {
        const uint64_t *values = (const uint64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            puts[i] = put_bits(put_name(node, puts[i]), values[i], 8);
    } else {
        for (int64_t i = 0; i < count; i++) {
            if (quire_ion_is_omitted(block->encoding, view, block->start + i)) continue;
            puts[i] = put_value(block, node, view, block->start + i, put_name(node, puts[i]));
        }
    }
}

static int encode_block(struct block *block, const struct quire_view *batch, struct quire_buf *out,
                        struct quire_error *error)
{
    const struct quire_ion_node *nodes = block->encoding->node->children;
    size_t total = 0;
    memset(block->sizes, 0, (size_t)block->count * sizeof(*block->sizes));
    quire_buf_clear(&block->notes);
    block->noted = 0;
    for (size_t i = 0; i < batch->children_size; i++)
        QUIRE_TRY(add_sizes(block, &nodes[i], &batch->children[i], error));
    for (int64_t i = 0; i < block->count; i++)
        total += quire_ion_header_size(block->sizes[i]) + block->sizes[i];
    if (quire_buf_reserve(out, total + 16) != 0) return quire_fail_memory(error, operation);
    uint8_t *put = quire_buf_end(out);
    for (int64_t i = 0; i < block->count; i++) {
        block->puts[i] = quire_ion_put_header(put, 13, block->sizes[i]);
        put = block->puts[i] + block->sizes[i];
    }
    for (size_t i = 0; i < batch->children_size; i++)
        put_column(block, &nodes[i], &batch->children[i]);
    out->size += total;
    return 0;
}

int quire_ion_encode_binary(const void *state, const struct quire_view *batch, int64_t start,
                            int64_t count, int64_t first_row, struct quire_buf *out,
                            int64_t *failed_row, struct quire_error *error)
{
    (void)first_row;
    QUIRE_CLEANUP(quire_cleanup_free) struct block *block = quire_alloc(sizeof(*block));
    if (block == NULL) return quire_fail_memory(error, operation);
    block->encoding = state;
    block->notes = block->repaired = (struct quire_buf){.size = 0};
    int code = 0;
    for (int64_t at = 0; at < count && code == 0; at += BLOCK_ROWS) {
        block->start = start + at;
        block->count = count - at < BLOCK_ROWS ? count - at : BLOCK_ROWS;
        block->failed = block->start;
        code = encode_block(block, batch, out, error);
        *failed_row = block->failed;
    }
    quire_buf_release(&block->notes);
    quire_buf_release(&block->repaired);
    return code;
}
