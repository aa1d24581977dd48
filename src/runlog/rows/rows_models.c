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

static int begin(struct quire_rows *base, struct quire_error *error)
{
    struct quire_rows_models *rows = (struct quire_rows_models *)base;
    const struct quire_runlog_execution *execution = NULL;
    quire_model_init(&quire_model_context, &base->context);
    rows->at = 0;
    rows->failed = 0;
    quire_buf_clear(&rows->run);
    switch (rows->kind) {
    case QUIRE_RUNLOG_ROWS: return 0;
    case QUIRE_RUNLOG_STEP_RESULTS:
        if (rows->models->context != NULL) base->context = *rows->models->context;
        break;
    case QUIRE_RUNLOG_EXECUTION_RESULT:
        execution = execution_of(rows);
        base->context = execution->context;
        break;
    case QUIRE_RUNLOG_REPORT: base->context = report_of(rows)->run; break;
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
    rows->failed += step->success == 0;
    quire_row_of_step(&rows->rows.context, step, row);
}

/* Behind the steps. */
static void take_pipeline(struct quire_rows_models *rows, struct quire_rows_item *item)
{
    size_t steps = size_of(rows);
    item->end = rows->kind != QUIRE_RUNLOG_EXECUTION_RESULT || rows->at > steps ||
                !quire_rows_has_pipeline(execution_of(rows), (int64_t)steps, rows->failed);
    if (!item->end) quire_row_of_execution(execution_of(rows), &item->row);
}

static int next(struct quire_rows *base, struct quire_rows_item *item, struct quire_error *error)
{
    struct quire_rows_models *rows = (struct quire_rows_models *)base;
    const void *items = rows->models->items;
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
        case QUIRE_RUNLOG_REPORT:
            quire_row_of_report(&base->context, &report_of(rows)->steps[rows->at], &item->row);
            break;
        }
    }
    rows->at++;
    if (item->end) return 0;
    if (quire_rows_put_run(&rows->metadata, &rows->run, &item->row) != 0)
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
}
