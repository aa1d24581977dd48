/* Private to quality: a set of rules. Their texts live in the set's arena. */
#ifndef QUIRE_QUALITY_RULES_H
#define QUIRE_QUALITY_RULES_H

#include "base/alloc.h"
#include "quire/quality.h"

#define QUIRE_RULES_BYTES_MAX ((size_t)4 << 20) /* of a rules file */
#define QUIRE_RULES_OPERATION "rules"

struct quire_rules {
    struct quire_arena arena;
    struct quire_rule *items;
    size_t *lines; /* of each check in the file; 0: not from one */
    size_t size, capacity;
    const char *path; /* of the file; NULL */
    double min_validation_rate;
    double max_invalid_rows_percent;
};

/* As quire_rules_add, of a line of a file. */
int quire_rules_add_line(struct quire_rules *rules, const struct quire_rule *rule, size_t line,
                         struct quire_error *error);

/* As quire_rules_parse, with what happens to rows that break a rule which does not say it. */
int quire_rules_parse_as(const char *text, size_t size, enum quire_rule_action action,
                         struct quire_rules **rules, struct quire_error *error);

/* Says in a filled-in error (or NULL) which rule it is about, and where that stands. */
void quire_rules_blame(const struct quire_rules *rules, size_t index, struct quire_error *error);

/* The same for a rule that is not in the set. */
void quire_rules_blame_text(const char *name, size_t line, struct quire_error *error);

#endif
