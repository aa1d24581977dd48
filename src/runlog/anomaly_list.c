/* What is said of a finding. */
#include "runlog/anomaly_list.h"

#include <stdio.h>

#include "base/json_text.h"
#include "runlog/report_json.h"

#define DESCRIPTION_MAX 300
#define NAME_SHOWN      100  /* bytes */
#define SEVERE_TIMES    2.0  /* as far again beyond the threshold */
#define SEVERE_POINTS   10.0 /* below it */

static const char *const names[] = {
    [QUIRE_ANOMALY_DURATION] = "duration",
    [QUIRE_ANOMALY_RATE] = "validation_rate",
    [QUIRE_ANOMALY_ROWS] = "rows_processed",
    [QUIRE_ANOMALY_STEP_DURATION] = "step_duration",
    [QUIRE_ANOMALY_STEP_RATE] = "step_validation_rate",
    [QUIRE_ANOMALY_STEP_MEAN] = "step_mean_rate",
    [QUIRE_ANOMALY_STEP_SPREAD] = "step_rate_spread",
    [QUIRE_ANOMALY_STEP_DROP] = "step_rate_drop",
};

static bool is_severe(const struct quire_anomaly_finding *finding)
{
    double value = finding->value, threshold = finding->threshold;
    switch (finding->type) {
    case QUIRE_ANOMALY_RATE:
    case QUIRE_ANOMALY_STEP_RATE:
    case QUIRE_ANOMALY_STEP_MEAN:
    case QUIRE_ANOMALY_STEP_DROP: return value < threshold - SEVERE_POINTS;
    default: return value > SEVERE_TIMES * threshold;
    }
}

static void describe(const struct quire_anomaly_finding *finding, char text[DESCRIPTION_MAX])
{
    double value = finding->value, threshold = finding->threshold;
    int size = (int)(finding->step_name.size < NAME_SHOWN ? finding->step_name.size : NAME_SHOWN);
    const char *step = size > 0 ? (const char *)finding->step_name.data : "";
#define SAY(...) snprintf(text, DESCRIPTION_MAX, "%.*s: " __VA_ARGS__)
    switch (finding->type) {
    case QUIRE_ANOMALY_DURATION:
        SAY("%.6g s, more than 3 times the mean (%.6g s)", size, step, value, threshold / 3);
        break;
    case QUIRE_ANOMALY_RATE:
        SAY("%.6g %% of the rows are valid, wanted are %.6g %%", size, step, value, threshold);
        break;
    case QUIRE_ANOMALY_ROWS:
        SAY("%.15g rows, more than 5 times the mean (%.6g)", size, step, value, threshold / 5);
        break;
    case QUIRE_ANOMALY_STEP_DURATION:
        SAY("%.6g s, above what this step takes (%.6g s at most)", size, step, value, threshold);
        break;
    case QUIRE_ANOMALY_STEP_RATE:
        SAY("%.6g %% of the rows are valid, 2 standard deviations under this step's mean are "
            "%.6g %%",
            size, step, value, threshold);
        break;
    case QUIRE_ANOMALY_STEP_MEAN:
        SAY("in the mean %.6g %% of the rows are valid, wanted are %.6g %%", size, step, value,
            threshold);
        break;
    case QUIRE_ANOMALY_STEP_SPREAD:
        SAY("rates of validation have a standard deviation of %.6g points", size, step, value);
        break;
    case QUIRE_ANOMALY_STEP_DROP:
        SAY("on %s %.6g %% of the rows are valid, more than 10 points less than on the day before",
            size, step, finding->day, value);
        break;
    }
#undef SAY
}

/* --- Writing -------------------------------------------------------------------------------- */

static void write_bytes(struct quire_json_writer *writer, const char *name,
                        struct quire_bytes bytes)
{
    quire_json_writer_key(writer, name);
    if (bytes.data != NULL)
        quire_json_writer_string_sized(writer, (const char *)bytes.data, bytes.size);
    else
        quire_json_writer_null(writer);
}

static void write_time(const struct quire_anomaly_finding *finding,
                       struct quire_json_writer *writer)
{
    char text[QUIRE_TIME_TEXT_MAX];
    quire_json_writer_key(writer, "created_at");
    if (finding->time == NULL || quire_view_is_null(finding->time, finding->row)) {
        quire_json_writer_string(writer, finding->day);
        return;
    }
    char *end = quire_time_format_timestamp(quire_view_i64(finding->time, finding->row),
                                            finding->time->field->unit, 'T', true, 0, text);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

static int write_finding(const struct quire_anomaly_finding *finding, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    char description[DESCRIPTION_MAX];
    describe(finding, description);
    quire_json_writer_begin_object(&writer);
    quire_report_write_text(&writer, "type", names[finding->type]);
    quire_json_writer_key(&writer, "row_index");
    if (finding->row_index >= 0)
        quire_json_writer_i64(&writer, finding->row_index);
    else
        quire_json_writer_null(&writer);
    quire_report_write_number(&writer, "value", finding->value);
    quire_report_write_number(&writer, "threshold", finding->threshold);
    quire_report_write_text(&writer, "severity", is_severe(finding) ? "high" : "medium");
    quire_report_write_text(&writer, "description", description);
    write_bytes(&writer, "run_id", finding->run_id);
    write_bytes(&writer, "phase", finding->phase);
    write_bytes(&writer, "step_name", finding->step_name);
    write_time(finding, &writer);
    quire_json_writer_end_object(&writer);
    return quire_json_writer_finish(&writer);
}

void quire_anomaly_list_add(struct quire_anomaly_list *list,
                            const struct quire_anomaly_finding *finding)
{
    list->count++;
    if (list->listed >= list->limit || list->code != 0) return;
    if (list->listed++ > 0) list->code = quire_buf_push(&list->out, ',');
    if (list->code == 0) list->code = write_finding(finding, &list->out);
}
