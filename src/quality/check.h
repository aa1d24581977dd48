/* Private to quality: a check under way. Rows are judged a slice at a time: every rule's answers
 * for it stand side by side, so that what is said about one row knows all of them. */
#ifndef QUIRE_QUALITY_CHECK_H
#define QUIRE_QUALITY_CHECK_H

#include "base/buf.h"
#include "data/view.h"
#include "expr/expr_judge.h"
#include "quality/rules.h"

#define QUIRE_QUALITY_OPERATION   "check"
#define QUIRE_QUALITY_SLICE_ROWS  1024
#define QUIRE_QUALITY_EXAMPLE_MAX 1024 /* bytes of one value in an example */

struct quire_quality_example {
    int64_t row;
    char *values;
};

/* What was counted of a rule. */
struct quire_quality_counts {
    int64_t rows, null_rows, error_rows;
    size_t examples;
};

/* One rule, bound. */
struct quire_quality_run {
    struct quire_quality_counts held; /* by quire_quality_hold */
    struct quire_expr *expr;
    struct quire_buf columns;  /* uint32_t: of the schema, each once, in the order of the check */
    struct quire_buf examples; /* struct quire_quality_example */
    int64_t rows, null_rows, error_rows;
};

struct quire_quality {
    const struct quire_rules *rules;
    struct quire_quality_options options;
    struct quire_quality_run *runs; /* as many as there are rules */
    struct quire_field *field;
    struct quire_view *view;
    uint8_t *answers; /* enum quire_expr_answer: a slice a rule */
    int64_t rows;     /* that were judged */
    int64_t invalid;  /* of these */
    int64_t rejected; /* of those */
    int64_t unreadable;
    int64_t held_rows, held_invalid, held_rejected, held_unreadable;
};

/* What the rules that a row of a slice breaks ask for; 0: it breaks none. */
enum quire_quality_mark {
    QUIRE_QUALITY_INVALID = 1,
    QUIRE_QUALITY_REJECTED = 2,
    QUIRE_QUALITY_FAILED = 4
};

struct quire_quality_slice {
    int64_t start; /* row of the batch that quality->view is set to */
    size_t rows;
    int64_t row; /* the number of its first row in the whole, from 1 */
    bool broken; /* any mark is set */
    uint8_t marks[QUIRE_QUALITY_SLICE_ROWS];
};

/* Judges the rows of a slice, whose start and rows are given, and counts them. */
int quire_quality_judge(struct quire_quality *quality, struct quire_quality_slice *slice,
                        struct quire_error *error);

/* Notes what is counted, and goes back to what was noted: rows that came in between were never
 * there. */
void quire_quality_hold(struct quire_quality *quality);
void quire_quality_undo(struct quire_quality *quality);
/* Counts the rows of a batch as quire_quality_add does, and sets none apart. */
int quire_quality_count(struct quire_quality *quality, const struct ArrowArray *batch,
                        struct quire_error *error);
/* Rows that were counted as valid are invalid: what they are part of is refused. */
void quire_quality_refuse(struct quire_quality *quality, int64_t rows);

/* Does the row of the slice that was judged last break the rule? */
bool quire_quality_breaks(const struct quire_quality *quality, size_t rule, size_t row);

/* Gives a row of the slice to options.reject, with the rules that it breaks as the reason: those
 * whose action is one of `actions` (bits by enum quire_rule_action). */
int quire_quality_reject(struct quire_quality *quality, const struct quire_quality_slice *slice,
                         size_t row, unsigned actions, struct quire_error *error);

/* QUIRE_INPUT for a row of the slice that breaks a rule of QUIRE_RULE_FAIL. */
int quire_quality_fail(const struct quire_quality *quality, const struct quire_quality_slice *slice,
                       size_t row, struct quire_error *error);

/* The column that reports of a rule name: its own, else the one that its check names; NULL. */
const char *quire_quality_column(const struct quire_quality *quality, size_t rule);

/* Appends a row of quality->view as a JSON object: of the columns given, or of all of them when
 * columns is NULL. Values longer than value_max bytes (0: no bound) are cut and end in "…". */
int quire_quality_put_row(const struct quire_quality *quality, int64_t row,
                          const struct quire_buf *columns, size_t value_max, struct quire_buf *out,
                          struct quire_error *error);

#endif
