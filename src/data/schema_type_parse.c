/* Types of the schema language, by recursive descent into a field tree in an arena. */
#include <stdio.h>

#include "base/fail.h"
#include "base/text.h"
#include "data/field_format.h"
#include "data/schema_text.h"
#include "data/schema_token.h"

#define OPERATION "parse schema"

static int parse_type(struct quire_schema_parser *parser, struct quire_field *field);

/* --- Pieces of the tree --- */

static int set_format(struct quire_schema_parser *parser, struct quire_field *field,
                      const char *format)
{
    field->format = quire_arena_strndup(parser->arena, format, strlen(format));
    return field->format != NULL ? 0 : quire_schema_fail_memory(parser);
}

static int add_child(struct quire_schema_parser *parser, struct quire_field *field,
                     const char *name, struct quire_field **child)
{
    if (field->children_size == QUIRE_FIELD_CHILDREN_MAX) {
        quire_fail(parser->error, QUIRE_USAGE, OPERATION, "more than %d fields",
                   QUIRE_FIELD_CHILDREN_MAX);
        quire_schema_fail_at(parser, parser->at);
        return QUIRE_USAGE;
    }
    *child = quire_schema_add_child(parser->arena, field);
    if (*child == NULL) {
        quire_schema_fail_memory(parser);
        return QUIRE_MEMORY;
    }
    (*child)->name = name;
    (*child)->name_size = strlen(name);
    return 0;
}

static int take_not_null(struct quire_schema_parser *parser, struct quire_field *field)
{
    if (!quire_schema_take_this_word(parser, "not")) return 0;
    if (!quire_schema_take_this_word(parser, "null"))
        return quire_schema_fail_expected(parser, "\"null\" after \"not\"");
    field->nullable = false;
    return 0;
}

/* "name type [not null]", with an optional ':' after the name. */
int quire_schema_parse_field(struct quire_schema_parser *parser, struct quire_field *parent)
{
    const char *name = NULL;
    struct quire_field *field = NULL;
    QUIRE_TRY(quire_schema_take_name(parser, "a field name", &name));
    QUIRE_TRY(add_child(parser, parent, name, &field));
    (void)quire_schema_take(parser, ':');
    int code = parse_type(parser, field);
    if (code == 0) code = take_not_null(parser, field);
    if (code != 0) quire_error_outer_column(parser->error, name);
    return code;
}

/* --- Types with parameters; each begins after the type's name --- */

/* "(ms": what follows is the caller's. */
static int take_unit(struct quire_schema_parser *parser, char *unit)
{
    static const char *const names[] = {"s", "ms", "us", "ns"};
    QUIRE_TRY(quire_schema_expect(parser, '('));
    for (size_t i = 0; i < 4; i++) {
        if (quire_schema_take_this_word(parser, names[i])) {
            *unit = names[i][0];
            return 0;
        }
    }
    return quire_schema_fail_expected(parser, "a unit (s, ms, us or ns)");
}

static int parse_unit_type(struct quire_schema_parser *parser, struct quire_field *field,
                           const char *prefix)
{
    char unit = '\0';
    QUIRE_TRY(take_unit(parser, &unit));
    QUIRE_TRY(quire_schema_expect(parser, ')'));
    const char format[] = {prefix[0], prefix[1], unit, '\0'};
    return set_format(parser, field, format);
}

/* Any name is a zone: which of them a system knows is no part of a schema. */
static int parse_timestamp(struct quire_schema_parser *parser, struct quire_field *field)
{
    char unit = '\0';
    const char *zone = "";
    QUIRE_TRY(take_unit(parser, &unit));
    if (quire_schema_take(parser, ',')) QUIRE_TRY(quire_schema_take_zone(parser, &zone));
    QUIRE_TRY(quire_schema_expect(parser, ')'));
    size_t size = strlen(zone) + 5;
    char *format = quire_arena_alloc(parser->arena, size);
    if (format == NULL) return quire_schema_fail_memory(parser);
    snprintf(format, size, "ts%c:%s", unit, zone);
    field->format = format;
    return 0;
}

/* The first width that has the precision, from width to widest (bytes). */
static int parse_decimal(struct quire_schema_parser *parser, struct quire_field *field,
                         int32_t width, int32_t widest)
{
    char format[40], expected[40];
    int32_t precision = 0, scale = 0;
    int32_t digits = quire_field_decimal_digits(widest);
    QUIRE_TRY(quire_schema_expect(parser, '('));
    snprintf(expected, sizeof(expected), "a precision from 1 to %d", digits);
    QUIRE_TRY(quire_schema_take_integer(parser, expected, 1, digits, &precision));
    if (quire_schema_take(parser, ','))
        QUIRE_TRY(quire_schema_take_integer(parser, "a scale from -127 to 127",
                                            -QUIRE_FIELD_SCALE_MAX, QUIRE_FIELD_SCALE_MAX, &scale));
    QUIRE_TRY(quire_schema_expect(parser, ')'));
    if (precision > quire_field_decimal_digits(width)) width = widest;
    if (width == 16)
        snprintf(format, sizeof(format), "d:%d,%d", precision, scale);
    else
        snprintf(format, sizeof(format), "d:%d,%d,%d", precision, scale, width * 8);
    return set_format(parser, field, format);
}

static int parse_fixed_binary(struct quire_schema_parser *parser, struct quire_field *field)
{
    char format[24];
    int32_t width = 0;
    QUIRE_TRY(quire_schema_expect(parser, '('));
    QUIRE_TRY(quire_schema_take_integer(parser, "a count of bytes", 0, INT32_MAX, &width));
    QUIRE_TRY(quire_schema_expect(parser, ')'));
    snprintf(format, sizeof(format), "w:%d", width);
    return set_format(parser, field, format);
}

static int parse_uuid(struct quire_schema_parser *parser, struct quire_field *field)
{
    QUIRE_TRY(set_format(parser, field, "w:16"));
    int code = quire_schema_set_extension(parser->arena, field, "arrow.uuid");
    return code == 0 ? 0 : quire_schema_fail_memory(parser);
}

static int parse_json(struct quire_schema_parser *parser, struct quire_field *field)
{
    const char *format = "u";
    if (quire_schema_take(parser, '(')) {
        if (quire_schema_take_this_word(parser, "large_string"))
            format = "U";
        else if (quire_schema_take_this_word(parser, "string_view"))
            format = "vu";
        else
            return quire_schema_fail_expected(parser, "large_string or string_view");
        QUIRE_TRY(quire_schema_expect(parser, ')'));
    }
    QUIRE_TRY(set_format(parser, field, format));
    int code = quire_schema_set_extension(parser->arena, field, "arrow.json");
    return code == 0 ? 0 : quire_schema_fail_memory(parser);
}

static int parse_list(struct quire_schema_parser *parser, struct quire_field *field,
                      const char *format)
{
    struct quire_field *item = NULL;
    QUIRE_TRY(quire_schema_expect(parser, '<'));
    QUIRE_TRY(add_child(parser, field, "item", &item));
    QUIRE_TRY(parse_type(parser, item));
    QUIRE_TRY(take_not_null(parser, item));
    if (format != NULL) {
        QUIRE_TRY(set_format(parser, field, format));
    } else {
        char fixed[24];
        int32_t width = 0;
        QUIRE_TRY(quire_schema_expect(parser, ','));
        QUIRE_TRY(quire_schema_take_integer(parser, "a count of items", 0, INT32_MAX, &width));
        snprintf(fixed, sizeof(fixed), "+w:%d", width);
        QUIRE_TRY(set_format(parser, field, fixed));
    }
    return quire_schema_expect(parser, '>');
}

static int parse_fields(struct quire_schema_parser *parser, struct quire_field *field)
{
    QUIRE_TRY(quire_schema_expect(parser, '<'));
    if (quire_schema_take(parser, '>')) return 0;
    do {
        QUIRE_TRY(quire_schema_parse_field(parser, field));
    } while (quire_schema_take(parser, ','));
    if (quire_schema_take(parser, '>')) return 0;
    return quire_schema_fail_expected(parser, "',' or '>'");
}

static int parse_map(struct quire_schema_parser *parser, struct quire_field *field)
{
    struct quire_field *entries = NULL, *key = NULL, *value = NULL;
    QUIRE_TRY(set_format(parser, field, "+m"));
    QUIRE_TRY(add_child(parser, field, "entries", &entries));
    QUIRE_TRY(set_format(parser, entries, "+s"));
    entries->nullable = false;
    QUIRE_TRY(quire_schema_expect(parser, '<'));
    QUIRE_TRY(add_child(parser, entries, "key", &key));
    key->nullable = false;
    QUIRE_TRY(parse_type(parser, key));
    QUIRE_TRY(quire_schema_expect(parser, ','));
    QUIRE_TRY(add_child(parser, entries, "value", &value));
    QUIRE_TRY(parse_type(parser, value));
    QUIRE_TRY(take_not_null(parser, value));
    if (quire_schema_take(parser, ',')) {
        if (!quire_schema_take_this_word(parser, "sorted"))
            return quire_schema_fail_expected(parser, "\"sorted\"");
        field->keys_sorted = true;
    }
    return quire_schema_expect(parser, '>');
}

static int parse_index_type(struct quire_schema_parser *parser, struct quire_field *field)
{
    size_t start = parser->at;
    char word[QUIRE_SCHEMA_WORD_MAX + 1];
    QUIRE_TRY(quire_schema_take_word(parser, "an index type or \"ordered\"", word));
    const char *format = quire_schema_type_format(word);
    if (format != NULL && strchr("csilCSIL", format[0]) != NULL && format[1] == '\0')
        return set_format(parser, field, format);
    parser->at = start;
    quire_schema_skip_blanks(parser);
    return quire_schema_fail_expected(parser, "an integer type or \"ordered\"");
}

static int parse_dictionary(struct quire_schema_parser *parser, struct quire_field *field)
{
    struct quire_field holder = {0};
    QUIRE_TRY(set_format(parser, field, "i"));
    QUIRE_TRY(quire_schema_expect(parser, '<'));
    QUIRE_TRY(add_child(parser, &holder, "", &field->dictionary));
    QUIRE_TRY(parse_type(parser, field->dictionary));
    while (quire_schema_take(parser, ',')) {
        if (quire_schema_take_this_word(parser, "ordered"))
            field->dictionary_ordered = true;
        else
            QUIRE_TRY(parse_index_type(parser, field));
    }
    return quire_schema_expect(parser, '>');
}

static int parse_run_end(struct quire_schema_parser *parser, struct quire_field *field)
{
    struct quire_field *ends = NULL, *values = NULL;
    QUIRE_TRY(set_format(parser, field, "+r"));
    QUIRE_TRY(quire_schema_expect(parser, '<'));
    QUIRE_TRY(add_child(parser, field, "run_ends", &ends));
    ends->nullable = false;
    quire_schema_skip_blanks(parser);
    size_t start = parser->at;
    QUIRE_TRY(parse_type(parser, ends));
    if (strchr("sil", ends->format[0]) == NULL || ends->format[1] != '\0') {
        parser->at = start;
        return quire_schema_fail_expected(parser, "int16, int32 or int64");
    }
    QUIRE_TRY(quire_schema_expect(parser, ','));
    QUIRE_TRY(add_child(parser, field, "values", &values));
    QUIRE_TRY(parse_type(parser, values));
    QUIRE_TRY(take_not_null(parser, values));
    return quire_schema_expect(parser, '>');
}

/* The ids that stand in parentheses, or 0, 1, 2 ... */
static int parse_union(struct quire_schema_parser *parser, struct quire_field *field, char mode)
{
    char format[4 + 128 * 4 + 1];
    int size = snprintf(format, sizeof(format), "+u%c:", mode);
    int32_t ids[128];
    size_t count = 0;
    bool given = quire_schema_take(parser, '(');
    if (given && !quire_schema_take(parser, ')')) {
        do {
            if (count == 128) return quire_schema_fail_expected(parser, "at most 128 ids");
            QUIRE_TRY(quire_schema_take_integer(parser, "a type id from 0 to 127", 0, 127,
                                                &ids[count++]));
        } while (quire_schema_take(parser, ','));
        QUIRE_TRY(quire_schema_expect(parser, ')'));
    }
    QUIRE_TRY(parse_fields(parser, field));
    if (field->children_size > 128 || (given && field->children_size != count))
        return quire_schema_fail_expected(parser, "as many types as ids, at most 128");
    for (size_t i = 0; i < field->children_size; i++)
        size += snprintf(format + size, sizeof(format) - (size_t)size, "%s%d", i > 0 ? "," : "",
                         given ? ids[i] : (int)i);
    return set_format(parser, field, format);
}

/* --- Which type --- */

struct list_name {
    const char *name;
    const char *format; /* NULL: a fixed list */
};

static const struct list_name list_names[] = {
    {"list", "+l"},       {"large_list", "+L"}, {"list_view", "+vl"}, {"large_list_view", "+vL"},
    {"fixed_list", NULL}, {"array", "+l"},
};

struct parameter_type {
    const char *name;
    int (*parse)(struct quire_schema_parser *parser, struct quire_field *field);
};

static int parse_time(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_unit_type(parser, field, "tt");
}

static int parse_duration(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_unit_type(parser, field, "tD");
}

static int parse_any_decimal(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_decimal(parser, field, 16, 32);
}

static int parse_decimal32(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_decimal(parser, field, 4, 4);
}

static int parse_decimal64(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_decimal(parser, field, 8, 8);
}

static int parse_decimal128(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_decimal(parser, field, 16, 16);
}

static int parse_decimal256(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_decimal(parser, field, 32, 32);
}

static int parse_struct(struct quire_schema_parser *parser, struct quire_field *field)
{
    QUIRE_TRY(set_format(parser, field, "+s"));
    return parse_fields(parser, field);
}

static int parse_dense_union(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_union(parser, field, 'd');
}

static int parse_sparse_union(struct quire_schema_parser *parser, struct quire_field *field)
{
    return parse_union(parser, field, 's');
}

static const struct parameter_type parameter_types[] = {
    {"decimal", parse_any_decimal},
    {"decimal32", parse_decimal32},
    {"decimal64", parse_decimal64},
    {"decimal128", parse_decimal128},
    {"decimal256", parse_decimal256},
    {"numeric", parse_any_decimal},
    {"time", parse_time},
    {"timestamp", parse_timestamp},
    {"duration", parse_duration},
    {"fixed_binary", parse_fixed_binary},
    {"uuid", parse_uuid},
    {"json", parse_json},
    {"struct", parse_struct},
    {"map", parse_map},
    {"dictionary", parse_dictionary},
    {"run_end", parse_run_end},
    {"dense_union", parse_dense_union},
    {"sparse_union", parse_sparse_union},
};

static int parse_named(struct quire_schema_parser *parser, const char *name,
                       struct quire_field *field, bool *known)
{
    *known = true;
    const char *format = quire_schema_type_format(name);
    if (format != NULL) return set_format(parser, field, format);
    for (size_t i = 0; i < sizeof(list_names) / sizeof(list_names[0]); i++) {
        if (quire_text_equal_ignore_case(list_names[i].name, name))
            return parse_list(parser, field, list_names[i].format);
    }
    for (size_t i = 0; i < sizeof(parameter_types) / sizeof(parameter_types[0]); i++) {
        if (quire_text_equal_ignore_case(parameter_types[i].name, name))
            return parameter_types[i].parse(parser, field);
    }
    *known = false;
    return 0;
}

static int parse_type(struct quire_schema_parser *parser, struct quire_field *field)
{
    char name[QUIRE_SCHEMA_WORD_MAX + 1];
    bool known = false;
    quire_schema_skip_blanks(parser);
    size_t start = parser->at;
    QUIRE_TRY(quire_schema_take_word(parser, "a type", name));
    if (++parser->depth >= QUIRE_FIELD_DEPTH_MAX) {
        quire_fail(parser->error, QUIRE_USAGE, OPERATION, "types nested deeper than %d",
                   QUIRE_FIELD_DEPTH_MAX);
        return quire_schema_fail_at(parser, start);
    }
    QUIRE_TRY(parse_named(parser, name, field, &known));
    parser->depth--;
    if (known) return 0;
    parser->at = start;
    int code = quire_schema_fail_expected(parser, "a type");
    const char *nearest = quire_schema_type_nearest(name);
    if (nearest != NULL) quire_error_hint(parser->error, "did you mean %s?", nearest);
    return code;
}

int quire_schema_parse_type(const char *text, size_t size, struct quire_arena *arena,
                            struct quire_field *field, struct quire_error *error)
{
    struct quire_schema_parser parser = {
        .text = text, .size = size, .arena = arena, .error = error};
    QUIRE_TRY(parse_type(&parser, field));
    quire_schema_skip_blanks(&parser);
    return parser.at == size ? 0 : quire_schema_fail_expected(&parser, "the end of the type");
}
