/* The same options and names as those of writing, so that one configuration serves all commands. */
#include "log_place.h"

#include <string.h>

/* table-schema, table-name, patterns of names and their time come first, then min-validation-rate
 * and quality-rules, then max-invalid-rows-percent. */
#define PLACE_ROWS 5
#define JUDGE_ROWS 7
#define CHECK_ROWS 8

static const struct quire_option_table *first_rows(struct quire_option_table *table, size_t size)
{
    *table = *quire_runlog_options_table();
    table->rows_size = size;
    return table;
}

const struct quire_option_table *quire_cli_log_table(const struct quire_command *command)
{
    static struct quire_option_table place, judge, check;
    if (command->flags & QUIRE_COMMAND_LOGS) return quire_runlog_options_table();
    if (command->flags & QUIRE_COMMAND_LOG_CHECKS) return first_rows(&check, CHECK_ROWS);
    if (command->flags & QUIRE_COMMAND_LOG_JUDGES) return first_rows(&judge, JUDGE_ROWS);
    return command->flags & QUIRE_COMMAND_LOG_AT ? first_rows(&place, PLACE_ROWS) : NULL;
}

/* What a pattern has that is known of what is written alone; NULL: nothing. */
static const char *unknown_of(const char *pattern, bool has_timestamp)
{
    static const char *const all[] = {"{pipeline_id}", "{run_mode}", "{date}", "{timestamp}"};
    for (size_t i = 0; pattern != NULL && i < (has_timestamp ? 2 : 4); i++)
        if (strstr(pattern, all[i]) != NULL) return all[i];
    return NULL;
}

static int check_known(const struct quire_runlog_options *options, struct quire_error *error)
{
    const struct {
        const char *option, *pattern;
    } all[] = {{"table-name-pattern", options->table_name_pattern},
               {"table-suffix-pattern", options->table_suffix_pattern}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const char *unknown = unknown_of(all[i].pattern, options->table_timestamp != NULL);
        if (unknown == NULL) continue;
        quire_fail(error, QUIRE_USAGE, "configure",
                   "%s: '%.100s' names many tables: %s is that of what was written", all[i].option,
                   all[i].pattern, unknown);
        quire_error_hint(error, "say which, with all names written out: --%s %s", all[i].option,
                         i == 0 ? "SCHEMA.NAME" : "SUFFIX");
        return QUIRE_USAGE;
    }
    return 0;
}

int quire_cli_log_place(struct quire_cli *cli, char **operand)
{
    const char *place = *operand;
    char *name = NULL;
    if (!quire_runlog_is_named(&cli->runlog)) return 0;
    if (cli->command->flags & QUIRE_COMMAND_LOG_AT)
        QUIRE_TRY(check_known(&cli->runlog, &cli->error));
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
