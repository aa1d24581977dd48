/* The value of one option: from text, to text. Used through options.h. */
#ifndef QUIRE_BASE_OPTION_VALUE_H
#define QUIRE_BASE_OPTION_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "quire/option.h"

/* Parses value into the place of the row in options, which keeps its old value
 * on failure. key is the part after the point for KEYED rows ("" for none), and
 * not used by others. value NULL counts as "" for BOOL and is refused by others.
 * 0, QUIRE_USAGE or QUIRE_MEMORY. */
int quire_option_value_parse(const struct quire_option *row, void *options, const char *key,
                             const char *value, struct quire_error *error);

/* Appends the canonical text of the value, which parses to the same value again,
 * except that a KEYED list prints whole, as "KEY=value,KEY=value", and that an
 * absent TEXT or CHAR prints nothing. 0 or QUIRE_MEMORY. */
int quire_option_value_print(const struct quire_option *row, const void *options,
                             struct quire_buf *out);

/* Frees what the value owns and makes it zero. */
void quire_option_value_release(const struct quire_option *row, void *options);

/* Walks the names of a CHOICE row: *cursor starts as row->choices. Returns the
 * next name (*size bytes, not terminated), or NULL at the end. */
const char *quire_option_next_choice(const char **cursor, size_t *size);

/* Whether two names of options or choices are the same: case does not matter and
 * '-' is as good as '_'. fold gives one such character its lower-case '_' form. */
bool quire_option_name_equal(const char *a, size_t a_size, const char *b, size_t b_size);
char quire_option_name_fold(char c);

#endif
