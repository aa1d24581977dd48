/* The commit of an operation that puts files in the place of files. */
#ifndef QUIRE_TABLE_REWRITE_COMMIT_H
#define QUIRE_TABLE_REWRITE_COMMIT_H

#include "table/rows/change_session.h"
#include "table/rows/file_rewrite.h"

struct quire_rewrite_commit {
    const char *operation; /* of commitInfo: "DELETE", "UPDATE" */
    const char *counts;    /* the metric of the rows that matched */
    const char *where;     /* the condition; NULL: all rows */
    const struct quire_file_rewrite_totals *totals;
};

/* Commits what the session has, with the metrics that Spark gives. */
int quire_rewrite_commit(struct quire_change_session *session,
                         const struct quire_rewrite_commit *commit,
                         struct quire_table_change_result *result, struct quire_error *error);

#endif
