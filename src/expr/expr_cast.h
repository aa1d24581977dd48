/* Private to expr: casts of single values, by what they come from and go to. */
#ifndef QUIRE_EXPR_EXPR_CAST_H
#define QUIRE_EXPR_EXPR_CAST_H

#include "expr/expr_function.h"

/* False where the text is no value of the vector's type, or one that does not fit it; with clamps,
 * a time that does not fit becomes the last or first that does. */
bool quire_expr_from_text(const struct quire_bytes *text, size_t row, bool clamps,
                          struct quire_vector *out);

/* The end of the text of a value that is not text itself, in room for QUIRE_DECIMAL_TEXT_MAX. */
char *quire_expr_to_text(const struct quire_vector *from, size_t row, char *out);

/* A decimal, its digits beyond the scale rounded half up. */
bool quire_expr_parse_decimal(const char *text, size_t size, const struct quire_expr_type *type,
                              struct quire_decimal *value);

bool quire_expr_fits_integer(int64_t value, enum quire_expr_type_id id);
bool quire_expr_fits_decimal(const struct quire_decimal *value, const struct quire_expr_type *type);

/* Stores a real, rounded to the vector's type. */
void quire_vector_set_real(struct quire_vector *out, size_t row, double value);

#endif
