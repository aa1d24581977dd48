/* What every row of a run log is to keep. */
#include <string.h>

#include "base/fail.h"
#include "quire/runlog_report.h"
#include "quire/runlog_write.h"

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

int quire_runlog_limit_rules(const struct quire_runlog_options *options, struct quire_rules *rules,
                             struct quire_error *error)
{
    struct quire_runlog_options defaults;
    double rate = options->min_validation_rate, invalid = options->max_invalid_rows_percent;
    QUIRE_TRY(quire_options_init(quire_runlog_options_table(), &defaults, error));
    bool has_own = rate < defaults.min_validation_rate || rate > defaults.min_validation_rate ||
                   invalid < defaults.max_invalid_rows_percent ||
                   invalid > defaults.max_invalid_rows_percent;
    quire_options_release(quire_runlog_options_table(), &defaults);
    return has_own ? quire_rules_set_limits(rules, rate, invalid, error) : 0;
}
