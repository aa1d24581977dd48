/* The names of types without parameters. The first name of a format is the one
 * that is printed, the others are what people coming from SQL, Java or Arrow
 * write. */
#include <string.h>

#include "base/text.h"
#include "data/schema_text.h"
#include "quire/option.h"

struct type_name {
    const char *name;
    const char *format;
};

static const struct type_name type_names[] = {
    {"null", "n"},
    {"bool", "b"},
    {"int8", "c"},
    {"int16", "s"},
    {"int32", "i"},
    {"int64", "l"},
    {"uint8", "C"},
    {"uint16", "S"},
    {"uint32", "I"},
    {"uint64", "L"},
    {"float16", "e"},
    {"float32", "f"},
    {"float64", "g"},
    {"date", "tdD"},
    {"date64", "tdm"},
    {"interval_months", "tiM"},
    {"interval_day_time", "tiD"},
    {"interval", "tin"},
    {"string", "u"},
    {"large_string", "U"},
    {"string_view", "vu"},
    {"binary", "z"},
    {"large_binary", "Z"},
    {"binary_view", "vz"},
    {"boolean", "b"},
    {"tinyint", "c"},
    {"byte", "c"},
    {"smallint", "s"},
    {"short", "s"},
    {"int", "i"},
    {"integer", "i"},
    {"long", "l"},
    {"bigint", "l"},
    {"halffloat", "e"},
    {"float", "f"},
    {"real", "f"},
    {"double", "g"},
    {"date32", "tdD"},
    {"text", "u"},
    {"utf8", "u"},
    {"varchar", "u"},
    {"large_utf8", "U"},
    {"utf8_view", "vu"},
    {"bytes", "z"},
};
#define TYPE_NAMES_SIZE (sizeof(type_names) / sizeof(type_names[0]))

/* Types with parameters: known to the parser, named here for suggestions. */
static const char *const parameter_names[] = {
    "decimal", "decimal256", "time",       "timestamp",  "duration", "fixed_binary", "uuid",
    "json",    "list",       "large_list", "fixed_list", "struct",   "map",          "dictionary",
};
#define PARAMETER_NAMES_SIZE (sizeof(parameter_names) / sizeof(parameter_names[0]))

const char *quire_schema_type_name(const char *format)
{
    for (size_t i = 0; i < TYPE_NAMES_SIZE; i++) {
        if (strcmp(type_names[i].format, format) == 0) return type_names[i].name;
    }
    return NULL;
}

const char *quire_schema_type_format(const char *name)
{
    for (size_t i = 0; i < TYPE_NAMES_SIZE; i++) {
        if (quire_text_equal_ignore_case(type_names[i].name, name)) return type_names[i].format;
    }
    return NULL;
}

const char *quire_schema_type_nearest(const char *name)
{
    const char *known[TYPE_NAMES_SIZE + PARAMETER_NAMES_SIZE];
    for (size_t i = 0; i < TYPE_NAMES_SIZE; i++)
        known[i] = type_names[i].name;
    memcpy(known + TYPE_NAMES_SIZE, parameter_names, sizeof(parameter_names));
    return quire_options_nearest(known, TYPE_NAMES_SIZE + PARAMETER_NAMES_SIZE, name);
}
