/* Values held against the median of their group, which is what a join with a subquery is for:
 *
 *     … FROM t CROSS JOIN (SELECT key AS a, median(x) AS m FROM t WHERE … GROUP BY key) AS other
 *     WHERE a = key AND … GROUP BY key
 *
 * With the same table, conditions and keys in both, each row meets the median of its own group, and
 * a row of which a key is null meets none. */
#include "sql/rollup/rollup_parser.h"

static bool is_same(const struct quire_rollup_parser *parser, size_t a, size_t b)
{
    const struct quire_sql_token *one = &parser->tokens[a], *other = &parser->tokens[b];
    return one->kind == other->kind && one->size == other->size &&
           memcmp(parser->sql + one->at, parser->sql + other->at, one->size) == 0;
}

size_t quire_rollup_find_alias(const struct quire_rollup_parser *parser, size_t at)
{
    size_t i = 0;
    while (i < parser->aliases_size && (parser->tokens[at].kind != QUIRE_SQL_TOKEN_WORD ||
                                        !is_same(parser, parser->aliases[i].token, at)))
        i++;
    return i;
}

/* column AS name, or median(column) AS name; *at moves behind it. */
static bool read_item(struct quire_rollup_parser *parser, size_t *at)
{
    struct quire_rollup_alias alias = {.median = quire_rollup_is_word(parser, *at, "median")};
    size_t column = *at, as = *at + 1;
    if (alias.median) {
        if (!quire_rollup_is_char(parser, *at + 1, '(') || quire_rollup_is_end(parser, *at + 2) ||
            !quire_rollup_is_char(parser, *at + 3, ')'))
            return false;
        column = *at + 2;
        as = *at + 4;
    }
    alias.column = quire_rollup_find_column(parser, column);
    alias.token = as + 1;
    if (alias.column == parser->columns_size || !quire_rollup_is_word(parser, as, "AS") ||
        parser->tokens[alias.token].kind != QUIRE_SQL_TOKEN_WORD ||
        quire_rollup_names_column(parser, alias.token) ||
        quire_rollup_find_alias(parser, alias.token) < parser->aliases_size ||
        parser->aliases_size == QUIRE_ROLLUP_ALIASES_MAX)
        return false;
    const struct quire_field *field = &parser->columns[alias.column];
    if (alias.median ? !quire_rollup_is_numeric(field)
                     : !quire_rollup_is_text(field) && !quire_rollup_is_whole(field))
        return false;
    parser->aliases[parser->aliases_size++] = alias;
    *at = as + 2;
    return true;
}

/* GROUP BY the columns that are items, each once. */
static bool read_group(const struct quire_rollup_parser *parser, size_t *at)
{
    size_t keys = 0, seen = 0;
    if (!quire_rollup_is_word(parser, *at, "GROUP") || !quire_rollup_is_word(parser, *at + 1, "BY"))
        return false;
    *at += 1;
    do {
        size_t column = quire_rollup_find_column(parser, *at + 1), found = seen;
        for (size_t i = 0; i < parser->aliases_size; i++)
            if (!parser->aliases[i].median && parser->aliases[i].column == column) found++;
        if (found != seen + 1) return false;
        seen = found;
        *at += 2;
    } while (quire_rollup_is_char(parser, *at, ','));
    for (size_t i = 0; i < parser->aliases_size; i++)
        keys += !parser->aliases[i].median;
    return keys == seen && keys <= QUIRE_ROLLUP_KEYS_MAX;
}

/* What stands in the brackets; *at moves behind the closing one. *where and *where_end: between
 * which tokens its conditions are. */
static bool read_inner(struct quire_rollup_parser *parser, size_t table, size_t *at, size_t *where,
                       size_t *where_end)
{
    do {
        ++*at;
        if (quire_rollup_is_end(parser, *at) || !read_item(parser, at)) return false;
    } while (quire_rollup_is_char(parser, *at, ','));
    if (!quire_rollup_is_word(parser, *at, "FROM") || !is_same(parser, *at + 1, table))
        return false;
    *at += 2;
    *where = *where_end = *at;
    if (quire_rollup_is_word(parser, *at, "WHERE")) {
        *where = ++*at;
        while (!quire_rollup_is_end(parser, *at) && !quire_rollup_is_word(parser, *at, "GROUP"))
            ++*at;
        *where_end = *at;
    }
    return read_group(parser, at) && quire_rollup_is_char(parser, (*at)++, ')');
}

/* alias = column, for each key; *at moves behind them. */
static bool read_matches(const struct quire_rollup_parser *parser, size_t *at)
{
    size_t keys = 0, matched = 0;
    for (size_t i = 0; i < parser->aliases_size; i++)
        keys += !parser->aliases[i].median;
    for (bool used[QUIRE_ROLLUP_ALIASES_MAX] = {false}; matched < keys; matched++) {
        if (matched > 0 && !quire_rollup_is_word(parser, (*at)++, "AND")) return false;
        size_t alias = quire_rollup_find_alias(parser, *at);
        if (alias == parser->aliases_size || used[alias] || parser->aliases[alias].median ||
            !quire_rollup_is_char(parser, *at + 1, '=') ||
            quire_rollup_find_column(parser, *at + 2) != parser->aliases[alias].column)
            return false;
        used[alias] = true;
        *at += 3;
    }
    return keys > 0;
}

void quire_rollup_read_join(struct quire_rollup_parser *parser, size_t table, size_t *at)
{
    size_t where, where_end, inner = *at + 3;
    parser->fits = false;
    if (!quire_rollup_is_word(parser, *at + 1, "JOIN") ||
        !quire_rollup_is_char(parser, *at + 2, '(') ||
        !quire_rollup_is_word(parser, inner, "SELECT"))
        return;
    *at = inner;
    if (!read_inner(parser, table, at, &where, &where_end)) return;
    *at += quire_rollup_is_word(parser, *at, "AS");
    if (parser->tokens[*at].kind != QUIRE_SQL_TOKEN_WORD ||
        !quire_rollup_is_word(parser, *at + 1, "WHERE"))
        return;
    *at += 2;
    if (!read_matches(parser, at)) return;
    /* The same conditions, which are then read as those of any query. */
    if (where < where_end && !quire_rollup_is_word(parser, (*at)++, "AND")) return;
    for (size_t i = where; i < where_end; i++)
        if (!is_same(parser, i, *at + (i - where))) return;
    parser->rollup->keyed = true;
    parser->fits = true;
    if (where < where_end) quire_rollup_read_terms(parser, at);
    parser->fits = parser->fits && quire_rollup_is_word(parser, *at, "GROUP");
}

bool quire_rollup_joins_keys(const struct quire_rollup_parser *parser)
{
    const struct quire_rollup *rollup = parser->rollup;
    size_t keys = 0;
    for (size_t i = 0; i < parser->aliases_size; i++) {
        const struct quire_rollup_alias *alias = &parser->aliases[i];
        size_t key = 0;
        if (alias->median) continue;
        while (key < rollup->keys_size && (rollup->keys[key].kind != QUIRE_ROLLUP_COLUMN ||
                                           rollup->keys[key].column != alias->column))
            key++;
        if (key == rollup->keys_size) return false;
        keys++;
    }
    return keys == rollup->keys_size;
}

/* The alias of a median that stands at a token; NULL: none. */
static const struct quire_rollup_alias *median_at(const struct quire_rollup_parser *parser,
                                                  size_t at)
{
    size_t alias = quire_rollup_find_alias(parser, at);
    return alias < parser->aliases_size && parser->aliases[alias].median ? &parser->aliases[alias]
                                                                         : NULL;
}

bool quire_rollup_read_distance(const struct quire_rollup_parser *parser, size_t name, size_t *at,
                                struct quire_rollup_aggregate *aggregate)
{
    static const char *const itself[] = {"max", "min"};
    size_t column;
    if (parser->aliases_size == 0) return false;
    const struct quire_rollup_alias *alias = median_at(parser, *at);
    if (alias != NULL && QUIRE_ROLLUP_IS_ANY(parser, name, itself)) {
        *aggregate = (struct quire_rollup_aggregate){.function = QUIRE_ROLLUP_MEDIAN,
                                                     .column = alias->column};
        *at += 1;
        return true;
    }
    bool middle = quire_rollup_is_word(parser, name, "median");
    if ((!middle && !quire_rollup_is_word(parser, name, "avg")) ||
        !quire_rollup_is_word(parser, *at, "abs") || !quire_rollup_is_char(parser, *at + 1, '('))
        return false;
    column = quire_rollup_find_column(parser, *at + 2);
    if (column == parser->columns_size || !quire_rollup_is_char(parser, *at + 3, '-')) return false;
    alias = median_at(parser, *at + 4);
    if (alias == NULL || alias->column != column || !quire_rollup_is_char(parser, *at + 5, ')'))
        return false;
    *aggregate = (struct quire_rollup_aggregate){.function = middle ? QUIRE_ROLLUP_MIDDLE_DISTANCE
                                                                    : QUIRE_ROLLUP_MEAN_DISTANCE,
                                                 .column = column};
    *at += 6;
    return true;
}
