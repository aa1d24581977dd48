/* Integers into columns of any integer-like width, with the range checked. */
#include "data/column.h"

int quire_column_append_int(struct quire_column *column, int64_t value, bool *fits)
{
    *fits = true;
    switch (column->field->kind) {
    case QUIRE_KIND_INT8:
        if (value == (int8_t)value) return quire_column_append_i8(column, (int8_t)value);
        break;
    case QUIRE_KIND_UINT8:
        if (value == (uint8_t)value) return quire_column_append_i8(column, (int8_t)value);
        break;
    case QUIRE_KIND_INT16:
        if (value == (int16_t)value) return quire_column_append_i16(column, (int16_t)value);
        break;
    case QUIRE_KIND_UINT16:
        if (value == (uint16_t)value) return quire_column_append_i16(column, (int16_t)value);
        break;
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_INTERVAL_MONTHS:
        if (value == (int32_t)value) return quire_column_append_i32(column, (int32_t)value);
        break;
    case QUIRE_KIND_UINT32:
        if (value == (uint32_t)value) return quire_column_append_i32(column, (int32_t)value);
        break;
    case QUIRE_KIND_UINT64:
        if (value >= 0) return quire_column_append_i64(column, value);
        break;
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_DATE64:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_TIMESTAMP:
    case QUIRE_KIND_DURATION: return quire_column_append_i64(column, value);
    default: break;
    }
    *fits = false;
    return 0;
}

int quire_column_append_uint(struct quire_column *column, uint64_t value, bool *fits)
{
    *fits = true;
    if (column->field->kind == QUIRE_KIND_UINT64)
        return quire_column_append_i64(column, (int64_t)value);
    if (value <= (uint64_t)INT64_MAX) return quire_column_append_int(column, (int64_t)value, fits);
    *fits = false;
    return 0;
}
