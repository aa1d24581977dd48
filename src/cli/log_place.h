/* Where a run log is: TABLE itself, or below it by --table-schema and --table-name. */
#ifndef QUIRE_CLI_LOG_PLACE_H
#define QUIRE_CLI_LOG_PLACE_H

#include "cli.h"

/* The rows of run logs that a command takes, all or the first of those of "log write"; they fill
 * struct quire_runlog_options. NULL: none. */
const struct quire_option_table *quire_cli_log_table(const struct quire_command *command);

/* Puts the log's own name in place of the operand, as "log write" has it; cli owns the text. */
int quire_cli_log_place(struct quire_cli *cli, char **operand);

#endif
