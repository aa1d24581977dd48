/* table fsck: whether a table is what its log says. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_upkeep.h"

#include "cli.h"
#include "progress.h"

struct fsck_options {
    bool repair;
};

struct found {
    enum quire_table_fault fault;
    int64_t version;
    char *path, *detail;
};

struct fsck {
    const char *url;
    struct quire_context *context;
    struct found *list;
    size_t size, room;
    bool no_memory;
    struct quire_table_fsck_result result;
};

static void fsck_release(struct fsck *fsck)
{
    for (size_t i = 0; i < fsck->size; i++) {
        quire_free(fsck->list[i].path);
        quire_free(fsck->list[i].detail);
    }
    quire_free(fsck->list);
    quire_context_free(fsck->context);
}

static void take(void *user, const struct quire_table_finding *finding)
{
    struct fsck *fsck = user;
    if (fsck->size == fsck->room) {
        size_t room = fsck->room > 0 ? fsck->room * 2 : 64;
        struct found *list = quire_realloc(fsck->list, room * sizeof(*list));
        fsck->no_memory = fsck->no_memory || list == NULL;
        if (list == NULL) return;
        fsck->list = list;
        fsck->room = room;
    }
    struct found *found = &fsck->list[fsck->size++];
    *found = (struct found){finding->fault, finding->version, quire_strdup(finding->path),
                            quire_strdup(finding->detail)};
    fsck->no_memory = fsck->no_memory || found->path == NULL || found->detail == NULL;
}

/* The worst first, then by name. */
static int by_fault(const void *a, const void *b)
{
    const struct found *left = a, *right = b;
    if (left->fault != right->fault) return left->fault < right->fault ? -1 : 1;
    if (left->version != right->version) return left->version < right->version ? -1 : 1;
    return strcmp(left->path, right->path);
}

static int check(struct quire_cli *cli, struct fsck *fsck)
{
    const struct fsck_options *own = cli->options;
    QUIRE_TRY(quire_cli_context(cli, &fsck->context, &cli->error));
    const struct quire_table_fsck_options options = {
        .repair = own->repair,
        .report = take,
        .user = fsck,
        .durability = (enum quire_durability)cli->common.durability,
        .context = fsck->context,
    };
    QUIRE_TRY(quire_table_fsck(fsck->url, &options, &fsck->result, &cli->error));
    if (fsck->no_memory) return quire_cli_fail_memory(&cli->error);
    if (fsck->size > 0) qsort(fsck->list, fsck->size, sizeof(*fsck->list), by_fault);
    return 0;
}

/* --- The report ------------------------------------------------------------------------------ */

static const char *const names[QUIRE_TABLE_FAULTS] = {"missing", "corrupt", "gaps",
                                                      "checksum_mismatch", "orphans"};
static const char *const words[QUIRE_TABLE_FAULTS] = {
    "missing", "corrupt", "no commit of this version", "checksum mismatch", "orphan"};

static void put_list(struct quire_json *json, const struct fsck *fsck, enum quire_table_fault fault)
{
    quire_json_key(json, names[fault]);
    quire_json_begin_array(json);
    for (size_t i = 0; i < fsck->size; i++) {
        if (fsck->list[i].fault != fault) continue;
        if (fault == QUIRE_TABLE_GAP)
            quire_json_i64(json, fsck->list[i].version);
        else
            quire_json_string(json, fsck->list[i].path);
    }
    quire_json_end_array(json);
}

static void put_details(struct quire_json *json, const struct fsck *fsck)
{
    quire_json_key(json, "details");
    quire_json_begin_object(json);
    for (size_t i = 0; i < fsck->size; i++)
        if (fsck->list[i].fault != QUIRE_TABLE_ORPHAN && fsck->list[i].detail[0] != '\0')
            quire_cli_json_string(json, fsck->list[i].path, fsck->list[i].detail);
    quire_json_end_object(json);
}

static int print_json(struct quire_cli *cli, const struct fsck *fsck)
{
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    quire_cli_json_string(json, "table", fsck->url);
    quire_cli_json_i64(json, "version", fsck->result.version);
    quire_cli_json_bool(json, "ok", fsck->result.ok);
    for (int fault = 0; fault < QUIRE_TABLE_FAULTS; fault++)
        put_list(json, fsck, (enum quire_table_fault)fault);
    quire_cli_json_i64(json, "repaired", fsck->result.repaired);
    put_details(json, fsck);
    quire_json_end_object(json);
    int code = quire_cli_print_json(json, &cli->error);
    quire_json_free(json);
    return code;
}

static void print_text(const struct fsck *fsck)
{
    const struct quire_table_fsck_result *result = &fsck->result;
    for (size_t i = 0; i < fsck->size; i++) {
        const struct found *found = &fsck->list[i];
        quire_cli_print_plain(found->path, stdout);
        printf(": %s%s", words[found->fault], found->detail[0] != '\0' ? ": " : "");
        quire_cli_print_plain(found->detail, stdout);
        putchar('\n');
    }
    fflush(stdout);
    quire_cli_print_plain(fsck->url, stderr);
    fprintf(stderr, ": %s", result->ok ? "ok" : "not ok");
    for (int fault = 0; fault < QUIRE_TABLE_FAULTS; fault++)
        if (result->counts[fault] > 0)
            fprintf(stderr, ", %" PRId64 " %s", result->counts[fault], names[fault]);
    if (result->repaired > 0)
        fprintf(stderr, "; %" PRId64 " taken out of the table, which is version %" PRId64 " now",
                result->repaired, result->version);
    fputc('\n', stderr);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(fsck_release) struct fsck fsck = {.url = argv[0]};
    (void)argc;
    QUIRE_TRY(check(cli, &fsck));
    quire_cli_progress_clear();
    if (cli->common.json)
        QUIRE_TRY(print_json(cli, &fsck));
    else
        print_text(&fsck);
    return fsck.result.ok ? 0 : QUIRE_EXIT_DATA;
}

static const struct quire_option rows[] = {
    {.name = "repair",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct fsck_options, repair),
     .help = "take data files that are missing out of the table: their rows are lost, the others "
             "can be read again"},
};

const struct quire_command quire_command_table_fsck = {
    .name = "table fsck",
    .operands = "TABLE",
    .summary = "check that a table is what its log says",
    .description =
        "Files of the newest version that are missing or corrupt, versions that have no commit, a "
        "version checksum that the log does not bear out, and files that nothing names. Exit "
        "status 1 where anything but the last was found. --json prints one object: table, version, "
        "ok, missing, corrupt, gaps, checksum_mismatch, orphans (lists), repaired, details.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct fsck_options)},
    .run = run,
};
