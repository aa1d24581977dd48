/* Private to table: whether a table as it is now would take rows, with nothing written: their
 * columns and types, what it computes, and what it forbids (row_rules.h). */
#ifndef QUIRE_TABLE_ROW_TRIAL_H
#define QUIRE_TABLE_ROW_TRIAL_H

#include "quire/table_write.h"

struct quire_row_trial_options {
    const char *verb; /* of errors */
    enum quire_table_evolve evolve;
    bool changes; /* rows of the table are to go, too */
    struct quire_context *context;
};

struct quire_row_trial;

/* For rows of a schema, into a table that is there. options are borrowed until close. */
int quire_row_trial_open(const char *url, const struct ArrowSchema *rows,
                         const struct quire_row_trial_options *options,
                         struct quire_row_trial **trial, struct quire_error *error);
void quire_row_trial_close(struct quire_row_trial *trial); /* NULL is fine */

/* QUIRE_INPUT for a row that the table would refuse. The stream is read to its end, and released by
 * the caller. */
int quire_row_trial_take(struct quire_row_trial *trial, struct ArrowArrayStream *rows,
                         struct quire_error *error);

#endif
