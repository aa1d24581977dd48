/* log write: what pipelines did, into a run log. */
#include <string.h>
#include <sys/stat.h>

#include "quire/runlog_write.h"

#include "apart.h"
#include "args.h"
#include "log_place.h"
#include "log_told.h"
#include "progress.h"
#include "text_file.h"

#define MESSAGE_SIZE_MAX 2048

struct write_options {
    int32_t kind;
    bool batch;
    char *run_id, *execution_id, *pipeline_id, *run_mode, *context;
};

struct log_write {
    struct quire_runlog_texts *texts; /* of the context */
    struct quire_runlog_context context;
    struct quire_runlog_writer *writer;
    bool several; /* inputs */
    bool failed;  /* some of a batch, or some of several inputs */
};

static void log_write_release(struct log_write *write)
{
    quire_runlog_close(write->writer);
    quire_runlog_texts_free(write->texts);
}

/* --- What the rows do not say ---------------------------------------------------------------- */

/* A file is not called like the beginning of a list or an object. */
static bool is_json(const char *given)
{
    char first = given[strspn(given, " \t\r\n")];
    return first == '{' || first == '[';
}

static int read_context_file(const char *path, char **text, size_t *size, struct quire_error *error)
{
    int code = quire_cli_text_read(path, text, size, error);
    if (code == 0) return 0;
    char cause[sizeof(error->cause)];
    memcpy(cause, error->cause, sizeof(cause));
    quire_fail(error, code, "configure",
               "context: '%.80s' is neither a JSON object nor a file that can be read: %.200s",
               path, cause);
    return code;
}

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
        if (!is_json(given)) QUIRE_TRY(read_context_file(given, &text, &size, error));
        int code = quire_runlog_model_parse(QUIRE_RUNLOG_MODEL_CONTEXT, text != NULL ? text : given,
                                            text != NULL ? size : strlen(given), write->texts,
                                            &write->context, error);
        quire_free(text);
        if (code != 0) snprintf(error->operation, sizeof(error->operation), "context");
        /* It is an option. */
        if (code == QUIRE_INPUT) code = error->code = QUIRE_USAGE;
        QUIRE_TRY(code);
    }
    if (options->execution_id != NULL) write->context.execution_id = options->execution_id;
    if (options->pipeline_id != NULL) write->context.pipeline_id = options->pipeline_id;
    if (options->run_mode != NULL) write->context.run_mode = options->run_mode;
    return 0;
}

/* --- Writing --------------------------------------------------------------------------------- */

static int write_one(struct quire_cli *cli, struct log_write *write, const char *name,
                     bool only_checks)
{
    const struct write_options *options = cli->options;
    const struct quire_runlog_text text = {
        .kind = (enum quire_runlog_kind)options->kind,
        .url = name,
        .folder = quire_cli_environment_get("TMPDIR"),
        .context = &write->context,
        .is_batch = options->batch,
        .only_checks = only_checks,
    };
    struct quire_runlog_result result = {.success = false};
    int code = quire_runlog_write_text(write->writer, &text, options->run_id, &result, &cli->error);
    write->failed = write->failed || result.failures_size > 0;
    /* A call that did not begin has nothing to tell. */
    if (result.table_fqn != NULL && (code != 0 || !only_checks)) {
        quire_cli_log_tell_failures(cli, &result);
        if (cli->common.json)
            QUIRE_TRY(quire_cli_log_print_result(&result));
        else if (code == 0 || result.commits > 0)
            quire_cli_log_tell_result(cli, &result);
    }
    return code;
}

/* --- Several inputs -------------------------------------------------------------------------- */

static bool has_passed(const struct quire_cli *cli, int code)
{
    return code == QUIRE_LIMIT && strcmp(cli->error.operation, "performance") == 0;
}

/* Whether what is wrong is the input's alone: what it says, or that it cannot be read. */
static bool is_of_input(const struct quire_cli *cli, int code, const char *name)
{
    const char *path = quire_cli_local_path(name), *failed = cli->error.path;
    bool its = strcmp(failed, name) == 0 || (path != NULL && strcmp(failed, path) == 0);
    if (code == QUIRE_INPUT || code == QUIRE_CORRUPT) return true;
    return its && (code == QUIRE_NOT_FOUND || code == QUIRE_PERMISSION || code == QUIRE_USAGE ||
                   code == QUIRE_IO || code == QUIRE_UNSUPPORTED);
}

/* An input that is not written does not keep others from it: it is told of by itself. */
static void tell_input(struct quire_cli *cli, struct log_write *write, const char *name)
{
    char message[MESSAGE_SIZE_MAX];
    quire_error_format(&cli->error, message, sizeof(message));
    quire_cli_progress_clear();
    fputs("quire: ", stderr);
    if (strcmp(cli->error.path, name) != 0) {
        quire_cli_print_plain(name, stderr);
        fputs(": ", stderr);
    }
    quire_cli_print_plain(message, stderr);
    fputc('\n', stderr);
    quire_error_clear(&cli->error);
    write->failed = true;
}

static void tell_left(const char *name)
{
    quire_cli_progress_clear();
    fputs("quire: not written: ", stderr);
    quire_cli_print_plain(name, stderr);
    fputc('\n', stderr);
}

/* With --fail-fast all inputs are looked at before any is written, so they are read twice. */
static int check_first(struct quire_cli *cli, struct log_write *write, int size, char **names)
{
    if (!write->several || !cli->runlog.fail_fast) return 0;
    for (int i = 0; i < size; i++) {
        const char *path = quire_cli_local_path(names[i]);
        struct stat status;
        if (path == NULL) continue;
        if (strcmp(path, "-") != 0 &&
            (stat(path, &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
            continue;
        return quire_fail(&cli->error, QUIRE_USAGE, "log write",
                          "with --fail-fast several inputs are read twice, and %.300s can be read "
                          "once: give all as one, through a pipe",
                          names[i]);
    }
    for (int i = 0; i < size; i++) {
        int code = write_one(cli, write, names[i], true);
        if (code != 0 && !is_of_input(cli, code, names[i])) return code;
        if (code != 0) tell_input(cli, write, names[i]);
    }
    if (!write->failed) return 0;
    fputs("quire: nothing was written\n", stderr);
    return QUIRE_EXIT_DATA;
}

static int write_all(struct quire_cli *cli, struct log_write *write, int size, char **names)
{
    struct quire_error passed;
    quire_error_clear(&passed);
    int code = check_first(cli, write, size, names);
    if (code != 0) return code;
    for (int i = 0; i < size; i++) {
        code = write_one(cli, write, names[i], false);
        if (has_passed(cli, code)) passed = cli->error;
        if (write->several && is_of_input(cli, code, names[i]) && !cli->runlog.fail_fast)
            tell_input(cli, write, names[i]);
        else if (code != 0 && !has_passed(cli, code)) {
            for (int j = i + 1; j < size; j++)
                tell_left(names[j]);
            return code;
        }
        quire_error_clear(&cli->error);
    }
    /* What is written stands, whatever it took, and so what came behind it was written. */
    if (passed.code != 0) cli->error = passed;
    return passed.code != 0 ? passed.code : write->failed ? QUIRE_EXIT_DATA : 0;
}

/* A name that was left out makes the first input the table. */
static int check_table(struct quire_cli *cli, const char *table)
{
    const char *path = quire_cli_local_path(table);
    struct stat status;
    if (strcmp(table, "-") == 0) {
        quire_fail(&cli->error, QUIRE_USAGE, "log write",
                   "\"-\" is standard input, and no name of a table");
        quire_error_hint(&cli->error,
                         "the form is: quire log write TABLE [IN...]; a folder of that "
                         "name is ./-");
        return QUIRE_USAGE;
    }
    if (path == NULL || stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    int code = quire_fail(&cli->error, QUIRE_USAGE, "log write",
                          "%.300s is a file, and a table is a folder", table);
    quire_error_hint(&cli->error,
                     "the table is named before the inputs: quire log write TABLE [IN...]");
    return code;
}

/* The rejects file is none of the table's, none of the inputs, and none of what tells how to write
 * them. */
static int check_rejects(struct quire_cli *cli, int argc, char **argv)
{
    static const char what[] = "the rejects file";
    const char *rejects = cli->runlog.quality_rejects;
    char *table = argv[0];
    const char *context = ((const struct write_options *)cli->options)->context;
    const char *const told[] = {cli->runlog.quality_rules, context};
    const char *config = cli->common.config;
    if (config == NULL) config = quire_cli_environment_get("QUIRE_CONFIG");
    if (rejects == NULL) return 0;
    if (config != NULL)
        QUIRE_TRY(quire_cli_apart_from_file(cli, what, rejects, "the configuration file", config,
                                            &cli->error));
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        if (told[i] != NULL && !is_json(told[i]))
            QUIRE_TRY(quire_cli_apart_from_input(cli, what, rejects, told[i], &cli->error));
    QUIRE_TRY(quire_cli_log_place(cli, &table));
    QUIRE_TRY(quire_cli_apart(cli, what, rejects, table, &cli->error));
    if (argc == 1) return quire_cli_apart_from_input(cli, what, rejects, "-", &cli->error);
    for (int i = 1; i < argc; i++)
        QUIRE_TRY(quire_cli_apart_from_input(cli, what, rejects, argv[i], &cli->error));
    return 0;
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
    const struct write_options *asked = cli->options;
    if (asked->batch && (enum quire_runlog_kind)asked->kind < QUIRE_RUNLOG_EXECUTION_RESULT)
        return quire_fail(&cli->error, QUIRE_USAGE, "log write",
                          "batch: a batch is of reports or executions; --kind %s is one write",
                          asked->kind == QUIRE_RUNLOG_ROWS ? "rows" : "step-results");
    QUIRE_TRY(check_table(cli, argv[0]));
    QUIRE_TRY(check_rejects(cli, argc, argv));
    QUIRE_TRY(read_context(cli, &write));
    QUIRE_TRY(quire_runlog_open(argv[0], &cli->runlog, &options, &write.writer, &cli->error));
    write.several = argc > 2;
    return write_all(cli, &write, argc > 1 ? argc - 1 : 1, argc > 1 ? argv + 1 : only);
}

#define AT(field) offsetof(struct write_options, field)
static const struct quire_option rows[] = {
    {.name = "kind",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "report",
     .offset = AT(kind),
     .choices = "rows|step-results|execution-result|report",
     .help = "what the input is"},
    {.name = "batch",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = AT(batch),
     .help = "the input is a batch of reports or executions, also where it is one or none: the "
             "result is that of a batch, and the run of the first is ID_batch_0; several are one "
             "without it"},
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
        "executions --batch-size of a table at a time. Exit status 1 where some of them, or of the "
        "inputs, could not be written: the others are, but with --fail-fast none is. --json prints "
        "an object an input: success, run_id, rows_written, duration_secs, table_fqn, table, "
        "version, tables, metrics, quality_results, anomaly_results; of several, and with --batch, "
        "also total_executions, successful_writes, failed_writes, commits, failures.",
    .flags = QUIRE_COMMAND_LOGS,
    .operands_min = 1,
    .operands_max = -1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct write_options)},
    .run = run,
};
