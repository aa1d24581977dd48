/* Models with objects in them: reports and execution results, a piece at a time. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model/model.h"

#define OPERATION "run log"

/* --- Times ----------------------------------------------------------------------------------- */

int quire_model_check_times(const struct quire_model_place *place, const char *name, int64_t start,
                            int64_t end, struct quire_error *error)
{
    if (start == QUIRE_RUNLOG_UNKNOWN || end == QUIRE_RUNLOG_UNKNOWN || end >= start) return 0;
    const struct quire_model_place at = {place, name, strlen(name), 0};
    return quire_model_fail(&at, error, "the end is before the start");
}

/* --- Steps of a report ----------------------------------------------------------------------- */

const struct quire_model_block quire_model_blocks[QUIRE_MODEL_BLOCKS] = {
    {"transform", &quire_model_transform, offsetof(struct quire_runlog_report_step, transform)},
    {"validation", &quire_model_validation, offsetof(struct quire_runlog_report_step, validation)},
    {"write", &quire_model_write, offsetof(struct quire_runlog_report_step, write)},
};

/* Start and end are the first two of all blocks. */
struct block_times {
    int64_t start, end;
};

static int parse_block(const struct quire_model_block *block, const struct quire_json_node *node,
                       const struct quire_model_place *parent, struct quire_arena *arena,
                       void *step, struct quire_buf *step_unknown, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_place place = {parent, node->key, node->key_size, 0};
    const struct quire_model_parsing parsing = {&place, NULL, arena, &unknown};
    struct block_times times;
    void *object = (char *)step + block->offset;
    QUIRE_TRY(quire_model_parse(block->model, node, &parsing, object, error));
    memcpy(&times, object, sizeof(times));
    QUIRE_TRY(quire_model_check_times(&place, "end_at", times.start, times.end, error));
    if (unknown.size == 0) return 0;
    if (quire_buf_push(&unknown, '}') != 0 ||
        quire_model_add_member(step_unknown, block->name, strlen(block->name),
                               (const char *)unknown.data, unknown.size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* A step may say again what it is called, but nothing else. */
static int check_own(const struct quire_model_place *place, const char *name, const char *own,
                     const char *above, struct quire_error *error)
{
    if (own == NULL || strcmp(own, above) == 0) return 0;
    const struct quire_model_place at = {place, name, strlen(name), 0};
    return quire_model_fail(&at, error, "\"%.60s\", and the step stands as \"%.60s\"", own, above);
}

int quire_model_parse_report_step(const struct quire_json_node *node,
                                  const struct quire_model_place *place, const char *phase,
                                  const char *name, struct quire_arena *arena,
                                  struct quire_runlog_report_step *step, struct quire_error *error)
{
    static const char *const taken[] = {"transform", "write", "validation", NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_parsing parsing = {place, taken, arena, &unknown};
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_REPORT_STEP, step);
    if (strlen(name) != place->key_size)
        return quire_model_fail(place, error, "a name with a zero byte in it");
    if (name[0] == '\0') return quire_model_fail(place, error, "a step without a name");
    /* A step of which nothing is known is there all the same. */
    if (node->kind != QUIRE_JSON_NULL) {
        QUIRE_TRY(quire_model_want(node, QUIRE_JSON_OBJECT, place, error));
        for (size_t i = 0; i < QUIRE_MODEL_BLOCKS; i++) {
            const struct quire_json_node *block =
                quire_json_tree_get(node, quire_model_blocks[i].name);
            if (block == NULL || block->kind == QUIRE_JSON_NULL) continue;
            QUIRE_TRY(
                parse_block(&quire_model_blocks[i], block, place, arena, step, &unknown, error));
        }
        QUIRE_TRY(quire_model_parse(&quire_model_step, node, &parsing, &step->step, error));
    }
    QUIRE_TRY(check_own(place, "phase", step->step.phase, phase, error));
    QUIRE_TRY(check_own(place, "step_name", step->step.step_name, name, error));
    step->phase = phase;
    step->step_name = name;
    return 0;
}

int quire_model_parse_run(const struct quire_json_node *node, const struct quire_model_place *place,
                          struct quire_arena *arena, struct quire_runlog_context *run,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_parsing parsing = {place, NULL, arena, &unknown};
    if (node == NULL || node->kind == QUIRE_JSON_NULL) return 0;
    QUIRE_TRY(quire_model_parse(&quire_model_context, node, &parsing, run, error));
    QUIRE_TRY(quire_model_check_times(place, "ended_at", run->started_at, run->ended_at, error));
    QUIRE_TRY(quire_model_check_times(place, "end_time", run->start_time, run->end_time, error));
    bool starts = run->started_at != QUIRE_RUNLOG_UNKNOWN;
    bool ends = run->ended_at != QUIRE_RUNLOG_UNKNOWN;
    return quire_model_check_times(place, ends ? "ended_at" : "end_time",
                                   starts ? run->started_at : run->start_time,
                                   ends ? run->ended_at : run->end_time, error);
}

/* --- Execution results ----------------------------------------------------------------------- */

static int parse_metrics(const struct quire_json_node *node, const struct quire_model_place *parent,
                         struct quire_arena *arena, struct quire_runlog_pipeline_metrics *metrics,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_place place = {parent, "metrics", 7, 0};
    const struct quire_model_parsing parsing = {&place, NULL, arena, &unknown};
    if (node == NULL || node->kind == QUIRE_JSON_NULL) return 0;
    return quire_model_parse(&quire_model_metrics, node, &parsing, metrics, error);
}

static const struct quire_model_field execution_fields[] = {
    {"success", QUIRE_MODEL_FLAG, offsetof(struct quire_runlog_execution, success)},
    {"metadata", QUIRE_MODEL_METADATA, offsetof(struct quire_runlog_execution, metadata)},
};
static const struct quire_model execution_model = {execution_fields, 2,
                                                   sizeof(struct quire_runlog_execution)};

int quire_model_parse_execution(const struct quire_json_node *node,
                                const struct quire_model_place *place, struct quire_arena *arena,
                                struct quire_runlog_execution *execution, struct quire_error *error)
{
    static const char *const taken[] = {"context", "step_results", "metrics", NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_parsing parsing = {place, taken, arena, &unknown};
    const struct quire_model_place context = {place, "context", 7, 0};
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_EXECUTION, execution);
    QUIRE_TRY(quire_model_parse(&execution_model, node, &parsing, execution, error));
    QUIRE_TRY(quire_model_parse_run(quire_json_tree_get(node, "context"), &context, arena,
                                    &execution->context, error));
    return parse_metrics(quire_json_tree_get(node, "metrics"), place, arena, &execution->metrics,
                         error);
}
