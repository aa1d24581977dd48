/* Most types are a fixed text and stand in a table; those with parameters are
 * taken apart by hand. */
#include "data/field_format.h"

#include "base/number.h"
#include "base/text.h"

struct plain_format {
    char format[5];
    uint8_t kind;
    uint8_t width;
    uint8_t unit;
};

static const struct plain_format plain_formats[] = {
    {"n", QUIRE_KIND_NULL, 0, 0},
    {"b", QUIRE_KIND_BOOL, 0, 0},
    {"c", QUIRE_KIND_INT8, 1, 0},
    {"C", QUIRE_KIND_UINT8, 1, 0},
    {"s", QUIRE_KIND_INT16, 2, 0},
    {"S", QUIRE_KIND_UINT16, 2, 0},
    {"i", QUIRE_KIND_INT32, 4, 0},
    {"I", QUIRE_KIND_UINT32, 4, 0},
    {"l", QUIRE_KIND_INT64, 8, 0},
    {"L", QUIRE_KIND_UINT64, 8, 0},
    {"e", QUIRE_KIND_FLOAT16, 2, 0},
    {"f", QUIRE_KIND_FLOAT32, 4, 0},
    {"g", QUIRE_KIND_FLOAT64, 8, 0},
    {"u", QUIRE_KIND_STRING, 0, 0},
    {"U", QUIRE_KIND_LARGE_STRING, 0, 0},
    {"vu", QUIRE_KIND_STRING_VIEW, 0, 0},
    {"z", QUIRE_KIND_BINARY, 0, 0},
    {"Z", QUIRE_KIND_LARGE_BINARY, 0, 0},
    {"vz", QUIRE_KIND_BINARY_VIEW, 0, 0},
    {"tdD", QUIRE_KIND_DATE32, 4, 0},
    {"tdm", QUIRE_KIND_DATE64, 8, QUIRE_MILLI},
    {"tts", QUIRE_KIND_TIME32, 4, QUIRE_SECOND},
    {"ttm", QUIRE_KIND_TIME32, 4, QUIRE_MILLI},
    {"ttu", QUIRE_KIND_TIME64, 8, QUIRE_MICRO},
    {"ttn", QUIRE_KIND_TIME64, 8, QUIRE_NANO},
    {"tDs", QUIRE_KIND_DURATION, 8, QUIRE_SECOND},
    {"tDm", QUIRE_KIND_DURATION, 8, QUIRE_MILLI},
    {"tDu", QUIRE_KIND_DURATION, 8, QUIRE_MICRO},
    {"tDn", QUIRE_KIND_DURATION, 8, QUIRE_NANO},
    {"tiM", QUIRE_KIND_INTERVAL_MONTHS, 4, 0},
    {"tiD", QUIRE_KIND_INTERVAL_DAY_TIME, 8, 0},
    {"tin", QUIRE_KIND_INTERVAL_MONTH_DAY_NANO, 16, 0},
    {"+l", QUIRE_KIND_LIST, 0, 0},
    {"+L", QUIRE_KIND_LARGE_LIST, 0, 0},
    {"+vl", QUIRE_KIND_LIST_VIEW, 0, 0},
    {"+vL", QUIRE_KIND_LARGE_LIST_VIEW, 0, 0},
    {"+s", QUIRE_KIND_STRUCT, 0, 0},
    {"+m", QUIRE_KIND_MAP, 0, 0},
    {"+r", QUIRE_KIND_RUN_END, 0, 0},
};

/* A decimal integer between low and high that ends at `end` or at the text's end;
 * *text moves past the end character. */
static bool take_integer(const char **text, char end, int64_t low, int64_t high, int32_t *value)
{
    const char *stop = strchr(*text, end);
    size_t size = stop != NULL ? (size_t)(stop - *text) : strlen(*text);
    int64_t parsed;
    if (!quire_number_parse_i64(*text, size, &parsed, NULL)) return false;
    if (parsed < low || parsed > high) return false;
    *value = (int32_t)parsed;
    *text += size + (stop != NULL ? 1 : 0);
    return true;
}

int32_t quire_field_decimal_digits(int32_t width)
{
    switch (width) {
    case 4: return 9;
    case 8: return 18;
    case 16: return 38;
    case 32: return 76;
    default: return 0;
    }
}

/* "precision,scale" or "precision,scale,bits". */
static bool parse_decimal(const char *text, struct quire_field *field)
{
    int32_t bits = 128;
    if (strchr(text, ',') == NULL) return false;
    if (!take_integer(&text, ',', 1, 76, &field->precision)) return false;
    bool has_bits = strchr(text, ',') != NULL;
    if (!take_integer(&text, ',', -QUIRE_FIELD_SCALE_MAX, QUIRE_FIELD_SCALE_MAX, &field->scale))
        return false;
    if (has_bits && !take_integer(&text, '\0', 32, 256, &bits)) return false;
    field->kind = QUIRE_KIND_DECIMAL;
    field->width = bits / 8;
    return bits % 8 == 0 && field->precision <= quire_field_decimal_digits(field->width);
}

bool quire_field_zone_is_utc(const char *zone)
{
    static const char *const names[] = {"UTC",     "Z",      "GMT",    "Etc/UTC",
                                        "Etc/GMT", "+00:00", "-00:00", "+0000"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (quire_text_equal_ignore_case(names[i], zone)) return true;
    return false;
}

static bool parse_timestamp(const char *format, struct quire_field *field)
{
    static const char units[] = "smun";
    const char *unit = format[2] != '\0' ? strchr(units, format[2]) : NULL;
    if (unit == NULL || format[3] != ':') return false;
    field->kind = QUIRE_KIND_TIMESTAMP;
    field->width = 8;
    field->unit = (enum quire_time_unit)(unit - units);
    field->zone = format[4] != '\0' ? format + 4 : NULL;
    return true;
}

int quire_field_union_ids(const char *format, int32_t *ids)
{
    const char *text = format + 4;
    int count = 0;
    while (*text != '\0') {
        int32_t id;
        if (count == 128 || !take_integer(&text, ',', 0, 127, &id)) return -1;
        if (ids != NULL) ids[count] = id;
        count++;
    }
    return count;
}

bool quire_field_parse_format(const char *format, struct quire_field *field)
{
    for (size_t i = 0; i < sizeof(plain_formats) / sizeof(plain_formats[0]); i++) {
        const struct plain_format *plain = &plain_formats[i];
        if (strcmp(plain->format, format) != 0) continue;
        field->kind = (enum quire_kind)plain->kind;
        field->width = plain->width;
        field->unit = (enum quire_time_unit)plain->unit;
        return true;
    }
    const char *text = format;
    if (strncmp(format, "d:", 2) == 0) return parse_decimal(format + 2, field);
    if (strncmp(format, "ts", 2) == 0) return parse_timestamp(format, field);
    if (strncmp(format, "w:", 2) == 0) {
        text += 2;
        field->kind = QUIRE_KIND_FIXED_BINARY;
        return take_integer(&text, '\0', 0, INT32_MAX, &field->width);
    }
    if (strncmp(format, "+w:", 3) == 0) {
        text += 3;
        field->kind = QUIRE_KIND_FIXED_LIST;
        return take_integer(&text, '\0', 0, INT32_MAX, &field->width);
    }
    if (strncmp(format, "+ud:", 4) == 0 || strncmp(format, "+us:", 4) == 0) {
        field->kind = QUIRE_KIND_UNION;
        return quire_field_union_ids(format, NULL) >= 0;
    }
    return false;
}
