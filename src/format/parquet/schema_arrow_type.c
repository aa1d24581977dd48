/* Which Arrow types are one type in Parquet. What is not listed here is not restored:
 * a type is taken only where every value of the file can be one of it. */
#include <string.h>

#include "base/fail.h"
#include "data/field_format.h"
#include "format/parquet/schema_arrow.h"

/* Everything that a format string says; texts are borrowed from the stored field. */
static void take_type(struct quire_field *field, const struct quire_field *stored)
{
    field->kind = stored->kind;
    field->unit = stored->unit;
    field->width = stored->width;
    field->precision = stored->precision;
    field->scale = stored->scale;
    field->zone = stored->zone;
    field->utc = stored->utc;
    field->zone_table = stored->zone_table;
    field->format = stored->format;
}

/* Instants stay instants and wall clocks stay wall clocks. Of another unit, only the zone
 * is taken; seconds are milliseconds in Parquet. */
static int apply_timestamp(struct quire_parquet_schema *schema, struct quire_field *field,
                           const struct quire_field *stored, bool *applied)
{
    *applied =
        stored->kind == QUIRE_KIND_TIMESTAMP && (field->zone != NULL) == (stored->zone != NULL);
    if (!*applied) return 0;
    if (stored->unit == field->unit ||
        (stored->unit == QUIRE_SECOND && field->unit == QUIRE_MILLI)) {
        take_type(field, stored);
        return 0;
    }
    if (stored->zone == NULL) return 0;
    char *format = quire_arena_strndup(&schema->arena, stored->format, strlen(stored->format));
    if (format == NULL) return QUIRE_MEMORY;
    format[2] = field->format[2];
    field->format = format;
    field->zone = stored->zone;
    field->utc = stored->utc;
    field->zone_table = stored->zone_table;
    return 0;
}

/* Whether values read as one type can all be of another. */
static bool can_be(const struct quire_field *field, const struct quire_field *stored)
{
    enum quire_kind kind = stored->kind;
    switch (field->kind) {
    case QUIRE_KIND_INT64: return kind == QUIRE_KIND_INT64 || kind == QUIRE_KIND_DURATION;
    case QUIRE_KIND_DATE32: return kind == QUIRE_KIND_DATE32 || kind == QUIRE_KIND_DATE64;
    case QUIRE_KIND_TIME32: return kind == QUIRE_KIND_TIME32;
    case QUIRE_KIND_STRING: return quire_kind_is_string(kind);
    case QUIRE_KIND_BINARY: return quire_kind_is_binary(kind);
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO:
        return kind == QUIRE_KIND_INTERVAL_MONTHS || kind == QUIRE_KIND_INTERVAL_DAY_TIME ||
               kind == QUIRE_KIND_INTERVAL_MONTH_DAY_NANO;
    case QUIRE_KIND_DECIMAL:
        return kind == QUIRE_KIND_DECIMAL && stored->precision == field->precision &&
               stored->scale == field->scale;
    default: return strcmp(field->format, stored->format) == 0;
    }
}

static int apply_plain(struct quire_parquet_schema *schema, struct quire_field *field,
                       const struct quire_field *stored, bool *applied)
{
    if (field->kind == QUIRE_KIND_TIMESTAMP) return apply_timestamp(schema, field, stored, applied);
    *applied = can_be(field, stored);
    if (*applied) take_type(field, stored);
    return 0;
}

/* The field becomes that of the indices, and what it was that of the values. */
static int apply_dictionary(struct quire_parquet_schema *schema, struct quire_field *field,
                            const struct quire_field *stored, bool *applied)
{
    struct quire_field *values = quire_parquet_schema_alloc(schema, 1, sizeof(*values));
    if (values == NULL) return QUIRE_MEMORY;
    *values = *field;
    QUIRE_TRY(apply_plain(schema, values, stored->dictionary, applied));
    if (!*applied) return 0;
    values->name = "";
    values->name_size = 0;
    values->nullable = true;
    field->kind = QUIRE_KIND_DICTIONARY;
    field->index_kind = stored->index_kind;
    field->format = stored->format;
    field->width = stored->width;
    field->extension = QUIRE_EXTENSION_NONE;
    field->unit = QUIRE_SECOND;
    field->precision = field->scale = 0;
    field->zone = NULL;
    field->utc = false;
    field->zone_table = NULL;
    field->dictionary_ordered = stored->dictionary_ordered;
    field->dictionary = values;
    return 0;
}

int quire_parquet_apply_arrow_leaf(struct quire_parquet_schema *schema, struct quire_field *field,
                                   const struct quire_field *stored, bool *applied)
{
    if (stored->kind == QUIRE_KIND_DICTIONARY)
        return apply_dictionary(schema, field, stored, applied);
    return apply_plain(schema, field, stored, applied);
}
