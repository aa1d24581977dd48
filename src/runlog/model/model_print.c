/* Models with objects in them as JSON: the members that are known. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model/model.h"

#define OPERATION "run log"

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
    if (execution->metadata == NULL) return;
    quire_json_writer_key(writer, "metadata");
    quire_model_print_metadata(writer, execution->metadata);
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
