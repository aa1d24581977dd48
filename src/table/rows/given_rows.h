/* Private to table: rows on their way from a caller into a table, looked at as they pass. */
#ifndef QUIRE_TABLE_GIVEN_ROWS_H
#define QUIRE_TABLE_GIVEN_ROWS_H

#include "quire/batch.h"

/* Begins zeroed but for the first three. */
struct quire_given_rows {
    struct ArrowArrayStream *source; /* borrowed */
    /* Looks at a batch, of the source's schema; rows of errors count from 1 in the batch. */
    int (*look)(void *user, const struct ArrowSchema *schema, const struct ArrowArray *batch,
                struct quire_error *error);
    void *user;
    struct ArrowSchema schema; /* the source's */
    int64_t rows;              /* that passed */
};

/* The rows as a stream, which borrows all of it. */
int quire_given_rows_stream(struct quire_given_rows *given, struct ArrowArrayStream *stream,
                            struct quire_error *error);
void quire_given_rows_release(struct quire_given_rows *given);

/* A row as text for messages, "a=1, b=x", of the columns that are wanted. */
void quire_given_rows_show(const struct ArrowSchema *schema, const struct ArrowArray *batch,
                           int64_t row, bool (*wanted)(void *user, const char *column), void *user,
                           char *out, size_t size);

#endif
