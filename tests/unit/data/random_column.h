/* Columns of seeded random values, for tests that hold for every type. */
#ifndef QUIRE_TESTS_RANDOM_COLUMN_H
#define QUIRE_TESTS_RANDOM_COLUMN_H

#include "base/random.h"
#include "data/column.h"
#include "quire/batch.h"

/* All scalar types of the schema language. */
extern const char *const random_column_types[];
extern const size_t random_column_types_size;

/* The field of a schema text such as "a int32". Asserts. Closed by the caller. */
struct quire_field *random_column_field(const char *schema_text);

/* Appends a random value of the column's type, null in one of null_each rows (0:
 * never). The extremes of each type come up often. */
void random_column_append(struct quire_column *column, struct quire_random *random,
                          unsigned null_each);

#endif
