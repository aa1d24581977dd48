/* Private to table: actions that are in memory, as lines of JSON, read as a commit is. */
#ifndef QUIRE_TABLE_LOG_LINES_H
#define QUIRE_TABLE_LOG_LINES_H

#include "base/buf.h"
#include "quire/format.h"

/* The lines are borrowed until the stream is released. */
int quire_log_lines_read(const struct quire_buf *lines, const struct quire_record_policy *records,
                         struct ArrowArrayStream *stream, struct quire_error *error);

#endif
