/* Rows of structs that the caller has. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/rows/rows.h"

#define OPERATION "run log"

static const struct quire_runlog_execution *execution_of(const struct quire_rows_models *rows)
{
    return (const struct quire_runlog_execution *)rows->models->items + rows->unit;
}

static const struct quire_runlog_report *report_of(const struct quire_rows_models *rows)
{
    return (const struct quire_runlog_report *)rows->models->items + rows->unit;
}

/* What the context of the unit, and the one that is given with it, say twice. */
static int note_contexts(struct quire_rows_models *rows)
{
    const struct quire_model_place context = {NULL, "context", 7, 0}, run = {NULL, "run", 3, 0};
    int code = quire_rows_note_given(&rows->rows, rows->models->context);
    if (code == 0 && rows->kind == QUIRE_RUNLOG_EXECUTION_RESULT)
        code = quire_rows_note_context(&rows->rows, &context, &execution_of(rows)->context);
    if (code == 0 && rows->kind == QUIRE_RUNLOG_REPORT)
        code = quire_rows_note_context(&rows->rows, &run, &report_of(rows)->run);
    return code;
}

static int begin(struct quire_rows *base, struct quire_error *error)
{
    struct quire_rows_models *rows = (struct quire_rows_models *)base;
    const struct quire_runlog_execution *execution = NULL;
    quire_model_init(&quire_model_context, &base->context);
    rows->at = 0;
    quire_run_tally_init(&base->tally);
    base->twice.values = 0;
    base->metrics = NULL;
    quire_buf_clear(&rows->run);
    quire_name_set_clear(&rows->names);
    if (note_contexts(rows) != 0) return quire_fail_memory(error, OPERATION);
    switch (rows->kind) {
    case QUIRE_RUNLOG_ROWS: quire_rows_fill_context(&base->context, rows->models->context); break;
    case QUIRE_RUNLOG_STEP_RESULTS:
        if (rows->models->context != NULL) base->context = *rows->models->context;
        break;
    case QUIRE_RUNLOG_EXECUTION_RESULT:
        execution = execution_of(rows);
        base->context = execution->context;
        quire_rows_fill_context(&base->context, rows->models->context);
        base->metrics = &execution->metrics;
        break;
    case QUIRE_RUNLOG_REPORT:
        base->context = report_of(rows)->run;
        quire_rows_fill_context(&base->context, rows->models->context);
        break;
    }
    if (quire_rows_run_members(&base->context, execution, &rows->run) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static size_t size_of(const struct quire_rows_models *rows)
{
    switch (rows->kind) {
    case QUIRE_RUNLOG_EXECUTION_RESULT: return execution_of(rows)->step_results_size;
    case QUIRE_RUNLOG_REPORT: return report_of(rows)->steps_size;
    default: return rows->models->items_size;
    }
}

static void take_step(struct quire_rows_models *rows, const struct quire_runlog_step *step,
                      struct quire_runlog_row *row)
{
    quire_run_tally_add(&rows->rows.tally, step);
    quire_row_of_step(&rows->rows.context, step, row);
}

/* Behind the steps. */
static void take_pipeline(struct quire_rows_models *rows, struct quire_rows_item *item)
{
    size_t steps = size_of(rows);
    item->end = rows->kind != QUIRE_RUNLOG_EXECUTION_RESULT || rows->at > steps ||
                !quire_rows_has_pipeline(execution_of(rows), &rows->rows.tally);
    if (!item->end) quire_row_of_execution(execution_of(rows), &item->row);
}

/* A step of a report, by its phase and name: "gold/sum". */
static int take_report_step(struct quire_rows_models *rows, struct quire_rows_item *item,
                            struct quire_error *error)
{
    const struct quire_runlog_report_step *step = &report_of(rows)->steps[rows->at];
    quire_row_of_report(&rows->rows.context, step, &item->row);
    item->step = step;
    if (quire_rows_note_step(&rows->rows, &rows->place, step) != 0)
        return quire_fail_memory(error, OPERATION);
    if (step->phase == NULL || step->step_name == NULL) return 0;
    quire_buf_clear(&rows->plain);
    if (quire_buf_printf(&rows->plain, "%s/%s", step->phase, step->step_name) != 0)
        return quire_fail_memory(error, OPERATION);
    return quire_rows_check_name(&rows->names, &rows->place, (const char *)rows->plain.data,
                                 rows->plain.size, error);
}

/* Metadata is JSON, however a caller has it. */
static int take_metadata(struct quire_rows_models *rows, struct quire_runlog_row *row)
{
    const char *json = NULL;
    size_t size = 0;
    if (row->metadata == NULL) return 0;
    int code =
        quire_model_as_json(row->metadata, strlen(row->metadata), &rows->plain, &json, &size);
    if (code != 0 || json != (const char *)rows->plain.data || json == NULL) {
        if (json == NULL) row->metadata = NULL;
        return code;
    }
    code = quire_buf_terminate(&rows->plain);
    row->metadata = (const char *)rows->plain.data;
    return code;
}

static int next(struct quire_rows *base, struct quire_rows_item *item, struct quire_error *error)
{
    struct quire_rows_models *rows = (struct quire_rows_models *)base;
    const void *items = rows->models->items;
    int code = 0;
    memset(item, 0, sizeof(*item));
    rows->place.index = (int64_t)rows->at;
    item->place = &rows->place;
    if (rows->at >= size_of(rows)) {
        take_pipeline(rows, item);
    } else {
        switch (rows->kind) {
        case QUIRE_RUNLOG_ROWS:
            item->row = ((const struct quire_runlog_row *)items)[rows->at];
            break;
        case QUIRE_RUNLOG_STEP_RESULTS:
            take_step(rows, (const struct quire_runlog_step *)items + rows->at, &item->row);
            break;
        case QUIRE_RUNLOG_EXECUTION_RESULT:
            take_step(rows, &execution_of(rows)->step_results[rows->at], &item->row);
            break;
        case QUIRE_RUNLOG_REPORT: code = take_report_step(rows, item, error); break;
        }
    }
    rows->at++;
    if (code != 0 || item->end) return code;
    if (take_metadata(rows, &item->row) != 0 ||
        (item->step != NULL &&
         quire_rows_put_blocks(base, &rows->blocks, item->step, &item->row) != 0) ||
        quire_rows_put_run(&rows->metadata, &rows->run, &item->row) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

void quire_rows_models_init(struct quire_rows_models *rows,
                            const struct quire_runlog_models *models, size_t unit)
{
    static const char *const names[] = {
        [QUIRE_RUNLOG_EXECUTION_RESULT] = "step_results", [QUIRE_RUNLOG_REPORT] = "steps"};
    memset(rows, 0, sizeof(*rows));
    rows->rows.begin = begin;
    rows->rows.next = next;
    rows->kind = models->kind;
    rows->models = models;
    rows->unit = unit;
    if (models->kind < QUIRE_RUNLOG_EXECUTION_RESULT) return;
    rows->above = (struct quire_model_place){NULL, names[models->kind], 0, 0};
    rows->above.key_size = strlen(rows->above.key);
    rows->place.parent = &rows->above;
}

void quire_rows_models_release(struct quire_rows_models *rows)
{
    quire_buf_release(&rows->run);
    quire_buf_release(&rows->metadata);
    quire_buf_release(&rows->plain);
    quire_buf_release(&rows->blocks);
    quire_name_set_release(&rows->names);
}
