/* QUIRE_<NAME> variables for the common options, QUIRE_LOG_<NAME> for those of run logs, and
 * nothing else. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "log_place.h"
#include "options.h"

#define VARIABLE_SIZE_MAX 60

const char *quire_cli_environment_get(const char *name)
{
    const char *value = secure_getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void variable_name(const char *prefix, const char *option, char out[VARIABLE_SIZE_MAX])
{
    snprintf(out, VARIABLE_SIZE_MAX, "%s%s", prefix, option);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

static int read_scope(struct quire_cli *cli, const struct quire_cli_scope *scope,
                      const char *prefix, struct quire_error *error)
{
    for (size_t i = 0; i < scope->table->rows_size; i++) {
        const char *option = scope->table->rows[i].name;
        if (strcmp(option, "help") == 0 || strcmp(option, "config") == 0) continue;
        char variable[VARIABLE_SIZE_MAX];
        variable_name(prefix, option, variable);
        const char *value = quire_cli_environment_get(variable);
        if (value == NULL) continue;
        int code = quire_cli_option_set(cli, scope, option, value, error);
        if (code == 0) continue;
        snprintf(error->operation, sizeof(error->operation), "%s", variable);
        return code;
    }
    return 0;
}

int quire_cli_environment_read(struct quire_cli *cli, struct quire_error *error)
{
    const struct quire_cli_scope common = {NULL, &quire_cli_common_table, &cli->common};
    bool writes = (cli->command->flags & QUIRE_COMMAND_LOGS) != 0;
    const struct quire_cli_scope runlog = {
        NULL, writes ? quire_runlog_options_table() : quire_cli_log_place_table(), &cli->runlog};
    QUIRE_TRY(read_scope(cli, &common, "QUIRE_", error));
    if (!writes && (cli->command->flags & QUIRE_COMMAND_LOG_AT) == 0) return 0;
    return read_scope(cli, &runlog, "QUIRE_LOG_", error);
}
