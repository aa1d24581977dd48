/* Rows of files on standard output, from the first on. */
#include "show.h"

#include "progress.h"

int quire_cli_show_output(struct quire_cli *cli, const char *fallback,
                          struct quire_cli_output *output, struct quire_error *error)
{
    *output = (struct quire_cli_output){.name = "-"};
    if (cli->common.json) fallback = "jsonl";
    quire_cli_progress_yield(cli);
    return quire_cli_output_format(cli, "-", fallback, &output->format, error);
}

int quire_cli_show_first(struct quire_cli *cli, int argc, char **argv, int64_t rows,
                         const char *fallback)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_writer_close) struct quire_writer *writer = NULL;
    struct quire_cli_output output;
    QUIRE_TRY(quire_cli_show_output(cli, fallback, &output, &cli->error));
    const struct quire_cli_request request = {
        .names = argv, .names_size = (size_t)argc, .output = output.format};
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    if (rows >= 0) {
        struct ArrowArrayStream limited = {.release = NULL};
        QUIRE_TRY(quire_stream_limit(&input.stream, rows, &limited, &cli->error));
        input.stream = limited;
    }
    QUIRE_TRY(quire_cli_output_open(cli, &output, &input, &writer, &cli->error));
    QUIRE_TRY(quire_cli_output_finish(writer, &input, NULL, &cli->error));
    quire_cli_input_tell(&input);
    return 0;
}
