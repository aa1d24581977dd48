/* The same options and names as those of writing, so that one configuration serves all commands. */
#include "log_place.h"

#include <string.h>

#define PLACE_ROWS 4 /* table-schema, table-name and the patterns of names come first */

const struct quire_option_table *quire_cli_log_place_table(void)
{
    static struct quire_option_table table;
    table = *quire_runlog_options_table();
    table.rows_size = PLACE_ROWS;
    return &table;
}

int quire_cli_log_place(struct quire_cli *cli, char **operand)
{
    const char *place = *operand;
    char *name = NULL;
    if (cli->runlog.table_schema == NULL && cli->runlog.table_name == NULL) return 0;
    QUIRE_TRY(quire_runlog_table_name(&cli->runlog, NULL, NULL, NULL, &name, &cli->error));
    size_t place_size = strlen(place), schema = strcspn(name, ".");
    bool slash = place_size > 0 && place[place_size - 1] == '/';
    size_t size = place_size + strlen(name) + 3;
    char *table = quire_alloc(size);
    if (table != NULL)
        snprintf(table, size, "%s%s%.*s/%s", place, slash ? "" : "/", (int)schema, name,
                 name + schema + 1);
    quire_free(name);
    if (table == NULL) return quire_cli_fail_memory(&cli->error);
    quire_free(cli->log_table);
    cli->log_table = *operand = table;
    return 0;
}
