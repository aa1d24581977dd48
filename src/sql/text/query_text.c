/* Only what must be known without SQLite's parser is looked for: where words stand, and what
 * bracket a word is in. */
#include "sql/text/query_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "sql/sql_session.h"
#include "sql/values/sql_time.h"

#define DEPTH_MAX 256 /* of brackets that are told apart */

static bool is_word(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 0x80;
}

static size_t skip_blanks(const char *sql, size_t at)
{
    for (;;) {
        if (strncmp(sql + at, "--", 2) == 0) {
            at += strcspn(sql + at, "\n");
        } else if (strncmp(sql + at, "/*", 2) == 0) {
            const char *end = strstr(sql + at + 2, "*/");
            at = end != NULL ? (size_t)(end - sql) + 2 : at + strlen(sql + at);
        } else if (sql[at] != '\0' && strchr(" \t\r\n\f", sql[at]) != NULL) {
            at++;
        } else {
            return at;
        }
    }
}

/* Behind the quote that ends what begins at `at`; doubled, it stands for itself. */
static size_t skip_quoted(const char *sql, size_t at, char quote)
{
    for (at++; sql[at] != '\0'; at++) {
        if (sql[at] != quote) continue;
        if (sql[at + 1] != quote || quote == ']') return at + 1;
        at++;
    }
    return at;
}

static size_t skip_word(const char *sql, size_t at)
{
    while (is_word(sql[at]) || sql[at] == '$')
        at++;
    return at;
}

struct quire_sql_token quire_sql_token_next(const char *sql, size_t *at)
{
    size_t start = skip_blanks(sql, *at), end = start + 1;
    enum quire_sql_token_kind kind = QUIRE_SQL_TOKEN_OTHER;
    char c = sql[start];
    if (c == '\0') {
        kind = QUIRE_SQL_TOKEN_END;
        end = start;
    } else if (c == '\'') {
        kind = QUIRE_SQL_TOKEN_STRING;
        end = skip_quoted(sql, start, c);
    } else if ((c == 'x' || c == 'X') && sql[start + 1] == '\'') {
        kind = QUIRE_SQL_TOKEN_STRING;
        end = skip_quoted(sql, start + 1, '\'');
    } else if (c == '"' || c == '`' || c == '[') {
        kind = QUIRE_SQL_TOKEN_QUOTED;
        end = skip_quoted(sql, start, c == '[' ? ']' : c);
    } else if (strchr(":@$", c) != NULL && is_word(sql[start + 1])) {
        kind = QUIRE_SQL_TOKEN_VARIABLE;
        end = skip_word(sql, start + 1);
    } else if (c >= '0' && c <= '9') {
        end = skip_word(sql, start);
    } else if (is_word(c)) {
        kind = QUIRE_SQL_TOKEN_WORD;
        end = skip_word(sql, start);
    }
    *at = end;
    return (struct quire_sql_token){kind, start, end - start};
}

bool quire_sql_token_is(const char *sql, const struct quire_sql_token *token, const char *word)
{
    return token->kind == QUIRE_SQL_TOKEN_WORD && token->size == strlen(word) &&
           sqlite3_strnicmp(sql + token->at, word, (int)token->size) == 0;
}

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

static bool has_word(const char *sql, const char *const *words, size_t words_size)
{
    size_t at = 0;
    for (;;) {
        struct quire_sql_token token = quire_sql_token_next(sql, &at);
        if (token.kind == QUIRE_SQL_TOKEN_END) return false;
        for (size_t i = 0; i < words_size; i++)
            if (quire_sql_token_is(sql, &token, words[i])) return true;
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

/* --- Printing ------------------------------------------------------------------------------- */

static int append_text(const char *text, struct quire_buf *out)
{
    int code = quire_buf_push(out, '\'');
    for (; *text != '\0' && code == 0; text++) {
        if (*text == '\'') code = quire_buf_push(out, '\'');
        if (code == 0) code = quire_buf_push(out, (uint8_t)*text);
    }
    return code == 0 ? quire_buf_push(out, '\'') : code;
}

/* With an exponent, without which it would be a decimal to Spark. */
static int append_double(double value, struct quire_buf *out)
{
    char text[QUIRE_TIME_TEXT_MAX];
    size_t size = (size_t)(quire_number_format_f64(value, text) - text);
    int code = quire_buf_append(out, text, size);
    return code == 0 && memchr(text, 'e', size) == NULL ? quire_buf_append_text(out, "E0") : code;
}

static int append_value(const struct quire_sql_param *param, struct quire_buf *out)
{
    switch (param->kind) {
    case QUIRE_SQL_INT: return quire_buf_printf(out, "%" PRId64, param->integer);
    case QUIRE_SQL_DOUBLE: return append_double(param->real, out);
    case QUIRE_SQL_TEXT: return append_text(param->text, out);
    default: return quire_buf_append_text(out, "NULL");
    }
}

static const struct quire_sql_param *find_param(const struct quire_sql_param *params, size_t size,
                                                const char *name, size_t name_size)
{
    for (size_t i = 0; i < size; i++)
        if (strlen(params[i].name) == name_size && memcmp(params[i].name, name, name_size) == 0)
            return &params[i];
    return NULL;
}

int quire_sql_print(const char *sql, const struct quire_sql_param *params, size_t params_size,
                    char **text, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    size_t at = 0, written = 0;
    int code = 0;
    while (code == 0) {
        struct quire_sql_token token = quire_sql_token_next(sql, &at);
        const struct quire_sql_param *param = NULL;
        if (token.kind == QUIRE_SQL_TOKEN_END) break;
        if (token.kind == QUIRE_SQL_TOKEN_VARIABLE)
            param = find_param(params, params_size, sql + token.at + 1, token.size - 1);
        if (param == NULL) continue;
        code = quire_buf_append(&out, sql + written, token.at - written);
        if (code == 0) code = append_value(param, &out);
        written = at;
    }
    if (code == 0) code = quire_buf_append_text(&out, sql + written);
    if (code == 0) code = quire_buf_terminate(&out);
    if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    *text = (char *)QUIRE_STEAL(out.data);
    return 0;
}
