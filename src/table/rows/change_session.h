/* Private to table: what all operations that change rows share: a transaction that may remove
 * rows, the writers of new files, and the commit. */
#ifndef QUIRE_TABLE_CHANGE_SESSION_H
#define QUIRE_TABLE_CHANGE_SESSION_H

#include "quire/table_change.h"
#include "table/commit/commit_texts.h"
#include "table/rows/file_rewrite.h"

/* Begins zeroed. */
struct quire_change_session {
    struct quire_table_change_options options;
    struct quire_transaction *transaction;
    struct ArrowArrayStream *given; /* set before it is opened: rows that come; NULL: none do */
    bool evolves;                   /* set before it is opened: the schema may follow them */
    bool regenerates; /* set before it is opened: generated columns are computed anew */
    struct quire_row_writer_options writing;
    struct quire_row_writer *writer;
    struct quire_change_data *changes;  /* NULL unless they are told of */
    struct quire_data_totals written;   /* when it is finished */
    struct quire_row_tracking tracking; /* of rows that are copied */
    bool vectors;                       /* rows go by deletion vectors */
    bool telling; /* the table's changes are to be told, where it takes more than whole files */
};

/* Begins a transaction; options may be NULL, and what they point to is borrowed until close. Puts
 * out in result the version and whether the app's was there: then there is nothing to do. */
int quire_change_session_open(const char *url, const char *verb,
                              const struct quire_table_change_options *options,
                              struct quire_change_session *session,
                              struct quire_table_change_result *result, struct quire_error *error);
void quire_change_session_close(struct quire_change_session *session);

/* Whether rows of the table may be changed and its files removed. */
int quire_change_check(const struct quire_transaction *transaction, struct quire_error *error);

/* From now on what happens to rows is told, where the table's changes are. */
int quire_change_session_tell(struct quire_change_session *session, struct quire_error *error);

/* Finishes all files, which are then in the transaction; result's counts of them are set. */
int quire_change_session_finish(struct quire_change_session *session,
                                struct quire_table_change_result *result,
                                struct quire_error *error);

/* Commits what was finished; result's version and skipped are set. */
int quire_change_session_commit(struct quire_change_session *session,
                                const struct quire_commit_info *info,
                                struct quire_table_change_result *result,
                                struct quire_error *error);

/* What an operation puts out: zeroes *result (NULL: ignored) first, and names the table in
 * errors. */
typedef int quire_change_run(void *request, const struct quire_table_change_options *options,
                             struct quire_table_change_result *result, struct quire_error *error);
int quire_change_call(quire_change_run *run, void *request, const char *url,
                      const struct quire_table_change_options *options,
                      struct quire_table_change_result *result, struct quire_error *error);

#endif
