/* convert: many inputs of one schema to one output, whole or not at all. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apart.h"
#include "args.h"
#include "output.h"
#include "progress.h"
#include "rules.h"

struct convert_options {
    char *sort;
    char *rules;
    int64_t limit;
    bool append;
    bool in_place;
    bool parents;
};

struct conversion {
    struct quire_cli_output output;
    struct quire_write_result result;
    struct quire_cli_rules rules;
    char *quality;           /* the verdict as JSON, once all rows were read; NULL */
    struct quire_json *json; /* the report; NULL when there is none to make */
};

/* The figures of the report. */
struct figures {
    int64_t inputs, rows, bytes, bytes_read, nulled, rejected, memory_peak;
    double seconds;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The output must not be what is read, nor where the rejects go. */
static int check_output(const struct quire_cli *cli, const char *output,
                        const struct quire_cli_input *input, struct quire_error *error)
{
    for (size_t i = 0; i < input->names_size; i++) {
        if (!quire_file_same(input->names[i], output)) continue;
        quire_fail(error, QUIRE_USAGE, "convert", "the output is one of the inputs: %.300s",
                   output);
        quire_error_hint(error, "write to another name, then rename");
        return QUIRE_USAGE;
    }
    const char *rejects = cli->reading.rejects;
    if (rejects != NULL && (strcmp(rejects, output) == 0 || quire_file_same(rejects, output)))
        return quire_fail(error, QUIRE_USAGE, "convert", "the rejects file is the output: %.300s",
                          output);
    return quire_cli_apart_from_tables(cli, "the output", output, error);
}

/* Parts that do not fit the memory stand beside a local output, else where temporaries do. */
static int spill_folder(const char *output, char **folder, struct quire_error *error)
{
    const char *temporary = quire_cli_environment_get("TMPDIR");
    if (temporary == NULL) temporary = "/tmp";
    if (strcmp(output, "-") == 0) {
        *folder = quire_strdup(temporary);
        return *folder == NULL ? quire_cli_fail_memory(error) : 0;
    }
    const char *path = strncmp(output, "file://", 7) == 0 ? output + 7 : output;
    const char *slash = strrchr(path, '/');
    if (strstr(path, "://") != NULL)
        *folder = quire_strdup(temporary);
    else if (slash == NULL)
        *folder = quire_strdup(".");
    else
        *folder = quire_strndup(path, slash > path ? (size_t)(slash - path) : 1);
    return *folder == NULL ? quire_cli_fail_memory(error) : 0;
}

static int sort_rows(const struct quire_cli *cli, const char *output, struct quire_cli_input *input,
                     struct quire_error *error)
{
    const struct convert_options *options = cli->options;
    if (options->sort == NULL) return 0;
    QUIRE_CLEANUP(quire_cli_columns_release) struct quire_cli_columns columns = {NULL, 0};
    QUIRE_TRY(quire_cli_columns_split("sort", options->sort, &columns, error));
    char *folder = NULL;
    QUIRE_TRY(spill_folder(output, &folder, error));
    struct ArrowArrayStream sorted = {.release = NULL};
    int code = quire_stream_sort(&input->stream, (const char *const *)columns.names, columns.size,
                                 folder, input->context, &sorted, error);
    quire_free(folder);
    if (code == 0) input->stream = sorted;
    return code;
}

static int limit_rows(const struct quire_cli *cli, struct quire_cli_input *input,
                      struct quire_error *error)
{
    const struct convert_options *options = cli->options;
    struct ArrowArrayStream limited = {.release = NULL};
    if (!quire_cli_is_given(cli, "limit")) return 0;
    QUIRE_TRY(quire_stream_limit(&input->stream, options->limit, &limited, error));
    input->stream = limited;
    return 0;
}

/* Reporting ---------------------------------------------------------------------------- */

static void print_summary(const struct conversion *conversion, const struct figures *figures)
{
    char bytes[QUIRE_CLI_AMOUNT_SIZE];
    quire_cli_progress_clear();
    quire_cli_format_bytes(figures->bytes, bytes);
    quire_cli_print_plain(conversion->output.name, stderr);
    fprintf(stderr, ": %" PRId64 " row%s, %s in %.2f s\n", figures->rows,
            QUIRE_CLI_PLURAL(figures->rows), bytes, figures->seconds);
}

static void write_report(const struct conversion *conversion, const struct figures *figures)
{
    struct quire_json *json = conversion->json;
    const struct quire_cli_output *output = &conversion->output;
    quire_json_clear(json);
    quire_json_begin_object(json);
    quire_cli_json_string(json, "output", output->name);
    quire_cli_json_string(json, "format", output->format->name);
    quire_cli_json_i64(json, "inputs", figures->inputs);
    quire_cli_json_i64(json, "rows", figures->rows);
    quire_cli_json_i64(json, "bytes", figures->bytes);
    quire_cli_json_i64(json, "bytes_read", figures->bytes_read);
    quire_cli_json_i64(json, "nulled", figures->nulled);
    quire_cli_json_i64(json, "rejected", figures->rejected);
    quire_cli_json_i64(json, "memory_peak", figures->memory_peak);
    quire_cli_json_f64(json, "seconds", figures->seconds);
    if (conversion->quality != NULL) {
        quire_json_key(json, "quality");
        quire_json_raw(json, conversion->quality, strlen(conversion->quality));
    }
    quire_json_end_object(json);
}

/* Once the output stands nothing may fail for want of memory: the report is written
 * beforehand with the longest figures, and its memory used again. */
static int rehearse_report(struct conversion *conversion, struct quire_error *error)
{
    const int64_t longest = INT64_MIN;
    const struct figures figures = {longest, longest, longest, longest,
                                    longest, longest, longest, -1.2345678901234567e-300};
    const char *text = NULL;
    if (conversion->rules.quality != NULL)
        QUIRE_TRY(quire_quality_report(conversion->rules.quality, &conversion->quality, error));
    QUIRE_TRY(quire_json_new(&conversion->json, error));
    write_report(conversion, &figures);
    return quire_json_text(conversion->json, &text, NULL, error);
}

static int report(struct quire_cli *cli, const struct conversion *conversion,
                  const struct quire_cli_input *input, double seconds)
{
    const struct figures figures = {
        .inputs = (int64_t)input->names_size,
        .rows = conversion->result.rows,
        .bytes = conversion->result.bytes,
        .bytes_read = input->counts.bytes,
        .nulled = input->counts.nulled,
        .rejected = input->counts.rejected,
        .memory_peak = quire_context_memory_peak(input->context),
        .seconds = seconds,
    };
    quire_cli_input_tell(input);
    quire_cli_rules_tell(&conversion->rules, input);
    if (conversion->json != NULL) {
        write_report(conversion, &figures);
        return quire_cli_print_json(conversion->json, &cli->error);
    }
    if (isatty(STDERR_FILENO)) print_summary(conversion, &figures);
    return 0;
}

/* Converting --------------------------------------------------------------------------- */

/* What the rows go through, once they are chosen. Rules are asked of those that are to be
 * written, and may look at columns that are not. */
static int prepare_rows(struct quire_cli *cli, struct conversion *conversion,
                        struct quire_cli_input *input)
{
    QUIRE_TRY(sort_rows(cli, conversion->output.name, input, &cli->error));
    QUIRE_TRY(limit_rows(cli, input, &cli->error));
    if (conversion->rules.rules != NULL)
        QUIRE_TRY(quire_cli_rules_pass(&conversion->rules, input, &cli->error));
    if (input->others.size == 0 && input->checked.size == 0) return 0;
    return quire_cli_input_select(input, &cli->error);
}

/* Writes the rows; the target is what it was until the last step. */
static int write_rows(struct quire_cli *cli, struct conversion *conversion,
                      struct quire_writer *writer, struct quire_cli_input *input)
{
    QUIRE_TRY(quire_writer_write_stream(writer, &input->stream, &cli->error));
    quire_cli_rules_end(&conversion->rules, input);
    if (cli->common.json) QUIRE_TRY(rehearse_report(conversion, &cli->error));
    QUIRE_TRY(quire_cli_input_done(input, &cli->error));
    return quire_writer_commit(writer, &conversion->result, &cli->error);
}

static int convert(struct quire_cli *cli, struct conversion *conversion, int inputs,
                   char *const *names, struct quire_cli_input *input)
{
    const struct convert_options *options = cli->options;
    const struct quire_cli_request request = {.names = names,
                                              .names_size = (size_t)inputs,
                                              .output = conversion->output.format,
                                              .sort = options->sort,
                                              .rules = conversion->rules.rules};
    QUIRE_CLEANUP(quire_cli_writer_close) struct quire_writer *writer = NULL;
    QUIRE_TRY(quire_cli_input_open(cli, &request, input, &cli->error));
    QUIRE_TRY(check_output(cli, conversion->output.name, input, &cli->error));
    QUIRE_TRY(prepare_rows(cli, conversion, input));
    conversion->output.mode = !options->append    ? QUIRE_WRITE_OVERWRITE
                              : options->in_place ? QUIRE_WRITE_APPEND_IN_PLACE
                                                  : QUIRE_WRITE_APPEND;
    conversion->output.no_parents = !options->parents;
    /* What the rows are sorted by is said in the file only where it is all there. */
    conversion->output.sorting = input->others.size == 0 ? options->sort : NULL;
    QUIRE_TRY(quire_cli_output_open(cli, &conversion->output, input, &writer, &cli->error));
    return write_rows(cli, conversion, writer, input);
}

static void release_conversion(struct conversion *conversion)
{
    quire_json_free(conversion->json);
    quire_free(conversion->quality);
    quire_cli_rules_release(&conversion->rules);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(release_conversion)
    struct conversion conversion = {.output = {.name = argv[argc - 1]}};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    const struct convert_options *options = cli->options;
    bool to_standard = strcmp(conversion.output.name, "-") == 0;
    double begun = now_s();
    if (cli->common.json && to_standard)
        return quire_fail(&cli->error, QUIRE_USAGE, "convert",
                          "--json and the rows cannot both go to standard output");
    if (options->in_place && !options->append)
        return quire_fail(&cli->error, QUIRE_USAGE, "convert", "--in-place goes with --append");
    if (to_standard) quire_cli_progress_yield(cli);
    QUIRE_TRY(quire_cli_output_format(cli, conversion.output.name, NULL, &conversion.output.format,
                                      &cli->error));
    if (options->rules != NULL)
        QUIRE_TRY(quire_cli_rules_read(cli, options->rules, &conversion.rules));
    QUIRE_TRY(convert(cli, &conversion, argc - 1, argv, &input));
    return report(cli, &conversion, &input, now_s() - begun);
}

#define AT(field) offsetof(struct convert_options, field)
static const struct quire_option rows[] = {
    {.name = "sort",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(sort),
     .help = "order of the rows: a,-b (descending), nulls last; in bounded memory, with temporary "
             "files beside the output for what does not fit"},
    {.name = "rules",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(rules),
     .help = "rules that the rows are to keep, in YAML or JSON; what happens to those that do not "
             "stands there"},
    {.name = "limit",
     .type = QUIRE_OPTION_INT,
     .offset = AT(limit),
     .max = INT64_MAX,
     .help = "rows to write at most"},
    {.name = "append",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(append),
     .help = "write after the rows already there (CSV, TSV, JSON Lines), by an atomic rewrite"},
    {.name = "in-place",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(in_place),
     .help = "with --append: at the end of the file itself (JSON Lines), not by rewriting it"},
    {.name = "parents",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(parents),
     .help = "make missing folders of the output"},
};

const struct quire_command quire_command_convert = {
    .name = "convert",
    .operands = "IN... OUT",
    .summary = "write the rows of files to one file of any format",
    .description =
        "Inputs are files, globs, folders (their files of known formats) or - for standard "
        "input; several must have columns that go together. The output holds its old content or "
        "all of the new. Nothing is printed on standard output, except a report with --json.",
    .flags = QUIRE_COMMAND_READS | QUIRE_COMMAND_WRITES,
    .operands_min = 2,
    .operands_max = -1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct convert_options)},
    .run = run,
};
