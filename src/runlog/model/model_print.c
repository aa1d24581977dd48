/* Models as JSON: the members that are known. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "runlog/model.h"

#define OPERATION "run log"

static void print_time(struct quire_json_writer *writer, const char *name, int64_t value)
{
    char text[QUIRE_TIME_TEXT_MAX];
    if (value == QUIRE_RUNLOG_UNKNOWN) return;
    char *end = quire_time_format_timestamp(value, QUIRE_MICRO, 'T', true, 0, text);
    quire_json_writer_key(writer, name);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

/* An object stands as it is; what else metadata can be is a text. */
static void print_metadata(struct quire_json_writer *writer, const char *name, const char *text)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0, size = strlen(text);
    quire_json_writer_key(writer, name);
    if (size > 0 && text[0] == '{' && quire_json_tree_parse(text, size, &arena, &root, &at) == 0)
        quire_json_writer_raw(writer, text, size);
    else
        quire_json_writer_string(writer, text);
}

static void print_field(const struct quire_model_field *field, const void *at,
                        struct quire_json_writer *writer)
{
    const char *text = NULL;
    int64_t whole = 0;
    double real = 0;
    int32_t flag = 0;
    switch (field->kind) {
    case QUIRE_MODEL_TIME: memcpy(&whole, at, sizeof(whole)); break;
    case QUIRE_MODEL_COUNT: memcpy(&whole, at, sizeof(whole)); break;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE: memcpy(&real, at, sizeof(real)); break;
    case QUIRE_MODEL_FLAG: memcpy(&flag, at, sizeof(flag)); break;
    default: memcpy(&text, at, sizeof(text)); break;
    }
    switch (field->kind) {
    case QUIRE_MODEL_TIME: print_time(writer, field->name, whole); return;
    case QUIRE_MODEL_COUNT:
        if (whole == QUIRE_RUNLOG_UNKNOWN) return;
        quire_json_writer_key(writer, field->name);
        quire_json_writer_i64(writer, whole);
        return;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE:
        if (isnan(real)) return;
        quire_json_writer_key(writer, field->name);
        quire_json_writer_f64(writer, real);
        return;
    case QUIRE_MODEL_FLAG:
        if (flag < 0) return;
        quire_json_writer_key(writer, field->name);
        quire_json_writer_bool(writer, flag != 0);
        return;
    case QUIRE_MODEL_METADATA:
        if (text != NULL) print_metadata(writer, field->name, text);
        return;
    default:
        if (text == NULL) return;
        quire_json_writer_key(writer, field->name);
        quire_json_writer_string(writer, text);
    }
}

void quire_model_print(const struct quire_model *model, const void *object,
                       struct quire_json_writer *writer)
{
    for (size_t i = 0; i < model->fields_size; i++)
        print_field(&model->fields[i], (const char *)object + model->fields[i].offset, writer);
}

/* --- With objects in them -------------------------------------------------------------------- */

/* An object of a name, where anything of it is known. */
static void print_block(struct quire_json_writer *writer, const char *name,
                        const struct quire_model *model, const void *object)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf block = {0};
    struct quire_json_writer inner = quire_json_writer_to(&block);
    quire_json_writer_begin_object(&inner);
    quire_model_print(model, object, &inner);
    quire_json_writer_end_object(&inner);
    if (quire_json_writer_finish(&inner) != 0) {
        writer->code = inner.code;
        return;
    }
    if (block.size <= 2) return;
    quire_json_writer_key(writer, name);
    quire_json_writer_raw(writer, (const char *)block.data, block.size);
}

static void print_execution(struct quire_json_writer *writer,
                            const struct quire_runlog_execution *execution)
{
    print_block(writer, "context", &quire_model_context, &execution->context);
    quire_json_writer_key(writer, "step_results");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < execution->step_results_size; i++) {
        quire_json_writer_begin_object(writer);
        quire_model_print(&quire_model_step, &execution->step_results[i], writer);
        quire_json_writer_end_object(writer);
    }
    quire_json_writer_end_array(writer);
    print_block(writer, "metrics", &quire_model_metrics, &execution->metrics);
    if (execution->success >= 0) {
        quire_json_writer_key(writer, "success");
        quire_json_writer_bool(writer, execution->success != 0);
    }
    if (execution->metadata != NULL) print_metadata(writer, "metadata", execution->metadata);
}

static void print_report_step(struct quire_json_writer *writer,
                              const struct quire_runlog_report_step *step)
{
    struct quire_runlog_step own = step->step;
    own.step_name = own.phase = NULL;
    quire_json_writer_key(writer, step->step_name);
    quire_json_writer_begin_object(writer);
    print_block(writer, "transform", &quire_model_transform, &step->transform);
    print_block(writer, "write", &quire_model_write, &step->write);
    print_block(writer, "validation", &quire_model_validation, &step->validation);
    quire_model_print(&quire_model_step, &own, writer);
    quire_json_writer_end_object(writer);
}

static void print_report(struct quire_json_writer *writer, const struct quire_runlog_report *report)
{
    static const char *const phases[] = {"bronze", "silver", "gold"};
    print_block(writer, "run", &quire_model_context, &report->run);
    for (size_t phase = 0; phase < 3; phase++) {
        bool open = false;
        for (size_t i = 0; i < report->steps_size; i++) {
            const struct quire_runlog_report_step *step = &report->steps[i];
            if (step->phase == NULL || step->step_name == NULL ||
                strcmp(step->phase, phases[phase]) != 0)
                continue;
            if (!open) {
                quire_json_writer_key(writer, phases[phase]);
                quire_json_writer_begin_object(writer);
            }
            open = true;
            print_report_step(writer, step);
        }
        if (open) quire_json_writer_end_object(writer);
    }
}

int quire_runlog_model_print(enum quire_runlog_model model, const void *object, char **json,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    quire_json_writer_begin_object(&writer);
    switch (model) {
    case QUIRE_RUNLOG_MODEL_ROW: quire_model_print(&quire_model_row, object, &writer); break;
    case QUIRE_RUNLOG_MODEL_CONTEXT:
        quire_model_print(&quire_model_context, object, &writer);
        break;
    case QUIRE_RUNLOG_MODEL_STEP: quire_model_print(&quire_model_step, object, &writer); break;
    case QUIRE_RUNLOG_MODEL_METRICS:
        quire_model_print(&quire_model_metrics, object, &writer);
        break;
    case QUIRE_RUNLOG_MODEL_EXECUTION: print_execution(&writer, object); break;
    case QUIRE_RUNLOG_MODEL_REPORT: print_report(&writer, object); break;
    case QUIRE_RUNLOG_MODEL_REPORT_STEP:
        return quire_fail(error, QUIRE_USAGE, OPERATION, "that model is not printed by itself");
    }
    quire_json_writer_end_object(&writer);
    if (quire_json_writer_finish(&writer) != 0) return quire_fail_memory(error, OPERATION);
    *json = quire_strndup((const char *)out.data, out.size);
    return *json != NULL ? 0 : quire_fail_memory(error, OPERATION);
}
