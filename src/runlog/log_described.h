/* Private to runlog: a table at its newest version, with what it says of itself. */
#ifndef QUIRE_RUNLOG_LOG_DESCRIBED_H
#define QUIRE_RUNLOG_LOG_DESCRIBED_H

#include "base/json_tree.h"
#include "quire/table.h"

struct quire_log_described {
    struct quire_table *table;
    char *text;
    struct quire_arena arena;
    struct quire_json_node *root; /* of the text, an object */
};

/* *described is zeroed memory, to be released whatever happens. */
int quire_log_describe(const char *table, struct quire_log_described *described,
                       struct quire_error *error);
void quire_log_described_release(struct quire_log_described *described);

#endif
