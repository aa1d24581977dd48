/* --where: rows by a condition. */
#ifndef QUIRE_CLI_WHERE_H
#define QUIRE_CLI_WHERE_H

#include "cli.h"

/* Adds the top-level columns that the condition looks at. Fails where it is no expression. */
int quire_cli_where_columns(const char *condition, struct quire_cli_columns *columns,
                            struct quire_error *error);

/* Leaves in *stream the rows for which the condition is true. */
int quire_cli_where_filter(const char *condition, struct ArrowArrayStream *stream,
                           struct quire_error *error);

#endif
