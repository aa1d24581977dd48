/* Private to table: what a table asks of each row beyond types: CHECK constraints, invariants,
 * generated columns, defaults and identities (PROTOCOL.md, "Column Invariants", "CHECK
 * Constraints", "Generated Columns", "Default Columns", "Identity Columns").
 *
 * A constraint that is false or null for a row refuses the row, as in Spark. Columns that the
 * input lacks are computed where the table says how; generated ones that it has are compared. */
#ifndef QUIRE_TABLE_ROW_RULES_H
#define QUIRE_TABLE_ROW_RULES_H

#include "quire/batch.h"
#include "table/log/action.h"
#include "table/rows/identity.h"

struct quire_row_rules_source {
    const char *verb; /* of errors */
    const struct quire_metadata_action *metadata;
    const struct quire_protocol *protocol;
    const struct ArrowSchema *schema; /* of the rows: first the columns of the table; borrowed until
                                         close */
    bool regenerate;                  /* generated columns are computed also where they are given */
};

struct quire_row_rules;

/* QUIRE_UNSUPPORTED naming what this build cannot check or compute. */
int quire_row_rules_open(const struct quire_row_rules_source *source,
                         struct quire_row_rules **rules, struct quire_error *error);
void quire_row_rules_close(struct quire_row_rules *rules); /* NULL is fine */

/* Those of the table, as far as values were given by now; the rules' own. */
struct quire_identities *quire_row_rules_identities(struct quire_row_rules *rules);

/* The rows to come have these columns, in the table's spelling. Lets the columns of `cast`, a copy
 * of the table's schema, that are to be computed be null. own: they are the table's own already,
 * and keep their values of identity columns. */
void quire_row_rules_begin(struct quire_row_rules *rules, const struct ArrowSchema *given, bool own,
                           struct ArrowSchema *cast);
/* The rows to come are the table's own, some columns of which were set: generated columns among
 * these are compared, others computed anew. */
void quire_row_rules_begin_changed(struct quire_row_rules *rules,
                                   bool (*is_set)(const void *user, const char *column),
                                   const void *user);
/* Computes, and compares what is given with what is generated. */
int quire_row_rules_complete(struct quire_row_rules *rules, struct ArrowArray *batch,
                             struct quire_error *error);
/* That, and checks. The batch has the table's columns; before is the number of rows that came
 * before it. */
int quire_row_rules_apply(struct quire_row_rules *rules, struct ArrowArray *batch, int64_t before,
                          struct quire_error *error);

#endif
