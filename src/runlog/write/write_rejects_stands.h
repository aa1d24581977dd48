/* Private to runlog: what the commits of a write say of the rows that it set apart: the member
 * "quire" of their commitInfo, {"write": UUID, "rejects": [begin, end, ...]}, in which a pair is
 * rows by their numbers from 0, end left out. So it can be known later which of them go with rows
 * that stand. */
#ifndef QUIRE_RUNLOG_WRITE_REJECTS_STANDS_H
#define QUIRE_RUNLOG_WRITE_REJECTS_STANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "quire/error.h"

/* Ranges are added in any order; those that touch the one before are joined to it. Begins zeroed.
 * 0 or QUIRE_MEMORY. */
struct quire_rejects_said {
    struct quire_buf pairs; /* int64_t */
};
int quire_rejects_said_add(struct quire_rejects_said *said, int64_t begin, int64_t end);
/* The object, terminated. */
int quire_rejects_said_write(const struct quire_rejects_said *said, const char *id,
                             struct quire_buf *out);

/* Sets the bytes of keep, of count rows, that commits of the write to a table name. begun_ms: when
 * it began. *known is false where the table is not there, or its log does not go back so far. */
int quire_rejects_stands(const char *table, const char *id, int64_t begun_ms, uint8_t *keep,
                         int64_t count, bool *known, struct quire_error *error);

#endif
