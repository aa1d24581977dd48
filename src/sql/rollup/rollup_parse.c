/* The text of a query, of which each token must be known: what is not ends the attempt. Texts are
 * put together anew by replacing aggregates and keys with columns of the table of groups. */
#include "sql/rollup/rollup_parser.h"
#include "sql/values/sql_time.h"
#include "sql/vtab/vtab_source.h"

void quire_rollup_release(struct quire_rollup *rollup)
{
    quire_buf_release(&rollup->sql);
    quire_buf_release(&rollup->constants);
}

static bool is_call(const struct quire_rollup_parser *parser, size_t at)
{
    return parser->tokens[at].kind == QUIRE_SQL_TOKEN_WORD &&
           quire_rollup_is_char(parser, at + 1, '(');
}

/* --- Keys ----------------------------------------------------------------------------------- */

/* A key that begins at a token: *end behind it. False where none does. */
static bool read_key(const struct quire_rollup_parser *parser, size_t at,
                     struct quire_rollup_key *key, size_t *end)
{
    static const char *const hours[] = {"'hour'", "'HOUR'", "'Hour'"};
    size_t column = at;
    key->kind = QUIRE_ROLLUP_COLUMN;
    *end = at + 1;
    if (quire_rollup_is_word(parser, at, "to_date") && quire_rollup_is_char(parser, at + 1, '(')) {
        key->kind = QUIRE_ROLLUP_DATE;
        column = at + 2;
        *end = at + 4;
    } else if (quire_rollup_is_word(parser, at, "date_trunc") &&
               quire_rollup_is_char(parser, at + 1, '(') && !quire_rollup_is_end(parser, at + 2) &&
               quire_rollup_is_char(parser, at + 3, ',')) {
        const struct quire_sql_token *unit = &parser->tokens[at + 2];
        bool known = false;
        for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++)
            known |= unit->size == 6 && memcmp(parser->sql + unit->at, hours[i], 6) == 0;
        if (!known) return false;
        key->kind = QUIRE_ROLLUP_HOUR;
        column = at + 4;
        *end = at + 6;
    }
    key->column = quire_rollup_find_column(parser, column);
    if (key->column == parser->columns_size) return false;
    const struct quire_field *field = &parser->columns[key->column];
    if (key->kind == QUIRE_ROLLUP_COLUMN)
        return (quire_rollup_is_text(field) || quire_rollup_is_whole(field)) &&
               !quire_rollup_is_char(parser, at + 1, '(');
    return field->kind == QUIRE_KIND_TIMESTAMP && quire_rollup_is_char(parser, *end - 1, ')');
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
static void read_keys(struct quire_rollup_parser *parser, size_t *at)
{
    struct quire_rollup *rollup = parser->rollup;
    rollup->grouped = true;
    parser->fits = quire_rollup_is_word(parser, *at + 1, "BY");
    *at += 1;
    do {
        struct quire_rollup_key key;
        parser->fits = parser->fits && rollup->keys_size < QUIRE_ROLLUP_KEYS_MAX &&
                       read_key(parser, *at + 1, &key, at);
        if (!parser->fits) return;
        if (find_key(rollup, &key) == rollup->keys_size) rollup->keys[rollup->keys_size++] = key;
    } while (quire_rollup_is_char(parser, *at, ','));
}

/* --- The text ------------------------------------------------------------------------------- */

static void copy_to(struct quire_rollup_parser *parser, size_t byte)
{
    if (parser->code == 0)
        parser->code = quire_buf_append(&parser->rollup->sql, parser->sql + parser->copied,
                                        byte - parser->copied);
    parser->copied = byte;
}

/* A plus makes it an expression, which has no type of a column's. Keys are times, which compare as
 * such. */
static void replace(struct quire_rollup_parser *parser, size_t from, size_t to, char mark,
                    size_t number)
{
    copy_to(parser, parser->tokens[from].at);
    parser->copied = parser->tokens[to - 1].at + parser->tokens[to - 1].size;
    if (parser->code == 0)
        parser->code = quire_buf_printf(&parser->rollup->sql, "(+\"quire %c%zu\"%s)", mark, number,
                                        mark == 'k' ? " COLLATE " QUIRE_SQL_TIME_COLLATION : "");
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
static size_t take_token(struct quire_rollup_parser *parser, size_t at)
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
    if (is_call(parser, at) && quire_rollup_is_aggregate(parser, at)) {
        end = at;
        parser->fits = parser->rollup->aggregates_size < QUIRE_ROLLUP_AGGREGATES_MAX &&
                       quire_rollup_read_aggregate(parser, &end, &aggregate);
        if (parser->fits) replace(parser, at, end, 'a', add_aggregate(parser->rollup, &aggregate));
        return end;
    }
    bool dot = quire_rollup_is_char(parser, at, '.');
    parser->fits =
        !quire_rollup_names_column(parser, at) && !quire_rollup_is_word(parser, at, "SELECT") &&
        quire_rollup_find_alias(parser, at) == parser->aliases_size &&
        !quire_rollup_is_word(parser, at, "DISTINCT") &&
        !quire_rollup_is_word(parser, at, "OVER") &&
        parser->tokens[at].kind != QUIRE_SQL_TOKEN_QUOTED &&
        (!dot || quire_rollup_is_number(parser, at - 1) || quire_rollup_is_number(parser, at + 1));
    return at + 1;
}

/* An item of the list has a name: that of a key, or one of its own which no column has. */
static size_t take_item(struct quire_rollup_parser *parser, size_t at)
{
    size_t start = at;
    for (int depth = 0; parser->fits && parser->code == 0 && !quire_rollup_is_end(parser, at);) {
        if (depth == 0 &&
            (quire_rollup_is_char(parser, at, ',') || quire_rollup_is_word(parser, at, "FROM")))
            break;
        if (depth == 0 && quire_rollup_is_word(parser, at, "AS")) {
            /* Where nothing follows, no clause can mean a column by it. */
            parser->fits = parser->tokens[at + 1].kind == QUIRE_SQL_TOKEN_WORD &&
                           (parser->alone || !quire_rollup_names_column(parser, at + 1));
            return at + 2;
        }
        depth += quire_rollup_is_char(parser, at, '(') - quire_rollup_is_char(parser, at, ')');
        at = take_token(parser, at);
    }
    parser->fits = parser->fits && at == start + 1 && quire_rollup_names_column(parser, start);
    return at;
}

static struct quire_sql_source *find_source(const struct quire_sql_session *session,
                                            const struct quire_rollup_parser *parser, size_t at)
{
    for (size_t i = 0; i < session->sources_size; i++)
        if (quire_rollup_is_word(parser, at, session->sources[i].given->name))
            return &session->sources[i];
    return NULL;
}

/* FROM table WHERE … GROUP BY …, which are read first; returns what follows. */
static size_t read_middle(struct quire_rollup_parser *parser, size_t from)
{
    size_t at = from + 2;
    if (quire_rollup_is_word(parser, at, "CROSS")) {
        quire_rollup_read_join(parser, from + 1, &at);
    } else if (quire_rollup_is_word(parser, at, "WHERE")) {
        at++;
        quire_rollup_read_terms(parser, &at);
    }
    if (parser->fits && quire_rollup_is_word(parser, at, "GROUP")) read_keys(parser, &at);
    parser->fits = parser->fits && (!parser->rollup->keyed || quire_rollup_joins_keys(parser));
    if (parser->fits)
        parser->fits = quire_rollup_is_end(parser, at) ||
                       quire_rollup_is_word(parser, at, "ORDER") ||
                       quire_rollup_is_word(parser, at, "LIMIT");
    return at;
}

static size_t find_from(const struct quire_rollup_parser *parser)
{
    size_t at = 0;
    for (int depth = 0; !quire_rollup_is_end(parser, at); at++) {
        depth += quire_rollup_is_char(parser, at, '(') - quire_rollup_is_char(parser, at, ')');
        if (depth == 0 && quire_rollup_is_word(parser, at, "FROM")) break;
    }
    return at;
}

static void read_list(struct quire_rollup_parser *parser, size_t from)
{
    size_t at = 1;
    for (;;) {
        at = take_item(parser, at);
        if (!parser->fits || parser->code != 0 || at >= from) break;
        parser->fits = quire_rollup_is_char(parser, at++, ',');
        if (!parser->fits) return;
    }
    parser->fits = parser->fits && at == from;
}

static void read_query(struct quire_rollup_parser *parser, size_t from)
{
    size_t tail = read_middle(parser, from);
    parser->alone = quire_rollup_is_end(parser, tail);
    if (parser->fits && parser->code == 0) read_list(parser, from);
    if (!parser->fits || parser->code != 0) return;
    copy_to(parser, parser->tokens[from].at);
    parser->code =
        quire_buf_append_text(&parser->rollup->sql, "FROM \"" QUIRE_SQL_ROLLUP_TABLE "\" ");
    parser->copied = parser->tokens[tail].at;
    while (parser->fits && parser->code == 0 && !quire_rollup_is_end(parser, tail))
        tail = take_token(parser, tail);
    copy_to(parser, strlen(parser->sql));
    if (parser->code == 0) parser->code = quire_buf_terminate(&parser->rollup->sql);
    if (parser->code == 0) parser->code = quire_buf_terminate(&parser->rollup->constants);
}

int quire_rollup_parse(const struct quire_sql_session *session, const char *sql,
                       struct quire_rollup *rollup, bool *fits)
{
    struct quire_rollup_parser parser = {.sql = sql, .rollup = rollup};
    *fits = false;
    int code = quire_rollup_read_tokens(&parser);
    if (code == 0 && parser.fits && quire_rollup_is_word(&parser, 0, "SELECT")) {
        size_t from = find_from(&parser);
        rollup->source =
            quire_rollup_is_end(&parser, from) ? NULL : find_source(session, &parser, from + 1);
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
