/* What is said of a run as a whole and has no column, in the rows of its steps. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/rows/rows.h"

int quire_rows_check_name(struct quire_name_set *names, const struct quire_model_place *place,
                          const char *name, size_t size, struct quire_error *error)
{
    bool added = false;
    int code = quire_name_set_add(names, name, size, &added);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, "run log");
    if (code != 0)
        return quire_fail(error, code, "run log",
                          "the names of the steps of a report have more than %zu bytes",
                          QUIRE_NAME_SET_BYTES_MAX);
    return added ? 0 : quire_model_fail(place, error, "it is there twice");
}

static int add_metrics(struct quire_buf *out, const struct quire_runlog_pipeline_metrics *metrics)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf object = {0};
    struct quire_json_writer writer = quire_json_writer_to(&object);
    quire_json_writer_begin_object(&writer);
    quire_model_print(&quire_model_metrics, metrics, &writer);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&writer);
    if (code != 0 || object.size <= 2) return code;
    return quire_model_add_member(out, "metrics", 7, (const char *)object.data, object.size);
}

static int join(const char *text, const char *name, struct quire_name_set *names,
                struct quire_buf *out)
{
    return text != NULL ? quire_model_join(text, strlen(text), name, names, out) : 0;
}

/* What a context says that no column is for. Its metadata stands in it whole where it says
 * something of the same name. */
static int gather_context(const struct quire_runlog_context *context, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf rest = {0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    bool added;
    int code = quire_rows_context_rest(context, &rest);
    if (code == 0)
        code = quire_json_tree_parse((const char *)rest.data, rest.size, &arena, &root, &at);
    if (code != 0) return code;
    for (const struct quire_json_node *one = root->first; code == 0 && one != NULL;
         one = one->next) {
        code = quire_name_set_add(&names, one->key, one->key_size, &added);
        if (code == 0)
            code = quire_model_add_member(out, one->key, one->key_size, one->raw, one->raw_size);
    }
    if (code == 0) code = join(context->metadata, "metadata", &names, out);
    if (code == 0 && out->size > 0) code = quire_buf_push(out, '}');
    return code == 0 && out->size > 0 ? quire_buf_terminate(out) : code;
}

/* These have their places, whatever an execution says beside them. */
static int note_own(const struct quire_runlog_execution *execution, struct quire_name_set *names)
{
    static const char *const own[] = {"metrics", "context", "success"};
    bool added;
    int code = 0;
    for (size_t i = 0; code == 0 && i < (execution->success < 0 ? 2 : 3); i++)
        code = quire_name_set_add(names, own[i], strlen(own[i]), &added);
    return code;
}

static int add_success(struct quire_buf *out, int32_t success)
{
    const char *text = success != 0 ? "true" : "false";
    return success < 0 ? 0 : quire_model_add_member(out, "success", 7, text, strlen(text));
}

int quire_rows_run_members(const struct quire_runlog_context *context,
                           const struct quire_runlog_execution *execution, struct quire_buf *run)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf beside = {0}, said = {0};
    int code = gather_context(context, &said);
    if (code != 0) return code;
    const char *text = said.size > 0 ? (const char *)said.data : NULL;
    if (execution == NULL) return join(text, "context", &names, run);
    code = note_own(execution, &names);
    if (code == 0) code = join(execution->metadata, "metadata", &names, &beside);
    if (code == 0) code = join(text, "context", &names, run);
    if (code == 0) code = add_metrics(run, &execution->metrics);
    if (code == 0) code = add_success(run, execution->success);
    return code == 0 ? quire_model_add_members(run, &beside) : code;
}

int quire_rows_put_run(struct quire_buf *out, const struct quire_buf *run,
                       struct quire_runlog_row *row)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    bool added;
    if (run->size == 0) return 0;
    quire_buf_clear(out);
    int code = quire_buf_append_text(out, "{\"run\":");
    if (code == 0) code = quire_buf_append(out, run->data, run->size);
    if (code == 0) code = quire_buf_push(out, '}');
    if (code == 0 && row->metadata != NULL) {
        code = quire_name_set_add(&names, "run", 3, &added);
        if (code == 0) code = join(row->metadata, "metadata", &names, out);
    }
    if (code == 0) code = quire_buf_push(out, '}');
    if (code == 0) code = quire_buf_terminate(out);
    if (code == 0) row->metadata = (const char *)out->data;
    return code;
}

/* Ids are given by defaults. */
void quire_rows_fill_context(struct quire_runlog_context *context,
                             const struct quire_runlog_context *given)
{
    if (given == NULL) return;
    if (context->started_at == QUIRE_RUNLOG_UNKNOWN && context->ended_at == QUIRE_RUNLOG_UNKNOWN &&
        context->start_time == QUIRE_RUNLOG_UNKNOWN && context->end_time == QUIRE_RUNLOG_UNKNOWN) {
        context->started_at = given->started_at;
        context->ended_at = given->ended_at;
        context->start_time = given->start_time;
        context->end_time = given->end_time;
    }
    if (context->run_mode == NULL && context->mode == NULL) {
        context->run_mode = given->run_mode;
        context->mode = given->mode;
    }
    if (isnan(context->duration_secs)) context->duration_secs = given->duration_secs;
    if (context->metadata == NULL) context->metadata = given->metadata;
}

bool quire_rows_has_pipeline(const struct quire_runlog_execution *execution,
                             const struct quire_run_tally *tally)
{
    return tally->steps + tally->refused == 0 || (execution->success == 0 && tally->failed == 0);
}
