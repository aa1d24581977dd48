/* Private to sql: a temporary file without a name, written at its end and read anywhere. */
#ifndef QUIRE_SQL_SQL_SCRATCH_H
#define QUIRE_SQL_SQL_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

/* Begins zeroed; the file is made with the first byte. */
struct quire_sql_scratch {
    const char *folder; /* borrowed; NULL: /tmp */
    bool made;
    int descriptor;
    int64_t size;
};
void quire_sql_scratch_release(struct quire_sql_scratch *scratch);

int quire_sql_scratch_append(struct quire_sql_scratch *scratch, const void *bytes, size_t size,
                             struct quire_error *error);
/* Bytes that were appended. */
int quire_sql_scratch_read(const struct quire_sql_scratch *scratch, int64_t at, void *bytes,
                           size_t size, struct quire_error *error);

#endif
