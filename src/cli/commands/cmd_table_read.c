/* table read: the rows of a version, to standard output or a file. */
#include <string.h>
#include <strings.h>

#include "apart.h"
#include "output.h"
#include "progress.h"
#include "table_version.h"

struct read_options {
    struct quire_cli_table_version version;
    int64_t limit;
    char *out;
};

/* --- Columns -------------------------------------------------------------------------------- */

/* Does a name of --select mean the column, or something inside it? */
static bool selects(const char *name, const char *column)
{
    size_t size = strlen(column);
    return strncmp(name, column, size) == 0 && (name[size] == '\0' || name[size] == '.');
}

static bool is_wanted(const struct quire_cli_input *input, const char *column)
{
    for (size_t i = 0; i < input->columns.size; i++)
        if (selects(input->columns.names[i], column)) return true;
    for (size_t i = 0; i < input->filters.size; i++)
        if (strcasecmp(input->filters.names[i], column) == 0) return true;
    return false;
}

static bool all_are_there(const struct quire_cli_input *input, const struct ArrowSchema *schema)
{
    for (size_t i = 0; i < input->columns.size; i++) {
        int64_t at = 0;
        while (at < schema->n_children &&
               !selects(input->columns.names[i], schema->children[at]->name))
            at++;
        if (at == schema->n_children) return false;
    }
    return true;
}

/* Opens the rows with the columns that are needed; with all where one is not there, so that
 * selecting can tell the nearest. */
static int open_rows(struct quire_cli *cli, struct quire_table *table,
                     struct quire_cli_input *input)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_TRY(quire_table_schema(table, &schema, &cli->error));
    const char **names = quire_alloc_zero((size_t)schema.n_children + 1, sizeof(*names));
    if (names == NULL) return quire_cli_fail_memory(&cli->error);
    struct quire_table_read_options options = {
        .columns = names,
        .columns_given = input->columns.size > 0 && all_are_there(input, &schema),
        .where = cli->reading.where,
        .context = input->context,
    };
    for (int64_t i = 0; i < schema.n_children; i++)
        if (is_wanted(input, schema.children[i]->name))
            names[options.columns_size++] = schema.children[i]->name;
    int code = quire_table_read(table, &options, &rows, &cli->error);
    quire_free(names);
    return code == 0 ? quire_cli_input_take(cli, &rows, input, &cli->error) : code;
}

/* --- Rows ----------------------------------------------------------------------------------- */

static int write_rows(struct quire_cli *cli, struct quire_table *table,
                      struct quire_cli_output *output, struct quire_write_result *result)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_writer_close) struct quire_writer *writer = NULL;
    const struct read_options *options = cli->options;
    QUIRE_TRY(quire_cli_input_choose(cli, output->format, &input, &cli->error));
    QUIRE_TRY(open_rows(cli, table, &input));
    if (quire_cli_is_given(cli, "limit")) {
        struct ArrowArrayStream limited = {.release = NULL};
        QUIRE_TRY(quire_stream_limit(&input.stream, options->limit, &limited, &cli->error));
        input.stream = limited;
    }
    QUIRE_TRY(quire_cli_output_open(cli, output, &input, &writer, &cli->error));
    return quire_cli_output_finish(writer, &input, result, &cli->error);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_table_close) struct quire_table *table = NULL;
    const struct read_options *options = cli->options;
    struct quire_cli_output output = {.name = options->out != NULL ? options->out : "-"};
    struct quire_write_result result;
    bool to_standard = strcmp(output.name, "-") == 0;
    (void)argc;
    if (to_standard) quire_cli_progress_yield(cli);
    QUIRE_TRY(quire_cli_output_format(cli, output.name, to_standard ? "jsonl" : NULL,
                                      &output.format, &cli->error));
    QUIRE_TRY(quire_cli_apart(cli, "the output", output.name, argv[0], &cli->error));
    QUIRE_TRY(quire_cli_table_open(cli, argv[0], &table, &cli->error));
    QUIRE_TRY(write_rows(cli, table, &output, &result));
    return to_standard
               ? 0
               : quire_cli_output_report(cli, &output, &result, "row", quire_table_version(table));
}

#define AT(field) offsetof(struct read_options, field)
static const struct quire_option rows[] = {
    QUIRE_CLI_TABLE_VERSION_ROWS,
    {.name = "limit",
     .type = QUIRE_OPTION_INT,
     .offset = AT(limit),
     .max = INT64_MAX,
     .help = "rows to write at most"},
    {.name = "out",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(out),
     .help = "file to write; else the rows go to standard output"},
};

const struct quire_command quire_command_table_read = {
    .name = "table read",
    .operands = "TABLE",
    .summary = "write the rows of a table",
    .description = "On standard output rows are JSON Lines unless --to says otherwise. Their order "
                   "is not that in which they were written. With --out, --json prints one object: "
                   "output, format, version, rows, bytes.",
    .flags = QUIRE_COMMAND_WRITES | QUIRE_COMMAND_CHOOSES,
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct read_options)},
    .run = run,
};
