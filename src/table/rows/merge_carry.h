/* Private to table: what rows of a table pass on to those that take their place in a merge: numbers
 * of columns that are not theirs to give, as the ids of rows are. Several rows may have one key. */
#ifndef QUIRE_TABLE_MERGE_CARRY_H
#define QUIRE_TABLE_MERGE_CARRY_H

#include "base/buf.h"
#include "table/rows/number_column.h"

/* Begins zeroed but for the first. */
struct quire_merge_carry {
    size_t columns;          /* 0: nothing is carried */
    struct quire_buf heads;  /* size_t, one a key: 1 + its first row; 0: none */
    struct quire_buf nexts;  /* size_t, one a row: 1 + the next one of its key; 0: none */
    struct quire_buf values; /* struct quire_number, columns of them a row */
};

/* Makes room for so many keys. 0 or QUIRE_MEMORY. */
int quire_merge_carry_begin(struct quire_merge_carry *carry, size_t keys);
void quire_merge_carry_release(struct quire_merge_carry *carry);
/* Takes the values of a row of that key. 0 or QUIRE_MEMORY. */
int quire_merge_carry_add(struct quire_merge_carry *carry, size_t key,
                          const struct quire_number *values);

/* The first row of a key that was taken, and the one behind a row; 0: none. */
size_t quire_merge_carry_first(const struct quire_merge_carry *carry, size_t key);
size_t quire_merge_carry_next(const struct quire_merge_carry *carry, size_t row);
/* The values of a row; borrowed until the next one is added. */
const struct quire_number *quire_merge_carry_values(const struct quire_merge_carry *carry,
                                                    size_t row);
/* Bytes held. */
size_t quire_merge_carry_memory(const struct quire_merge_carry *carry);

#endif
