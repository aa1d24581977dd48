#include "runlog/log_described.h"

#include <string.h>

#include "base/fail.h"
#include "quire/memory.h"

int quire_log_describe(const char *table, struct quire_log_described *described,
                       struct quire_error *error)
{
    size_t at = 0;
    QUIRE_TRY(quire_table_open(table, QUIRE_TABLE_NEWEST, &described->table, error));
    QUIRE_TRY(quire_table_describe(described->table, &described->text, error));
    if (quire_json_tree_parse(described->text, strlen(described->text), &described->arena,
                              &described->root, &at) != 0)
        return quire_fail_memory(error, "run log");
    return 0;
}

void quire_log_described_release(struct quire_log_described *described)
{
    quire_arena_release(&described->arena);
    quire_free(described->text);
    quire_table_close(described->table);
}
