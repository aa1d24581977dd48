/* Only what stands where is looked at: the words, and what bracket each is in. */
#include "sql/text/query_text.h"

#include <string.h>

#include "base/alloc.h"
#include "sql/text/query_tokens.h"
#include "sql/values/sql_time.h"

#define DEPTH_MAX 256 /* of brackets that are told apart */

/* --- Spark's words -------------------------------------------------------------------------- */

/* Of the same length, so that characters keep their numbers. */
static const struct {
    const char *spark, *sqlite;
} types[] = {
    {"STRING", "TEXT  "},
    {"TIMESTAMP", "TEXT     "},
    {"BINARY", "BLOB  "},
};

/* A time becomes the text that it is in columns, so that it is also found where texts are compared:
 * beside an expression. One that is shorter, a day, stays as it is. */
static void adapt_time(char *sql, const struct quire_sql_token *literal)
{
    struct quire_time_parts parts;
    char text[QUIRE_TIME_TEXT_MAX];
    int64_t value;
    bool exact;
    if (literal->kind != QUIRE_SQL_TOKEN_STRING || sql[literal->at] != '\'' || literal->size < 2 ||
        sql[literal->at + literal->size - 1] != '\'')
        return;
    if (!quire_sql_time_parse(sql + literal->at + 1, literal->size - 2, &parts)) return;
    if (!quire_sql_instant_value(quire_sql_instant(&parts), QUIRE_MICRO, &value, &exact) || !exact)
        return;
    size_t size = (size_t)(quire_sql_time_format(value, QUIRE_MICRO, text) - text);
    if (size + 2 > literal->size) return;
    memcpy(sql + literal->at + 1, text, size);
    memset(sql + literal->at + 1 + size, ' ', literal->size - 1 - size);
    sql[literal->at + 1 + size] = '\'';
}

/* cast: where the word CAST stands; last: the word AS. CAST(x AS DATE) becomes a function, the day
 * of a moment. */
static void adapt_type(char *sql, size_t cast, const struct quire_sql_token *last,
                       const struct quire_sql_token *type)
{
    if (quire_sql_token_is(sql, type, "DATE")) {
        memcpy(sql + cast, QUIRE_SQL_CAST_DATE, 4);
        memset(sql + last->at, ' ', last->size);
        memset(sql + type->at, ' ', type->size);
        return;
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (quire_sql_token_is(sql, type, types[i].spark))
            memcpy(sql + type->at, types[i].sqlite, type->size);
}

char *quire_sql_adapt(const char *sql)
{
    size_t casts[DEPTH_MAX] = {0}; /* of the bracket of that depth: 1 + where its CAST is, or 0 */
    size_t at = 0, depth = 0;
    struct quire_sql_token last = {QUIRE_SQL_TOKEN_END, 0, 0}, before = last, first = last;
    char *copy = quire_strdup(sql);
    if (copy == NULL) return NULL;
    for (;;) {
        struct quire_sql_token token = quire_sql_token_next(copy, &at);
        if (token.kind == QUIRE_SQL_TOKEN_END) return copy;
        if (copy[token.at] == '(' && depth < DEPTH_MAX - 1)
            casts[++depth] = quire_sql_token_is(copy, &last, "CAST") ? last.at + 1 : 0;
        else if (copy[token.at] == ')' && depth > 0)
            depth--;
        else if (casts[depth] != 0 && quire_sql_token_is(copy, &last, "AS")) {
            if (copy[first.at] == '(' && quire_sql_token_is(copy, &token, "TIMESTAMP"))
                adapt_time(copy, &before);
            adapt_type(copy, casts[depth] - 1, &last, &token);
        } else if (token.kind == QUIRE_SQL_TOKEN_STRING && copy[token.at] == '\'' &&
                   (quire_sql_token_is(copy, &last, "DATE") ||
                    quire_sql_token_is(copy, &last, "TIMESTAMP"))) {
            if (last.size > 4) adapt_time(copy, &token);
            memset(copy + last.at, ' ', last.size);
        }
        first = before;
        before = last;
        last = token;
    }
}

/* --- Clauses -------------------------------------------------------------------------------- */

static bool has_word(const char *sql, const char *const *words, size_t words_size)
{
    size_t at = 0;
    for (;;) {
        struct quire_sql_token token = quire_sql_token_next(sql, &at);
        if (token.kind == QUIRE_SQL_TOKEN_END) return false;
        if (quire_sql_token_is_any(sql, &token, words, words_size)) return true;
    }
}

bool quire_sql_is_compound(const char *sql)
{
    static const char *const words[] = {"UNION", "EXCEPT", "INTERSECT"};
    return has_word(sql, words, sizeof(words) / sizeof(words[0]));
}

bool quire_sql_is_ordered(const char *sql)
{
    static const char *const words[] = {"ORDER"};
    return has_word(sql, words, 1);
}

bool quire_sql_needs_numbers(const char *sql)
{
    static const char *const words[] = {"RIGHT", "FULL", "ROWID", "_ROWID_", "OID"};
    return has_word(sql, words, sizeof(words) / sizeof(words[0]));
}

bool quire_sql_has_or(const char *sql)
{
    static const char *const words[] = {"OR"};
    return has_word(sql, words, 1);
}
