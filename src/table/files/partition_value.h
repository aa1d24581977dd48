/* Private to table: values of partition columns (PROTOCOL.md, "Partition Value Serialization"). */
#ifndef QUIRE_TABLE_PARTITION_VALUE_H
#define QUIRE_TABLE_PARTITION_VALUE_H

#include "data/view.h"
#include "quire/batch.h"
#include "table/log/action.h"

/* An array of a column's type, of one row: the value that a text stands for; null for NULL and
 * "". QUIRE_CORRUPT where the text is no such value. */
int quire_partition_value(const struct ArrowSchema *column, const struct quire_bytes *text,
                          struct ArrowArray *value, struct quire_error *error);

/* Appends the text that stands for a value that is not null. 0 or QUIRE_MEMORY. Texts of the log
 * are UTF-8: a binary value that is not has none, and its bytes come as they are. */
int quire_partition_text(const struct quire_view *view, int64_t row, struct quire_buf *text);

/* The one row of `value`, n times over. */
int quire_partition_repeat(const struct ArrowSchema *column, const struct ArrowArray *value,
                           int64_t n, struct ArrowArray *array, struct quire_error *error);

#endif
