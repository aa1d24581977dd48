/* Private to table: values of partition columns (PROTOCOL.md, "Partition Value Serialization"). */
#ifndef QUIRE_TABLE_PARTITION_VALUE_H
#define QUIRE_TABLE_PARTITION_VALUE_H

#include "quire/batch.h"
#include "table/action.h"

/* An array of a column's type, of one row: the value that a text stands for; null for NULL and
 * "". QUIRE_CORRUPT where the text is no such value. */
int quire_partition_value(const struct ArrowSchema *column, const struct quire_bytes *text,
                          struct ArrowArray *value, struct quire_error *error);

/* The one row of `value`, n times over. */
int quire_partition_repeat(const struct ArrowSchema *column, const struct ArrowArray *value,
                           int64_t n, struct ArrowArray *array, struct quire_error *error);

#endif
