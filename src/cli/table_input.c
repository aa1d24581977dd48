#include "table_input.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "apart.h"
#include "json_walk.h"
#include "table_keys.h"

/* --- The table ------------------------------------------------------------------------------- */

static void free_text(char **text)
{
    quire_free(*text);
}

/* A table that is there must be partitioned as was asked. */
static int check_partitions(const struct quire_cli *cli, const struct quire_cli_target *target,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(free_text) char *json = NULL;
    struct quire_json_item item, column;
    size_t same = 0, columns = 0;
    if (target->partitions.size == 0) return 0;
    QUIRE_TRY(quire_table_describe(target->table, &json, error));
    for (const char *at = json + 1; quire_json_next_item(&at, true, &item);) {
        if (item.key_size != strlen("partition_columns") ||
            memcmp(item.key, "partition_columns", item.key_size) != 0)
            continue;
        for (const char *in = item.value + 1; quire_json_next_item(&in, false, &column);) {
            struct quire_json_value text;
            const char *name = quire_json_value_text(&text, column.value, column.end);
            if (columns < target->partitions.size)
                same += strcmp(target->partitions.names[columns], name) == 0;
            columns++;
        }
    }
    if (same == target->partitions.size && columns == same) return 0;
    return quire_fail(error, QUIRE_USAGE, cli->command->name,
                      "the table is there and is not partitioned by that");
}

static int find_table(struct quire_cli *cli, const struct quire_cli_target_options *options,
                      struct quire_cli_target *target)
{
    struct quire_error *error = &cli->error;
    int code = quire_table_open(target->url, QUIRE_TABLE_NEWEST, &target->table, error);
    if (code == QUIRE_NOT_FOUND && options->create) {
        quire_error_clear(error);
        return 0;
    }
    if (code == QUIRE_NOT_FOUND) quire_error_hint(error, "--create makes the table");
    if (code == 0) code = quire_table_schema(target->table, &target->schema, error);
    return code == 0 ? check_partitions(cli, target, error) : code;
}

int quire_cli_target_open(struct quire_cli *cli, const struct quire_cli_target_options *options,
                          struct quire_cli_target *target)
{
    struct quire_error *error = &cli->error;
    if (options->partition_by != NULL && !options->create)
        return quire_fail(error, QUIRE_USAGE, cli->command->name,
                          "--partition-by goes with --create");
    QUIRE_TRY(quire_cli_apart(cli, "the rejects file", cli->reading.rejects, target->url, error));
    if (options->partition_by != NULL)
        QUIRE_TRY(quire_cli_columns_split("partition-by", options->partition_by,
                                          &target->partitions, error));
    if (options->txn != NULL)
        QUIRE_TRY(quire_cli_txn_parse(options->txn, &target->app, &target->app_version, error));
    target->evolves = options->evolve != QUIRE_TABLE_EVOLVE_OFF;
    target->creation = (struct quire_table_create_options){
        .partition_by = (const char *const *)target->partitions.names,
        .partition_by_size = target->partitions.size,
    };
    target->create = options->create ? &target->creation : NULL;
    return find_table(cli, options, target);
}

void quire_cli_target_release(struct quire_cli_target *target)
{
    quire_cli_columns_release(&target->partitions);
    quire_free(target->app);
    quire_schema_release(&target->schema);
    quire_table_close(target->table);
}

int quire_cli_target_tell(struct quire_cli *cli, int code)
{
    if (code != QUIRE_INPUT || strstr(cli->error.hint, "--extra evolve") == NULL) return code;
    snprintf(cli->error.hint, sizeof(cli->error.hint),
             "--extra ignore leaves it out, --evolve add adds it to the table");
    return code;
}

/* --- What inputs lack ------------------------------------------------------------------------- */

static bool has_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcasecmp(schema->children[i]->name, name) == 0) return true;
    return false;
}

static int any_filled(const struct quire_cli_target *target, bool *any, struct quire_error *error)
{
    *any = false;
    for (int64_t i = 0; i < target->schema.n_children && !*any; i++)
        QUIRE_TRY(quire_table_fills(target->table, target->schema.children[i]->name, any, error));
    return 0;
}

int quire_cli_target_look(struct quire_cli *cli, char *const *names, size_t names_size,
                          struct ArrowSchema *found)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    const struct quire_cli_request looking = {.names = names, .names_size = names_size};
    const struct quire_cli_reading given = cli->reading;
    cli->reading.rejects = NULL;
    if (given.on_bad == QUIRE_ON_BAD_REJECT) cli->reading.on_bad = QUIRE_ON_BAD_NULL;
    int code = quire_cli_input_open(cli, &looking, &input, &cli->error);
    if (code == 0) code = quire_stream_schema(&input.stream, found, &cli->error);
    cli->reading = given;
    return code;
}

static bool comes_once(char *const *names, size_t names_size)
{
    for (size_t i = 0; i < names_size; i++)
        if (!quire_file_rereadable(names[i])) return true;
    return false;
}

/* Takes out of the schema that is read what the table fills and the inputs lack, so that it is not
 * taken for null. What comes through a pipe is not looked at first. */
static int leave_to_table(struct quire_cli *cli, const struct quire_cli_target *target,
                          const struct quire_cli_request *request, struct ArrowSchema *schema)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema found = {.release = NULL};
    int64_t kept = 0;
    if (comes_once(request->names, request->names_size))
        return quire_fail(&cli->error, QUIRE_USAGE, cli->command->name,
                          "the table fills columns: --schema is to say which the pipe has");
    QUIRE_TRY(quire_cli_target_look(cli, request->names, request->names_size, &found));
    QUIRE_TRY(quire_schema_copy(&target->schema, schema, &cli->error));
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct ArrowSchema *child = schema->children[i];
        bool fills = false;
        QUIRE_TRY(quire_table_fills(target->table, child->name, &fills, &cli->error));
        if (fills && !has_column(&found, child->name)) continue;
        schema->children[i] = schema->children[kept];
        schema->children[kept++] = child;
    }
    for (int64_t i = kept; i < schema->n_children; i++) {
        quire_schema_release(schema->children[i]);
        quire_free(schema->children[i]);
    }
    schema->n_children = kept;
    return 0;
}

int quire_cli_target_input(struct quire_cli *cli, struct quire_cli_target *target,
                           char *const *names, size_t names_size, struct quire_cli_input *input)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_cli_request request = {
        .names = names, .names_size = names_size, .own_types = true, .any_case = true};
    bool fills = false;
    bool named = cli->reading.schema != NULL && comes_once(names, names_size);
    /* Fields that the table lacks are looked for in all records; of a pipe --schema says them. */
    if (target->evolves && !named && !quire_cli_is_given(cli, "extra"))
        cli->reading.extra = QUIRE_EXTRA_EVOLVE;
    if (target->table == NULL || target->own_types)
        return quire_cli_input_open(cli, &request, input, &cli->error);
    request.schema = &target->schema;
    QUIRE_TRY(any_filled(target, &fills, &cli->error));
    if (fills && cli->reading.schema == NULL) {
        QUIRE_TRY(leave_to_table(cli, target, &request, &schema));
        request.schema = &schema;
    }
    return quire_cli_input_open(cli, &request, input, &cli->error);
}

/* --- Rows ------------------------------------------------------------------------------------ */

static int rows_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    struct quire_cli_rows *rows = stream->private_data;
    rows->code = quire_stream_schema(&rows->input->stream, schema, &rows->error);
    return rows->code == 0 ? 0 : EIO;
}

static int pass_keys(struct quire_cli_rows *rows, struct ArrowArray *batch)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    rows->code = quire_stream_schema(&rows->input->stream, &schema, &rows->error);
    if (rows->code == 0)
        quire_cli_keys_pass(rows->keys, &schema, batch);
    else
        quire_array_release(batch);
    return rows->code == 0 ? 0 : EIO;
}

static int rows_next(struct ArrowArrayStream *stream, struct ArrowArray *batch)
{
    struct quire_cli_rows *rows = stream->private_data;
    rows->code = quire_stream_next(&rows->input->stream, batch, &rows->error);
    if (rows->code != 0) return EIO;
    if (batch->release != NULL) return rows->keys != NULL ? pass_keys(rows, batch) : 0;
    if (rows->keys != NULL) rows->code = quire_cli_keys_end(rows->keys, &rows->error);
    if (rows->code == 0) rows->code = quire_cli_input_done(rows->input, &rows->error);
    return rows->code == 0 ? 0 : EIO;
}

static const char *rows_error(struct ArrowArrayStream *stream)
{
    struct quire_cli_rows *rows = stream->private_data;
    return rows->error.cause;
}

static void rows_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

struct ArrowArrayStream quire_cli_rows_stream(struct quire_cli_rows *rows)
{
    quire_error_clear(&rows->error);
    return (struct ArrowArrayStream){rows_schema, rows_next, rows_error, rows_release, rows};
}

int quire_cli_rows_code(const struct quire_cli_rows *rows, int code, struct quire_error *error)
{
    if (rows->code == 0) return code;
    *error = rows->error;
    return rows->code;
}
