/* Models of whole documents: a text is parsed, and what it holds stands where the caller has its
 * texts. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model/model.h"

#define OPERATION "run log"

/* --- Execution results and reports ----------------------------------------------------------- */

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
        QUIRE_TRY(quire_model_check_times(&place, "end_time", steps[size].start_time,
                                          steps[size].end_time, error));
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
    QUIRE_TRY(quire_model_check_names(phase, &above, error));
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

int quire_model_keep_beside(const struct quire_buf *unknown, struct quire_name_set *names,
                            struct quire_arena *arena, struct quire_runlog_context *run,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf all = {0};
    if (unknown->size == 0) return 0;
    int code = 0;
    if (run->metadata != NULL)
        code = quire_model_join(run->metadata, strlen(run->metadata), "run", names, &all);
    if (code == 0) code = quire_model_add_members(&all, unknown);
    if (code == 0) code = quire_buf_push(&all, '}');
    char *text = code == 0 ? quire_arena_strndup(arena, (const char *)all.data, all.size) : NULL;
    if (text == NULL) return quire_fail_memory(error, OPERATION);
    run->metadata = text;
    return 0;
}

static bool is_of_report(const struct quire_json_node *member)
{
    bool known = quire_model_is_key(member, "run");
    for (size_t i = 0; i < 3; i++)
        known = known || quire_model_is_key(member, phases[i]);
    return known;
}

static int keep_unknown(const struct quire_json_node *root, struct quire_arena *arena,
                        struct quire_runlog_context *run, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    for (const struct quire_json_node *one = root->first; one != NULL; one = one->next) {
        bool added;
        if (is_of_report(one)) continue;
        QUIRE_TRY(quire_model_keep(one, NULL, &unknown, error));
        if (quire_name_set_add(&names, one->key, one->key_size, &added) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    return quire_model_keep_beside(&unknown, &names, arena, run, error);
}

static int parse_report(const struct quire_json_node *root, struct quire_arena *arena,
                        struct quire_runlog_report *report, struct quire_error *error)
{
    const struct quire_model_place run = {NULL, "run", 3, 0};
    size_t steps_size = 0, size = 0;
    QUIRE_TRY(quire_model_want(root, QUIRE_JSON_OBJECT, NULL, error));
    QUIRE_TRY(quire_model_check_names(root, NULL, error));
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
