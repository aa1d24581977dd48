/* Where a run log is: TABLE itself, or below it by --table-schema and --table-name. */
#ifndef QUIRE_CLI_LOG_PLACE_H
#define QUIRE_CLI_LOG_PLACE_H

#include "cli.h"

/* The rows that say so, of those that "log write" takes; they fill struct quire_runlog_options. */
const struct quire_option_table *quire_cli_log_place_table(void);

/* Puts the log's own name in place of the operand, as "log write" has it; cli owns the text. */
int quire_cli_log_place(struct quire_cli *cli, char **operand);

#endif
