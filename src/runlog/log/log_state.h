/* Private to runlog: what a table is at a moment, for reports of before and after. */
#ifndef QUIRE_RUNLOG_LOG_STATE_H
#define QUIRE_RUNLOG_LOG_STATE_H

#include "base/json_text.h"
#include "quire/table.h"

struct quire_log_state {
    int64_t version, files, bytes, rows; /* rows -1: files do not say */
};
int quire_log_state_read(const char *table, struct quire_log_state *state,
                         struct quire_error *error);
/* The member of that name: version, files, size_mb, rows. */
void quire_log_state_write(const struct quire_log_state *state, const char *name,
                           struct quire_json_writer *writer);

/* The text of a finished document; "now" in it is of the system's clock. */
int quire_log_finish(const struct quire_json_writer *writer, struct quire_buf *out, char **json,
                     struct quire_error *error);
void quire_log_write_time(struct quire_json_writer *writer, const char *name, int64_t ms);
void quire_log_write_mb(struct quire_json_writer *writer, const char *name, int64_t bytes);

#endif
