/* What became of a write into a run log. */
#ifndef QUIRE_CLI_LOG_TOLD_H
#define QUIRE_CLI_LOG_TOLD_H

#include "quire/runlog_write.h"

#include "cli.h"

/* One JSON object a line on standard output. */
int quire_cli_log_print_result(const struct quire_runlog_result *result);

/* Each failure of the write once, those that failed alike in one line, on standard error. */
void quire_cli_log_tell_failures(const struct quire_cli *cli,
                                 const struct quire_runlog_result *result);

/* A line for each table that was written to, on standard error. */
void quire_cli_log_tell_result(const struct quire_cli *cli,
                               const struct quire_runlog_result *result);

#endif
