/* table info, history, files: what a version and its log say. */
#include <inttypes.h>
#include <string.h>

#include "json_walk.h"
#include "meta_text.h"
#include "progress.h"
#include "report_table.h"
#include "table_version.h"

static const struct quire_option rows[] = {QUIRE_CLI_TABLE_VERSION_ROWS};

/* --- info ----------------------------------------------------------------------------------- */

static void free_text(char **text)
{
    quire_free(*text);
}

static int run_info(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_table_close) struct quire_table *table = NULL;
    QUIRE_CLEANUP(free_text) char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_cli_table_open(cli, argv[0], &table, &cli->error));
    QUIRE_TRY(quire_table_describe(table, &json, &cli->error));
    if (!cli->common.json) return quire_cli_meta_print(cli, json, &cli->error);
    printf("%s\n", json);
    return 0;
}

const struct quire_command quire_command_table_info = {
    .name = "table info",
    .operands = "TABLE",
    .summary = "tell what a table is: columns, rows, files, protocol, properties",
    .description = "--json prints one object: version, id, name, description, created_ms, rows "
                   "(null where files do not say), files, bytes, columns, partition_columns, "
                   "protocol, properties.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct quire_cli_table_version)},
    .run = run_info,
};

/* --- history -------------------------------------------------------------------------------- */

/* A list that is printed, or put together in a report. */
struct list {
    struct quire_cli *cli;
    struct quire_cli_report report;
};

static void list_release(struct list *list)
{
    quire_cli_report_release(&list->report);
}

static int begin_list(struct quire_cli *cli, const char *name, const char *columns,
                      struct quire_table **table, struct list *list)
{
    QUIRE_TRY(quire_cli_table_open(cli, name, table, &cli->error));
    quire_cli_progress_clear();
    return quire_cli_report_begin(&list->report, columns, &cli->error);
}

/* The member of an object, as JSON text; false where it has none. */
static bool find_member(const char *object, const char *name, struct quire_json_item *member)
{
    for (const char *at = object != NULL ? object + 1 : "";
         quire_json_next_item(&at, true, member);)
        if (member->key_size == strlen(name) && memcmp(member->key, name, member->key_size) == 0)
            return true;
    return false;
}

static int append_member(struct list *list, const char *object, const char *name,
                         struct quire_error *error)
{
    struct quire_json_item member;
    struct quire_json_value text;
    if (!find_member(object, name, &member)) return quire_builder_null(list->report.rows, error);
    return quire_cli_report_text(&list->report,
                                 quire_json_value_text(&text, member.value, member.end), error);
}

static int take_commit(void *user, const struct quire_table_commit *commit,
                       struct quire_error *error)
{
    struct list *list = user;
    struct quire_builder *out = list->report.rows;
    if (list->cli->common.json) {
        struct quire_json_item operation = {.value = "null"};
        int size = (int)strlen(operation.value);
        if (find_member(commit->info, "operation", &operation))
            size = (int)(operation.end - operation.value);
        printf("{\"version\":%" PRId64 ",\"time_ms\":%" PRId64 ",\"operation\":%.*s,\"info\":%s}\n",
               commit->version, commit->time_ms, size, operation.value,
               commit->info != NULL ? commit->info : "null");
        return 0;
    }
    QUIRE_TRY(quire_builder_int(out, commit->version, error));
    QUIRE_TRY(quire_builder_int(out, commit->time_ms, error));
    QUIRE_TRY(append_member(list, commit->info, "operation", error));
    QUIRE_TRY(append_member(list, commit->info, "operationParameters", error));
    QUIRE_TRY(append_member(list, commit->info, "engineInfo", error));
    return quire_builder_end_row(out, error);
}

static int run_history(struct quire_cli *cli, int argc, char **argv)
{
    static const char columns[] = "version int64, time timestamp(ms, UTC), operation string, "
                                  "parameters string, engine string";
    QUIRE_CLEANUP(quire_cli_table_close) struct quire_table *table = NULL;
    QUIRE_CLEANUP(list_release) struct list list = {.cli = cli};
    (void)argc;
    QUIRE_TRY(begin_list(cli, argv[0], columns, &table, &list));
    QUIRE_TRY(quire_table_each_commit(table, take_commit, &list, &cli->error));
    return cli->common.json ? 0 : quire_cli_report_draw(cli, &list.report, &cli->error);
}

const struct quire_command quire_command_table_history = {
    .name = "table history",
    .operands = "TABLE",
    .summary = "list the commits of a table that its log still has, newest first",
    .description = "--json prints one object a commit: version, time_ms, operation, info (what "
                   "the writer said of it, as it stands in the log).",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct quire_cli_table_version)},
    .run = run_history,
};

/* --- files ---------------------------------------------------------------------------------- */

/* The path as a JSON text, then the rest; partitions are JSON already. */
static int print_file(const struct quire_table_file *file, struct quire_error *error)
{
    struct quire_json *json = NULL;
    const char *path = NULL;
    QUIRE_TRY(quire_json_new(&json, error));
    quire_json_string(json, file->path);
    int code = quire_json_text(json, &path, NULL, error);
    if (code == 0) {
        printf("{\"path\":%s,\"bytes\":%" PRId64 ",\"modified_ms\":%" PRId64 ",\"rows\":", path,
               file->bytes, file->modified_ms);
        if (file->rows >= 0)
            printf("%" PRId64, file->rows);
        else
            printf("null");
        printf(",\"partitions\":%s}\n", file->partitions);
    }
    quire_json_free(json);
    return code;
}

static int take_file(void *user, const struct quire_table_file *file, struct quire_error *error)
{
    struct list *list = user;
    struct quire_builder *out = list->report.rows;
    if (list->cli->common.json) return print_file(file, error);
    QUIRE_TRY(quire_cli_report_text(&list->report, file->path, error));
    QUIRE_TRY(file->rows >= 0 ? quire_builder_int(out, file->rows, error)
                              : quire_builder_null(out, error));
    QUIRE_TRY(quire_builder_int(out, file->bytes, error));
    QUIRE_TRY(quire_builder_int(out, file->modified_ms, error));
    QUIRE_TRY(quire_cli_report_text(&list->report, file->partitions, error));
    return quire_builder_end_row(out, error);
}

static int run_files(struct quire_cli *cli, int argc, char **argv)
{
    static const char columns[] = "path string, rows int64, bytes int64, "
                                  "modified timestamp(ms, UTC), partitions string";
    QUIRE_CLEANUP(quire_cli_table_close) struct quire_table *table = NULL;
    QUIRE_CLEANUP(list_release) struct list list = {.cli = cli};
    (void)argc;
    QUIRE_TRY(begin_list(cli, argv[0], columns, &table, &list));
    QUIRE_TRY(quire_table_each_file(table, take_file, &list, &cli->error));
    return cli->common.json ? 0 : quire_cli_report_draw(cli, &list.report, &cli->error);
}

const struct quire_command quire_command_table_files = {
    .name = "table files",
    .operands = "TABLE",
    .summary = "list the data files of a table",
    .description = "Paths are those of the log: URIs, below the table unless they are absolute. "
                   "--json prints one object a file: path, bytes, modified_ms, rows (null where "
                   "the log does not say), partitions.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct quire_cli_table_version)},
    .run = run_files,
};
