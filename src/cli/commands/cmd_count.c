/* count: how many rows, file by file, so that their columns need not go together. */
#include <inttypes.h>

#include "cli.h"

struct names {
    char **names;
    size_t size;
};

static void release_names(struct names *names)
{
    quire_names_free(names->names, names->size);
}

static int count_one(struct quire_cli *cli, char *name, int64_t *rows)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    const struct quire_cli_request request = {.names = &name, .names_size = 1, .rows_only = true};
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&input.stream, &batch, &cli->error));
        if (batch.release == NULL) break;
        *rows += batch.length;
        quire_array_release(&batch);
    }
    QUIRE_TRY(quire_cli_input_done(&input, &cli->error));
    quire_cli_input_tell(&input);
    return 0;
}

static int print_json(struct quire_cli *cli, int64_t rows, size_t files)
{
    const struct quire_cli_member members[] = {
        QUIRE_CLI_NUMBER("rows", rows),
        QUIRE_CLI_NUMBER("files", (int64_t)files),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(release_names) struct names names = {NULL, 0};
    int64_t rows = 0;
    QUIRE_TRY(quire_file_expand((const char *const *)argv, (size_t)argc, &names.names, &names.size,
                                &cli->error));
    if (cli->reading.rejects != NULL && names.size > 1)
        return quire_fail(&cli->error, QUIRE_USAGE, "count",
                          "--rejects takes the records of one file");
    for (size_t i = 0; i < names.size; i++)
        QUIRE_TRY(count_one(cli, names.names[i], &rows));
    if (cli->common.json) return print_json(cli, rows, names.size);
    printf("%" PRId64 "\n", rows);
    return 0;
}

const struct quire_command quire_command_count = {
    .name = "count",
    .operands = "FILE...",
    .summary = "count the rows of files, all together",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
