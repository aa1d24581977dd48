/* Private to expr: patterns of dates and times, taken apart. */
#ifndef QUIRE_EXPR_EXPR_PATTERN_H
#define QUIRE_EXPR_EXPR_PATTERN_H

#include "expr/expr_time.h"

#define QUIRE_PATTERN_RUN_MAX 32

/* One piece of a pattern: a run of a letter, or literal text with letter 0. */
struct quire_pattern_piece {
    char letter;
    size_t size; /* of the run, or the text */
    char text[QUIRE_PATTERN_RUN_MAX];
};

bool quire_pattern_is_letter(uint8_t c);

/* What stands at *at, which is moved behind it; false where a quote does not end. */
bool quire_pattern_take(const struct quire_bytes *pattern, size_t *at,
                        struct quire_pattern_piece *piece);

extern const char *const quire_pattern_months[12];
extern const char *const quire_pattern_weekdays[7]; /* from Monday on */

/* TO_DATE and TO_TIMESTAMP. */
quire_expr_bind_call quire_pattern_bind_read;
quire_expr_kernel quire_pattern_read_kernel;

#endif
