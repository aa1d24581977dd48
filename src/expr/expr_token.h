/* Private to expr: an expression's text, cut into tokens. */
#ifndef QUIRE_EXPR_EXPR_TOKEN_H
#define QUIRE_EXPR_EXPR_TOKEN_H

#include "base/alloc.h"
#include "quire/error.h"

enum quire_expr_token_kind {
    QUIRE_TOKEN_END,
    QUIRE_TOKEN_WORD,   /* a name or keyword as it stands */
    QUIRE_TOKEN_QUOTED, /* a name in back quotes, without them */
    QUIRE_TOKEN_STRING, /* text in quotes, escapes resolved */
    QUIRE_TOKEN_NUMBER, /* digits, point, exponent */
    QUIRE_TOKEN_MARK    /* an operator or punctuation */
};

struct quire_expr_token {
    enum quire_expr_token_kind kind;
    const char *text; /* of the source, or the arena where something was resolved */
    size_t size;
    size_t at;         /* character of the source, from 0 */
    size_t start, end; /* its bytes there */
};

struct quire_expr_lexer {
    const char *text;
    size_t size, at;
    size_t counted, characters; /* bytes that were counted, and what they hold */
    struct quire_arena *arena;
};

/* The next token. What is none is QUIRE_USAGE with its place. */
int quire_expr_token_next(struct quire_expr_lexer *lexer, struct quire_expr_token *token,
                          struct quire_error *error);

#endif
