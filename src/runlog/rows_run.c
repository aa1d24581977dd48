/* What is said of a run as a whole and has no column, in the rows of its steps. */
#include <string.h>

#include "base/cleanup.h"
#include "runlog/rows/rows.h"

static int add_metrics(struct quire_buf *out, const struct quire_runlog_pipeline_metrics *metrics)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf object = {0};
    struct quire_json_writer writer = quire_json_writer_to(&object);
    quire_json_writer_begin_object(&writer);
    quire_model_print(&quire_model_metrics, metrics, &writer);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&writer);
    if (code != 0 || object.size <= 2) return code;
    if (out->size > 0) code = quire_buf_push(out, ',');
    if (code == 0) code = quire_buf_append_text(out, "\"metrics\":");
    return code == 0 ? quire_buf_append(out, object.data, object.size) : code;
}

int quire_rows_run_members(const struct quire_runlog_context *context,
                           const struct quire_runlog_execution *execution, struct quire_buf *run)
{
    int code = context->metadata != NULL ? quire_model_add_members(run, context->metadata) : 0;
    if (execution == NULL || code != 0) return code;
    code = add_metrics(run, &execution->metrics);
    if (code != 0 || execution->metadata == NULL) return code;
    return quire_model_add_members(run, execution->metadata);
}

int quire_rows_put_run(struct quire_buf *out, const struct quire_buf *run,
                       struct quire_runlog_row *row)
{
    if (run->size == 0) return 0;
    quire_buf_clear(out);
    int code = quire_buf_append_text(out, "{\"run\":{");
    if (code == 0) code = quire_buf_append(out, run->data, run->size);
    if (code == 0) code = quire_buf_push(out, '}');
    if (code == 0 && row->metadata != NULL) code = quire_model_add_members(out, row->metadata);
    if (code == 0) code = quire_buf_push(out, '}');
    if (code == 0) code = quire_buf_terminate(out);
    if (code == 0) row->metadata = (const char *)out->data;
    return code;
}

bool quire_rows_has_pipeline(const struct quire_runlog_execution *execution, int64_t steps,
                             int64_t failed_steps)
{
    return steps == 0 || (execution->success == 0 && failed_steps == 0);
}
