/* Orders by type (LogicalTypes.md says the sort order of each), and values of them. */
#include "format/parquet/read/statistics_order.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "data/field_format.h"

/* The field that a leaf has by its element alone. */
static bool natural_field(const struct quire_schema_element *element, char *format,
                          struct quire_field *field)
{
    enum quire_extension extension;
    quire_parquet_arrow_format(element, format, &extension);
    *field = (struct quire_field){0};
    return quire_field_parse_format(format, field);
}

/* Whether an annotation, if there is one, leaves the order of the physical type: one that
 * is not known, or does not fit, may mean any order. */
static bool keeps_order(const struct quire_schema_element *element, const struct quire_field *field)
{
    const struct quire_parquet_logical_type *logical = element->logical_type;
    bool bare = field->kind == QUIRE_KIND_INT32 || field->kind == QUIRE_KIND_INT64 ||
                field->kind == QUIRE_KIND_BINARY || field->kind == QUIRE_KIND_FIXED_BINARY;
    if (!bare) return true;
    if (logical != NULL) {
        int32_t bits = field->kind == QUIRE_KIND_INT32 ? 32 : 64;
        switch (quire_thrift_union_member(logical->present)) {
        case QUIRE_LOGICAL_INTEGER:
            return logical->integer->is_signed && logical->integer->bit_width == bits;
        case QUIRE_LOGICAL_UUID:
        case QUIRE_LOGICAL_BSON: return true;
        default: return false;
        }
    }
    if ((element->present & QUIRE_ELEMENT_HAS_CONVERTED) == 0) return true;
    return element->converted_type == QUIRE_CONVERTED_BSON ||
           element->converted_type ==
               (field->kind == QUIRE_KIND_INT32 ? QUIRE_CONVERTED_INT_32 : QUIRE_CONVERTED_INT_64);
}

enum quire_order quire_parquet_order_of(const struct quire_schema_element *element)
{
    char format[QUIRE_PARQUET_FORMAT_MAX];
    struct quire_field field;
    if (element->type == QUIRE_PARQUET_INT96) return QUIRE_ORDER_NONE;
    if (!natural_field(element, format, &field)) return QUIRE_ORDER_NONE;
    if (!keeps_order(element, &field)) return QUIRE_ORDER_NONE;
    bool bytes = element->type == QUIRE_PARQUET_BYTE_ARRAY ||
                 element->type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY;
    switch (field.kind) {
    case QUIRE_KIND_BOOL:
    case QUIRE_KIND_UINT8:
    case QUIRE_KIND_UINT16:
    case QUIRE_KIND_UINT32:
    case QUIRE_KIND_UINT64: return QUIRE_ORDER_UNSIGNED;
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_FLOAT64: return QUIRE_ORDER_FLOAT;
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_TIMESTAMP: return QUIRE_ORDER_SIGNED;
    case QUIRE_KIND_DECIMAL: return bytes ? QUIRE_ORDER_WIDE : QUIRE_ORDER_SIGNED;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_FIXED_BINARY: return QUIRE_ORDER_BYTES;
    default: return QUIRE_ORDER_NONE;
    }
}

/* An integer of 1, 2, 4 or 8 bytes, little endian. */
static bool read_integer(const uint8_t *bytes, size_t size, bool is_signed, uint64_t *value)
{
    if (size != 1 && size != 2 && size != 4 && size != 8) return false;
    uint64_t bits = 0;
    for (size_t i = size; i-- > 0;)
        bits = bits << 8 | bytes[i];
    unsigned unused = 64 - 8 * (unsigned)size;
    *value = is_signed ? (uint64_t)((int64_t)(bits << unused) >> unused) : bits;
    return true;
}

static bool read_float(const uint8_t *bytes, size_t size, double *value)
{
    if (size == 2) {
        uint16_t half;
        memcpy(&half, bytes, sizeof(half));
        *value = quire_number_half_to_double(half);
    } else if (size == 4) {
        float single;
        memcpy(&single, bytes, sizeof(single));
        *value = (double)single;
    } else if (size == 8) {
        memcpy(value, bytes, sizeof(*value));
    } else {
        return false;
    }
    return !isnan(*value);
}

/* A two's complement number of any length up to 32 bytes, big endian where `big`. */
static bool read_wide(const uint8_t *bytes, size_t size, bool big, uint8_t *wide)
{
    if (size == 0) return false;
    for (; big && size > QUIRE_ORDER_WIDE_BYTES; bytes++, size--)
        if (bytes[0] != (bytes[1] >= 0x80 ? 0xff : 0)) return false;
    if (size > QUIRE_ORDER_WIDE_BYTES) return false;
    uint8_t top = big ? bytes[0] : bytes[size - 1];
    memset(wide, top >= 0x80 ? 0xff : 0, QUIRE_ORDER_WIDE_BYTES);
    for (size_t i = 0; i < size; i++)
        wide[QUIRE_ORDER_WIDE_BYTES - size + i] = big ? bytes[i] : bytes[size - 1 - i];
    wide[0] ^= 0x80;
    return true;
}

static bool read_value(enum quire_order order, const uint8_t *bytes, size_t size, bool big,
                       struct quire_order_value *value)
{
    uint64_t number;
    switch (order) {
    case QUIRE_ORDER_SIGNED:
        if (!read_integer(bytes, size, true, &number)) return false;
        value->as.i64 = (int64_t)number;
        return true;
    case QUIRE_ORDER_UNSIGNED: return read_integer(bytes, size, false, &value->as.u64);
    case QUIRE_ORDER_FLOAT: return read_float(bytes, size, &value->as.f64);
    case QUIRE_ORDER_WIDE: return read_wide(bytes, size, big, value->as.wide);
    case QUIRE_ORDER_BYTES:
        value->as.bytes.data = bytes;
        value->as.bytes.size = size;
        return true;
    case QUIRE_ORDER_NONE: break;
    }
    return false;
}

/* Bytes of a value of a physical type; 0 where they vary. */
static size_t physical_size(const struct quire_schema_element *element)
{
    switch (element->type) {
    case QUIRE_PARQUET_BOOLEAN: return 1;
    case QUIRE_PARQUET_INT32:
    case QUIRE_PARQUET_FLOAT: return 4;
    case QUIRE_PARQUET_INT64:
    case QUIRE_PARQUET_DOUBLE: return 8;
    case QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY: return (size_t)element->type_length;
    default: return 0;
    }
}

bool quire_parquet_order_bound(const struct quire_schema_element *element, enum quire_order order,
                               const struct quire_thrift_binary *bytes,
                               struct quire_order_value *value)
{
    if (bytes->data == NULL) return false;
    size_t size = physical_size(element);
    /* Bounds of fixed bytes may be cut; those of numbers may not. */
    if (size != 0 && order != QUIRE_ORDER_BYTES && bytes->size != size) return false;
    return read_value(order, bytes->data, bytes->size, true, value);
}

/* Whether values of the field count as those of the leaf do. */
static bool counts_alike(const struct quire_field *natural, const struct quire_field *field)
{
    bool bytes = natural->kind == QUIRE_KIND_STRING || natural->kind == QUIRE_KIND_BINARY;
    if (bytes) return quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind);
    if (field->kind != natural->kind) return false;
    if (field->kind == QUIRE_KIND_DECIMAL) return field->scale == natural->scale;
    if (field->kind == QUIRE_KIND_FIXED_BINARY) return field->width == natural->width;
    return field->unit == natural->unit;
}

bool quire_parquet_order_value(const struct quire_schema_element *element, enum quire_order order,
                               const struct quire_field *field, const void *bytes, size_t size,
                               struct quire_order_value *value)
{
    char format[QUIRE_PARQUET_FORMAT_MAX];
    struct quire_field natural;
    if (order == QUIRE_ORDER_NONE || !natural_field(element, format, &natural)) return false;
    if (field->kind == QUIRE_KIND_DICTIONARY) field = field->dictionary;
    if (!counts_alike(&natural, field)) return false;
    if (field->kind == QUIRE_KIND_BOOL) {
        value->as.u64 = *(const uint8_t *)bytes & 1;
        return size == 1;
    }
    if (field->kind == QUIRE_KIND_DECIMAL && order == QUIRE_ORDER_SIGNED && size > 8) {
        /* A number that the column cannot hold is left to whoever filters rows. */
        uint64_t low;
        const uint8_t *tail = (const uint8_t *)bytes + 8;
        (void)read_integer(bytes, 8, true, &low);
        for (size_t i = 0; i < size - 8; i++)
            if (tail[i] != ((int64_t)low < 0 ? 0xff : 0)) return false;
        value->as.i64 = (int64_t)low;
        return true;
    }
    return read_value(order, bytes, size, false, value);
}
