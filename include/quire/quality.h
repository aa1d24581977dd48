/* Rules that rows are to keep, and the verdict on those that did not.
 *
 * A rule is a named SQL condition (quire/expr.h) with what happens to a row that breaks it. Rules
 * come from a file (docs/QUALITY.md has its form) or are added one by one. A check counts, rule by
 * rule, the rows of batches or of a stream that break it, and keeps the first of them. Nothing
 * grows with the number of rows. Objects belong to one thread at a time; rules that nobody changes
 * may be shared. */
#ifndef QUIRE_QUALITY_H
#define QUIRE_QUALITY_H

#include "quire/batch.h"
#include "quire/format.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Rules -------------------------------------------------------------------- */

/* What happens to a row that breaks a rule, where rows are passed on (quire_stream_check). */
enum quire_rule_action {
    QUIRE_RULE_WARN,   /* it is counted, and passed on */
    QUIRE_RULE_REJECT, /* it is counted, and set apart */
    QUIRE_RULE_FAIL    /* nothing is passed on any more; the verdict cannot be good */
};

/* What a condition that is null means. */
enum quire_rule_nulls {
    QUIRE_RULE_NULLS_PASS, /* as in SQL's CHECK, only false breaks a rule */
    QUIRE_RULE_NULLS_FAIL  /* as in WHERE, what is not true breaks it */
};

#define QUIRE_RULES_MAX             1000 /* in one set */
#define QUIRE_RULE_EXAMPLES_DEFAULT 5
#define QUIRE_RULE_EXAMPLES_MAX     1000

struct quire_rule {
    const char *name;   /* NULL: the text of the check */
    const char *check;  /* the condition */
    const char *column; /* that reports name; NULL: the one that the check names, if it is one */
    enum quire_rule_action on_fail;
    enum quire_rule_nulls nulls;
    int64_t examples; /* rows kept as examples; 0: five, below 0: none */
};

struct quire_rules;

/* An empty set, with a least validation rate of 95 and at most 5 percent of invalid rows. */
QUIRE_API int quire_rules_new(struct quire_rules **rules, struct quire_error *error);
QUIRE_API void quire_rules_free(struct quire_rules *rules); /* NULL is fine */

/* Copies. QUIRE_USAGE, naming the rule, for a check that is no expression, a name that is there
 * already, and values that are not allowed; QUIRE_LIMIT. */
QUIRE_API int quire_rules_add(struct quire_rules *rules, const struct quire_rule *rule,
                              struct quire_error *error);

/* Both in percent, 0 to 100 (else QUIRE_USAGE). */
QUIRE_API int quire_rules_set_limits(struct quire_rules *rules, double min_validation_rate,
                                     double max_invalid_rows_percent, struct quire_error *error);

/* A set from the text of a rules file: JSON when it begins with '{', else YAML. QUIRE_INPUT for
 * what is neither and QUIRE_USAGE for what is no rule, with the line in the cause;
 * QUIRE_UNSUPPORTED for YAML in a build without libyaml. */
QUIRE_API int quire_rules_parse(const char *text, size_t size, struct quire_rules **rules,
                                struct quire_error *error);
/* The same of an object: a path or a store URL. Errors name it, also those of checking later. */
QUIRE_API int quire_rules_read(const char *url, struct quire_rules **rules,
                               struct quire_error *error);
/* The same with what happens to a row that breaks a rule which does not say it itself (on_fail). */
QUIRE_API int quire_rules_read_as(const char *url, enum quire_rule_action action,
                                  struct quire_rules **rules, struct quire_error *error);

/* In the order in which they were added; borrowed from the set. NULL past the last. */
QUIRE_API const struct quire_rule *quire_rules_at(const struct quire_rules *rules, size_t index);

/* As quire_expr_each_column, of all checks. */
QUIRE_API int quire_rules_each_column(const struct quire_rules *rules,
                                      int (*take)(void *user, const char *name), void *user);

/* --- Checking ----------------------------------------------------------------- */

struct quire_quality;

/* Zero means none. */
struct quire_quality_options {
    const char *path; /* where the rows come from, for errors; borrowed */
    /* Takes rows that are set apart, as the JSON of all of their columns: by quire_stream_check
     * those that break a rule of QUIRE_RULE_REJECT, by quire_quality_add all that break one.
     * quire_rejects_take fits. */
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
};

/* A check of rows of a schema, with nothing counted yet. rules and options' texts must outlive
 * it. QUIRE_USAGE, naming the rule, for a condition that does not fit the schema. */
QUIRE_API int quire_quality_new(const struct quire_rules *rules, const struct ArrowSchema *schema,
                                const struct quire_quality_options *options,
                                struct quire_quality **quality, struct quire_error *error);
QUIRE_API void quire_quality_free(struct quire_quality *quality); /* NULL is fine */

/* Counts the rows of a batch, which is borrowed. A row for which a condition cannot be computed
 * (overflow, a cast) breaks the rule. */
QUIRE_API int quire_quality_add(struct quire_quality *quality, const struct ArrowArray *batch,
                                struct quire_error *error);

/* Counts records that could not even be read as rows: they are invalid, too. */
QUIRE_API void quire_quality_add_unreadable(struct quire_quality *quality, int64_t records);

/* The rows of a stream, counted as they pass: those that break a rule of REJECT are left out and
 * given to options.reject, one that breaks a rule of FAIL ends the stream with QUIRE_INPUT (rule,
 * row, its values). Takes *source (moves it) on success; quality must outlive the stream, whose
 * schema it was made for. */
QUIRE_API int quire_stream_check(struct ArrowArrayStream *source, struct quire_quality *quality,
                                 struct ArrowArrayStream *result, struct quire_error *error);

/* --- The verdict -------------------------------------------------------------- */

struct quire_verdict {
    bool quality_passed;         /* threshold_met, and no row breaks a rule of FAIL */
    bool threshold_met;          /* both limits are kept */
    double validation_rate;      /* percent of the rows that are valid; 100 of none */
    double invalid_rows_percent; /* 0 of none */
    int64_t total_rows;          /* valid_rows + invalid_rows */
    int64_t valid_rows;          /* break no rule */
    int64_t invalid_rows;        /* break one or more, or were unreadable */
    int64_t rejected_rows;       /* of these: set apart by quire_stream_check */
    int64_t unreadable_rows;     /* of these: quire_quality_add_unreadable */
    int64_t validation_rules_applied;
    int64_t rules_broken;
    double min_validation_rate;
    double max_invalid_rows_percent;
};
QUIRE_API void quire_quality_verdict(const struct quire_quality *quality,
                                     struct quire_verdict *verdict);

/* What became of one rule. */
struct quire_quality_issue {
    const struct quire_rule *rule;
    int64_t rows;       /* break it */
    int64_t null_rows;  /* of these: the condition was null */
    int64_t error_rows; /* of these: it could not be computed */
    size_t examples;    /* kept */
};
/* By the rule's index; false past the last. */
QUIRE_API bool quire_quality_issue(const struct quire_quality *quality, size_t rule,
                                   struct quire_quality_issue *issue);
/* One example: the row, from 1, and a JSON object of the columns that the check names; borrowed
 * from quality. False past the last. */
QUIRE_API bool quire_quality_example(const struct quire_quality *quality, size_t rule,
                                     size_t example, int64_t *row, const char **values);

/* All of that as one JSON object (docs/QUALITY.md), freed with quire_free. */
QUIRE_API int quire_quality_report(const struct quire_quality *quality, char **json,
                                   struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
