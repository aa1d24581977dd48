/* schema: the columns, in the form that --schema reads. */
#include <string.h>

#include "cli.h"

static int print_schema(struct quire_cli *cli, struct quire_cli_input *input)
{
    struct ArrowSchema schema = {.release = NULL};
    char *text = NULL;
    QUIRE_TRY(quire_stream_schema(&input->stream, &schema, &cli->error));
    int code = cli->common.json ? quire_schema_print_json(&schema, &text, &cli->error)
                                : quire_schema_print(&schema, &text, &cli->error);
    quire_schema_release(&schema);
    QUIRE_TRY(code);
    size_t size = strlen(text);
    fputs(text, stdout);
    if (size > 0 && text[size - 1] != '\n') fputc('\n', stdout);
    quire_text_free(text);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    const struct quire_cli_request request = {.names = argv, .names_size = (size_t)argc};
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    /* What came before an interrupt is no whole sample. */
    QUIRE_TRY(quire_cli_input_done(&input, &cli->error));
    return print_schema(cli, &input);
}

const struct quire_command quire_command_schema = {
    .name = "schema",
    .operands = "FILE...",
    .summary = "print the columns of files: name, type, nullable",
    .description = "One line a field, or JSON with --json; both are what --schema reads. Of "
                   "several files, the schema that holds the rows of all.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
