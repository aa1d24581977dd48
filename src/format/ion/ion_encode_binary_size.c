/* What the values of binary rows take, the first pass over a block. Lengths of containers
 * and IDs of names that were looked up are noted in the order in which they are put. */
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "format/ion/ion_encode_binary.h"

static const char operation[] = "write ion";

static int note(struct quire_ion_block *block, uint64_t value, size_t *place,
                struct quire_error *error)
{
    if (place != NULL) *place = block->notes.size;
    if (quire_buf_append(&block->notes, &value, sizeof(value)) != 0)
        return quire_fail_memory(error, operation);
    return 0;
}

/* --- Scalars ------------------------------------------------------------------------ */

size_t quire_ion_coefficient_size(const struct quire_ion_number *number)
{
    if (number->big != NULL) return number->big_size + (number->big[0] >> 7);
    if (number->small >> 63) return 9;
    return quire_ion_fraction_size(number->small);
}

size_t quire_ion_decimal_body(const struct quire_ion_decimal *decimal)
{
    if (decimal->exponent == 0 && quire_ion_number_is_zero(&decimal->coefficient)) return 0;
    return quire_ion_varint_size(decimal->exponent) +
           quire_ion_coefficient_size(&decimal->coefficient);
}

size_t quire_ion_moment_body(const struct quire_field *field, const struct quire_ion_moment *moment)
{
    /* Years before 128 take one byte. */
    size_t year = moment->seconds >= INT64_C(-58127932800) ? 2 : 1;
    size_t size = quire_ion_varint_size(moment->offset) + year + 5;
    return field->unit == QUIRE_SECOND
               ? size
               : size + 1 + quire_ion_fraction_size((uint64_t)moment->fraction);
}

uint64_t quire_ion_float_bits(const struct quire_ion_node *node, const struct quire_view *view,
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

static int string_size(struct quire_ion_block *block, struct quire_bytes text, size_t *size,
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

/* With the wrapper of an annotation around it. */
static size_t annotated_size(int64_t id, size_t size)
{
    size += 1 + quire_ion_varuint_size((uint64_t)id);
    return quire_ion_header_size(size) + size;
}

static int symbol_size(const struct quire_ion_node *node, const struct quire_view *view,
                       int64_t row, size_t *size, struct quire_error *error)
{
    int64_t index = quire_view_index(view, row);
    if (index < 0 || index >= (int64_t)node->ids_size) return quire_ion_fail_entry(index, error);
    *size = node->ids[index] < 0 ? 1 : 1 + quire_ion_uint_size((uint64_t)node->ids[index]);
    return 0;
}

/* --- Containers ---------------------------------------------------------------------- */

static int list_body(struct quire_ion_block *block, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t row, size_t *body,
                     struct quire_error *error)
{
    struct quire_range range = quire_view_range(view, row);
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        size_t size = 0;
        QUIRE_TRY(
            quire_ion_block_value_size(block, node->children, &view->children[0], i, &size, error));
        *body += size;
    }
    return 0;
}

static int struct_body(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view, int64_t row, size_t *body,
                       struct quire_error *error)
{
    for (size_t i = 0; i < node->children_size; i++) {
        const struct quire_view *child = &view->children[i];
        size_t size = 0;
        if (quire_ion_is_omitted(block->encoding, child, row)) continue;
        int code = quire_ion_block_value_size(block, &node->children[i], child, row, &size, error);
        if (code != 0) {
            if (code != QUIRE_MEMORY) quire_error_outer_column(error, child->field->name);
            return code;
        }
        *body += node->children[i].name_size + size;
    }
    return 0;
}

static int fields_body(struct quire_ion_block *block, const struct quire_ion_node *node,
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
        QUIRE_TRY(quire_ion_block_value_size(block, &node->children[1], &entries->children[1], i,
                                             &size, error));
        *body += quire_ion_varuint_size((uint64_t)id) + size;
    }
    return 0;
}

static int container_size(struct quire_ion_block *block, const struct quire_ion_node *node,
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

static int entry_size(struct quire_ion_block *block, const struct quire_ion_node *node,
                      const struct quire_view *view, int64_t row, size_t *size,
                      struct quire_error *error)
{
    int64_t index = quire_view_index(view, row);
    if (index < 0 || index >= view->dictionary->length) return quire_ion_fail_entry(index, error);
    return quire_ion_block_value_size(block, node->children, view->dictionary, index, size, error);
}

int quire_ion_block_value_size(struct quire_ion_block *block, const struct quire_ion_node *node,
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
        *size += quire_ion_uint_size(quire_ion_magnitude(quire_view_i64(view, row)));
        return 0;
    case QUIRE_ION_AS_UINT64:
        *size += quire_ion_uint_size((uint64_t)quire_view_i64(view, row));
        return 0;
    case QUIRE_ION_AS_FLOAT64:
        *size = quire_ion_float_size(quire_ion_float_bits(node, view, row), 8);
        return 0;
    case QUIRE_ION_AS_FLOAT16:
    case QUIRE_ION_AS_FLOAT32:
        *size = quire_ion_float_size(quire_ion_float_bits(node, view, row), 4);
        return 0;
    case QUIRE_ION_AS_DECIMAL:
        quire_ion_decimal_of(view, row, bytes, &decimal);
        *size = quire_ion_decimal_body(&decimal);
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_DATE:
        *size = quire_ion_days_of(view, row, &valid) >= -672777 ? 6 : 5;
        return valid ? 0 : quire_ion_fail_years(error);
    case QUIRE_ION_AS_TIMESTAMP:
        if (!quire_ion_moment_of(view, row, &moment)) return quire_ion_fail_years(error);
        *size = quire_ion_moment_body(view->field, &moment);
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_WORDS:
        *size = words_size(node, view, row);
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_STRING: return string_size(block, quire_view_bytes(view, row), size, error);
    case QUIRE_ION_AS_JSON:
        QUIRE_TRY(string_size(block, quire_view_bytes(view, row), size, error));
        *size = annotated_size(block->encoding->json_id, *size);
        return 0;
    case QUIRE_ION_AS_BLOB:
        *size = quire_view_bytes(view, row).size;
        *size += quire_ion_header_size(*size);
        return 0;
    case QUIRE_ION_AS_UUID: *size = annotated_size(block->encoding->uuid_id, 18); return 0;
    case QUIRE_ION_AS_SYMBOL: return symbol_size(node, view, row, size, error);
    case QUIRE_ION_AS_ENTRY: return entry_size(block, node, view, row, size, error);
    default: return container_size(block, node, view, row, size, error);
    }
}
