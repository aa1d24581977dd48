/* The rows of a data file have one value in a column that partitions the table: rows cannot be
 * arranged by it. */
#include "runlog/log/log_order.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/batch.h"
#include "runlog/log_described.h"
#include "runlog/runlog_schema.h"

void quire_log_order_release(struct quire_log_order *order)
{
    quire_schema_release(&order->schema);
}

static bool is_partition(const struct quire_json_node *partitions, const char *name)
{
    const struct quire_json_node *one = partitions != NULL ? partitions->first : NULL;
    while (one != NULL && strcmp(one->text, name) != 0)
        one = one->next;
    return one != NULL;
}

/* Whether it could be added. */
static bool add(struct quire_log_order *order, const struct quire_json_node *partitions,
                const char *name)
{
    if (!quire_runlog_has(&order->schema, name) || is_partition(partitions, name)) return false;
    order->columns[order->size++] = name;
    return true;
}

static void choose(struct quire_log_order *order, const struct quire_json_node *partitions)
{
    bool found = add(order, partitions, "created_at");
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES && !found; i++)
        found = add(order, partitions, quire_runlog_times[i]);
    (void)add(order, partitions, "step_name");
    for (int64_t i = 0; i < order->schema.n_children && order->size == 0; i++) {
        const struct ArrowSchema *column = order->schema.children[i];
        if (column->format[0] != '+') (void)add(order, partitions, column->name);
    }
}

int quire_log_order_read(const char *table, struct quire_log_order *order,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_log_described_release) struct quire_log_described described = {NULL};
    QUIRE_TRY(quire_log_describe(table, &described, error));
    QUIRE_TRY(quire_table_schema(described.table, &order->schema, error));
    choose(order, quire_json_tree_get(described.root, "partition_columns"));
    return 0;
}
