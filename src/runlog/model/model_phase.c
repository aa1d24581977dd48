/* Phases that there are not: kept as metadata, as other members of a report are, their steps would
 * be lost without a word. */
#include <string.h>

#include "base/fail.h"
#include "runlog/model/model.h"

static const char *const phases[] = {"bronze", "silver", "gold"};

enum quire_model_likeness quire_model_like_phase(const struct quire_json_node *node)
{
    bool all = true, any = false;
    if (node->kind != QUIRE_JSON_OBJECT) return QUIRE_MODEL_NO_PHASE;
    for (const struct quire_json_node *step = node->first; step != NULL; step = step->next) {
        if (quire_json_tree_get(step, "transform") != NULL ||
            quire_json_tree_get(step, "validation") != NULL ||
            quire_json_tree_get(step, "write") != NULL)
            return QUIRE_MODEL_PHASE_LIKE;
        any = any || step->kind == QUIRE_JSON_OBJECT;
        all = all && (step->kind == QUIRE_JSON_OBJECT || step->kind == QUIRE_JSON_NULL);
    }
    return !all ? QUIRE_MODEL_NO_PHASE : any ? QUIRE_MODEL_PHASE_LIKE : QUIRE_MODEL_PHASE_EMPTY;
}

int quire_model_fail_phase(const struct quire_model_place *place, struct quire_error *error)
{
    return quire_model_fail(place, error,
                            "there is no such phase: a report has bronze, silver and gold");
}

int quire_model_check_phases(const struct quire_json_node *root, struct quire_error *error)
{
    bool has_phase = false;
    for (size_t i = 0; i < 3; i++)
        has_phase = has_phase || quire_json_tree_get(root, phases[i]) != NULL;
    for (const struct quire_json_node *one = root->first; one != NULL; one = one->next) {
        const struct quire_model_place place = {NULL, one->key, one->key_size, 0};
        bool known = quire_model_is_key(one, "run");
        for (size_t i = 0; i < 3; i++)
            known = known || quire_model_is_key(one, phases[i]);
        enum quire_model_likeness like = known ? QUIRE_MODEL_NO_PHASE : quire_model_like_phase(one);
        if (like == QUIRE_MODEL_PHASE_LIKE || (like == QUIRE_MODEL_PHASE_EMPTY && !has_phase))
            return quire_model_fail_phase(&place, error);
    }
    return 0;
}
