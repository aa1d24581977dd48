/* Aggregates and what stands in their brackets. */
#include "sql/functions/functions.h"
#include "sql/rollup/rollup_hashes.h"
#include "sql/rollup/rollup_parser.h"

static const struct {
    const char *name;
    enum quire_rollup_function function;
} functions[] = {
    {"sum", QUIRE_ROLLUP_SUM},
    {"avg", QUIRE_ROLLUP_AVG},
    {"min", QUIRE_ROLLUP_MIN},
    {"max", QUIRE_ROLLUP_MAX},
    {"stddev", QUIRE_ROLLUP_STDDEV_SAMP},
    {"std", QUIRE_ROLLUP_STDDEV_SAMP},
    {"stddev_samp", QUIRE_ROLLUP_STDDEV_SAMP},
    {"stddev_pop", QUIRE_ROLLUP_STDDEV_POP},
    {"median", QUIRE_ROLLUP_MEDIAN},
};

static bool is_listed(const struct quire_rollup_parser *parser, size_t at,
                      const struct quire_sql_function *list)
{
    for (; list->name != NULL; list++)
        if (quire_rollup_is_word(parser, at, list->name)) return true;
    return false;
}

bool quire_rollup_is_aggregate(const struct quire_rollup_parser *parser, size_t at)
{
    static const char *const own[] = {"count",
                                      "sum",
                                      "total",
                                      "avg",
                                      "min",
                                      "max",
                                      "group_concat",
                                      "string_agg",
                                      "json_group_array",
                                      "json_group_object"};
    return QUIRE_ROLLUP_IS_ANY(parser, at, own) ||
           is_listed(parser, at, quire_sql_aggregate_functions) ||
           is_listed(parser, at, quire_sql_percentile_functions);
}

/* What stands in the brackets of count and count_if; *at moves to the closing one. */
static bool read_count(const struct quire_rollup_parser *parser, size_t *at, bool condition,
                       struct quire_rollup_aggregate *aggregate)
{
    bool first = quire_rollup_is_word(parser, *at, condition ? "NOT" : "DISTINCT");
    if (!condition && quire_rollup_is_char(parser, *at, '*')) {
        aggregate->function = QUIRE_ROLLUP_COUNT_ROWS;
        ++*at;
        return true;
    }
    *at += first;
    aggregate->column = quire_rollup_find_column(parser, (*at)++);
    if (aggregate->column == parser->columns_size) return false;
    const struct quire_field *field = &parser->columns[aggregate->column];
    if (condition) {
        aggregate->function = first ? QUIRE_ROLLUP_COUNT_FALSE : QUIRE_ROLLUP_COUNT_TRUE;
        return field->kind == QUIRE_KIND_BOOL;
    }
    aggregate->function = first ? QUIRE_ROLLUP_COUNT_DISTINCT : QUIRE_ROLLUP_COUNT;
    if (first)
        return quire_rollup_hash_is_built() &&
               (quire_rollup_is_text(field) || quire_rollup_is_whole(field));
    return quire_rollup_is_text(field) || quire_rollup_is_numeric(field) ||
           field->kind == QUIRE_KIND_BOOL || field->kind == QUIRE_KIND_TIMESTAMP;
}

/* column, unix_micros(time) */
static bool read_slope(const struct quire_rollup_parser *parser, size_t *at,
                       struct quire_rollup_aggregate *aggregate)
{
    aggregate->function = QUIRE_ROLLUP_SLOPE;
    if (!quire_rollup_is_char(parser, *at, ',') ||
        !quire_rollup_is_word(parser, *at + 1, "unix_micros") ||
        !quire_rollup_is_char(parser, *at + 2, '(') || quire_rollup_is_end(parser, *at + 3))
        return false;
    aggregate->other = quire_rollup_find_column(parser, *at + 3);
    if (aggregate->other == parser->columns_size || !quire_rollup_is_char(parser, *at + 4, ')'))
        return false;
    *at += 5;
    return parser->columns[aggregate->other].kind == QUIRE_KIND_TIMESTAMP;
}

/* column, constant */
static bool read_percentile(struct quire_rollup_parser *parser, size_t *at,
                            struct quire_rollup_aggregate *aggregate)
{
    size_t from = *at + 1, to = from;
    aggregate->function = QUIRE_ROLLUP_PERCENTILE;
    aggregate->other = parser->rollup->constants_size;
    while (quire_rollup_is_number(parser, to) || quire_rollup_is_char(parser, to, '.'))
        to++;
    if (!quire_rollup_is_char(parser, *at, ',') || to == from || parser->rollup->grouped)
        return false;
    quire_rollup_add_constant(parser, from, to);
    *at = to;
    return true;
}

bool quire_rollup_read_aggregate(struct quire_rollup_parser *parser, size_t *at,
                                 struct quire_rollup_aggregate *aggregate)
{
    size_t name = *at;
    bool known = false;
    *at += 2;
    *aggregate = (struct quire_rollup_aggregate){.function = QUIRE_ROLLUP_SUM};
    if (quire_rollup_is_word(parser, name, "count") ||
        quire_rollup_is_word(parser, name, "count_if")) {
        known = read_count(parser, at, quire_rollup_is_word(parser, name, "count_if"), aggregate);
    } else if (quire_rollup_read_distance(parser, name, at, aggregate)) {
        known = true;
    } else {
        aggregate->column = quire_rollup_find_column(parser, (*at)++);
        if (aggregate->column == parser->columns_size ||
            !quire_rollup_is_numeric(&parser->columns[aggregate->column]))
            return false;
        for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
            if (!quire_rollup_is_word(parser, name, functions[i].name)) continue;
            aggregate->function = functions[i].function;
            known = true;
        }
        if (quire_rollup_is_word(parser, name, "regr_slope"))
            known = read_slope(parser, at, aggregate);
        if (quire_rollup_is_word(parser, name, "percentile"))
            known = read_percentile(parser, at, aggregate);
    }
    known = known && parser->fits && quire_rollup_is_char(parser, *at, ')');
    ++*at;
    return known && !quire_rollup_is_word(parser, *at, "OVER") &&
           !quire_rollup_is_word(parser, *at, "FILTER");
}
