/* Private to expr: text by characters. Bytes that are not UTF-8 are characters of their own. */
#ifndef QUIRE_EXPR_EXPR_TEXT_H
#define QUIRE_EXPR_EXPR_TEXT_H

#include "expr/expr_function.h"

/* `%` any run, `_` one character, escape the next as it is. */
struct quire_like {
    struct quire_bytes pattern;
    uint32_t escape;
    bool ignore_case;
};
bool quire_like_match(const struct quire_like *like, const struct quire_bytes *text);

/* How many characters. */
size_t quire_text_length(const struct quire_bytes *text);
/* Bytes of the character that begins at a byte within the text. */
size_t quire_text_step(const struct quire_bytes *text, size_t at);
/* The code of the character there; QUIRE_TEXT_NONE and more of bytes that are none. */
#define QUIRE_TEXT_NONE 0x110000
uint32_t quire_text_character(const struct quire_bytes *text, size_t at);
/* The byte at which character number n begins; the size when there are fewer. */
size_t quire_text_byte_of(const struct quire_bytes *text, int64_t n);
/* A letter in its other case, one for one; all else as it is. */
uint32_t quire_text_lower(uint32_t code);
uint32_t quire_text_upper(uint32_t code);

struct quire_bytes quire_text_part(const struct quire_bytes *text, size_t from, size_t to);
/* Where needle is first at or after a byte; -1. */
int64_t quire_text_find(const struct quire_bytes *text, const struct quire_bytes *needle,
                        size_t from);
/* Characters from number `from` on, counted from 1, negative from the end (SUBSTRING). */
struct quire_bytes quire_text_substring(const struct quire_bytes *text, int64_t from,
                                        int64_t length);

/* What functions of text do to the types of their arguments. */
quire_expr_bind_call quire_expr_bind_texts;           /* texts to text */
quire_expr_bind_call quire_expr_bind_text_question;   /* texts to boolean */
quire_expr_bind_call quire_expr_bind_text_and_counts; /* a text and counts to text */

#endif
