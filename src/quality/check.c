/* Binding rules to a schema, and judging and counting rows. */
#include "quality/check.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"

/* --- Binding ------------------------------------------------------------------------------- */

static int add_column(void *user, uint32_t column)
{
    struct quire_buf *columns = user;
    for (size_t at = 0; at < columns->size; at += sizeof(column)) {
        if (memcmp(columns->data + at, &column, sizeof(column)) == 0) return 0;
    }
    return quire_buf_append(columns, &column, sizeof(column));
}

static int bind_rule(const struct quire_rule *rule, const struct ArrowSchema *schema,
                     int64_t now_us, struct quire_quality_run *run, struct quire_error *error)
{
    QUIRE_TRY(quire_expr_parse(rule->check, &run->expr, error));
    quire_expr_set_now(run->expr, now_us);
    QUIRE_TRY(quire_expr_bind(run->expr, schema, error));
    QUIRE_TRY(quire_expr_check_predicate(run->expr, error));
    if (quire_expr_each_bound_column(run->expr, add_column, &run->columns) != 0)
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    return 0;
}

/* All rules mean the same by now(). */
static int bind_rules(struct quire_quality *quality, const struct ArrowSchema *schema,
                      struct quire_error *error)
{
    const struct quire_rules *rules = quality->rules;
    int64_t now_us = quire_time_wall_us();
    for (size_t i = 0; i < rules->size; i++) {
        int code = bind_rule(&rules->items[i], schema, now_us, &quality->runs[i], error);
        if (code == 0) continue;
        quire_rules_blame(rules, i, error);
        return code;
    }
    return 0;
}

static void free_quality(struct quire_quality **quality)
{
    quire_quality_free(*quality);
}

int quire_quality_new(const struct quire_rules *rules, const struct ArrowSchema *schema,
                      const struct quire_quality_options *options, struct quire_quality **quality,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(free_quality)
    struct quire_quality *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    made->rules = rules;
    if (options != NULL) made->options = *options;
    made->runs = quire_alloc_zero(rules->size + 1, sizeof(*made->runs));
    made->answers = quire_alloc_zero(rules->size + 1, QUIRE_QUALITY_SLICE_ROWS);
    if (made->runs == NULL || made->answers == NULL)
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    QUIRE_TRY(bind_rules(made, schema, error));
    QUIRE_TRY(quire_field_open(schema, &made->field, error));
    QUIRE_TRY(quire_view_new(made->field, &made->view, error));
    *quality = QUIRE_STEAL(made);
    return 0;
}

static void release_run(struct quire_quality_run *run)
{
    struct quire_quality_example *examples = (void *)run->examples.data;
    for (size_t i = 0; i < run->examples.size / sizeof(*examples); i++)
        quire_free(examples[i].values);
    quire_buf_release(&run->examples);
    quire_buf_release(&run->columns);
    quire_expr_free(run->expr);
}

void quire_quality_free(struct quire_quality *quality)
{
    if (quality == NULL) return;
    for (size_t i = 0; quality->runs != NULL && i < quality->rules->size; i++)
        release_run(&quality->runs[i]);
    quire_free(quality->runs);
    quire_free(quality->answers);
    quire_view_free(quality->view);
    quire_field_close(quality->field);
    quire_free(quality);
}

/* --- Judging ------------------------------------------------------------------------------- */

static uint8_t *answers_of(const struct quire_quality *quality, size_t rule)
{
    return quality->answers + rule * QUIRE_QUALITY_SLICE_ROWS;
}

static bool breaks(const struct quire_rule *rule, uint8_t answer)
{
    return answer == QUIRE_EXPR_IS_FALSE || answer == QUIRE_EXPR_IS_UNKNOWN ||
           (answer == QUIRE_EXPR_IS_NULL && rule->nulls == QUIRE_RULE_NULLS_FAIL);
}

bool quire_quality_breaks(const struct quire_quality *quality, size_t rule, size_t row)
{
    return breaks(&quality->rules->items[rule], answers_of(quality, rule)[row]);
}

static int add_example(const struct quire_quality *quality, struct quire_quality_run *run,
                       const struct quire_quality_slice *slice, size_t row,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_quality_put_row(quality, slice->start + (int64_t)row, &run->columns,
                                    QUIRE_QUALITY_EXAMPLE_MAX, &text, error));
    const struct quire_quality_example example = {
        slice->row + (int64_t)row, quire_strndup((const char *)text.data, text.size)};
    if (example.values == NULL ||
        quire_buf_append(&run->examples, &example, sizeof(example)) != 0) {
        quire_free(example.values);
        return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    }
    return 0;
}

/* The rows of the slice that break a rule, of which at least one is not plainly true. */
static int count_rule(struct quire_quality *quality, size_t index,
                      struct quire_quality_slice *slice, struct quire_error *error)
{
    static const uint8_t marks[] = {
        [QUIRE_RULE_WARN] = QUIRE_QUALITY_INVALID,
        [QUIRE_RULE_REJECT] = QUIRE_QUALITY_INVALID | QUIRE_QUALITY_REJECTED,
        [QUIRE_RULE_FAIL] = QUIRE_QUALITY_INVALID | QUIRE_QUALITY_FAILED,
    };
    const struct quire_rule *rule = &quality->rules->items[index];
    const uint8_t *answers = answers_of(quality, index);
    struct quire_quality_run *run = &quality->runs[index];
    int64_t kept = (int64_t)(run->examples.size / sizeof(struct quire_quality_example));
    for (size_t i = 0; i < slice->rows; i++) {
        if (!breaks(rule, answers[i])) continue;
        slice->marks[i] |= marks[rule->on_fail];
        slice->broken = true;
        run->rows++;
        run->null_rows += answers[i] == QUIRE_EXPR_IS_NULL;
        run->error_rows += answers[i] == QUIRE_EXPR_IS_UNKNOWN;
        if (kept >= rule->examples) continue;
        QUIRE_TRY(add_example(quality, run, slice, i, error));
        kept++;
    }
    return 0;
}

static int judge_rule(struct quire_quality *quality, size_t index,
                      struct quire_quality_slice *slice, struct quire_error *error)
{
    uint8_t *answers = answers_of(quality, index), any = 0;
    int code = quire_expr_judge(quality->runs[index].expr, quality->view, slice->start, slice->rows,
                                answers, error);
    if (code != 0) {
        quire_rules_blame(quality->rules, index, error);
        return code;
    }
    for (size_t i = 0; i < slice->rows; i++)
        any |= answers[i];
    return any == QUIRE_EXPR_IS_TRUE ? 0 : count_rule(quality, index, slice, error);
}

int quire_quality_judge(struct quire_quality *quality, struct quire_quality_slice *slice,
                        struct quire_error *error)
{
    slice->row = quality->rows + 1;
    slice->broken = false;
    memset(slice->marks, 0, sizeof(slice->marks));
    for (size_t i = 0; i < quality->rules->size; i++)
        QUIRE_TRY(judge_rule(quality, i, slice, error));
    quality->rows += (int64_t)slice->rows;
    for (size_t i = 0; slice->broken && i < slice->rows; i++)
        quality->invalid += slice->marks[i] != 0;
    return 0;
}

static int add_slice(struct quire_quality *quality, struct quire_quality_slice *slice,
                     bool sets_apart, struct quire_error *error)
{
    QUIRE_TRY(quire_quality_judge(quality, slice, error));
    for (size_t i = 0; sets_apart && slice->broken && i < slice->rows; i++) {
        if (slice->marks[i] != 0) QUIRE_TRY(quire_quality_reject(quality, slice, i, ~0U, error));
    }
    return 0;
}

static int add_batch(struct quire_quality *quality, const struct ArrowArray *batch, bool sets_apart,
                     struct quire_error *error)
{
    struct quire_quality_slice slice;
    QUIRE_TRY(quire_view_set(quality->view, batch, error));
    for (int64_t start = 0; start < batch->length; start += QUIRE_QUALITY_SLICE_ROWS) {
        int64_t left = batch->length - start;
        slice.start = start;
        slice.rows =
            left < QUIRE_QUALITY_SLICE_ROWS ? (size_t)left : (size_t)QUIRE_QUALITY_SLICE_ROWS;
        QUIRE_TRY(add_slice(quality, &slice, sets_apart, error));
    }
    return 0;
}

int quire_quality_add(struct quire_quality *quality, const struct ArrowArray *batch,
                      struct quire_error *error)
{
    return add_batch(quality, batch, true, error);
}

int quire_quality_count(struct quire_quality *quality, const struct ArrowArray *batch,
                        struct quire_error *error)
{
    return add_batch(quality, batch, false, error);
}

/* --- Rows that are refused ----------------------------------------------------------------- */

void quire_quality_hold(struct quire_quality *quality)
{
    for (size_t i = 0; i < quality->rules->size; i++) {
        struct quire_quality_run *run = &quality->runs[i];
        run->held = (struct quire_quality_counts){run->rows, run->null_rows, run->error_rows,
                                                  run->examples.size /
                                                      sizeof(struct quire_quality_example)};
    }
    quality->held_rows = quality->rows;
    quality->held_invalid = quality->invalid;
    quality->held_rejected = quality->rejected;
    quality->held_unreadable = quality->unreadable;
}

static void undo_run(struct quire_quality_run *run)
{
    struct quire_quality_example *examples = (void *)run->examples.data;
    size_t size = run->examples.size / sizeof(*examples);
    for (size_t i = run->held.examples; i < size; i++)
        quire_free(examples[i].values);
    run->examples.size = run->held.examples * sizeof(*examples);
    run->rows = run->held.rows;
    run->null_rows = run->held.null_rows;
    run->error_rows = run->held.error_rows;
}

void quire_quality_undo(struct quire_quality *quality)
{
    for (size_t i = 0; i < quality->rules->size; i++)
        undo_run(&quality->runs[i]);
    quality->rows = quality->held_rows;
    quality->invalid = quality->held_invalid;
    quality->rejected = quality->held_rejected;
    quality->unreadable = quality->held_unreadable;
}

void quire_quality_refuse(struct quire_quality *quality, int64_t rows)
{
    quality->invalid += rows;
}

void quire_quality_add_unreadable(struct quire_quality *quality, int64_t records)
{
    quality->unreadable += records;
}
