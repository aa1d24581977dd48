/* Private to sql: the text of a query, as tokens. */
#ifndef QUIRE_SQL_QUERY_TOKENS_H
#define QUIRE_SQL_QUERY_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

enum quire_sql_token_kind {
    QUIRE_SQL_TOKEN_END,
    QUIRE_SQL_TOKEN_WORD,     /* a name or keyword, not in quotes */
    QUIRE_SQL_TOKEN_QUOTED,   /* a name in quotes */
    QUIRE_SQL_TOKEN_STRING,   /* 'text', also x'00' */
    QUIRE_SQL_TOKEN_VARIABLE, /* :name, @name, $name */
    QUIRE_SQL_TOKEN_OTHER     /* a number, or one character */
};

struct quire_sql_token {
    enum quire_sql_token_kind kind;
    size_t at, size;
};

/* The token at or behind *at, which moves behind it; blanks and comments are passed over. */
struct quire_sql_token quire_sql_token_next(const char *sql, size_t *at);
bool quire_sql_token_is(const char *sql, const struct quire_sql_token *token, const char *word);
bool quire_sql_token_is_any(const char *sql, const struct quire_sql_token *token,
                            const char *const *words, size_t size);
#define QUIRE_SQL_TOKEN_IS_ANY(sql, token, words) \
    quire_sql_token_is_any(sql, token, words, sizeof(words) / sizeof((words)[0]))

/* The character that a token is; a zero for one that is more, or none. */
static inline char quire_sql_token_char(const char *sql, const struct quire_sql_token *token)
{
    return token->kind == QUIRE_SQL_TOKEN_OTHER && token->size == 1 ? sql[token->at] : '\0';
}

#endif
