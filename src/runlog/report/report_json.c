/* Reports take their names from the columns of the queries, so that what is printed as SQL says
 * what the JSON holds. */
#include "runlog/report/report_json.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"

void quire_report_write_number(struct quire_json_writer *writer, const char *name, double value)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_f64(writer, value);
}

void quire_report_write_integer(struct quire_json_writer *writer, const char *name, int64_t value)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_i64(writer, value);
}

void quire_report_write_text(struct quire_json_writer *writer, const char *name, const char *value)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_string(writer, value);
}

void quire_report_write_time(struct quire_json_writer *writer, const char *name, int64_t us)
{
    char text[QUIRE_TIME_TEXT_MAX];
    bool whole = us % 1000000 == 0;
    char *end = quire_time_format_timestamp(whole ? us / 1000000 : us,
                                            whole ? QUIRE_SECOND : QUIRE_MICRO, 'T', true, 0, text);
    quire_json_writer_key(writer, name);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

void quire_report_write_head(const struct quire_report *report, struct quire_json_writer *writer)
{
    quire_report_write_text(writer, "table_fqn", report->fqn);
    quire_report_write_text(writer, "table", report->url);
    if (report->days >= 0) {
        quire_report_write_integer(writer, "report_period_days", report->days);
        quire_report_write_time(writer, "since", report->since_us);
    } else {
        quire_report_write_text(writer, "report_period_days", NULL);
        quire_report_write_text(writer, "since", NULL);
    }
    if (report->days >= 0 || report->ends)
        quire_report_write_time(writer, "until", report->until_us);
    else
        quire_report_write_text(writer, "until", NULL);
    quire_report_write_text(writer, "where", report->options.where);
    quire_report_write_time(writer, "generated_at", report->now_us);
}

/* --- Rows ----------------------------------------------------------------------------------- */

#define HOUR_SIZE 19 /* 2024-02-29 23:00:00 */

static void write_string(const char *name, struct quire_bytes bytes,
                         struct quire_json_writer *writer)
{
    char text[HOUR_SIZE + 1];
    if (strcmp(name, "hour") != 0 || bytes.size != HOUR_SIZE) {
        quire_json_writer_string_sized(writer, (const char *)bytes.data, bytes.size);
        return;
    }
    memcpy(text, bytes.data, HOUR_SIZE);
    text[10] = 'T';
    text[HOUR_SIZE] = 'Z';
    quire_json_writer_string_sized(writer, text, sizeof(text));
}

static void write_value(const struct quire_view *value, int64_t row,
                        struct quire_json_writer *writer)
{
    if (quire_view_is_null(value, row))
        quire_json_writer_null(writer);
    else if (value->field->kind == QUIRE_KIND_FLOAT64)
        quire_json_writer_f64(writer, *(const double *)quire_view_fixed(value, row));
    else if (quire_kind_is_integer(value->field->kind))
        quire_json_writer_i64(writer, quire_view_i64(value, row));
    else
        write_string(value->field->name, quire_view_bytes(value, row), writer);
}

void quire_report_write_of(const struct quire_report_rows *rows, const char *column,
                           const char *name, struct quire_json_writer *writer)
{
    int64_t at = quire_field_child(rows->field, column, strlen(column));
    quire_json_writer_key(writer, name);
    if (at >= 0)
        write_value(&rows->view->children[at], rows->row, writer);
    else
        quire_json_writer_null(writer);
}

void quire_report_write_row(const struct quire_report_rows *rows, struct quire_json_writer *writer)
{
    for (size_t i = 0; i < rows->view->children_size; i++) {
        quire_json_writer_key(writer, rows->view->children[i].field->name);
        write_value(&rows->view->children[i], rows->row, writer);
    }
}

int quire_report_write_rows(const struct quire_report *report, enum quire_report_query query,
                            const char *name, int64_t limit, struct quire_json_writer *writer,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    int64_t listed = 0;
    quire_json_writer_key(writer, name);
    quire_json_writer_begin_array(writer);
    QUIRE_TRY(quire_report_ask(report, query, &rows, error));
    for (bool got = true; limit == 0 || listed < limit; listed++) {
        QUIRE_TRY(quire_report_next(&rows, &got, error));
        if (!got) break;
        quire_json_writer_begin_object(writer);
        quire_report_write_row(&rows, writer);
        quire_json_writer_end_object(writer);
    }
    quire_json_writer_end_array(writer);
    return 0;
}

#define PIECE_BYTES 65536

static int pass_on(const struct quire_report *report, struct quire_buf *text,
                   struct quire_error *error)
{
    QUIRE_TRY(quire_out_write(report->options.out, text->data, text->size, error));
    quire_buf_clear(text);
    return 0;
}

int quire_report_flush(const struct quire_report *report, struct quire_json_writer *writer,
                       struct quire_error *error)
{
    if (report->options.out == NULL || writer->out->size < PIECE_BYTES) return 0;
    return pass_on(report, writer->out, error);
}

int quire_report_finish(const struct quire_report *report, struct quire_json_writer *writer,
                        char **json, struct quire_error *error)
{
    struct quire_buf *text = writer->out;
    int code = quire_json_writer_finish(writer);
    if (code == 0 && report->options.out == NULL) code = quire_buf_terminate(text);
    if (code != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    if (report->options.out != NULL) QUIRE_TRY(pass_on(report, text, error));
    *json = report->options.out == NULL ? (char *)text->data : NULL;
    if (report->options.out == NULL) *text = (struct quire_buf){.data = NULL};
    return 0;
}
