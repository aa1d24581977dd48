/* What the commands that change rows of a table share. */
#ifndef QUIRE_CLI_TABLE_CHANGE_H
#define QUIRE_CLI_TABLE_CHANGE_H

#include "cli.h"
#include "quire/table_change.h"

/* Names of the members that a report as JSON has, for the help. */
#define QUIRE_CLI_CHANGE_MEMBERS                                                               \
    "table, version, created, skipped, unchanged, rows_inserted, rows_updated, rows_deleted, " \
    "rows_copied, files_added, files_removed, vectors_written, change_files"

/* Tells what was done: as JSON on standard output, or in a line on standard error. */
int quire_cli_change_report(struct quire_cli *cli, const char *url,
                            const struct quire_table_change_result *result);

/* Takes "APP:VERSION" of --txn apart; the app may have colons. The caller frees *app. */
int quire_cli_txn_parse(const char *txn, char **app, int64_t *version, struct quire_error *error);

#endif
