/* QUIRE_<NAME> variables: the common options, and nothing else. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "options.h"

#define VARIABLE_SIZE_MAX 40

const char *quire_cli_environment_get(const char *name)
{
    const char *value = secure_getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void variable_name(const char *option, char out[VARIABLE_SIZE_MAX])
{
    snprintf(out, VARIABLE_SIZE_MAX, "QUIRE_%s", option);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

int quire_cli_environment_read(struct quire_cli *cli, struct quire_error *error)
{
    struct quire_cli_scope scope = {NULL, &quire_cli_common_table, &cli->common};
    for (size_t i = 0; i < scope.table->rows_size; i++) {
        const char *option = scope.table->rows[i].name;
        if (strcmp(option, "help") == 0 || strcmp(option, "config") == 0) continue;
        char variable[VARIABLE_SIZE_MAX];
        variable_name(option, variable);
        const char *value = quire_cli_environment_get(variable);
        if (value == NULL) continue;
        int code = quire_cli_option_set(cli, &scope, option, value, error);
        if (code == 0) continue;
        snprintf(error->operation, sizeof(error->operation), "%s", variable);
        return code;
    }
    return 0;
}
