/* Private to runlog: the table that rows go to: as it is, and as it is made. */
#ifndef QUIRE_RUNLOG_LOG_TARGET_H
#define QUIRE_RUNLOG_LOG_TARGET_H

#include "quire/runlog_write.h"
#include "quire/table_write.h"
#include "runlog/rows/row_narrow.h"

struct quire_log_target {
    bool exists;
    int64_t version;
    struct ArrowSchema schema;      /* where it exists */
    enum quire_table_evolve evolve; /* what becomes of it first */
    bool widens;                    /* it becomes one that readers need type widening for */
    bool lacks;                     /* columns of run logs, which are left out */
    struct quire_row_widths widths; /* of numbers, as it keeps them */
    const char **columns;           /* of run logs, that rows go into */
    size_t columns_size;
    /* Of a new one */
    struct quire_table_create_options create;
    struct quire_buf *texts;
    char **partitions;
    size_t partitions_size;
    struct quire_table_property properties[6];
    char target_size[24];
    char *stats, *compression;
};

/* Looks at the table. QUIRE_INPUT, naming the columns, where rows of a run log do not go in;
 * QUIRE_USAGE where it is partitioned otherwise than is configured. The caller frees *target. */
int quire_log_target_open(const char *url, const struct quire_runlog_options *config,
                          const struct ArrowSchema *wanted, struct quire_log_target **target,
                          struct quire_error *error);
void quire_log_target_free(struct quire_log_target *target); /* NULL is fine */

/* The compression as encoders call it; NULL: that of the table. */
const char *quire_log_target_compression(const char *configured);

#endif
