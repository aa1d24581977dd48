/* A report goes the way of all rows: builder, writer, the format "table". */
#include "report_table.h"

#include <string.h>
#include <unistd.h>

int quire_cli_report_begin(struct quire_cli_report *report, const char *schema,
                           struct quire_error *error)
{
    QUIRE_TRY(quire_schema_parse(schema, strlen(schema), &report->schema, error));
    return quire_builder_new(&report->schema, &report->rows, error);
}

void quire_cli_report_release(struct quire_cli_report *report)
{
    quire_builder_free(report->rows);
    quire_schema_release(&report->schema);
}

int quire_cli_report_text(struct quire_cli_report *report, const char *text,
                          struct quire_error *error)
{
    if (text == NULL) return quire_builder_null(report->rows, error);
    return quire_builder_text(report->rows, text, strlen(text), error);
}

int quire_cli_report_draw(struct quire_cli *cli, struct quire_cli_report *report,
                          struct quire_error *error)
{
    char width[16];
    snprintf(width, sizeof(width), "%d", quire_cli_terminal_columns(STDOUT_FILENO));
    const struct quire_setting settings[] = {{"width", width},
                                             {"types", "off"},
                                             {"count", "off"},
                                             {"null_text", "-"},
                                             {"cell_width", "72"}};
    const struct quire_write_options options = {
        .format = "table",
        .compression = "none",
        .settings = settings,
        .settings_size = sizeof(settings) / sizeof(settings[0]),
        .durability = (enum quire_durability)cli->common.durability,
    };
    struct quire_writer *writer = NULL;
    struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(quire_builder_finish(report->rows, &batch, error));
    fflush(stdout);
    int code = quire_writer_open("-", &report->schema, &options, &writer, error);
    if (code != 0)
        quire_array_release(&batch);
    else
        code = quire_writer_write(writer, &batch, error);
    if (code == 0) code = quire_writer_commit(writer, NULL, error);
    quire_writer_close(writer);
    return code;
}
