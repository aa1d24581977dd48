/* Private to runlog: the newest of many times, in a heap of which the oldest comes first. */
#ifndef QUIRE_RUNLOG_NEWEST_TIMES_H
#define QUIRE_RUNLOG_NEWEST_TIMES_H

#include "base/buf.h"
#include "quire/arrow.h"
#include "quire/error.h"

/* Takes the times of a stream, to its end, from one of its columns. newest: int64_t, of which limit
 * (1 or more) are kept; a null is INT64_MIN. */
int quire_newest_take(struct ArrowArrayStream *stream, const char *column, int64_t limit,
                      struct quire_buf *newest, struct quire_error *error);

#endif
