/* The text of a query as tokens, of which each must be known: what is not ends the attempt. Texts
 * are put together anew by replacing aggregates and keys with columns of the table of groups. */
#include <strings.h>

#include "sql/sql_function.h"
#include "sql/sql_rollup.h"
#include "sql/sql_source.h"
#include "sql/sql_text.h"

#define TOKENS_MAX 2000

struct parser {
    const char *sql;
    struct quire_rollup *rollup;
    const struct quire_field *columns;
    size_t columns_size;
    struct quire_sql_token *tokens; /* the last is END */
    size_t tokens_size;
    size_t copied; /* bytes of sql that are in rollup->sql, or replaced there */
    int code;
    bool fits;
};

void quire_rollup_release(struct quire_rollup *rollup)
{
    quire_buf_release(&rollup->sql);
    quire_buf_release(&rollup->constants);
}

/* --- Tokens --------------------------------------------------------------------------------- */

static bool is_word(const struct parser *parser, size_t at, const char *word)
{
    return quire_sql_token_is(parser->sql, &parser->tokens[at], word);
}

static bool is_char(const struct parser *parser, size_t at, char c)
{
    const struct quire_sql_token *token = &parser->tokens[at];
    return token->kind == QUIRE_SQL_TOKEN_OTHER && token->size == 1 && parser->sql[token->at] == c;
}

static bool is_end(const struct parser *parser, size_t at)
{
    return parser->tokens[at].kind == QUIRE_SQL_TOKEN_END;
}

static bool is_number(const struct parser *parser, size_t at)
{
    const struct quire_sql_token *token = &parser->tokens[at];
    return token->kind == QUIRE_SQL_TOKEN_OTHER && parser->sql[token->at] >= '0' &&
           parser->sql[token->at] <= '9';
}

static bool is_call(const struct parser *parser, size_t at)
{
    return parser->tokens[at].kind == QUIRE_SQL_TOKEN_WORD && is_char(parser, at + 1, '(');
}

static bool is_any(const struct parser *parser, size_t at, const char *const *words, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (is_word(parser, at, words[i])) return true;
    return false;
}
#define IS_ANY(parser, at, words) is_any(parser, at, words, sizeof(words) / sizeof((words)[0]))

/* The column that a word names, if it is one alone; else columns_size. */
static size_t find_column(const struct parser *parser, size_t at)
{
    size_t found = parser->columns_size;
    for (size_t i = 0; i < parser->columns_size; i++) {
        if (!is_word(parser, at, parser->columns[i].name)) continue;
        if (found < parser->columns_size) return parser->columns_size;
        found = i;
    }
    return found;
}

static bool names_column(const struct parser *parser, size_t at)
{
    for (size_t i = 0; i < parser->columns_size; i++)
        if (is_word(parser, at, parser->columns[i].name)) return true;
    return false;
}

static int read_tokens(struct parser *parser)
{
    size_t at = 0;
    parser->tokens = quire_alloc(TOKENS_MAX * sizeof(*parser->tokens));
    if (parser->tokens == NULL) return QUIRE_MEMORY;
    do {
        if (parser->tokens_size == TOKENS_MAX - 2) return 0;
        struct quire_sql_token token = quire_sql_token_next(parser->sql, &at);
        if (token.kind != QUIRE_SQL_TOKEN_END && parser->sql[token.at] == ';') continue;
        parser->tokens[parser->tokens_size++] = token;
    } while (parser->tokens[parser->tokens_size - 1].kind != QUIRE_SQL_TOKEN_END);
    /* Two, so that what follows a token can be looked at. */
    parser->tokens[parser->tokens_size] = parser->tokens[parser->tokens_size - 1];
    parser->fits = true;
    return 0;
}

/* --- Types ---------------------------------------------------------------------------------- */

static bool is_whole(const struct quire_field *field)
{
    return quire_kind_is_integer(field->kind) && field->kind != QUIRE_KIND_UINT64;
}

static bool is_numeric(const struct quire_field *field)
{
    return is_whole(field) || field->kind == QUIRE_KIND_FLOAT64 ||
           field->kind == QUIRE_KIND_FLOAT32;
}

static bool is_text(const struct quire_field *field)
{
    return quire_kind_is_string(field->kind);
}

/* --- Keys ----------------------------------------------------------------------------------- */

/* A key that begins at a token: *end behind it. False where none does. */
static bool read_key(const struct parser *parser, size_t at, struct quire_rollup_key *key,
                     size_t *end)
{
    static const char *const hours[] = {"'hour'", "'HOUR'", "'Hour'"};
    size_t column = at;
    key->kind = QUIRE_ROLLUP_COLUMN;
    *end = at + 1;
    if (is_word(parser, at, "to_date") && is_char(parser, at + 1, '(')) {
        key->kind = QUIRE_ROLLUP_DATE;
        column = at + 2;
        *end = at + 4;
    } else if (is_word(parser, at, "date_trunc") && is_char(parser, at + 1, '(') &&
               !is_end(parser, at + 2) && is_char(parser, at + 3, ',')) {
        const struct quire_sql_token *unit = &parser->tokens[at + 2];
        bool known = false;
        for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++)
            known |= unit->size == 6 && memcmp(parser->sql + unit->at, hours[i], 6) == 0;
        if (!known) return false;
        key->kind = QUIRE_ROLLUP_HOUR;
        column = at + 4;
        *end = at + 6;
    }
    key->column = find_column(parser, column);
    if (key->column == parser->columns_size) return false;
    const struct quire_field *field = &parser->columns[key->column];
    if (key->kind == QUIRE_ROLLUP_COLUMN)
        return (is_text(field) || is_whole(field)) && !is_char(parser, at + 1, '(');
    return field->kind == QUIRE_KIND_TIMESTAMP && is_char(parser, *end - 1, ')');
}

static size_t find_key(const struct quire_rollup *rollup, const struct quire_rollup_key *key)
{
    size_t i = 0;
    while (i < rollup->keys_size &&
           (rollup->keys[i].kind != key->kind || rollup->keys[i].column != key->column))
        i++;
    return i;
}

/* GROUP BY and its keys; *at moves behind them. */
static void read_keys(struct parser *parser, size_t *at)
{
    struct quire_rollup *rollup = parser->rollup;
    rollup->grouped = true;
    parser->fits = is_word(parser, *at + 1, "BY");
    *at += 1;
    do {
        struct quire_rollup_key key;
        parser->fits = parser->fits && rollup->keys_size < QUIRE_ROLLUP_KEYS_MAX &&
                       read_key(parser, *at + 1, &key, at);
        if (!parser->fits) return;
        if (find_key(rollup, &key) == rollup->keys_size) rollup->keys[rollup->keys_size++] = key;
    } while (is_char(parser, *at, ','));
}

/* --- Constants ------------------------------------------------------------------------------ */

/* Notes the text between two tokens as one of the constants. */
static void add_constant(struct parser *parser, size_t from, size_t to)
{
    struct quire_rollup *rollup = parser->rollup;
    size_t start = parser->tokens[from].at;
    size_t end = parser->tokens[to - 1].at + parser->tokens[to - 1].size;
    for (size_t i = from; i < to; i++)
        parser->fits = parser->fits && !names_column(parser, i) && !is_word(parser, i, "SELECT") &&
                       parser->tokens[i].kind != QUIRE_SQL_TOKEN_QUOTED;
    parser->code = quire_buf_printf(&rollup->constants, "%s(%.*s)",
                                    rollup->constants_size == 0 ? "SELECT " : ", ",
                                    (int)(end - start), parser->sql + start);
    rollup->constants_size++;
}

/* --- Conditions ----------------------------------------------------------------------------- */

static bool ends_where(const struct parser *parser, size_t at)
{
    static const char *const words[] = {"GROUP", "ORDER", "LIMIT"};
    return is_end(parser, at) || IS_ANY(parser, at, words);
}

/* The comparison at a token; *at moves behind it. 0: none that is known. */
static unsigned char read_comparison(const struct parser *parser, size_t *at)
{
    size_t first = (*at)++;
    bool equal = is_char(parser, *at, '=');
    if (is_char(parser, first, '=')) {
        *at += equal;
        return SQLITE_INDEX_CONSTRAINT_EQ;
    }
    bool less = is_char(parser, first, '<');
    if ((!less && !is_char(parser, first, '>')) || is_char(parser, *at, '>') ||
        is_char(parser, *at, '<'))
        return 0;
    *at += equal;
    if (less) return equal ? SQLITE_INDEX_CONSTRAINT_LE : SQLITE_INDEX_CONSTRAINT_LT;
    return equal ? SQLITE_INDEX_CONSTRAINT_GE : SQLITE_INDEX_CONSTRAINT_GT;
}

/* To the end of a constant: the next AND that is in no bracket. */
static size_t find_and(struct parser *parser, size_t at)
{
    static const char *const others[] = {"OR",   "NOT", "BETWEEN", "COLLATE", "IN",
                                         "LIKE", "IS",  "ISNULL",  "NOTNULL", "GLOB"};
    for (int depth = 0; !is_end(parser, at); at++) {
        depth += is_char(parser, at, '(') - is_char(parser, at, ')');
        if (depth > 0) continue;
        if (is_word(parser, at, "AND") || ends_where(parser, at)) break;
        if (IS_ANY(parser, at, others) || is_char(parser, at, '=') || is_char(parser, at, '<') ||
            is_char(parser, at, '>') || is_char(parser, at, '!'))
            parser->fits = false;
    }
    return at;
}

static void read_term(struct parser *parser, size_t *at)
{
    struct quire_rollup *rollup = parser->rollup;
    size_t column = find_column(parser, *at);
    parser->fits = column < parser->columns_size && rollup->terms_size < QUIRE_ROLLUP_TERMS_MAX;
    if (!parser->fits) return;
    struct quire_rollup_term *term = &rollup->terms[rollup->terms_size++];
    const struct quire_field *field = &parser->columns[column];
    ++*at;
    *term = (struct quire_rollup_term){
        .term = {.column = (int)column, .op = read_comparison(parser, at)},
        .constant = rollup->constants_size};
    const char *collation = field->kind == QUIRE_KIND_DATE32 || field->kind == QUIRE_KIND_TIMESTAMP
                                ? "quire_time"
                                : "BINARY";
    size_t end = find_and(parser, *at);
    /* A NaN is null to SQLite, and in a bound it is not. */
    parser->fits = parser->fits && term->term.op != 0 && end > *at &&
                   !quire_kind_is_float(field->kind) &&
                   quire_sql_can_bound(field, term->term.op, collation);
    if (!parser->fits) return;
    add_constant(parser, *at, end);
    *at = end;
}

/* --- Aggregates ----------------------------------------------------------------------------- */

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
};

static bool is_listed(const struct parser *parser, size_t at, const struct quire_sql_function *list)
{
    for (; list->name != NULL; list++)
        if (is_word(parser, at, list->name)) return true;
    return false;
}

static bool is_aggregate(const struct parser *parser, size_t at)
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
    return IS_ANY(parser, at, own) || is_listed(parser, at, quire_sql_aggregate_functions) ||
           is_listed(parser, at, quire_sql_percentile_functions);
}

/* What stands in the brackets of count and count_if; *at moves to the closing one. */
static bool read_count(const struct parser *parser, size_t *at, bool condition,
                       struct quire_rollup_aggregate *aggregate)
{
    bool first = is_word(parser, *at, condition ? "NOT" : "DISTINCT");
    if (!condition && is_char(parser, *at, '*')) {
        aggregate->function = QUIRE_ROLLUP_COUNT_ROWS;
        ++*at;
        return true;
    }
    *at += first;
    aggregate->column = find_column(parser, (*at)++);
    if (aggregate->column == parser->columns_size) return false;
    const struct quire_field *field = &parser->columns[aggregate->column];
    if (condition) {
        aggregate->function = first ? QUIRE_ROLLUP_COUNT_FALSE : QUIRE_ROLLUP_COUNT_TRUE;
        return field->kind == QUIRE_KIND_BOOL;
    }
    aggregate->function = first ? QUIRE_ROLLUP_COUNT_DISTINCT : QUIRE_ROLLUP_COUNT;
    if (first) return is_text(field) || is_whole(field);
    return is_text(field) || is_numeric(field) || field->kind == QUIRE_KIND_BOOL ||
           field->kind == QUIRE_KIND_TIMESTAMP;
}

/* column, unix_seconds(time) */
static bool read_slope(const struct parser *parser, size_t *at,
                       struct quire_rollup_aggregate *aggregate)
{
    aggregate->function = QUIRE_ROLLUP_SLOPE;
    if (!is_char(parser, *at, ',') || !is_word(parser, *at + 1, "unix_seconds") ||
        !is_char(parser, *at + 2, '(') || is_end(parser, *at + 3))
        return false;
    aggregate->other = find_column(parser, *at + 3);
    if (aggregate->other == parser->columns_size || !is_char(parser, *at + 4, ')')) return false;
    *at += 5;
    return parser->columns[aggregate->other].kind == QUIRE_KIND_TIMESTAMP;
}

/* column, constant */
static bool read_percentile(struct parser *parser, size_t *at,
                            struct quire_rollup_aggregate *aggregate)
{
    size_t from = *at + 1, to = from;
    aggregate->function = QUIRE_ROLLUP_PERCENTILE;
    aggregate->other = parser->rollup->constants_size;
    while (is_number(parser, to) || is_char(parser, to, '.'))
        to++;
    if (!is_char(parser, *at, ',') || to == from || parser->rollup->grouped) return false;
    add_constant(parser, from, to);
    *at = to;
    return true;
}

/* The aggregate that begins at a token; *at moves behind it. */
static bool read_aggregate(struct parser *parser, size_t *at,
                           struct quire_rollup_aggregate *aggregate)
{
    size_t name = *at;
    bool known = false;
    *at += 2;
    *aggregate = (struct quire_rollup_aggregate){.function = QUIRE_ROLLUP_SUM};
    if (is_word(parser, name, "count") || is_word(parser, name, "count_if")) {
        known = read_count(parser, at, is_word(parser, name, "count_if"), aggregate);
    } else {
        aggregate->column = find_column(parser, (*at)++);
        if (aggregate->column == parser->columns_size ||
            !is_numeric(&parser->columns[aggregate->column]))
            return false;
        for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
            if (!is_word(parser, name, functions[i].name)) continue;
            aggregate->function = functions[i].function;
            known = true;
        }
        if (is_word(parser, name, "regr_slope")) known = read_slope(parser, at, aggregate);
        if (is_word(parser, name, "percentile")) known = read_percentile(parser, at, aggregate);
    }
    known = known && parser->fits && is_char(parser, *at, ')');
    ++*at;
    return known && !is_word(parser, *at, "OVER") && !is_word(parser, *at, "FILTER");
}

/* --- The text ------------------------------------------------------------------------------- */

static void copy_to(struct parser *parser, size_t byte)
{
    if (parser->code == 0)
        parser->code = quire_buf_append(&parser->rollup->sql, parser->sql + parser->copied,
                                        byte - parser->copied);
    parser->copied = byte;
}

/* A plus makes it an expression, which has no type of a column's. */
static void replace(struct parser *parser, size_t from, size_t to, char mark, size_t number)
{
    copy_to(parser, parser->tokens[from].at);
    parser->copied = parser->tokens[to - 1].at + parser->tokens[to - 1].size;
    if (parser->code == 0)
        parser->code = quire_buf_printf(&parser->rollup->sql, "(+\"quire %c%zu\")", mark, number);
}

static size_t add_aggregate(struct quire_rollup *rollup,
                            const struct quire_rollup_aggregate *aggregate)
{
    size_t i = 0;
    for (; i < rollup->aggregates_size; i++) {
        const struct quire_rollup_aggregate *other = &rollup->aggregates[i];
        if (other->function == aggregate->function && other->column == aggregate->column &&
            other->other == aggregate->other)
            break;
    }
    if (i == rollup->aggregates_size) rollup->aggregates[rollup->aggregates_size++] = *aggregate;
    return i;
}

/* What follows a token that stands in an expression over groups. */
static size_t take_token(struct parser *parser, size_t at)
{
    struct quire_rollup_key key;
    struct quire_rollup_aggregate aggregate;
    size_t end = at;
    if (read_key(parser, at, &key, &end) &&
        find_key(parser->rollup, &key) < parser->rollup->keys_size) {
        if (key.kind != QUIRE_ROLLUP_COLUMN)
            replace(parser, at, end, 'k', find_key(parser->rollup, &key));
        return end;
    }
    if (is_call(parser, at) && is_aggregate(parser, at)) {
        end = at;
        parser->fits = parser->rollup->aggregates_size < QUIRE_ROLLUP_AGGREGATES_MAX &&
                       read_aggregate(parser, &end, &aggregate);
        if (parser->fits) replace(parser, at, end, 'a', add_aggregate(parser->rollup, &aggregate));
        return end;
    }
    bool dot = is_char(parser, at, '.');
    parser->fits = !names_column(parser, at) && !is_word(parser, at, "SELECT") &&
                   !is_word(parser, at, "DISTINCT") && !is_word(parser, at, "OVER") &&
                   parser->tokens[at].kind != QUIRE_SQL_TOKEN_QUOTED &&
                   (!dot || is_number(parser, at - 1) || is_number(parser, at + 1));
    return at + 1;
}

/* An item of the list has a name: that of a key, or one of its own which no column has. */
static size_t take_item(struct parser *parser, size_t at)
{
    size_t start = at;
    for (int depth = 0; parser->fits && parser->code == 0 && !is_end(parser, at);) {
        if (depth == 0 && (is_char(parser, at, ',') || is_word(parser, at, "FROM"))) break;
        if (depth == 0 && is_word(parser, at, "AS")) {
            parser->fits = parser->tokens[at + 1].kind == QUIRE_SQL_TOKEN_WORD &&
                           !names_column(parser, at + 1);
            return at + 2;
        }
        depth += is_char(parser, at, '(') - is_char(parser, at, ')');
        at = take_token(parser, at);
    }
    parser->fits = parser->fits && at == start + 1 && names_column(parser, start);
    return at;
}

static struct quire_sql_source *find_source(const struct quire_sql_session *session,
                                            const struct parser *parser, size_t at)
{
    for (size_t i = 0; i < session->sources_size; i++)
        if (is_word(parser, at, session->sources[i].given->name)) return &session->sources[i];
    return NULL;
}

/* FROM table WHERE … GROUP BY …, which are read first; returns what follows. */
static size_t read_middle(struct parser *parser, size_t from)
{
    size_t at = from + 2;
    if (is_word(parser, at, "WHERE")) {
        do {
            at++;
            read_term(parser, &at);
        } while (parser->fits && parser->code == 0 && is_word(parser, at, "AND"));
    }
    if (parser->fits && is_word(parser, at, "GROUP")) read_keys(parser, &at);
    if (parser->fits)
        parser->fits =
            is_end(parser, at) || is_word(parser, at, "ORDER") || is_word(parser, at, "LIMIT");
    return at;
}

static size_t find_from(const struct parser *parser)
{
    size_t at = 0;
    for (int depth = 0; !is_end(parser, at); at++) {
        depth += is_char(parser, at, '(') - is_char(parser, at, ')');
        if (depth == 0 && is_word(parser, at, "FROM")) break;
    }
    return at;
}

static void read_list(struct parser *parser, size_t from)
{
    size_t at = 1;
    for (;;) {
        at = take_item(parser, at);
        if (!parser->fits || parser->code != 0 || at >= from) break;
        parser->fits = is_char(parser, at++, ',');
        if (!parser->fits) return;
    }
    parser->fits = parser->fits && at == from;
}

static void read_query(struct parser *parser, size_t from)
{
    size_t tail = read_middle(parser, from);
    if (parser->fits && parser->code == 0) read_list(parser, from);
    if (!parser->fits || parser->code != 0) return;
    copy_to(parser, parser->tokens[from].at);
    parser->code =
        quire_buf_append_text(&parser->rollup->sql, "FROM \"" QUIRE_SQL_ROLLUP_TABLE "\" ");
    parser->copied = parser->tokens[tail].at;
    while (parser->fits && parser->code == 0 && !is_end(parser, tail))
        tail = take_token(parser, tail);
    copy_to(parser, strlen(parser->sql));
    if (parser->code == 0) parser->code = quire_buf_terminate(&parser->rollup->sql);
    if (parser->code == 0) parser->code = quire_buf_terminate(&parser->rollup->constants);
}

int quire_rollup_parse(const struct quire_sql_session *session, const char *sql,
                       struct quire_rollup *rollup, bool *fits)
{
    struct parser parser = {.sql = sql, .rollup = rollup};
    *fits = false;
    int code = read_tokens(&parser);
    if (code == 0 && parser.fits && is_word(&parser, 0, "SELECT")) {
        size_t from = find_from(&parser);
        rollup->source = is_end(&parser, from) ? NULL : find_source(session, &parser, from + 1);
        if (rollup->source != NULL && rollup->source->field != NULL && !rollup->source->is_once) {
            parser.columns = rollup->source->field->children;
            parser.columns_size = rollup->source->field->children_size;
            parser.fits = parser.columns_size > 0;
            if (parser.fits) read_query(&parser, from);
            *fits = parser.fits && rollup->keys_size + rollup->aggregates_size > 0;
            code = parser.code;
        }
    }
    quire_free(parser.tokens);
    return code;
}
