/* The columns of a run log that are shown to people who name none. */
#ifndef QUIRE_CLI_LOG_COLUMNS_H
#define QUIRE_CLI_LOG_COLUMNS_H

#include "cli.h"
#include "quire/runlog_upkeep.h"

/* Those that there are; of these, where a width is given (not 0), the ones that matter most and fit
 * it, and before them none that are null in all rows. columns is zeroed memory, to be released
 * whatever happens. */
int quire_cli_log_columns(const char *table, const struct quire_runlog_read_options *read,
                          size_t width, struct quire_cli_columns *columns,
                          struct quire_error *error);

#endif
