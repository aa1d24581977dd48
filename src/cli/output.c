/* Opening and finishing writers as the options say. */
#include "output.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

int quire_cli_output_format(const struct quire_cli *cli, const char *name, const char *fallback,
                            const struct quire_format **format, struct quire_error *error)
{
    const struct quire_cli_writing *writing = &cli->writing;
    const struct quire_format *found = NULL;
    if (writing->to != NULL)
        QUIRE_TRY(quire_format_find(writing->to, &found, error));
    else
        QUIRE_TRY(quire_format_find_path(name, &found, error));
    if (found == NULL && fallback != NULL) QUIRE_TRY(quire_format_find(fallback, &found, error));
    if (found == NULL) {
        quire_fail(error, QUIRE_USAGE, cli->command->name,
                   "the format of the output \"%.200s\" is not known by its name", name);
        quire_error_hint(error, "name it with --to; \"quire formats\" lists them");
        return QUIRE_USAGE;
    }
    if (found->encoder_new == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, cli->command->name,
                          "the format %s is not written", found->name);
    /* A format that compresses inside has an option for it, which knows its own names. */
    if (writing->compression != NULL && (found->flags & QUIRE_FORMAT_COMPRESSES) == 0) {
        const struct quire_codec *codec = NULL;
        int level = 0;
        QUIRE_TRY(quire_codec_parse(writing->compression, &codec, &level, error));
    }
    *format = found;
    return 0;
}

int quire_cli_output_open(struct quire_cli *cli, const struct quire_cli_output *output,
                          struct quire_cli_input *input, struct quire_writer **writer,
                          struct quire_error *error)
{
    size_t size = input->output_settings_size, first = 0;
    struct quire_setting *settings = quire_alloc_zero(size + 2, sizeof(*settings));
    if (settings == NULL) return quire_cli_fail_memory(error);
    char width[16];
    bool terminal = strcmp(output->name, "-") == 0 && isatty(STDOUT_FILENO);
    if (terminal && quire_options_has(&output->format->encoder_options, "width")) {
        snprintf(width, sizeof(width), "%d", quire_cli_terminal_columns(STDOUT_FILENO));
        settings[first++] = (struct quire_setting){"width", width};
    }
    if (output->sorting != NULL && quire_options_has(&output->format->encoder_options, "sorting"))
        settings[first++] = (struct quire_setting){"sorting", output->sorting};
    if (size > 0) memcpy(settings + first, input->output_settings, size * sizeof(*settings));
    const struct quire_write_options options = {
        .format = output->format->name,
        .compression = cli->writing.compression,
        .settings = settings,
        .settings_size = first + size,
        .mode = output->mode,
        .durability = (enum quire_durability)cli->common.durability,
        .no_parents = output->no_parents,
        .context = input->context,
    };
    struct ArrowSchema schema = {.release = NULL};
    int code = quire_stream_schema(&input->stream, &schema, error);
    if (code == 0) code = quire_writer_open(output->name, &schema, &options, writer, error);
    quire_schema_release(&schema);
    quire_free(settings);
    return code;
}

int quire_cli_output_finish(struct quire_writer *writer, struct quire_cli_input *input,
                            struct quire_write_result *result, struct quire_error *error)
{
    QUIRE_TRY(quire_writer_write_stream(writer, &input->stream, error));
    QUIRE_TRY(quire_cli_input_done(input, error));
    return quire_writer_commit(writer, result, error);
}

static void print_written(const struct quire_cli_output *output,
                          const struct quire_write_result *result, const char *noun,
                          int64_t version)
{
    quire_cli_print_plain(output->name, stderr);
    fprintf(stderr, ": %" PRId64 " %s%s", result->rows, noun, QUIRE_CLI_PLURAL(result->rows));
    if (version >= 0) fprintf(stderr, " of version %" PRId64, version);
    fputc('\n', stderr);
}

int quire_cli_output_report(struct quire_cli *cli, const struct quire_cli_output *output,
                            const struct quire_write_result *result, const char *noun,
                            int64_t version)
{
    struct quire_json *json = NULL;
    quire_cli_progress_clear();
    if (!cli->common.json) {
        print_written(output, result, noun, version);
        return 0;
    }
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    quire_cli_json_string(json, "output", output->name);
    quire_cli_json_string(json, "format", output->format->name);
    if (version >= 0) quire_cli_json_i64(json, "version", version);
    quire_cli_json_i64(json, "rows", result->rows);
    quire_cli_json_i64(json, "bytes", result->bytes);
    quire_json_end_object(json);
    int code = quire_cli_print_json(json, &cli->error);
    quire_json_free(json);
    return code;
}

void quire_cli_writer_close(struct quire_writer **writer)
{
    quire_writer_close(*writer);
}
