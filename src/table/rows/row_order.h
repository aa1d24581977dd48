/* Private to table: rows of a batch put in order by their partitions. */
#ifndef QUIRE_TABLE_ROW_ORDER_H
#define QUIRE_TABLE_ROW_ORDER_H

#include "data/gather.h"

#define QUIRE_NO_PARTITION SIZE_MAX

/* Zero-initialised. */
struct quire_row_order {
    struct quire_buf refs; /* struct quire_row_ref of rows, partition by partition */
    struct quire_buf ends; /* size_t a partition: where its rows end in refs */
    size_t partitions;
};

/* Finds the order of n rows from first on, whose partitions are numbers below so many. Those of a
 * partition stay in theirs. 0 or QUIRE_MEMORY. */
int quire_row_order_find(struct quire_row_order *order, const uint32_t *numbers, size_t first,
                         size_t n, size_t partitions);
/* How many rows are of a partition, and (refs not NULL) which. */
size_t quire_row_order_of(const struct quire_row_order *order, size_t partition,
                          const struct quire_row_ref **refs);
/* The partition that three quarters of n rows are of, or none. */
size_t quire_row_order_leader(const struct quire_row_order *order, size_t n);
/* Room for as many refs as rows were put in order, in place of theirs. */
struct quire_row_ref *quire_row_order_refs(struct quire_row_order *order);
size_t quire_row_order_memory(const struct quire_row_order *order);
void quire_row_order_release(struct quire_row_order *order);

#endif
