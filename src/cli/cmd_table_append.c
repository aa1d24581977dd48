/* table append: the rows of files into a table, as one commit. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_write.h"

#include "json_walk.h"
#include "progress.h"
#include "table_version.h"

struct append_options {
    bool create;
    char *partition_by;
    char *txn;
    int evolve; /* enum quire_table_evolve */
};

struct append {
    const char *url;
    struct quire_cli_columns partitions;
    char *app; /* of --txn; NULL: none */
    int64_t app_version;
    struct quire_table *table; /* as it was; NULL: there was none */
    struct ArrowSchema schema; /* of table */
    struct quire_table_append_result result;
};

static void append_release(struct append *append)
{
    quire_cli_columns_release(&append->partitions);
    quire_free(append->app);
    quire_schema_release(&append->schema);
    quire_table_close(append->table);
}

/* --- What is asked for ---------------------------------------------------------------------- */

/* "APP:VERSION"; the app may have colons. */
static int parse_txn(const char *txn, struct append *append, struct quire_error *error)
{
    const char *colon = strrchr(txn, ':');
    char *end = NULL;
    errno = 0;
    if (colon != NULL && colon > txn && colon[1] >= '0' && colon[1] <= '9')
        append->app_version = strtoll(colon + 1, &end, 10);
    if (end == NULL || *end != '\0' || errno != 0)
        return quire_fail(error, QUIRE_USAGE, "table append",
                          "--txn wants APP:VERSION, not \"%.80s\"", txn);
    append->app = quire_strndup(txn, (size_t)(colon - txn));
    return append->app != NULL ? 0 : quire_cli_fail_memory(error);
}

static void free_text(char **text)
{
    quire_free(*text);
}

/* A table that is there must be partitioned as was asked. */
static int check_partitions(const struct append *append, struct quire_error *error)
{
    QUIRE_CLEANUP(free_text) char *json = NULL;
    struct quire_json_item item, column;
    size_t same = 0, columns = 0;
    if (append->partitions.size == 0) return 0;
    QUIRE_TRY(quire_table_describe(append->table, &json, error));
    for (const char *at = json + 1; quire_json_next_item(&at, true, &item);) {
        if (item.key_size != strlen("partition_columns") ||
            memcmp(item.key, "partition_columns", item.key_size) != 0)
            continue;
        for (const char *in = item.value + 1; quire_json_next_item(&in, false, &column);) {
            struct quire_json_value text;
            const char *name = quire_json_value_text(&text, column.value, column.end);
            if (columns < append->partitions.size)
                same += strcmp(append->partitions.names[columns], name) == 0;
            columns++;
        }
    }
    if (same == append->partitions.size && columns == same) return 0;
    return quire_fail(error, QUIRE_USAGE, "table append",
                      "the table is there and is not partitioned by that");
}

static int prepare(struct quire_cli *cli, struct append *append)
{
    const struct append_options *options = cli->options;
    struct quire_error *error = &cli->error;
    if (options->partition_by != NULL && !options->create)
        return quire_fail(error, QUIRE_USAGE, "table append", "--partition-by goes with --create");
    if (options->partition_by != NULL)
        QUIRE_TRY(quire_cli_columns_split("partition-by", options->partition_by,
                                          &append->partitions, error));
    if (options->txn != NULL) QUIRE_TRY(parse_txn(options->txn, append, error));
    int code = quire_table_open(append->url, QUIRE_TABLE_NEWEST, &append->table, error);
    if (code == QUIRE_NOT_FOUND && options->create) {
        quire_error_clear(error);
        return 0;
    }
    if (code == QUIRE_NOT_FOUND) quire_error_hint(error, "--create makes the table");
    if (code == 0) code = quire_table_schema(append->table, &append->schema, error);
    return code == 0 ? check_partitions(append, error) : code;
}

/* --- Rows ---------------------------------------------------------------------------------- */

/* The rows of an input, which is done (rejects and all) before their end is told, and with that
 * before they are committed. */
struct rows {
    struct quire_cli_input *input;
    struct quire_error error; /* the first failure, whole */
    int code;
};

static int rows_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    struct rows *rows = stream->private_data;
    rows->code = quire_stream_schema(&rows->input->stream, schema, &rows->error);
    return rows->code == 0 ? 0 : EIO;
}

static int rows_next(struct ArrowArrayStream *stream, struct ArrowArray *batch)
{
    struct rows *rows = stream->private_data;
    rows->code = quire_stream_next(&rows->input->stream, batch, &rows->error);
    if (rows->code == 0 && batch->release == NULL)
        rows->code = quire_cli_input_done(rows->input, &rows->error);
    return rows->code == 0 ? 0 : EIO;
}

static const char *rows_error(struct ArrowArrayStream *stream)
{
    struct rows *rows = stream->private_data;
    return rows->error.cause;
}

static void rows_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static int write_rows(struct quire_cli *cli, struct append *append, struct quire_cli_input *input)
{
    struct rows rows = {.input = input};
    struct ArrowArrayStream stream = {rows_schema, rows_next, rows_error, rows_release, &rows};
    const struct append_options *given = cli->options;
    const struct quire_table_create_options creation = {
        .partition_by = (const char *const *)append->partitions.names,
        .partition_by_size = append->partitions.size,
    };
    const struct quire_table_append_options options = {
        .app = append->app,
        .app_version = append->app_version,
        .durability = (enum quire_durability)cli->common.durability,
        .context = input->context,
        .evolve = (enum quire_table_evolve)given->evolve,
        .create = given->create ? &creation : NULL,
    };
    quire_error_clear(&rows.error);
    int code = quire_table_append(append->url, &stream, &options, &append->result, &cli->error);
    if (rows.code == 0) return code;
    cli->error = rows.error;
    return rows.code;
}

/* --- The report ----------------------------------------------------------------------------- */

static int print_json(struct quire_cli *cli, const struct append *append,
                      const struct quire_cli_input *input)
{
    const struct quire_table_append_result *result = &append->result;
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    quire_cli_json_string(json, "table", append->url);
    quire_cli_json_i64(json, "version", result->version);
    quire_cli_json_bool(json, "created", result->created);
    quire_cli_json_bool(json, "skipped", result->skipped);
    quire_cli_json_i64(json, "rows", result->rows);
    quire_cli_json_i64(json, "files", result->files);
    quire_cli_json_i64(json, "bytes", result->bytes);
    quire_cli_json_i64(json, "nulled", input->counts.nulled);
    quire_cli_json_i64(json, "rejected", input->counts.rejected);
    quire_json_end_object(json);
    int code = quire_cli_print_json(json, &cli->error);
    quire_json_free(json);
    return code;
}

static void print_summary(const struct append *append)
{
    const struct quire_table_append_result *result = &append->result;
    quire_cli_progress_clear();
    quire_cli_print_plain(append->url, stderr);
    if (result->skipped)
        fprintf(stderr, ": that transaction is in version %" PRId64 " already\n", result->version);
    else
        fprintf(stderr, ": version %" PRId64 ", %" PRId64 " row%s in %" PRId64 " file%s\n",
                result->version, result->rows, result->rows == 1 ? "" : "s", result->files,
                result->files == 1 ? "" : "s");
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(append_release) struct append append = {.url = argv[0]};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_TRY(prepare(cli, &append));
    const struct quire_cli_request request = {
        .names = argv + 1,
        .names_size = (size_t)argc - 1,
        .schema = append.schema.release != NULL ? &append.schema : NULL,
        .own_types = true,
    };
    const struct append_options *options = cli->options;
    /* Fields that the table lacks are looked for in all records. */
    if (options->evolve != QUIRE_TABLE_EVOLVE_OFF && !quire_cli_is_given(cli, "extra"))
        cli->reading.extra = QUIRE_EXTRA_EVOLVE;
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    QUIRE_TRY(write_rows(cli, &append, &input));
    if (cli->common.json)
        QUIRE_TRY(print_json(cli, &append, &input));
    else
        print_summary(&append);
    quire_cli_input_tell(&input);
    return 0;
}

#define AT(field) offsetof(struct append_options, field)
static const struct quire_option rows_of_append[] = {
    {.name = "create",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(create),
     .help = "make the table where there is none, with the columns of the rows"},
    {.name = "partition-by",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(partition_by),
     .help = "with --create: columns whose values get folders of their own, a,b"},
    {.name = "evolve",
     .type = QUIRE_OPTION_CHOICE,
     .offset = AT(evolve),
     .choices = "off|add|widen",
     .help = "rows with more than the table: refuse, add columns, or widen types too"},
    {.name = "txn",
     .type = QUIRE_OPTION_TEXT,
     .choices = "APP:VERSION",
     .offset = AT(txn),
     .help = "a writer's own count: what the table has of that version or a later one is not "
             "written again"},
};

const struct quire_command quire_command_table_append = {
    .name = "table append",
    .operands = "TABLE IN...",
    .summary = "add the rows of files to a table",
    .description =
        "Inputs are read with the table's columns unless --schema says otherwise. All rows are "
        "one commit: the table has all of them or none. --json prints one object: table, "
        "version, created, skipped, rows, files, bytes, nulled, rejected.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 2,
    .operands_max = -1,
    .options = {rows_of_append, sizeof(rows_of_append) / sizeof(rows_of_append[0]),
                sizeof(struct append_options)},
    .run = run,
};
