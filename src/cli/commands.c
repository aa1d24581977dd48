/* The table of commands. */
#include "commands.h"

#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct quire_command *const quire_cli_commands[] = {
    &quire_command_convert,
    &quire_command_cat,
    &quire_command_head,
    &quire_command_tail,
    &quire_command_count,
    &quire_command_schema,
    &quire_command_stats,
    &quire_command_diff,
    &quire_command_validate,
    &quire_command_meta,
    &quire_command_formats,
    &quire_command_codecs,
    &quire_command_stores,
    &quire_command_queues,
    &quire_command_clean,
    &quire_command_table,
    &quire_command_table_create,
    &quire_command_table_append,
    &quire_command_table_overwrite,
    &quire_command_table_delete,
    &quire_command_table_update,
    &quire_command_table_merge,
    &quire_command_table_restore,
    &quire_command_table_changes,
    &quire_command_table_read,
    &quire_command_table_info,
    &quire_command_table_history,
    &quire_command_table_files,
    &quire_command_sql,
    &quire_command_table_optimize,
    &quire_command_table_vacuum,
    &quire_command_table_fsck,
    &quire_command_table_checkpoint,
    &quire_command_table_analyze,
    &quire_command_table_constraint,
    &quire_command_table_property,
    &quire_command_table_convert,
    &quire_command_log,
    &quire_command_log_write,
    &quire_command_log_show,
    &quire_command_log_info,
    &quire_command_log_history,
    &quire_command_log_report,
    &quire_command_log_summary,
    &quire_command_log_trends,
    &quire_command_log_check,
    &quire_command_log_anomalies,
    &quire_command_log_export,
    &quire_command_log_optimize,
    &quire_command_log_maintain,
    &quire_command_log_metrics,
    &quire_command_log_options,
    &quire_command_version,
    &quire_command_help,
};
const size_t quire_cli_commands_size = COUNT(quire_cli_commands);

/* Commands that the contract of the program names and that this build lacks. */
static const char *const absent[] = {
    "task", "seal", "unseal", "keygen", "serve", "table analyze", "table checkpoint", "table fsck",
};

const struct quire_command *quire_cli_command_find(const char *name)
{
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        if (strcmp(quire_cli_commands[i]->name, name) == 0) return quire_cli_commands[i];
    }
    return NULL;
}

bool quire_cli_command_within(const struct quire_command *command,
                              const struct quire_command *group)
{
    size_t size = strlen(group->name);
    return strncmp(command->name, group->name, size) == 0 && command->name[size] == ' ';
}

static bool is_absent(const char *name)
{
    for (size_t i = 0; i < COUNT(absent); i++) {
        if (strcmp(absent[i], name) == 0) return true;
    }
    return false;
}

int quire_cli_command_fail(const char *name, struct quire_error *error)
{
    if (is_absent(name)) return quire_fail(error, QUIRE_UNSUPPORTED, name, "not in this build");
    const char *names[COUNT(quire_cli_commands) + COUNT(absent)];
    size_t size = 0;
    for (size_t i = 0; i < quire_cli_commands_size; i++)
        names[size++] = quire_cli_commands[i]->name;
    for (size_t i = 0; i < COUNT(absent); i++)
        names[size++] = absent[i];
    const char *nearest = quire_options_nearest(names, size, name);
    quire_fail(error, QUIRE_USAGE, "", "there is no command \"%.80s\"", name);
    if (nearest != NULL)
        quire_error_hint(error, "did you mean \"quire %s\"%s?", nearest,
                         is_absent(nearest) ? " (not in this build)" : "");
    else
        quire_error_hint(error, "\"quire help\" lists them");
    return QUIRE_USAGE;
}
