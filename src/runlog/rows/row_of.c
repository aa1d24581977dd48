/* Rows of what is told of steps: which field goes to which column. */
#include <math.h>
#include <string.h>

#include "runlog/rows/row_complete.h"

static int64_t first_known(int64_t a, int64_t b)
{
    return a != QUIRE_RUNLOG_UNKNOWN ? a : b;
}

static const char *first_text(const char *a, const char *b)
{
    return a != NULL ? a : b;
}

static void take_context(const struct quire_runlog_context *context, struct quire_runlog_row *row)
{
    row->run_id = context->run_id;
    row->run_mode = first_text(context->run_mode, context->mode);
    row->run_started_at = first_known(context->started_at, context->start_time);
    row->run_ended_at = first_known(context->ended_at, context->end_time);
    row->execution_id = context->execution_id;
    row->pipeline_id = context->pipeline_id;
    row->schema = context->schema;
}

static void take_step(const struct quire_runlog_step *step, struct quire_runlog_row *row)
{
    row->phase = step->phase;
    row->step_name = step->step_name;
    row->step_type = step->step_type;
    row->start_time = step->start_time;
    row->end_time = step->end_time;
    row->duration_secs = step->duration_secs;
    row->table_fqn = step->table_fqn;
    row->write_mode = step->write_mode;
    row->input_rows = step->input_rows;
    row->output_rows = step->output_rows;
    row->rows_written = step->rows_written;
    row->rows_processed = step->rows_processed;
    row->table_total_rows = step->table_total_rows;
    row->valid_rows = step->valid_rows;
    row->invalid_rows = step->invalid_rows;
    row->validation_rate = step->validation_rate;
    row->success = step->success;
    row->error_message = step->error_message;
    row->memory_usage_mb = step->memory_usage_mb;
    row->cpu_usage_percent = step->cpu_usage_percent;
    row->metadata = step->metadata;
}

void quire_row_of_step(const struct quire_runlog_context *context,
                       const struct quire_runlog_step *step, struct quire_runlog_row *row)
{
    quire_model_init(&quire_model_row, row);
    take_context(context, row);
    take_step(step, row);
}

/* The times of the first block that has both, else of the first that has any. */
static void take_times(const struct quire_runlog_report_step *step, struct quire_runlog_row *row)
{
    const int64_t times[][2] = {{step->transform.start_at, step->transform.end_at},
                                {step->validation.start_at, step->validation.end_at},
                                {step->write.start_at, step->write.end_at}};
    if (row->start_time != QUIRE_RUNLOG_UNKNOWN || row->end_time != QUIRE_RUNLOG_UNKNOWN) return;
    size_t any = 3, both = 3;
    for (size_t i = 3; i-- > 0;) {
        bool starts = times[i][0] != QUIRE_RUNLOG_UNKNOWN;
        bool ends = times[i][1] != QUIRE_RUNLOG_UNKNOWN;
        if (starts || ends) any = i;
        if (starts && ends) both = i;
    }
    if (both < 3) any = both;
    if (any == 3) return;
    row->start_time = times[any][0];
    row->end_time = times[any][1];
}

void quire_row_of_report(const struct quire_runlog_context *run,
                         const struct quire_runlog_report_step *step, struct quire_runlog_row *row)
{
    const struct quire_runlog_validation *validation = &step->validation;
    quire_row_of_step(run, &step->step, row);
    row->phase = step->phase;
    row->step_name = step->step_name;
    take_times(step, row);
    row->input_rows = first_known(row->input_rows, step->transform.input_rows);
    row->output_rows = first_known(row->output_rows, step->transform.output_rows);
    row->rows_written = first_known(row->rows_written, step->write.rows_written);
    row->write_mode = first_text(row->write_mode, step->write.mode);
    row->valid_rows = first_known(row->valid_rows, validation->valid_rows);
    row->invalid_rows = first_known(row->invalid_rows, validation->invalid_rows);
    if (isnan(row->validation_rate)) row->validation_rate = validation->validation_rate;
}

void quire_row_of_execution(const struct quire_runlog_execution *execution,
                            struct quire_runlog_row *row)
{
    const struct quire_runlog_pipeline_metrics *metrics = &execution->metrics;
    quire_model_init(&quire_model_row, row);
    take_context(&execution->context, row);
    row->phase = "pipeline";
    row->step_name = "pipeline";
    row->start_time = row->run_started_at;
    row->end_time = row->run_ended_at;
    row->duration_secs = execution->context.duration_secs;
    if (isnan(row->duration_secs)) row->duration_secs = metrics->total_duration_secs;
    row->rows_processed = metrics->total_rows_processed;
    row->rows_written = metrics->total_rows_written;
    row->validation_rate = metrics->avg_validation_rate;
    row->success = execution->success;
}
