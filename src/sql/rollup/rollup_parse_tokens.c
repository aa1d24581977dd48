/* Tokens of a query, and the columns that they name. */
#include "sql/rollup/rollup_parser.h"

#define TOKENS_MAX 2000

/* --- Tokens --------------------------------------------------------------------------------- */

int quire_rollup_read_tokens(struct quire_rollup_parser *parser)
{
    size_t at = 0;
    parser->tokens = quire_alloc(TOKENS_MAX * sizeof(*parser->tokens));
    if (parser->tokens == NULL) return QUIRE_MEMORY;
    for (;;) {
        if (parser->tokens_size == TOKENS_MAX - 2) return 0;
        const struct quire_sql_token token = quire_sql_token_next(parser->sql, &at);
        if (quire_sql_token_char(parser->sql, &token) == ';') continue;
        parser->tokens[parser->tokens_size++] = token;
        if (token.kind == QUIRE_SQL_TOKEN_END) break;
    }
    /* Two, so that what follows a token can be looked at. */
    parser->tokens[parser->tokens_size] = parser->tokens[parser->tokens_size - 1];
    parser->fits = true;
    return 0;
}

bool quire_rollup_is_word(const struct quire_rollup_parser *parser, size_t at, const char *word)
{
    return quire_sql_token_is(parser->sql, &parser->tokens[at], word);
}

bool quire_rollup_is_char(const struct quire_rollup_parser *parser, size_t at, char c)
{
    return quire_sql_token_char(parser->sql, &parser->tokens[at]) == c;
}

bool quire_rollup_is_end(const struct quire_rollup_parser *parser, size_t at)
{
    return parser->tokens[at].kind == QUIRE_SQL_TOKEN_END;
}

bool quire_rollup_is_number(const struct quire_rollup_parser *parser, size_t at)
{
    const struct quire_sql_token *token = &parser->tokens[at];
    return token->kind == QUIRE_SQL_TOKEN_OTHER && parser->sql[token->at] >= '0' &&
           parser->sql[token->at] <= '9';
}

bool quire_rollup_is_any(const struct quire_rollup_parser *parser, size_t at,
                         const char *const *words, size_t size)
{
    return quire_sql_token_is_any(parser->sql, &parser->tokens[at], words, size);
}

/* --- Columns -------------------------------------------------------------------------------- */

size_t quire_rollup_find_column(const struct quire_rollup_parser *parser, size_t at)
{
    size_t found = parser->columns_size;
    for (size_t i = 0; i < parser->columns_size; i++) {
        if (!quire_rollup_is_word(parser, at, parser->columns[i].name)) continue;
        if (found < parser->columns_size) return parser->columns_size;
        found = i;
    }
    return found;
}

bool quire_rollup_names_column(const struct quire_rollup_parser *parser, size_t at)
{
    for (size_t i = 0; i < parser->columns_size; i++)
        if (quire_rollup_is_word(parser, at, parser->columns[i].name)) return true;
    return false;
}

/* --- Types ---------------------------------------------------------------------------------- */

bool quire_rollup_is_whole(const struct quire_field *field)
{
    return quire_kind_is_integer(field->kind) && field->kind != QUIRE_KIND_UINT64;
}

bool quire_rollup_is_numeric(const struct quire_field *field)
{
    return quire_rollup_is_whole(field) || field->kind == QUIRE_KIND_FLOAT64 ||
           field->kind == QUIRE_KIND_FLOAT32;
}

bool quire_rollup_is_text(const struct quire_field *field)
{
    return quire_kind_is_string(field->kind);
}
