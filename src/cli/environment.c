/* QUIRE_<NAME> variables for the common options, QUIRE_LOG_<NAME> for those of run logs that the
 * command takes, and nothing else. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "log_place.h"
#include "options.h"

#define VARIABLE_SIZE_MAX 60
#define LOG_PREFIX        "QUIRE_LOG_"

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

/* An option of two names has one value. */
static int check_alias(const struct quire_cli_scope *scope, const struct quire_option *row,
                       const char *prefix, const char *value, struct quire_error *error)
{
    const struct quire_option *other = quire_cli_other_name(scope->table, row);
    char variables[2][VARIABLE_SIZE_MAX];
    if (other == NULL) return 0;
    variable_name(prefix, row->name, variables[0]);
    variable_name(prefix, other->name, variables[1]);
    const char *given = quire_cli_environment_get(variables[1]);
    if (given == NULL || strcmp(given, value) == 0) return 0;
    return quire_fail(error, QUIRE_USAGE, "configure",
                      "%s is '%.80s' and %s is '%.80s', and they are one option", variables[0],
                      value, variables[1], given);
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
        QUIRE_TRY(check_alias(scope, &scope->table->rows[i], prefix, value, error));
        cli->place = QUIRE_CLI_OF_ENVIRONMENT;
        int code = quire_cli_option_set(cli, scope, option, value, error);
        if (code == 0) continue;
        snprintf(error->operation, sizeof(error->operation), "%s", variable);
        return code;
    }
    return 0;
}

static bool is_variable_of(const struct quire_option_table *table, const char *prefix,
                           const char *given, size_t size)
{
    char variable[VARIABLE_SIZE_MAX];
    for (size_t i = 0; i < table->rows_size; i++) {
        variable_name(prefix, table->rows[i].name, variable);
        if (strlen(variable) == size && strncmp(variable, given, size) == 0) return true;
    }
    return false;
}

static int fail_variable(const char *given, size_t size, struct quire_error *error)
{
    const struct quire_option_table *table = quire_runlog_options_table();
    const char *names[QUIRE_CLI_ROWS_MAX];
    char option[VARIABLE_SIZE_MAX], variable[VARIABLE_SIZE_MAX];
    size_t names_size = 0, prefix = sizeof(LOG_PREFIX) - 1;
    for (; names_size < table->rows_size && names_size < QUIRE_CLI_ROWS_MAX; names_size++)
        names[names_size] = table->rows[names_size].name;
    snprintf(option, sizeof(option), "%.*s", (int)(size - prefix), given + prefix);
    for (char *c = option; *c != '\0'; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    quire_fail(error, QUIRE_USAGE, "configure", "%.*s: run logs have no such option",
               (int)(size < 100 ? size : 100), given);
    const char *nearest = quire_options_nearest(names, names_size, option);
    if (nearest == NULL) return QUIRE_USAGE;
    variable_name(LOG_PREFIX, nearest, variable);
    quire_error_hint(error, "did you mean %s?", variable);
    return QUIRE_USAGE;
}

/* A variable of run logs that is none would do nothing, as a key of a file that is none would. */
static int check_variables(struct quire_error *error)
{
    for (char **at = environ; *at != NULL; at++) {
        size_t size = strcspn(*at, "=");
        if (strncmp(*at, LOG_PREFIX, sizeof(LOG_PREFIX) - 1) != 0 || (*at)[size] == '\0' ||
            (*at)[size + 1] == '\0')
            continue;
        if (!is_variable_of(quire_runlog_options_table(), LOG_PREFIX, *at, size) &&
            !is_variable_of(&quire_cli_common_table, "QUIRE_", *at, size))
            return fail_variable(*at, size, error);
    }
    return 0;
}

void quire_cli_environment_place(const char *option, struct quire_error *error)
{
    bool of_logs = quire_options_has(quire_runlog_options_table(), option);
    char variable[VARIABLE_SIZE_MAX];
    variable_name(of_logs ? LOG_PREFIX : "QUIRE_", option, variable);
    snprintf(error->operation, sizeof(error->operation), "%s", variable);
}

int quire_cli_environment_read(struct quire_cli *cli, struct quire_error *error)
{
    const struct quire_cli_scope common = {NULL, &quire_cli_common_table, &cli->common};
    const struct quire_cli_scope runlog = {NULL, quire_cli_log_table(cli->command), &cli->runlog};
    QUIRE_TRY(read_scope(cli, &common, "QUIRE_", error));
    if (runlog.table == NULL) return 0;
    QUIRE_TRY(check_variables(error));
    return read_scope(cli, &runlog, LOG_PREFIX, error);
}
