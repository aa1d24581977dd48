/* table vacuum: files that no version needs are deleted. */
#include <inttypes.h>

#include "quire/table_upkeep.h"

#include "cli.h"
#include "progress.h"

struct vacuum_options {
    int64_t retain; /* only counts when given */
    bool lite, dry_run, force_retention;
};

struct vacuum {
    const char *url;
    struct quire_json *json; /* NULL: reported as text */
    bool print;              /* each file */
    struct quire_table_vacuum_result result;
};

static void report(void *user, const char *path, int64_t bytes)
{
    const struct vacuum *vacuum = user;
    if (vacuum->json != NULL) {
        quire_json_begin_object(vacuum->json);
        quire_cli_json_string(vacuum->json, "path", path);
        quire_cli_json_i64(vacuum->json, "bytes", bytes);
        quire_json_end_object(vacuum->json);
    } else if (vacuum->print) {
        quire_cli_print_plain(path, stdout);
        putchar('\n');
    }
}

static int vacuum_table(struct quire_cli *cli, struct vacuum *vacuum)
{
    const struct vacuum_options *own = cli->options;
    const struct quire_table_vacuum_options options = {
        .retain_ms = own->retain,
        .retain_given = quire_cli_is_given(cli, "retain"),
        .force = own->force_retention,
        .lite = own->lite,
        .dry_run = own->dry_run,
        .report = report,
        .user = vacuum,
        .durability = (enum quire_durability)cli->common.durability,
    };
    return quire_table_vacuum(vacuum->url, &options, &vacuum->result, &cli->error);
}

static int vacuum_json(struct quire_cli *cli, struct vacuum *vacuum)
{
    const struct vacuum_options *own = cli->options;
    quire_json_begin_object(vacuum->json);
    quire_cli_json_string(vacuum->json, "table", vacuum->url);
    quire_cli_json_bool(vacuum->json, "dry_run", own->dry_run);
    quire_json_key(vacuum->json, "deleted");
    quire_json_begin_array(vacuum->json);
    QUIRE_TRY(vacuum_table(cli, vacuum));
    quire_json_end_array(vacuum->json);
    quire_cli_json_i64(vacuum->json, "version", vacuum->result.version);
    quire_cli_json_i64(vacuum->json, "files", vacuum->result.files);
    quire_cli_json_i64(vacuum->json, "bytes", vacuum->result.bytes);
    quire_cli_json_i64(vacuum->json, "inner_tables", vacuum->result.inner_tables);
    quire_json_end_object(vacuum->json);
    return quire_cli_print_json(vacuum->json, &cli->error);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct vacuum_options *own = cli->options;
    struct vacuum vacuum = {.url = argv[0], .print = own->dry_run};
    (void)argc;
    if (cli->common.json) {
        QUIRE_TRY(quire_json_new(&vacuum.json, &cli->error));
        int code = vacuum_json(cli, &vacuum);
        quire_json_free(vacuum.json);
        return code;
    }
    QUIRE_TRY(vacuum_table(cli, &vacuum));
    char bytes[QUIRE_CLI_AMOUNT_SIZE];
    quire_cli_progress_clear();
    quire_cli_format_bytes(vacuum.result.bytes, bytes);
    quire_cli_print_plain(vacuum.url, stderr);
    fprintf(stderr, ": %" PRId64 " file%s of %s together %s\n", vacuum.result.files,
            QUIRE_CLI_PLURAL(vacuum.result.files), bytes,
            own->dry_run ? "would be deleted (dry run: nothing was)" : "deleted");
    if (vacuum.result.inner_tables > 0) {
        quire_cli_print_plain(vacuum.url, stderr);
        fprintf(stderr, ": %" PRId64 " folder%s passed over, with a table of its own\n",
                vacuum.result.inner_tables, QUIRE_CLI_PLURAL(vacuum.result.inner_tables));
    }
    return 0;
}

#define AT(field) offsetof(struct vacuum_options, field)
static const struct quire_option rows[] = {
    {.name = "retain",
     .type = QUIRE_OPTION_DURATION,
     .offset = AT(retain),
     .help = "keep what versions of so long ago need; else delta.deletedFileRetentionDuration of "
             "the table, or 168h"},
    {.name = "lite",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(lite),
     .help = "only look for files that the log names, and list nothing"},
    {.name = "dry-run",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(dry_run),
     .help = "tell what would be deleted, and delete nothing"},
    {.name = "force-retention",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(force_retention),
     .help = "let --retain be less than the table says: only where nobody reads or writes it"},
};

const struct quire_command quire_command_table_vacuum = {
    .name = "table vacuum",
    .operands = "TABLE",
    .summary = "delete files that no version of a table needs",
    .description =
        "Files that are older than what is retained, and that neither the newest version nor one "
        "since then has. Exit status 2, and nothing deleted, where less is to be retained than "
        "the table says. --json prints one object: table, dry_run, deleted (path, bytes), "
        "version, files, bytes, inner_tables (folders with tables of their own, passed over).",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct vacuum_options)},
    .run = run,
};
