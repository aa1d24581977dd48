/* clean: sweeps what killed writers left behind, and nothing else. */
#include <inttypes.h>

#include "report_table.h"

struct clean_options {
    int64_t older;
    bool dry_run;
};

struct sweeping {
    struct quire_json *json; /* NULL: for people */
    bool dry_run;
    int64_t bytes;
};

static void tell(void *user, const char *key, int64_t bytes)
{
    struct sweeping *sweeping = user;
    sweeping->bytes += bytes;
    if (sweeping->json == NULL) {
        printf("%s ", sweeping->dry_run ? "would remove" : "removed");
        quire_cli_print_plain(key, stdout);
        printf(" (%" PRId64 " bytes)\n", bytes);
        return;
    }
    quire_json_begin_object(sweeping->json);
    quire_cli_json_string(sweeping->json, "name", key);
    quire_cli_json_i64(sweeping->json, "bytes", bytes);
    quire_json_end_object(sweeping->json);
}

static int sweep(struct quire_cli *cli, const char *folder, struct sweeping *sweeping,
                 int64_t *removed)
{
    const struct clean_options *own = cli->options;
    const struct quire_sweep_options options = {
        .age_ms = own->older, .dry_run = own->dry_run, .report = tell, .user = sweeping};
    return quire_store_sweep(folder, &options, removed, &cli->error);
}

static int sweep_json(struct quire_cli *cli, const char *folder, struct quire_json *json)
{
    const struct clean_options *own = cli->options;
    struct sweeping sweeping = {.json = json, .dry_run = own->dry_run};
    int64_t removed = 0;
    quire_json_begin_object(json);
    quire_json_key(json, "files");
    quire_json_begin_array(json);
    QUIRE_TRY(sweep(cli, folder, &sweeping, &removed));
    quire_json_end_array(json);
    quire_cli_json_i64(json, "count", removed);
    quire_cli_json_i64(json, "bytes", sweeping.bytes);
    quire_cli_json_bool(json, "dry_run", own->dry_run);
    quire_json_end_object(json);
    return quire_cli_print_json(json, &cli->error);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    (void)argc;
    const struct clean_options *own = cli->options;
    struct sweeping sweeping = {.dry_run = own->dry_run};
    int64_t removed = 0;
    if (cli->common.json) {
        struct quire_json *json = NULL;
        QUIRE_TRY(quire_json_new(&json, &cli->error));
        int code = sweep_json(cli, argv[0], json);
        quire_json_free(json);
        return code;
    }
    QUIRE_TRY(sweep(cli, argv[0], &sweeping, &removed));
    printf("%" PRId64 " leftover%s, %" PRId64 " bytes%s\n", removed, QUIRE_CLI_PLURAL(removed),
           sweeping.bytes, own->dry_run ? " (dry run: nothing was removed)" : "");
    return 0;
}

static const struct quire_option rows[] = {
    {.name = "older",
     .type = QUIRE_OPTION_DURATION,
     .default_text = "1d",
     .offset = offsetof(struct clean_options, older),
     .help = "sweep leftovers that were last written to longer ago than this"},
    {.name = "dry-run",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct clean_options, dry_run),
     .help = "tell what would be removed, and remove nothing"},
};

const struct quire_command quire_command_clean = {
    .name = "clean",
    .operands = "DIR",
    .summary = "remove what killed writers left below a folder",
    .description = "Leftovers are known by the exact pattern of their names, "
                   "\".NAME.quire-PID-RANDOM.tmp\"; no other file is touched. Lower --older only "
                   "when no writer is at work there.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct clean_options)},
    .run = run,
};
