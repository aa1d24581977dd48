/* log write: what pipelines did, into a run log. */
#include <inttypes.h>
#include <string.h>

#include "quire/runlog_write.h"

#include "args.h"
#include "progress.h"
#include "text_file.h"

struct write_options {
    int32_t kind;
    char *run_id, *execution_id, *pipeline_id, *run_mode, *context;
};

struct log_write {
    struct quire_runlog_texts *texts; /* of the context */
    struct quire_runlog_context context;
    struct quire_runlog_writer *writer;
    bool failed; /* some of a batch */
};

static void log_write_release(struct log_write *write)
{
    quire_runlog_close(write->writer);
    quire_runlog_texts_free(write->texts);
}

/* --- What the rows do not say ---------------------------------------------------------------- */

static int read_context(struct quire_cli *cli, struct log_write *write)
{
    const struct write_options *options = cli->options;
    const char *given = options->context;
    struct quire_error *error = &cli->error;
    char *text = NULL;
    size_t size = 0;
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_CONTEXT, &write->context);
    QUIRE_TRY(quire_runlog_texts_new(&write->texts, error));
    if (given != NULL) {
        if (given[0] != '{') QUIRE_TRY(quire_cli_text_read(given, &text, &size, error));
        int code = quire_runlog_model_parse(QUIRE_RUNLOG_MODEL_CONTEXT, text != NULL ? text : given,
                                            text != NULL ? size : strlen(given), write->texts,
                                            &write->context, error);
        quire_free(text);
        if (code != 0) snprintf(error->operation, sizeof(error->operation), "context");
        QUIRE_TRY(code);
    }
    if (options->execution_id != NULL) write->context.execution_id = options->execution_id;
    if (options->pipeline_id != NULL) write->context.pipeline_id = options->pipeline_id;
    if (options->run_mode != NULL) write->context.run_mode = options->run_mode;
    return 0;
}

/* --- Reports --------------------------------------------------------------------------------- */

static int print_result(struct quire_cli *cli, const struct quire_runlog_result *result)
{
    struct quire_error ignored;
    char *json = NULL;
    QUIRE_TRY(quire_runlog_result_print(result, &json, &ignored));
    quire_cli_progress_clear();
    if (cli->common.json) printf("%s\n", json);
    quire_free(json);
    /* What is written is told at once: whoever waits for it may go on. */
    fflush(stdout);
    return 0;
}

static void tell_result(const struct quire_runlog_result *result)
{
    quire_cli_progress_clear();
    for (size_t i = 0; i < result->failures_size; i++) {
        const struct quire_runlog_failure *failure = &result->failures[i];
        fprintf(stderr, "number %" PRId64 " (", failure->index + 1);
        quire_cli_print_plain(failure->run_id, stderr);
        fputs("): ", stderr);
        quire_cli_print_plain(failure->error.cause, stderr);
        fputc('\n', stderr);
    }
    quire_cli_print_plain(result->table_fqn, stderr);
    if (result->commits == 0)
        fputs(": nothing was written\n", stderr);
    else
        fprintf(stderr, ": version %" PRId64 ", %" PRId64 " row%s\n", result->version,
                result->rows_written, result->rows_written == 1 ? "" : "s");
}

/* --- Writing --------------------------------------------------------------------------------- */

static int write_one(struct quire_cli *cli, struct log_write *write, const char *name)
{
    const struct write_options *options = cli->options;
    const struct quire_runlog_text text = {
        .kind = (enum quire_runlog_kind)options->kind,
        .url = name,
        .folder = quire_cli_environment_get("TMPDIR"),
        .context = &write->context,
    };
    struct quire_runlog_result result = {.success = false};
    int code = quire_runlog_write_text(write->writer, &text, options->run_id, &result, &cli->error);
    write->failed = write->failed || result.failures_size > 0;
    /* A call that did not begin has nothing to tell. */
    if (result.table_fqn != NULL) {
        if (cli->common.json)
            QUIRE_TRY(print_result(cli, &result));
        else if (code == 0 || result.commits > 0)
            tell_result(&result);
    }
    return code;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(log_write_release) struct log_write write = {.texts = NULL};
    const struct quire_runlog_writer_options options = {
        .durability = (enum quire_durability)cli->common.durability,
        .observer = &cli->observer,
        .threads = quire_cli_is_given(cli, "threads") ? (unsigned)cli->common.threads : 0,
        .memory_max = quire_cli_is_given(cli, "memory") ? cli->common.memory : 0,
    };
    static char standard[] = "-";
    char *only[] = {standard};
    if (argc > 2 && (cli->runlog.write_mode == QUIRE_RUNLOG_OVERWRITE ||
                     cli->runlog.write_mode == QUIRE_RUNLOG_IGNORE))
        return quire_fail(&cli->error, QUIRE_USAGE, "log write",
                          "each input is a commit: of several, overwrite would keep the last and "
                          "ignore the first; give them as one, through a pipe");
    QUIRE_TRY(read_context(cli, &write));
    QUIRE_TRY(quire_runlog_open(argv[0], &cli->runlog, &options, &write.writer, &cli->error));
    char **names = argc > 1 ? argv + 1 : only;
    for (int i = 0; i < (argc > 1 ? argc - 1 : 1); i++)
        QUIRE_TRY(write_one(cli, &write, names[i]));
    return write.failed ? QUIRE_EXIT_DATA : 0;
}

#define AT(field) offsetof(struct write_options, field)
static const struct quire_option rows[] = {
    {.name = "kind",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "report",
     .offset = AT(kind),
     .choices = "rows|step-results|execution-result|report",
     .help = "what the input is"},
    {.name = "run-id",
     .type = QUIRE_OPTION_TEXT,
     .choices = "ID",
     .offset = AT(run_id),
     .help = "run of what is written, whatever it says (but rows keep the run that they name); of "
             "the i-th of several it is ID_batch_i; else as the input says, else a new UUID"},
    {.name = "execution-id",
     .type = QUIRE_OPTION_TEXT,
     .choices = "ID",
     .offset = AT(execution_id),
     .help = "execution of rows that name none"},
    {.name = "pipeline-id",
     .type = QUIRE_OPTION_TEXT,
     .choices = "ID",
     .offset = AT(pipeline_id),
     .help = "pipeline of rows that name none"},
    {.name = "run-mode",
     .type = QUIRE_OPTION_TEXT,
     .choices = "MODE",
     .offset = AT(run_mode),
     .help = "initial, incremental, full_refresh or validation_only, of rows that name none"},
    {.name = "context",
     .type = QUIRE_OPTION_TEXT,
     .choices = "JSON",
     .offset = AT(context),
     .help = "ExecutionContext of the step results, a JSON object or a file of one"},
};

const struct quire_command quire_command_log_write = {
    .name = "log write",
    .operands = "TABLE [IN...]",
    .summary = "write what pipelines did into a run log",
    .description =
        "Inputs are JSON: one object, a list of them, or one after the other (JSON Lines); "
        "standard input where none is named. Each is written as one commit; several reports or "
        "executions --batch-size at a time. Exit status 1 where some of them could not be "
        "written. --json prints an object an input: success, run_id, rows_written, duration_secs, "
        "table_fqn, table, version, metrics, quality_results, anomaly_results; of several also "
        "total_executions, successful_writes, failed_writes, commits, failures.",
    .flags = QUIRE_COMMAND_LOGS,
    .operands_min = 1,
    .operands_max = -1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct write_options)},
    .run = run,
};
