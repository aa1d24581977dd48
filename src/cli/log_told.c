/* What became of a write into a run log: as JSON, and as lines for people. */
#include "log_told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "progress.h"

#define MESSAGE_SIZE_MAX 2048

int quire_cli_log_print_result(const struct quire_runlog_result *result)
{
    struct quire_error ignored;
    char *json = NULL;
    QUIRE_TRY(quire_runlog_result_print(result, &json, &ignored));
    quire_cli_progress_clear();
    printf("%s\n", json);
    quire_free(json);
    /* What is written is told at once: whoever waits for it may go on. */
    fflush(stdout);
    return 0;
}

static const char *why_nothing(const struct quire_cli *cli,
                               const struct quire_runlog_result *result)
{
    if (result->failures_size > 0) return "";
    bool left = cli->runlog.write_mode == QUIRE_RUNLOG_IGNORE && result->version >= 0;
    return left ? ": there is a table already" : ": there are no rows";
}

static bool is_same(const struct quire_error *a, const struct quire_error *b)
{
    return a->code == b->code && a->row == b->row && a->byte == b->byte &&
           strcmp(a->operation, b->operation) == 0 && strcmp(a->path, b->path) == 0 &&
           strcmp(a->cause, b->cause) == 0;
}

/* Failures of one commit, or of several that failed alike, in one line. */
static void tell_alike(const struct quire_cli *cli, const struct quire_runlog_failure *first,
                       const struct quire_runlog_failure *last, size_t size)
{
    struct quire_error why = first->error;
    char message[MESSAGE_SIZE_MAX];
    quire_cli_mend_hint(cli, &why);
    quire_error_format(&why, message, sizeof(message));
    if (size == 1)
        fprintf(stderr, "number %" PRId64 " (", first->index + 1);
    else
        fprintf(stderr, "numbers %" PRId64 " to %" PRId64 ", %zu in all (", first->index + 1,
                last->index + 1, size);
    quire_cli_print_plain(first->run_id, stderr);
    if (size > 1) fputs(" to ", stderr);
    if (size > 1) quire_cli_print_plain(last->run_id, stderr);
    fputs("): ", stderr);
    quire_cli_print_plain(message, stderr);
    fputc('\n', stderr);
}

/* Those of what was given, or the others, which are of commits and may have such between them. */
static void tell_kind(const struct quire_cli *cli, const struct quire_runlog_result *result,
                      bool of_input)
{
    const struct quire_runlog_failure *first = NULL, *last = NULL;
    size_t size = 0;
    for (size_t i = 0; i < result->failures_size; i++) {
        const struct quire_runlog_failure *failure = &result->failures[i];
        if ((failure->error.code == QUIRE_INPUT) != of_input) continue;
        if (first != NULL && !is_same(&first->error, &failure->error)) {
            tell_alike(cli, first, last, size);
            first = NULL;
        }
        if (first == NULL) size = 0;
        if (first == NULL) first = failure;
        last = failure;
        size++;
    }
    if (first != NULL) tell_alike(cli, first, last, size);
}

/* At the level "info" the log has told of them, and the one that ends a call is told at its end. */
void quire_cli_log_tell_failures(const struct quire_cli *cli,
                                 const struct quire_runlog_result *result)
{
    quire_cli_progress_clear();
    if (cli->common.log_level >= QUIRE_LOG_INFO || cli->runlog.fail_fast) return;
    tell_kind(cli, result, true);
    tell_kind(cli, result, false);
}

static void tell_table(const struct quire_runlog_written *table)
{
    quire_cli_print_plain(table->table_fqn, stderr);
    fprintf(stderr, ": version %" PRId64 ", %" PRId64 " row%s\n", table->version,
            table->rows_written, QUIRE_CLI_PLURAL(table->rows_written));
}

static void tell_merge(const struct quire_runlog_result *result)
{
    if (result->rows_replaced == 0) return;
    fprintf(stderr, "replaced %" PRId64 " row%s", result->rows_replaced,
            QUIRE_CLI_PLURAL(result->rows_replaced));
    if (result->rows_removed > 0)
        fprintf(stderr, " and removed %" PRId64 " beside them", result->rows_removed);
    if (result->rows_of_other_phases > 0)
        fprintf(stderr, ", %" PRId64 " of them of another phase", result->rows_of_other_phases);
    fprintf(stderr, ", inserted %" PRId64 "\n", result->rows_inserted);
}

void quire_cli_log_tell_result(const struct quire_cli *cli,
                               const struct quire_runlog_result *result)
{
    for (size_t i = 0; i < result->tables_size; i++)
        if (result->tables[i].commits > 0) tell_table(&result->tables[i]);
    tell_merge(result);
    if (result->commits > 0) return;
    quire_cli_print_plain(result->table_fqn, stderr);
    fprintf(stderr, ": nothing was written%s\n", why_nothing(cli, result));
}
