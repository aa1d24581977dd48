/* The days are read once for all that tell of them: as numbers, and as the text that stands in
 * reports. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/report/report_json.h"

void quire_report_days_release(struct quire_report_days *days)
{
    quire_buf_release(&days->items);
    quire_buf_release(&days->json);
}

static int add_day(struct quire_report_days *days, const struct quire_report_rows *rows)
{
    const struct quire_report_day day = {
        .successful = quire_report_number(rows, "successful_rows"),
        .failed = quire_report_number(rows, "failed_rows"),
        .processed = quire_report_number(rows, "total_rows_processed"),
        .processed_rows = quire_report_number(rows, "rows_processed_count"),
        .rate = quire_report_number(rows, "average_validation_rate"),
        .rated_rows = quire_report_number(rows, "validation_count"),
    };
    return quire_buf_append(&days->items, &day, sizeof(day));
}

int quire_report_read_days(const struct quire_report *report, struct quire_report_days *days,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    struct quire_json_writer writer = quire_json_writer_to(&days->json);
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_BY_DAY, &rows, error));
    quire_json_writer_begin_array(&writer);
    for (bool got = true;;) {
        QUIRE_TRY(quire_report_next(&rows, &got, error));
        if (!got) break;
        if (add_day(days, &rows) != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
        quire_json_writer_begin_object(&writer);
        quire_report_write_row(&rows, &writer);
        quire_json_writer_end_object(&writer);
    }
    quire_json_writer_end_array(&writer);
    int code = quire_json_writer_finish(&writer);
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

void quire_report_write_days(const struct quire_report_days *days, struct quire_json_writer *writer)
{
    quire_json_writer_key(writer, "by_day");
    quire_json_writer_raw(writer, (const char *)days->json.data, days->json.size);
}
