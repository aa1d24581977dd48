/* --where: rows by a condition. */
#ifndef QUIRE_CLI_WHERE_H
#define QUIRE_CLI_WHERE_H

#include "cli.h"
#include "quire/expr.h"

/* Adds the top-level columns that the condition looks at. Fails where it is no expression. */
int quire_cli_where_columns(const char *condition, struct quire_cli_columns *columns,
                            struct quire_error *error);

/* Binds a condition to a stream's schema and gives what it asks of single columns, borrowed from
 * *expr, which the caller frees. None of a condition that cannot be bound, which filtering tells.
 */
int quire_cli_where_conditions(const char *condition, struct ArrowArrayStream *stream,
                               struct quire_expr **expr, struct quire_record_policy *policy,
                               struct quire_error *error);

/* Leaves in *stream the rows for which the condition is true. */
int quire_cli_where_filter(const char *condition, struct ArrowArrayStream *stream,
                           struct quire_error *error);

#endif
