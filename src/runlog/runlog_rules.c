/* What every row of a run log is to keep. */
#include <string.h>

#include "base/fail.h"
#include "quire/runlog_report.h"

static const struct quire_rule rules_of_rows[] = {
    {.check = "run_id IS NOT NULL"},
    {.check = "step_name IS NOT NULL"},
    {.check = "phase IN ('bronze', 'silver', 'gold', 'pipeline')", .nulls = QUIRE_RULE_NULLS_FAIL},
    {.check = "success IS NOT NULL"},
    {.check = "duration_secs >= 0", .nulls = QUIRE_RULE_NULLS_FAIL},
    {.check = "rows_processed >= 0", .nulls = QUIRE_RULE_NULLS_FAIL},
    {.check = "rows_written >= 0"},
    {.check = "validation_rate BETWEEN 0 AND 100", .nulls = QUIRE_RULE_NULLS_FAIL},
};

/* The name that a check begins with. */
static bool has_column(const struct ArrowSchema *schema, const char *check)
{
    size_t size = strcspn(check, " ");
    for (int64_t i = 0; i < schema->n_children; i++) {
        const char *name = schema->children[i]->name;
        if (strlen(name) == size && memcmp(name, check, size) == 0) return true;
    }
    return false;
}

int quire_runlog_rules(const struct ArrowSchema *schema, struct quire_rules **rules,
                       struct quire_error *error)
{
    struct quire_rules *made = NULL;
    QUIRE_TRY(quire_rules_new(&made, error));
    int code = 0;
    for (size_t i = 0; i < sizeof(rules_of_rows) / sizeof(rules_of_rows[0]) && code == 0; i++)
        if (schema == NULL || has_column(schema, rules_of_rows[i].check))
            code = quire_rules_add(made, &rules_of_rows[i], error);
    if (code != 0) {
        quire_rules_free(made);
        return code;
    }
    *rules = made;
    return 0;
}
