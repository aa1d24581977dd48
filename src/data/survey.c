/* Parts are merged one by one, so that what is held is one tree for the whole and one
 * for each part at work. */
#include "data/survey.h"

#include "base/fail.h"

#define OPERATION "infer schema"

int quire_survey_init(struct quire_survey *survey, const struct ArrowSchema *given, bool any_case,
                      size_t bytes_max, struct quire_error *error)
{
    *survey = (struct quire_survey){.bytes_max = bytes_max, .any_case = any_case};
    if (given != NULL) QUIRE_TRY(quire_field_open(given, &survey->given, error));
    return quire_survey_part(survey, &survey->arena, &survey->root, error);
}

void quire_survey_release(struct quire_survey *survey)
{
    quire_field_close(survey->given);
    quire_arena_release(&survey->arena);
    survey->given = NULL;
    survey->root = NULL;
}

int quire_survey_part(const struct quire_survey *survey, struct quire_arena *arena,
                      struct quire_infer_node **root, struct quire_error *error)
{
    *root = quire_infer_new(arena);
    if (*root == NULL) return quire_fail_memory(error, OPERATION);
    quire_infer_struct(*root);
    if (survey->any_case) quire_infer_any_case(*root);
    return survey->given != NULL ? quire_infer_fix(arena, *root, survey->given, error) : 0;
}

int quire_survey_check(const struct quire_survey *survey, const struct quire_arena *arena,
                       struct quire_error *error)
{
    if (arena->bytes <= survey->bytes_max) return 0;
    quire_fail(error, QUIRE_LIMIT, OPERATION,
               "the records have more different fields than %zu bytes can name", survey->bytes_max);
    quire_error_hint(error, "are names of fields data? a schema with a map<string, ...> (--schema) "
                            "holds them; a larger memory budget (--memory) may hold more");
    return QUIRE_LIMIT;
}

int quire_survey_add(struct quire_survey *survey, const struct quire_infer_node *root,
                     struct quire_error *error)
{
    if (quire_infer_merge(&survey->arena, survey->root, root) != 0)
        return quire_fail_memory(error, OPERATION);
    return quire_survey_check(survey, &survey->arena, error);
}

int quire_survey_finish(const struct quire_survey *survey, struct ArrowSchema *schema,
                        struct quire_error *error)
{
    return quire_infer_finish(survey->root, &survey->policy, schema, error);
}
