#include "table_change.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int print_json(struct quire_cli *cli, const char *url,
                      const struct quire_table_change_result *result)
{
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", url),
        QUIRE_CLI_NUMBER("version", result->version),
        QUIRE_CLI_TRUTH("created", result->created),
        QUIRE_CLI_TRUTH("skipped", result->skipped),
        QUIRE_CLI_TRUTH("unchanged", result->unchanged),
        QUIRE_CLI_NUMBER("rows_inserted", result->rows_inserted),
        QUIRE_CLI_NUMBER("rows_updated", result->rows_updated),
        QUIRE_CLI_NUMBER("rows_deleted", result->rows_deleted),
        QUIRE_CLI_NUMBER("rows_copied", result->rows_copied),
        QUIRE_CLI_NUMBER("files_added", result->files_added),
        QUIRE_CLI_NUMBER("files_removed", result->files_removed),
        QUIRE_CLI_NUMBER("vectors_written", result->vectors_written),
        QUIRE_CLI_NUMBER("change_files", result->change_files),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static void print_rows(int64_t rows, const char *what)
{
    if (rows > 0) fprintf(stderr, ", %" PRId64 " row%s %s", rows, QUIRE_CLI_PLURAL(rows), what);
}

int quire_cli_change_report(struct quire_cli *cli, const char *url,
                            const struct quire_table_change_result *result)
{
    if (cli->common.json) return print_json(cli, url, result);
    quire_cli_progress_clear();
    quire_cli_print_plain(url, stderr);
    if (result->skipped) {
        fprintf(stderr, ": that transaction is in version %" PRId64 " already\n", result->version);
        return 0;
    }
    if (result->unchanged) {
        fprintf(stderr, ": nothing to do, still version %" PRId64 "\n", result->version);
        return 0;
    }
    fprintf(stderr, ": version %" PRId64, result->version);
    print_rows(result->rows_inserted, "inserted");
    print_rows(result->rows_updated, "updated");
    print_rows(result->rows_deleted, "deleted");
    fprintf(stderr, "; %" PRId64 " file%s added, %" PRId64 " removed", result->files_added,
            QUIRE_CLI_PLURAL(result->files_added), result->files_removed);
    if (result->vectors_written > 0)
        fprintf(stderr, ", %" PRId64 " with a deletion vector", result->vectors_written);
    fputc('\n', stderr);
    return 0;
}

int quire_cli_txn_parse(const char *txn, char **app, int64_t *version, struct quire_error *error)
{
    const char *colon = strrchr(txn, ':');
    char *end = NULL;
    int64_t parsed = 0;
    errno = 0;
    if (colon != NULL && colon > txn && colon[1] >= '0' && colon[1] <= '9')
        parsed = strtoll(colon + 1, &end, 10);
    if (end == NULL || *end != '\0' || errno != 0)
        return quire_fail(error, QUIRE_USAGE, "", "--txn wants APP:VERSION, not \"%.80s\"", txn);
    *app = quire_strndup(txn, (size_t)(colon - txn));
    if (*app == NULL) return quire_cli_fail_memory(error);
    *version = parsed;
    return 0;
}
