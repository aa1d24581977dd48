/* What may become what. The element's own Arrow type (schema_format.c) says what its
 * values mean; the field may be of another type that holds them:
 *   INT32, INT64   integers and decimals of any width, dates, times, timestamps and
 *                  durations of any unit
 *   INT96          timestamps of any unit
 *   FLOAT, DOUBLE  themselves
 *   BYTE_ARRAY     decimals (strings and binaries: leaf_bytes.c)
 *   FIXED_LEN_BYTE_ARRAY  itself, decimals, half floats, intervals of any kind
 * A value that would change is refused, never rounded or cut. */
#include "format/parquet/read/leaf_convert.h"

#include "base/fail.h"
#include "data/column_private.h"
#include "data/field_format.h"
#include "format/parquet/encoding/plain.h"
#include "format/parquet/parquet_schema.h"

#define OPERATION "read parquet"

static bool of_fixed(const struct quire_schema_element *element, const struct quire_field *own,
                     const struct quire_field *field, struct quire_conversion *conversion)
{
    if (own->kind == QUIRE_KIND_INTERVAL_MONTH_DAY_NANO &&
        quire_conversion_of_interval(field, conversion))
        return true;
    bool same = field->kind == QUIRE_KIND_FIXED_BINARY || field->kind == QUIRE_KIND_FLOAT16;
    return same && (size_t)element->type_length == conversion->out_width;
}

int quire_conversion_choose(const struct quire_schema_element *element,
                            const struct quire_field *field, struct quire_conversion *conversion,
                            struct quire_error *error)
{
    char format[QUIRE_PARQUET_FORMAT_MAX];
    enum quire_extension extension;
    struct quire_field own = {0};
    quire_parquet_arrow_format(element, format, &extension);
    bool known = quire_field_parse_format(format, &own);
    enum quire_parquet_type type = (enum quire_parquet_type)element->type;
    *conversion = (struct quire_conversion){
        .in_width = quire_plain_width(type, (size_t)element->type_length),
        .out_width = quire_column_value_width(field),
        .refusal = "a value that the column's type cannot hold",
    };
    if (type == QUIRE_PARQUET_BYTE_ARRAY) conversion->in_width = sizeof(struct quire_bytes);
    if (known && field->kind == QUIRE_KIND_DECIMAL)
        known = quire_conversion_of_decimal(type, &own, field, conversion);
    else if (known && (type == QUIRE_PARQUET_INT32 || type == QUIRE_PARQUET_INT64))
        known = quire_conversion_of_number(type, &own, field, conversion);
    else if (known && type == QUIRE_PARQUET_INT96)
        known = quire_conversion_of_int96(field, conversion);
    else if (known && type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY)
        known = of_fixed(element, &own, field, conversion);
    else
        known = known && ((type == QUIRE_PARQUET_FLOAT && field->kind == QUIRE_KIND_FLOAT32) ||
                          (type == QUIRE_PARQUET_DOUBLE && field->kind == QUIRE_KIND_FLOAT64));
    if (known) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                      "values of physical type %d cannot be read as Arrow's \"%s\"", (int)type,
                      field->format != NULL ? field->format : "?");
}
