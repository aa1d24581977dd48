/* Private to table: between which values those of a key's column are, as a condition that rules out
 * files. */
#ifndef QUIRE_TABLE_KEY_RANGE_H
#define QUIRE_TABLE_KEY_RANGE_H

#include "base/buf.h"
#include "data/view.h"

/* Values of a column that are told one by one, where there are no more. */
#define QUIRE_KEY_VALUES_MAX 16

/* A value: its bytes in sort order, and its text. */
struct quire_key_value {
    struct quire_buf order, text;
};

/* Begins zeroed. */
struct quire_key_range {
    struct quire_key_value least, greatest;
    struct quire_key_value values[QUIRE_KEY_VALUES_MAX]; /* all, while there is room */
    size_t values_size;                                  /* one more where there was none */
    struct quire_buf scratch;
    bool any;
};

/* Takes a value that is not null. 0 or QUIRE_MEMORY. */
int quire_key_range_add(struct quire_key_range *range, const struct quire_view *column,
                        int64_t row);
void quire_key_range_release(struct quire_key_range *range);

/* Appends to a condition what the range says of the column, with AND where something stands there;
 * nothing for a type of which values have no literal that is sure to mean them. 0 or
 * QUIRE_MEMORY. */
int quire_key_range_write(const struct quire_key_range *range, const struct quire_field *column,
                          struct quire_buf *where);

#endif
