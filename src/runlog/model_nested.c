/* Models with objects in them: reports and execution results, whole or a piece at a time. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model.h"

#define OPERATION "run log"

/* --- Times ----------------------------------------------------------------------------------- */

static int check_times(const struct quire_model_place *place, const char *name, int64_t start,
                       int64_t end, struct quire_error *error)
{
    if (start == QUIRE_RUNLOG_UNKNOWN || end == QUIRE_RUNLOG_UNKNOWN || end >= start) return 0;
    const struct quire_model_place at = {place, name, strlen(name), 0};
    return quire_model_fail(&at, error, "the end is before the start");
}

/* --- Steps of a report ----------------------------------------------------------------------- */

struct block {
    const char *name;
    const struct quire_model *model;
    size_t offset;
};
static const struct block blocks[] = {
    {"transform", &quire_model_transform, offsetof(struct quire_runlog_report_step, transform)},
    {"write", &quire_model_write, offsetof(struct quire_runlog_report_step, write)},
    {"validation", &quire_model_validation, offsetof(struct quire_runlog_report_step, validation)},
};
#define BLOCKS (sizeof(blocks) / sizeof(blocks[0]))

/* Start and end are the first two of all blocks. */
struct block_times {
    int64_t start, end;
};

static int parse_block(const struct block *block, const struct quire_json_node *node,
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
    QUIRE_TRY(check_times(&place, "end_at", times.start, times.end, error));
    if (unknown.size == 0) return 0;
    if (quire_buf_push(&unknown, '}') != 0 ||
        quire_model_add_member(step_unknown, block->name, strlen(block->name),
                               (const char *)unknown.data, unknown.size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
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
    if (name[0] == '\0') return quire_model_fail(place, error, "a step without a name");
    /* A step of which nothing is known is there all the same. */
    if (node->kind != QUIRE_JSON_NULL) {
        QUIRE_TRY(quire_model_want(node, QUIRE_JSON_OBJECT, place, error));
        for (size_t i = 0; i < BLOCKS; i++) {
            const struct quire_json_node *block = quire_json_tree_get(node, blocks[i].name);
            if (block == NULL || block->kind == QUIRE_JSON_NULL) continue;
            QUIRE_TRY(parse_block(&blocks[i], block, place, arena, step, &unknown, error));
        }
        QUIRE_TRY(quire_model_parse(&quire_model_step, node, &parsing, &step->step, error));
    }
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
    QUIRE_TRY(check_times(place, "ended_at", run->started_at, run->ended_at, error));
    return check_times(place, "end_time", run->start_time, run->end_time, error);
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

/* --- Whole documents ------------------------------------------------------------------------- */

static int parse_steps(const struct quire_json_node *list, struct quire_arena *arena,
                       struct quire_runlog_execution *execution, struct quire_error *error)
{
    const struct quire_model_place above = {NULL, "step_results", 12, 0};
    if (list == NULL || list->kind == QUIRE_JSON_NULL) return 0;
    QUIRE_TRY(quire_model_want(list, QUIRE_JSON_ARRAY, &above, error));
    struct quire_runlog_step *steps =
        quire_arena_alloc(arena, (list->children_size + 1) * sizeof(*steps));
    if (steps == NULL) return quire_fail_memory(error, OPERATION);
    size_t size = 0;
    for (const struct quire_json_node *one = list->first; one != NULL; one = one->next) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
        const struct quire_model_place place = {&above, NULL, 0, (int64_t)size};
        const struct quire_model_parsing parsing = {&place, NULL, arena, &unknown};
        quire_model_init(&quire_model_step, &steps[size]);
        QUIRE_TRY(quire_model_parse(&quire_model_step, one, &parsing, &steps[size], error));
        QUIRE_TRY(
            check_times(&place, "end_time", steps[size].start_time, steps[size].end_time, error));
        size++;
    }
    execution->step_results = steps;
    execution->step_results_size = size;
    return 0;
}

static const char *const phases[] = {"bronze", "silver", "gold"};

static int parse_phase(const struct quire_json_node *phase, const char *phase_name,
                       struct quire_arena *arena, struct quire_runlog_report_step *steps,
                       size_t *size, struct quire_error *error)
{
    const struct quire_model_place above = {NULL, phase_name, strlen(phase_name), 0};
    QUIRE_TRY(quire_model_want(phase, QUIRE_JSON_OBJECT, &above, error));
    for (const struct quire_json_node *one = phase->first; one != NULL; one = one->next) {
        const struct quire_model_place place = {&above, one->key, one->key_size, 0};
        char *name = quire_arena_strndup(arena, one->key, one->key_size);
        if (name == NULL) return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(quire_model_parse_report_step(one, &place, phase_name, name, arena, &steps[*size],
                                                error));
        *size += 1;
    }
    return 0;
}

/* What a report says beside its run and phases is of the run, too. */
static int keep_unknown(const struct quire_json_node *root, struct quire_arena *arena,
                        struct quire_runlog_context *run, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0}, all = {0};
    int code = 0;
    for (const struct quire_json_node *one = root->first; code == 0 && one != NULL;
         one = one->next) {
        bool known = strcmp(one->key, "run") == 0;
        for (size_t i = 0; i < 3; i++)
            known = known || strcmp(one->key, phases[i]) == 0;
        if (!known)
            code =
                quire_model_add_member(&unknown, one->key, one->key_size, one->raw, one->raw_size);
    }
    if (code == 0 && unknown.size == 0) return 0;
    if (code == 0 && run->metadata != NULL) code = quire_model_add_members(&all, run->metadata);
    if (code == 0) code = quire_buf_push(&unknown, '}');
    if (code == 0) code = quire_buf_terminate(&unknown);
    if (code == 0) code = quire_model_add_members(&all, (const char *)unknown.data);
    char *text = NULL;
    if (code == 0) text = quire_arena_alloc(arena, all.size + 3);
    if (text == NULL) return quire_fail_memory(error, OPERATION);
    text[0] = '{';
    memcpy(text + 1, all.data, all.size);
    memcpy(text + 1 + all.size, "}", 2);
    run->metadata = text;
    return 0;
}

static int parse_report(const struct quire_json_node *root, struct quire_arena *arena,
                        struct quire_runlog_report *report, struct quire_error *error)
{
    const struct quire_model_place run = {NULL, "run", 3, 0};
    size_t steps_size = 0, size = 0;
    QUIRE_TRY(quire_model_want(root, QUIRE_JSON_OBJECT, NULL, error));
    QUIRE_TRY(
        quire_model_parse_run(quire_json_tree_get(root, "run"), &run, arena, &report->run, error));
    QUIRE_TRY(quire_model_check_phases(root, error));
    QUIRE_TRY(keep_unknown(root, arena, &report->run, error));
    for (size_t i = 0; i < 3; i++) {
        const struct quire_json_node *phase = quire_json_tree_get(root, phases[i]);
        if (phase != NULL) steps_size += phase->children_size;
    }
    struct quire_runlog_report_step *steps =
        quire_arena_alloc(arena, (steps_size + 1) * sizeof(*steps));
    if (steps == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < 3; i++) {
        const struct quire_json_node *phase = quire_json_tree_get(root, phases[i]);
        if (phase == NULL || phase->kind == QUIRE_JSON_NULL) continue;
        QUIRE_TRY(parse_phase(phase, phases[i], arena, steps, &size, error));
    }
    report->steps = steps;
    report->steps_size = size;
    return 0;
}

/* --- Public ---------------------------------------------------------------------------------- */

struct quire_runlog_texts {
    struct quire_arena arena;
};

int quire_runlog_texts_new(struct quire_runlog_texts **texts, struct quire_error *error)
{
    struct quire_runlog_texts *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    *texts = made;
    return 0;
}

void quire_runlog_texts_free(struct quire_runlog_texts *texts)
{
    if (texts == NULL) return;
    quire_arena_release(&texts->arena);
    quire_free(texts);
}

static int parse_flat(const struct quire_model *model, const struct quire_json_node *root,
                      struct quire_arena *arena, void *object, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_parsing parsing = {NULL, NULL, arena, &unknown};
    return quire_model_parse(model, root, &parsing, object, error);
}

int quire_runlog_model_parse(enum quire_runlog_model model, const char *json, size_t size,
                             struct quire_runlog_texts *texts, void *object,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    int code = quire_json_tree_parse(json, size, &arena, &root, &at);
    if (code != 0) {
        quire_fail(error, code, OPERATION, "%s",
                   code == QUIRE_LIMIT ? "JSON that is nested too deeply" : "it is not JSON");
        quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
        return code;
    }
    quire_runlog_model_init(model, object);
    switch (model) {
    case QUIRE_RUNLOG_MODEL_ROW:
        return parse_flat(&quire_model_row, root, &texts->arena, object, error);
    case QUIRE_RUNLOG_MODEL_CONTEXT:
        QUIRE_TRY(quire_model_want(root, QUIRE_JSON_OBJECT, NULL, error));
        return quire_model_parse_run(root, NULL, &texts->arena, object, error);
    case QUIRE_RUNLOG_MODEL_STEP:
        return parse_flat(&quire_model_step, root, &texts->arena, object, error);
    case QUIRE_RUNLOG_MODEL_METRICS:
        return parse_flat(&quire_model_metrics, root, &texts->arena, object, error);
    case QUIRE_RUNLOG_MODEL_EXECUTION:
        QUIRE_TRY(quire_model_parse_execution(root, NULL, &texts->arena, object, error));
        return parse_steps(quire_json_tree_get(root, "step_results"), &texts->arena, object, error);
    case QUIRE_RUNLOG_MODEL_REPORT: return parse_report(root, &texts->arena, object, error);
    case QUIRE_RUNLOG_MODEL_REPORT_STEP: break;
    }
    return quire_fail(error, QUIRE_USAGE, OPERATION, "that model is not parsed by itself");
}
