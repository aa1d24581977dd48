/* Private to runlog: which columns the rows of a run log are arranged by where none are named. */
#ifndef QUIRE_RUNLOG_LOG_ORDER_H
#define QUIRE_RUNLOG_LOG_ORDER_H

#include "quire/table.h"

#define QUIRE_LOG_ORDER_MAX 2

struct quire_log_order {
    struct ArrowSchema schema; /* owns the names */
    const char *columns[QUIRE_LOG_ORDER_MAX];
    size_t size;
};

/* created_at (of older logs another time) and step_name, as far as the table has them and is not
 * partitioned by them; at least one column. */
int quire_log_order_read(const char *table, struct quire_log_order *order,
                         struct quire_error *error);
void quire_log_order_release(struct quire_log_order *order);

#endif
