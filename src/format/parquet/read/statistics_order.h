/* The values of statistics, and those that they are compared with (parquet.thrift,
 * ColumnOrder and Statistics): how a column orders its values, and both as values of that
 * order. What is not certain is left out, so that nothing wrong is concluded. */
#ifndef QUIRE_PARQUET_STATISTICS_ORDER_H
#define QUIRE_PARQUET_STATISTICS_ORDER_H

#include "format/parquet/page_index.h"
#include "format/parquet/read/bounds.h"
#include "format/parquet/read/footer_reader.h"

/* The order of a leaf's values as the file's schema has them. NONE where there is none that
 * statistics follow: INT96, intervals, nulls, types that are not known. */
enum quire_order quire_parquet_order_of(const struct quire_schema_element *element);

/* A bound as statistics hold it. False for one that is of the wrong size or a NaN. */
bool quire_parquet_order_bound(const struct quire_schema_element *element, enum quire_order order,
                               const struct quire_thrift_binary *bytes,
                               struct quire_order_value *value);

/* A value in Arrow's layout of field, as the leaf is given. False when the field counts
 * otherwise than the leaf (another unit, say) or the value is a NaN. */
bool quire_parquet_order_value(const struct quire_schema_element *element, enum quire_order order,
                               const struct quire_field *field, const void *bytes, size_t size,
                               struct quire_order_value *value);

/* What the statistics of a chunk of so many rows, or of a page in its column index, say; of a
 * leaf that is in no list. */
void quire_parquet_chunk_bounds(const struct quire_parquet_input *file, size_t leaf,
                                const struct quire_column_metadata *metadata, int64_t rows,
                                struct quire_bounds *bounds);
void quire_parquet_page_bounds(const struct quire_parquet_input *file, size_t leaf,
                               const struct quire_column_index *index, size_t page, int64_t rows,
                               struct quire_bounds *bounds);

#endif
