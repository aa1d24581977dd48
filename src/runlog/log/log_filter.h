/* Private to runlog: which rows are asked for. */
#ifndef QUIRE_RUNLOG_LOG_FILTER_H
#define QUIRE_RUNLOG_LOG_FILTER_H

#include "base/buf.h"
#include "quire/batch.h"
#include "quire/expr.h"

/* Appends the condition that filters mean, zero-terminated: a condition as it is, or a JSON object
 * of columns and the values that they equal. QUIRE_USAGE naming a column that is not there. */
int quire_log_filter(const char *filters, const struct ArrowSchema *schema, struct quire_buf *out,
                     struct quire_error *error);

/* Tries a condition that is bound to the schema: what fails of a row without any values fails of
 * all, as does a text that is compared with a number and is none. QUIRE_USAGE where it does. */
int quire_log_filter_try(const struct quire_expr *expr, const struct ArrowSchema *schema,
                         struct quire_error *error);

#endif
