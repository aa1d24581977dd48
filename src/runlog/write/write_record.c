/* What is set apart, as it can be read and written again: a row or the result of a step as it came;
 * a step of an execution or a report as one that has it alone, with the run that it is of. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model/model.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

static const char *run_of(const struct quire_write_unit *unit, const char *said)
{
    return unit->run_id != NULL ? unit->run_id : quire_write_first_text(said, unit->fallback, NULL);
}

static const char *execution_of(const struct quire_write_call *call,
                                const struct quire_write_unit *unit, const char *said)
{
    return quire_write_first_text(said, call->defaults.execution_id, unit->execution_id);
}

/* The context that the other steps are written with. */
static struct quire_runlog_context context_of(const struct quire_write_call *call,
                                              const struct quire_write_unit *unit,
                                              const struct quire_runlog_context *said)
{
    struct quire_runlog_context context = *said;
    context.run_id = run_of(unit, context.run_id);
    context.execution_id = execution_of(call, unit, context.execution_id);
    context.pipeline_id =
        quire_write_first_text(context.pipeline_id, call->defaults.pipeline_id, NULL);
    context.schema = quire_write_first_text(context.schema, call->defaults.schema, NULL);
    if (context.mode == NULL)
        context.run_mode = quire_write_first_text(context.run_mode, call->defaults.run_mode, NULL);
    return context;
}

static void put_context(struct quire_json_writer *json, const char *name,
                        const struct quire_runlog_context *context)
{
    quire_json_writer_key(json, name);
    quire_json_writer_begin_object(json);
    quire_model_print(&quire_model_context, context, json);
    quire_json_writer_end_object(json);
}

static void put_execution(struct quire_json_writer *json,
                          const struct quire_runlog_context *context,
                          const struct quire_rows_item *item)
{
    put_context(json, "context", context);
    quire_json_writer_key(json, "step_results");
    quire_json_writer_begin_array(json);
    quire_json_writer_raw(json, item->raw, item->raw_size);
    quire_json_writer_end_array(json);
}

/* The place of a step of a report is its name, in its phase. */
static void put_report(struct quire_json_writer *json, const struct quire_runlog_context *run,
                       const struct quire_rows_item *item)
{
    const struct quire_model_place *step = item->place, *phase = step->parent;
    put_context(json, "run", run);
    quire_json_writer_key(json, phase->key);
    quire_json_writer_begin_object(json);
    quire_json_writer_key(json, step->key);
    quire_json_writer_raw(json, item->raw, item->raw_size);
    quire_json_writer_end_object(json);
}

static void put_row(const struct quire_write_call *call, const struct quire_write_unit *unit,
                    const struct quire_rows_item *item, struct quire_json_writer *json)
{
    struct quire_runlog_row row = item->row;
    row.run_id = run_of(unit, row.run_id);
    row.execution_id = execution_of(call, unit, row.execution_id);
    quire_model_print(&quire_model_row, &row, json);
}

int quire_write_record(const struct quire_write_call *call, const struct quire_write_unit *unit,
                       const struct quire_rows *rows, const struct quire_rows_item *item,
                       struct quire_buf *out, struct quire_error *error)
{
    struct quire_json_writer json = quire_json_writer_to(out);
    bool whole = call->kind >= QUIRE_RUNLOG_EXECUTION_RESULT;
    if (item->raw != NULL && !whole) {
        if (quire_buf_append(out, item->raw, item->raw_size) == 0) return 0;
        return quire_fail_memory(error, OPERATION);
    }
    const struct quire_runlog_context context = context_of(call, unit, &rows->context);
    quire_json_writer_begin_object(&json);
    if (item->raw == NULL)
        put_row(call, unit, item, &json);
    else if (call->kind == QUIRE_RUNLOG_REPORT)
        put_report(&json, &context, item);
    else
        put_execution(&json, &context, item);
    quire_json_writer_end_object(&json);
    return quire_json_writer_finish(&json) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
