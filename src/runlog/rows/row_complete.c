/* Rows made whole: what is not given follows from what is, and what cannot be is refused. */
#include "runlog/rows/row_complete.h"

#include <math.h>
#include <string.h>

struct check {
    struct quire_runlog_row *row;
    const struct quire_row_origin *origin;
    struct quire_error *error;
};

static int refuse(const struct check *check, const char *column, const char *why)
{
    return quire_row_refuse(check->origin, column, check->error, "%s", why);
}

/* --- Values by themselves -------------------------------------------------------------------- */

static int check_text(const struct check *check, const struct quire_model_field *field,
                      const char *text)
{
    if (text == NULL) return 0;
    if (field->kind == QUIRE_MODEL_NAME && text[0] == '\0')
        return refuse(check, field->name, "it is empty");
    if (field->kind == QUIRE_MODEL_MODE && !quire_model_is_word(QUIRE_RUNLOG_MODES, text))
        return refuse(check, field->name,
                      "a mode is initial, incremental, full_refresh or "
                      "validation_only");
    if (field->kind == QUIRE_MODEL_PHASE && !quire_model_is_word(QUIRE_RUNLOG_PHASES, text))
        return refuse(check, field->name, "a phase is bronze, silver, gold or pipeline");
    return 0;
}

static int check_field(const struct check *check, const struct quire_model_field *field)
{
    const char *at = (const char *)check->row + field->offset;
    const char *text, *why = NULL;
    int64_t whole;
    double real;
    switch (field->kind) {
    case QUIRE_MODEL_COUNT:
        memcpy(&whole, at, sizeof(whole));
        if (whole < 0 && whole != QUIRE_RUNLOG_UNKNOWN) why = "it cannot be negative";
        break;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE:
        memcpy(&real, at, sizeof(real));
        if (!isnan(real)) why = quire_model_refuse_number(field->kind, real);
        break;
    case QUIRE_MODEL_TIME:
    case QUIRE_MODEL_FLAG: break;
    default: memcpy(&text, at, sizeof(text)); return check_text(check, field, text);
    }
    return why != NULL ? refuse(check, field->name, why) : 0;
}

static int check_needed(const struct check *check)
{
    if (check->row->phase == NULL)
        return refuse(check, "phase", "it is missing: bronze, silver, gold or pipeline");
    if (check->row->step_name == NULL) return refuse(check, "step_name", "it is missing");
    return 0;
}

/* --- Times ----------------------------------------------------------------------------------- */

static bool is_backward(int64_t start, int64_t end)
{
    return start != QUIRE_RUNLOG_UNKNOWN && end != QUIRE_RUNLOG_UNKNOWN && end < start;
}

static int complete_times(const struct check *check)
{
    struct quire_runlog_row *row = check->row;
    if (is_backward(row->run_started_at, row->run_ended_at))
        return refuse(check, "run_ended_at", "the end is before the start");
    if (is_backward(row->start_time, row->end_time))
        return refuse(check, "end_time", "the end is before the start");
    if (!isnan(row->duration_secs)) return 0;
    row->duration_secs = 0;
    if (row->start_time != QUIRE_RUNLOG_UNKNOWN && row->end_time != QUIRE_RUNLOG_UNKNOWN)
        row->duration_secs = (double)((uint64_t)row->end_time - (uint64_t)row->start_time) / 1e6;
    return 0;
}

/* --- The whole row --------------------------------------------------------------------------- */

int quire_row_complete(struct quire_runlog_row *row, const struct quire_row_defaults *defaults,
                       const struct quire_row_origin *origin, struct quire_error *error)
{
    const struct check check = {row, origin, error};
    int code = 0;
    for (size_t i = 0; code == 0 && i < quire_model_row.fields_size; i++)
        code = check_field(&check, &quire_model_row.fields[i]);
    if (code == 0) code = check_needed(&check);
    if (code == 0) code = complete_times(&check);
    if (code == 0) code = quire_row_complete_counts(row, origin, error);
    if (code != 0) return code;
    if (row->run_id == NULL) row->run_id = defaults->run_id;
    if (row->execution_id == NULL) row->execution_id = defaults->execution_id;
    if (row->pipeline_id == NULL) row->pipeline_id = defaults->pipeline_id;
    if (row->schema == NULL) row->schema = defaults->schema;
    if (row->run_mode == NULL) row->run_mode = defaults->run_mode;
    if (row->success < 0) row->success = 1;
    if (row->created_at == QUIRE_RUNLOG_UNKNOWN) row->created_at = defaults->now;
    return 0;
}

/* --- Batches --------------------------------------------------------------------------------- */

static int append_field(struct quire_builder *builder, const struct quire_model_field *field,
                        const void *at, struct quire_error *error)
{
    int64_t whole;
    double real;
    int32_t flag;
    const char *text;
    switch (field->kind) {
    case QUIRE_MODEL_TIME:
    case QUIRE_MODEL_COUNT:
        memcpy(&whole, at, sizeof(whole));
        return whole == QUIRE_RUNLOG_UNKNOWN ? quire_builder_null(builder, error)
                                             : quire_builder_int(builder, whole, error);
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE:
        memcpy(&real, at, sizeof(real));
        return isnan(real) ? quire_builder_null(builder, error)
                           : quire_builder_double(builder, real, error);
    case QUIRE_MODEL_FLAG:
        memcpy(&flag, at, sizeof(flag));
        return quire_builder_bool(builder, flag != 0, error);
    default:
        memcpy(&text, at, sizeof(text));
        return text == NULL ? quire_builder_null(builder, error)
                            : quire_builder_text(builder, text, strlen(text), error);
    }
}

int quire_row_append(struct quire_builder *builder, const struct quire_runlog_row *row,
                     struct quire_error *error)
{
    for (size_t i = 0; i < quire_model_row.fields_size; i++) {
        const struct quire_model_field *field = &quire_model_row.fields[i];
        int code = append_field(builder, field, (const char *)row + field->offset, error);
        if (code != 0) return code;
    }
    return quire_builder_end_row(builder, error);
}
