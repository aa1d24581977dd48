/* The fields of the models: their JSON names are those of the structs. */
#include "runlog/model/model.h"

#include <math.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define AT(field, is)                                                      \
    {                                                                      \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_row, field) \
    }
static const struct quire_model_field row_fields[] = {
    AT(run_id, NAME),
    AT(run_mode, MODE),
    AT(run_started_at, TIME),
    AT(run_ended_at, TIME),
    AT(execution_id, NAME),
    AT(pipeline_id, NAME),
    AT(schema, NAME),
    AT(phase, PHASE),
    AT(step_name, NAME),
    AT(step_type, TEXT),
    AT(start_time, TIME),
    AT(end_time, TIME),
    AT(duration_secs, NUMBER),
    AT(table_fqn, TEXT),
    AT(write_mode, TEXT),
    AT(input_rows, COUNT),
    AT(output_rows, COUNT),
    AT(rows_written, COUNT),
    AT(rows_processed, COUNT),
    AT(table_total_rows, COUNT),
    AT(valid_rows, COUNT),
    AT(invalid_rows, COUNT),
    AT(validation_rate, RATE),
    AT(success, FLAG),
    AT(error_message, TEXT),
    AT(memory_usage_mb, NUMBER),
    AT(cpu_usage_percent, NUMBER),
    AT(metadata, METADATA),
    AT(created_at, TIME),
};
#undef AT

#define AT(field, is)                                                          \
    {                                                                          \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_context, field) \
    }
static const struct quire_model_field context_fields[] = {
    AT(mode, MODE),         AT(run_mode, MODE),        AT(start_time, TIME),
    AT(end_time, TIME),     AT(duration_secs, NUMBER), AT(run_id, NAME),
    AT(execution_id, NAME), AT(pipeline_id, NAME),     AT(schema, NAME),
    AT(started_at, TIME),   AT(ended_at, TIME),        AT(metadata, METADATA),
};
#undef AT

#define AT(field, is)                                                       \
    {                                                                       \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_step, field) \
    }
static const struct quire_model_field step_fields[] = {
    AT(step_name, NAME),         AT(phase, PHASE),
    AT(success, FLAG),           AT(start_time, TIME),
    AT(end_time, TIME),          AT(duration_secs, NUMBER),
    AT(rows_processed, COUNT),   AT(rows_written, COUNT),
    AT(validation_rate, RATE),   AT(error_message, TEXT),
    AT(step_type, TEXT),         AT(table_fqn, TEXT),
    AT(write_mode, TEXT),        AT(input_rows, COUNT),
    AT(output_rows, COUNT),      AT(table_total_rows, COUNT),
    AT(valid_rows, COUNT),       AT(invalid_rows, COUNT),
    AT(memory_usage_mb, NUMBER), AT(cpu_usage_percent, NUMBER),
    AT(metadata, METADATA),
};
#undef AT

#define AT(field, is)                                                                   \
    {                                                                                   \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_pipeline_metrics, field) \
    }
static const struct quire_model_field metrics_fields[] = {
    AT(total_steps, COUNT),        AT(successful_steps, COUNT),     AT(failed_steps, COUNT),
    AT(skipped_steps, COUNT),      AT(total_duration_secs, NUMBER), AT(total_rows_processed, COUNT),
    AT(total_rows_written, COUNT), AT(avg_validation_rate, RATE),   AT(metadata, METADATA),
};
#undef AT

#define AT(field, is)                                                            \
    {                                                                            \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_transform, field) \
    }
static const struct quire_model_field transform_fields[] = {
    AT(start_at, TIME),
    AT(end_at, TIME),
    AT(input_rows, COUNT),
    AT(output_rows, COUNT),
};
#undef AT

#define AT(field, is)                                                        \
    {                                                                        \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_write, field) \
    }
static const struct quire_model_field write_fields[] = {
    AT(start_at, TIME),
    AT(end_at, TIME),
    AT(mode, TEXT),
    AT(rows_written, COUNT),
};
#undef AT

#define AT(field, is)                                                             \
    {                                                                             \
#field, QUIRE_MODEL_##is, offsetof(struct quire_runlog_validation, field) \
    }
static const struct quire_model_field validation_fields[] = {
    AT(start_at, TIME),      AT(end_at, TIME),          AT(valid_rows, COUNT),
    AT(invalid_rows, COUNT), AT(validation_rate, RATE),
};
#undef AT

#define MODEL(fields, object)                        \
    {                                                \
        fields, COUNT(fields), sizeof(struct object) \
    }
const struct quire_model quire_model_row = MODEL(row_fields, quire_runlog_row);
const struct quire_model quire_model_context = MODEL(context_fields, quire_runlog_context);
const struct quire_model quire_model_step = MODEL(step_fields, quire_runlog_step);
const struct quire_model quire_model_metrics = MODEL(metrics_fields, quire_runlog_pipeline_metrics);
const struct quire_model quire_model_transform = MODEL(transform_fields, quire_runlog_transform);
const struct quire_model quire_model_write = MODEL(write_fields, quire_runlog_write);
const struct quire_model quire_model_validation = MODEL(validation_fields, quire_runlog_validation);

/* --- Not known ------------------------------------------------------------------------------- */

void quire_model_init(const struct quire_model *model, void *object)
{
    memset(object, 0, model->struct_size);
    for (size_t i = 0; i < model->fields_size; i++) {
        char *at = (char *)object + model->fields[i].offset;
        switch (model->fields[i].kind) {
        case QUIRE_MODEL_TIME:
        case QUIRE_MODEL_COUNT: *(int64_t *)(void *)at = QUIRE_RUNLOG_UNKNOWN; break;
        case QUIRE_MODEL_NUMBER:
        case QUIRE_MODEL_RATE: *(double *)(void *)at = (double)NAN; break;
        case QUIRE_MODEL_FLAG: *(int32_t *)(void *)at = -1; break;
        default: break;
        }
    }
}

static void init_report_step(struct quire_runlog_report_step *step)
{
    memset(step, 0, sizeof(*step));
    quire_model_init(&quire_model_transform, &step->transform);
    quire_model_init(&quire_model_write, &step->write);
    quire_model_init(&quire_model_validation, &step->validation);
    quire_model_init(&quire_model_step, &step->step);
}

static void init_execution(struct quire_runlog_execution *execution)
{
    memset(execution, 0, sizeof(*execution));
    quire_model_init(&quire_model_context, &execution->context);
    quire_model_init(&quire_model_metrics, &execution->metrics);
    execution->success = -1;
}

static void init_report(struct quire_runlog_report *report)
{
    memset(report, 0, sizeof(*report));
    quire_model_init(&quire_model_context, &report->run);
}

void quire_runlog_model_init(enum quire_runlog_model model, void *object)
{
    switch (model) {
    case QUIRE_RUNLOG_MODEL_ROW: quire_model_init(&quire_model_row, object); break;
    case QUIRE_RUNLOG_MODEL_CONTEXT: quire_model_init(&quire_model_context, object); break;
    case QUIRE_RUNLOG_MODEL_STEP: quire_model_init(&quire_model_step, object); break;
    case QUIRE_RUNLOG_MODEL_METRICS: quire_model_init(&quire_model_metrics, object); break;
    case QUIRE_RUNLOG_MODEL_EXECUTION: init_execution(object); break;
    case QUIRE_RUNLOG_MODEL_REPORT: init_report(object); break;
    case QUIRE_RUNLOG_MODEL_REPORT_STEP: init_report_step(object); break;
    }
}

/* --- What is allowed ------------------------------------------------------------------------- */

bool quire_model_is_word(const char *words, const char *text)
{
    size_t size = strlen(text);
    for (const char *at = words; *at != '\0';) {
        size_t word = strcspn(at, "|");
        if (word == size && memcmp(at, text, size) == 0) return true;
        at += word + (at[word] == '|');
    }
    return false;
}

const char *quire_model_refuse_number(enum quire_model_kind kind, double value)
{
    if (kind == QUIRE_MODEL_RATE && !(value >= 0 && value <= 100))
        return "a rate is a percentage, 0 to 100";
    if (!isfinite(value)) return "it is not finite";
    if (value < 0) return "it cannot be negative";
    return NULL;
}
