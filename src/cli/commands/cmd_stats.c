/* stats: what the columns of files hold. */
#include <inttypes.h>
#include <string.h>

#include "quire/stats.h"
#include "report_table.h"
#include "stored.h"

static void free_stats(struct quire_stats **stats)
{
    quire_stats_free(*stats);
}

static int gather(struct quire_cli_input *input, struct quire_stats **stats, int64_t *rows,
                  struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(&input->stream, &schema, error));
    int code = quire_stats_new(&schema, stats, error);
    quire_schema_release(&schema);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        if (code == 0) code = quire_stream_next(&input->stream, &batch, error);
        if (code != 0 || batch.release == NULL) return code;
        *rows += batch.length;
        code = quire_stats_add(*stats, &batch, error);
        quire_array_release(&batch);
    }
}

/* --- As JSON --- */

static const struct quire_cli_stored_column *stored_of(const struct quire_cli_stored *stored,
                                                       size_t i)
{
    static const struct quire_cli_stored_column unknown = {.bytes = -1};
    return stored->columns != NULL ? &stored->columns[i] : &unknown;
}

static void write_column(struct quire_json *json, const struct quire_stats_column *column,
                         const struct quire_cli_stored_column *stored)
{
    quire_json_begin_object(json);
    quire_cli_json_string(json, "column", column->name);
    quire_cli_json_string(json, "type", column->type);
    quire_cli_json_i64(json, "rows", column->rows);
    quire_cli_json_i64(json, "nulls", column->nulls);
    quire_cli_json_i64(json, "nans", column->nans);
    quire_cli_json_known(json, "distinct", column->distinct);
    quire_cli_json_string(json, "min", column->min);
    quire_cli_json_string(json, "max", column->max);
    quire_cli_json_bool(json, "min_exact", column->min_exact);
    quire_cli_json_bool(json, "max_exact", column->max_exact);
    quire_cli_json_known(json, "bytes", column->bytes);
    quire_cli_json_known(json, "stored_bytes", stored->bytes);
    quire_cli_json_string(json, "encodings",
                          stored->encodings[0] != '\0' ? stored->encodings : NULL);
    quire_json_end_object(json);
}

static int print_json(struct quire_stats *stats, const struct quire_cli_stored *stored,
                      struct quire_error *error)
{
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, error));
    int code = 0;
    for (size_t i = 0; code == 0 && i < quire_stats_columns(stats); i++) {
        struct quire_stats_column column;
        code = quire_stats_column(stats, i, &column, error);
        if (code != 0) break;
        quire_json_clear(json);
        write_column(json, &column, stored_of(stored, i));
        code = quire_cli_print_json(json, error);
    }
    quire_json_free(json);
    return code;
}

/* --- For people --- */

static const char report_schema[] = "column string, type string, nulls int64, distinct int64, "
                                    "min string, max string, bytes int64";
/* Where the format tells. */
static const char stored_schema[] = "column string, type string, nulls int64, distinct int64, "
                                    "min string, max string, bytes int64, stored int64, "
                                    "encodings string";

static int append_count(struct quire_cli_report *report, int64_t count, struct quire_error *error)
{
    if (count < 0) return quire_builder_null(report->rows, error);
    return quire_builder_int(report->rows, count, error);
}

/* A text that goes on after what is known of it says so. */
static int append_extreme(struct quire_cli_report *report, const char *text, bool exact,
                          struct quire_error *error)
{
    char longer[4 * QUIRE_STATS_EXTREME_BYTES + 8];
    if (text == NULL || exact || strlen(text) + 4 > sizeof(longer))
        return quire_cli_report_text(report, text, error);
    snprintf(longer, sizeof(longer), "%s…", text);
    return quire_cli_report_text(report, longer, error);
}

static int append_column(struct quire_cli_report *report, const struct quire_stats_column *column,
                         const struct quire_cli_stored_column *stored, struct quire_error *error)
{
    QUIRE_TRY(quire_cli_report_text(report, column->name, error));
    QUIRE_TRY(quire_cli_report_text(report, column->type, error));
    QUIRE_TRY(append_count(report, column->nulls, error));
    QUIRE_TRY(append_count(report, column->distinct, error));
    QUIRE_TRY(append_extreme(report, column->min, column->min_exact, error));
    QUIRE_TRY(append_extreme(report, column->max, column->max_exact, error));
    QUIRE_TRY(append_count(report, column->bytes, error));
    if (stored != NULL) {
        QUIRE_TRY(append_count(report, stored->bytes, error));
        QUIRE_TRY(quire_cli_report_text(
            report, stored->encodings[0] != '\0' ? stored->encodings : NULL, error));
    }
    return quire_builder_end_row(report->rows, error);
}

static int print_text(struct quire_cli *cli, struct quire_stats *stats,
                      const struct quire_cli_stored *stored, int64_t rows)
{
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    bool told = stored->columns != NULL;
    QUIRE_TRY(quire_cli_report_begin(&report, told ? stored_schema : report_schema, &cli->error));
    bool any_nan = false;
    for (size_t i = 0; i < quire_stats_columns(stats); i++) {
        struct quire_stats_column column;
        QUIRE_TRY(quire_stats_column(stats, i, &column, &cli->error));
        QUIRE_TRY(append_column(&report, &column, told ? &stored->columns[i] : NULL, &cli->error));
        any_nan |= column.nans > 0;
    }
    QUIRE_TRY(quire_cli_report_draw(cli, &report, &cli->error));
    printf("%" PRId64 " row%s, %zu column%s\n", rows, QUIRE_CLI_PLURAL(rows),
           quire_stats_columns(stats), QUIRE_CLI_PLURAL(quire_stats_columns(stats)));
    if (any_nan) printf("NaN is left out of min and max; --json counts it\n");
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(free_stats) struct quire_stats *stats = NULL;
    QUIRE_CLEANUP(quire_cli_stored_release) struct quire_cli_stored stored = {.columns = NULL};
    const struct quire_cli_request request = {.names = argv, .names_size = (size_t)argc};
    int64_t rows = 0;
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    QUIRE_TRY(gather(&input, &stats, &rows, &cli->error));
    QUIRE_TRY(quire_cli_input_done(&input, &cli->error));
    QUIRE_TRY(quire_cli_stored_read(cli, &input, stats, &stored, &cli->error));
    quire_cli_progress_clear();
    if (cli->common.json)
        QUIRE_TRY(print_json(stats, &stored, &cli->error));
    else
        QUIRE_TRY(print_text(cli, stats, &stored, rows));
    quire_cli_input_tell(&input);
    return 0;
}

const struct quire_command quire_command_stats = {
    .name = "stats",
    .operands = "FILE...",
    .summary = "show what each column holds: nulls, distinct values, least and greatest",
    .description = "Distinct values are counted up to 10,000 a column; with more, how many there "
                   "are is not known (\"-\", null in JSON). Of texts longer than 64 bytes the "
                   "beginning is shown, followed by \"…\". Of Parquet, what the pages of each "
                   "column take in the file and their encodings are told too. --json prints one "
                   "object a column.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
