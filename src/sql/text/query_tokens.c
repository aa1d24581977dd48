/* As SQLite cuts a text, as far as it must be known without its parser: where words stand, what is
 * a text or a name in quotes, and what a comment. */
#include "sql/text/query_tokens.h"

#include <sqlite3.h>
#include <string.h>

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

bool quire_sql_token_is_any(const char *sql, const struct quire_sql_token *token,
                            const char *const *words, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (quire_sql_token_is(sql, token, words[i])) return true;
    return false;
}
