/* Private to expr: text by characters, and LIKE. */
#ifndef QUIRE_EXPR_EXPR_TEXT_H
#define QUIRE_EXPR_EXPR_TEXT_H

#include "expr/expr_function.h"

/* `%` any run, `_` one character, escape the next as it is; ASCII case by ignore_case. */
struct quire_like {
    struct quire_bytes pattern;
    uint32_t escape;
    bool ignore_case;
};
bool quire_like_match(const struct quire_like *like, const struct quire_bytes *text);

/* Characters of valid UTF-8. */
size_t quire_expr_text_length(const struct quire_bytes *text);

#endif
