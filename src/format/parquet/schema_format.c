/* The Arrow type of a Parquet leaf (LogicalTypes.md): the logical type where it is
 * known and fits the physical one, else the converted type, else the physical type. */
#include <stdio.h>
#include <string.h>

#include "format/parquet/parquet_schema.h"

#define INTERVAL_BYTES 12

/* A logical type, whichever way the file says it. */
struct meaning {
    int logical; /* enum quire_parquet_logical; 0: none */
    bool interval;
    int bits;
    bool is_signed, utc;
    int unit; /* enum quire_parquet_unit */
    int32_t precision, scale;
};

static void mean_time(const struct quire_parquet_time_type *time, struct meaning *meaning)
{
    meaning->utc = time->is_adjusted_to_utc;
    meaning->unit = quire_thrift_union_member(time->unit->present);
    if (meaning->unit == 0) meaning->logical = 0;
}

static struct meaning meaning_of_logical(const struct quire_parquet_logical_type *type)
{
    struct meaning meaning = {.logical = quire_thrift_union_member(type->present)};
    switch (meaning.logical) {
    case QUIRE_LOGICAL_DECIMAL:
        meaning.precision = type->decimal->precision;
        meaning.scale = type->decimal->scale;
        break;
    case QUIRE_LOGICAL_TIME: mean_time(type->time, &meaning); break;
    case QUIRE_LOGICAL_TIMESTAMP: mean_time(type->timestamp, &meaning); break;
    case QUIRE_LOGICAL_INTEGER:
        meaning.bits = type->integer->bit_width;
        meaning.is_signed = type->integer->is_signed;
        break;
    default: break;
    }
    return meaning;
}

static struct meaning meaning_of_converted(const struct quire_schema_element *element)
{
    int32_t type = element->converted_type;
    struct meaning meaning = {0};
    if (type >= QUIRE_CONVERTED_UINT_8 && type <= QUIRE_CONVERTED_INT_64) {
        meaning.logical = QUIRE_LOGICAL_INTEGER;
        meaning.is_signed = type >= QUIRE_CONVERTED_INT_8;
        meaning.bits =
            8 << (type - (meaning.is_signed ? QUIRE_CONVERTED_INT_8 : QUIRE_CONVERTED_UINT_8));
        return meaning;
    }
    meaning.utc = true;
    meaning.unit = type == QUIRE_CONVERTED_TIME_MILLIS || type == QUIRE_CONVERTED_TIMESTAMP_MILLIS
                       ? QUIRE_UNIT_MILLIS
                       : QUIRE_UNIT_MICROS;
    meaning.precision = element->precision;
    meaning.scale = element->scale;
    meaning.interval = type == QUIRE_CONVERTED_INTERVAL;
    switch (type) {
    case QUIRE_CONVERTED_UTF8: meaning.logical = QUIRE_LOGICAL_STRING; break;
    case QUIRE_CONVERTED_ENUM: meaning.logical = QUIRE_LOGICAL_ENUM; break;
    case QUIRE_CONVERTED_DECIMAL: meaning.logical = QUIRE_LOGICAL_DECIMAL; break;
    case QUIRE_CONVERTED_DATE: meaning.logical = QUIRE_LOGICAL_DATE; break;
    case QUIRE_CONVERTED_TIME_MILLIS:
    case QUIRE_CONVERTED_TIME_MICROS: meaning.logical = QUIRE_LOGICAL_TIME; break;
    case QUIRE_CONVERTED_TIMESTAMP_MILLIS:
    case QUIRE_CONVERTED_TIMESTAMP_MICROS: meaning.logical = QUIRE_LOGICAL_TIMESTAMP; break;
    case QUIRE_CONVERTED_JSON: meaning.logical = QUIRE_LOGICAL_JSON; break;
    default: break;
    }
    return meaning;
}

static struct meaning meaning_of(const struct quire_schema_element *element)
{
    if (element->logical_type != NULL && element->logical_type->present != 0)
        return meaning_of_logical(element->logical_type);
    if ((element->present & QUIRE_ELEMENT_HAS_CONVERTED) != 0) return meaning_of_converted(element);
    return (struct meaning){0};
}

static void put(char *format, const char *text)
{
    snprintf(format, QUIRE_PARQUET_FORMAT_MAX, "%s", text);
}

/* False when the numbers are none of a decimal that Arrow has. */
static bool put_decimal(const struct meaning *meaning, char *format)
{
    if (meaning->precision < 1 || meaning->precision > QUIRE_PARQUET_PRECISION_MAX ||
        meaning->scale < 0 || meaning->scale > meaning->precision)
        return false;
    snprintf(format, QUIRE_PARQUET_FORMAT_MAX, meaning->precision > 38 ? "d:%d,%d,256" : "d:%d,%d",
             (int)meaning->precision, (int)meaning->scale);
    return true;
}

static bool put_integer(const struct meaning *meaning, bool wide, char *format)
{
    const char *signs = meaning->is_signed ? "csil" : "CSIL";
    int at = meaning->bits == 8 ? 0 : meaning->bits == 16 ? 1 : meaning->bits == 32 ? 2 : 3;
    if (8 << at != meaning->bits || (at == 3) != wide) return false;
    snprintf(format, QUIRE_PARQUET_FORMAT_MAX, "%c", signs[at]);
    return true;
}

static bool put_int32(const struct meaning *meaning, char *format)
{
    switch (meaning->logical) {
    case QUIRE_LOGICAL_INTEGER: return put_integer(meaning, false, format);
    case QUIRE_LOGICAL_DECIMAL: return put_decimal(meaning, format);
    case QUIRE_LOGICAL_DATE: put(format, "tdD"); return true;
    case QUIRE_LOGICAL_TIME:
        if (meaning->unit != QUIRE_UNIT_MILLIS) return false;
        put(format, "ttm");
        return true;
    default: return false;
    }
}

static bool put_int64(const struct meaning *meaning, char *format)
{
    static const char letters[] = {
        [QUIRE_UNIT_MILLIS] = 'm', [QUIRE_UNIT_MICROS] = 'u', [QUIRE_UNIT_NANOS] = 'n'};
    switch (meaning->logical) {
    case QUIRE_LOGICAL_INTEGER: return put_integer(meaning, true, format);
    case QUIRE_LOGICAL_DECIMAL: return put_decimal(meaning, format);
    case QUIRE_LOGICAL_TIME:
        if (meaning->unit == QUIRE_UNIT_MILLIS) return false;
        snprintf(format, QUIRE_PARQUET_FORMAT_MAX, "tt%c", letters[meaning->unit]);
        return true;
    case QUIRE_LOGICAL_TIMESTAMP:
        snprintf(format, QUIRE_PARQUET_FORMAT_MAX, "ts%c:%s", letters[meaning->unit],
                 meaning->utc ? "UTC" : "");
        return true;
    default: return false;
    }
}

static bool put_bytes(const struct meaning *meaning, char *format, enum quire_extension *extension)
{
    switch (meaning->logical) {
    case QUIRE_LOGICAL_JSON:
        *extension = QUIRE_EXTENSION_JSON;
        put(format, "u");
        return true;
    case QUIRE_LOGICAL_STRING:
    case QUIRE_LOGICAL_ENUM: put(format, "u"); return true;
    case QUIRE_LOGICAL_DECIMAL: return put_decimal(meaning, format);
    default: return false;
    }
}

static bool put_fixed(const struct meaning *meaning, int32_t length, char *format,
                      enum quire_extension *extension)
{
    if (meaning->interval && length == INTERVAL_BYTES) {
        put(format, "tin");
        return true;
    }
    switch (meaning->logical) {
    case QUIRE_LOGICAL_DECIMAL: return put_decimal(meaning, format);
    case QUIRE_LOGICAL_FLOAT16: put(format, "e"); return length == 2;
    case QUIRE_LOGICAL_UUID:
        if (length != 16) return false;
        *extension = QUIRE_EXTENSION_UUID;
        put(format, "w:16");
        return true;
    default: return false;
    }
}

/* The type without annotation. INT96 is a time by days and nanoseconds. */
static void put_physical(const struct quire_schema_element *element, char *format)
{
    static const char *const formats[] = {
        [QUIRE_PARQUET_BOOLEAN] = "b",    [QUIRE_PARQUET_INT32] = "i", [QUIRE_PARQUET_INT64] = "l",
        [QUIRE_PARQUET_INT96] = "tsn:",   [QUIRE_PARQUET_FLOAT] = "f", [QUIRE_PARQUET_DOUBLE] = "g",
        [QUIRE_PARQUET_BYTE_ARRAY] = "z",
    };
    if (element->type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY)
        snprintf(format, QUIRE_PARQUET_FORMAT_MAX, "w:%d", (int)element->type_length);
    else
        put(format, formats[element->type]);
}

void quire_parquet_arrow_format(const struct quire_schema_element *element,
                                char format[QUIRE_PARQUET_FORMAT_MAX],
                                enum quire_extension *extension)
{
    struct meaning meaning = meaning_of(element);
    bool done = false;
    *extension = QUIRE_EXTENSION_NONE;
    switch (element->type) {
    case QUIRE_PARQUET_INT32: done = put_int32(&meaning, format); break;
    case QUIRE_PARQUET_INT64: done = put_int64(&meaning, format); break;
    case QUIRE_PARQUET_BYTE_ARRAY: done = put_bytes(&meaning, format, extension); break;
    case QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY:
        done = put_fixed(&meaning, element->type_length, format, extension);
        break;
    default: break;
    }
    if (meaning.logical == QUIRE_LOGICAL_NULL) {
        put(format, "n");
        done = true;
    }
    if (!done) put_physical(element, format);
}
