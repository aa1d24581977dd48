/* Private to runlog: rows with the time that each goes by, where that is not one column. */
#ifndef QUIRE_RUNLOG_LOG_TIME_H
#define QUIRE_RUNLOG_LOG_TIME_H

#include "quire/batch.h"

#define QUIRE_LOG_TIME "quire:time" /* no name that a run log has */

/* The rows with one more column of that name, at the end: what the expression gives. Takes *rows on
 * success. */
int quire_log_time_add(struct ArrowArrayStream *rows, const char *expr,
                       struct ArrowArrayStream *result, struct quire_error *error);
/* The rows without their last column. Takes *rows on success. */
int quire_log_time_drop(struct ArrowArrayStream *rows, struct ArrowArrayStream *result,
                        struct quire_error *error);

#endif
