/* Rows of JSON text, of which one step is held at a time. */
#include "runlog/rows/rows_text.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "run log"

/* What was found of the unit that was gone through last is kept: most texts have one alone. */
static int begin_unit(struct quire_rows_text *rows, struct quire_error *error)
{
    QUIRE_TRY(quire_rows_place_error(rows, quire_rows_text_begin_unit(rows, error),
                                     rows->unit_place.index, error));
    rows->begun = rows->unit_offset;
    rows->begun_twice = rows->rows.twice;
    return 0;
}

int quire_rows_text_begin(struct quire_rows *base, struct quire_error *error)
{
    struct quire_rows_text *rows = (struct quire_rows_text *)base;
    bool whole = rows->text.kind >= QUIRE_RUNLOG_EXECUTION_RESULT;
    rows->part = 0;
    rows->part_begun = false;
    rows->at = 0;
    quire_run_tally_init(&base->tally);
    if (whole && rows->begun == rows->unit_offset) {
        base->twice = rows->begun_twice;
        return 0;
    }
    rows->begun = -1;
    quire_model_init(&quire_model_context, &base->context);
    quire_arena_release(&rows->unit_arena);
    quire_buf_clear(&rows->run);
    for (int i = 0; i < QUIRE_ROWS_PARTS; i++)
        rows->parts[i] = -1;
    base->twice.values = 0;
    base->metrics = NULL;
    if (quire_rows_note_given(base, rows->text.context) != 0)
        return quire_fail_memory(error, OPERATION);
    if (whole) return begin_unit(rows, error);
    if (rows->text.kind == QUIRE_RUNLOG_STEP_RESULTS && rows->text.context != NULL)
        base->context = *rows->text.context;
    if (rows->text.kind == QUIRE_RUNLOG_ROWS)
        quire_rows_fill_context(&base->context, rows->text.context);
    if (quire_rows_run_members(&base->context, NULL, &rows->run) != 0)
        return quire_fail_memory(error, OPERATION);
    rows->resume = -1;
    rows->by_line = false;
    rows->broken = 0;
    return quire_rows_walk_begin(rows, error);
}

/* --- Steps ----------------------------------------------------------------------------------- */

static int parse_flat(struct quire_rows_text *rows, const struct quire_json_node *node,
                      const struct quire_model *model, void *object, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_model_parsing parsing = {&rows->place, NULL, &rows->row_arena, &unknown};
    quire_model_init(model, object);
    return quire_model_parse(model, node, &parsing, object, error);
}

static int take_step(struct quire_rows_text *rows, const struct quire_json_node *node,
                     struct quire_rows_item *item, struct quire_error *error)
{
    struct quire_runlog_step step;
    QUIRE_TRY(parse_flat(rows, node, &quire_model_step, &step, error));
    quire_run_tally_add(&rows->rows.tally, &step);
    quire_row_of_step(&rows->rows.context, &step, &item->row);
    return 0;
}

/* What is no row is one that is refused, where the text can be read on behind it: what it has from
 * begin to there is its record. Returns code, or why that cannot be. */
static int refuse_broken(struct quire_rows_text *rows, struct quire_rows_item *item, int64_t begin,
                         int code, struct quire_error *error)
{
    if (code != QUIRE_INPUT) return code;
    int64_t end = rows->resume;
    if (end < 0 && rows->walk.in_list) return code;
    if (end < 0)
        QUIRE_TRY(quire_rows_pass_broken(rows, begin, error));
    else
        rows->walk.index++;
    end = rows->resume;
    rows->resume = -1;
    quire_json_scan_seek(&rows->scan, end);
    if (end - begin > (int64_t)QUIRE_JSON_SCAN_VALUE_MAX) {
        rows->walk.index--; /* it is the row that the error is of */
        return code;
    }
    char *raw = quire_arena_alloc(&rows->row_arena, (size_t)(end - begin) + 1);
    if (raw == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(rows->scan.in->ops->read_at(rows->scan.in, begin, raw, (size_t)(end - begin), error));
    item->raw = raw;
    item->raw_size = (size_t)(end - begin);
    while (item->raw_size > 0 && memchr(" \t\r\n", raw[item->raw_size - 1], 4) != NULL)
        item->raw_size--;
    item->is_refused = true;
    return code;
}

/* The next value, which may be none. */
static int take_flat(struct quire_rows_text *rows, struct quire_rows_item *item, int64_t *begin,
                     struct quire_json_node **node, struct quire_error *error)
{
    struct quire_json_scan *scan = &rows->scan;
    *begin = -1;
    int code = quire_rows_walk_next(rows, &item->end, error);
    *begin = rows->element >= 0 ? rows->element : quire_json_scan_tell(scan);
    rows->element = -1;
    rows->place = (struct quire_model_place){NULL, NULL, 0, rows->walk.index};
    if (code != 0 || item->end) return code;
    scan->by_line = rows->by_line && !rows->walk.in_list;
    code = quire_json_scan_value(scan, &rows->row_arena, node, error);
    scan->by_line = false;
    return code;
}

/* A row, or a step result, of all. */
static int next_flat(struct quire_rows_text *rows, struct quire_rows_item *item,
                     struct quire_error *error)
{
    struct quire_json_node *node = NULL;
    int64_t begin = 0;
    int code = take_flat(rows, item, &begin, &node, error);
    if (code != 0) return refuse_broken(rows, item, begin, code, error);
    if (item->end) return 0;
    rows->walk.index++;
    item->raw = node->raw;
    item->raw_size = node->raw_size;
    item->is_refused = true;
    return rows->text.kind == QUIRE_RUNLOG_ROWS
               ? parse_flat(rows, node, &quire_model_row, &item->row, error)
               : take_step(rows, node, item, error);
}

static int next_of_execution(struct quire_rows_text *rows, struct quire_rows_item *item,
                             struct quire_error *error)
{
    struct quire_json_node *node = NULL;
    bool more = false;
    if (rows->part == 0 && rows->parts[0] >= 0) {
        if (!rows->part_begun) quire_json_scan_seek(&rows->scan, rows->parts[0]);
        QUIRE_TRY(quire_json_scan_item(&rows->scan, !rows->part_begun, &more, error));
        rows->part_begun = true;
    }
    if (!more) {
        item->end = rows->part > 0 || !quire_rows_has_pipeline(&rows->execution, &rows->rows.tally);
        rows->part = 1;
        rows->place = rows->unit_place;
        item->place = rows->unit_listed ? &rows->place : NULL;
        if (!item->end) quire_row_of_execution(&rows->execution, &item->row);
        return 0;
    }
    rows->above = (struct quire_model_place){quire_rows_unit_parent(rows), "step_results", 12, 0};
    rows->place = (struct quire_model_place){&rows->above, NULL, 0, rows->at++};
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->row_arena, &node, error));
    item->raw = node->raw;
    item->raw_size = node->raw_size;
    item->is_refused = true;
    int code = take_step(rows, node, item, error);
    rows->rows.tally.refused += code != 0;
    return code;
}

static void begin_phase(struct quire_rows_text *rows)
{
    quire_json_scan_seek(&rows->scan, rows->parts[rows->part]);
    quire_name_set_clear(&rows->names);
}

static int next_of_report(struct quire_rows_text *rows, struct quire_rows_item *item,
                          struct quire_error *error)
{
    const struct quire_json_node *key = NULL;
    struct quire_json_node *node = NULL;
    while (rows->part < QUIRE_ROWS_PARTS && key == NULL) {
        if (rows->parts[rows->part] >= 0) {
            if (!rows->part_begun) begin_phase(rows);
            QUIRE_TRY(quire_json_scan_member(&rows->scan, !rows->part_begun, &rows->row_arena, &key,
                                             error));
        }
        rows->part_begun = key != NULL;
        if (key == NULL) rows->part++;
    }
    item->end = key == NULL;
    if (item->end) return 0;
    const char *phase = quire_rows_phases[rows->part];
    rows->above = (struct quire_model_place){quire_rows_unit_parent(rows), phase, strlen(phase), 0};
    rows->place = (struct quire_model_place){&rows->above, key->text, key->size, 0};
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->row_arena, &node, error));
    item->raw = node->raw;
    item->raw_size = node->raw_size;
    item->is_refused = true;
    QUIRE_TRY(quire_rows_check_name(&rows->names, &rows->place, key->text, key->size, error));
    QUIRE_TRY(quire_model_parse_report_step(node, &rows->place, phase, key->text, &rows->row_arena,
                                            &rows->step, error));
    quire_row_of_report(&rows->rows.context, &rows->step, &item->row);
    item->step = &rows->step;
    if (quire_rows_note_step(&rows->rows, &rows->place, &rows->step) != 0 ||
        quire_rows_put_blocks(&rows->rows, &rows->blocks, &rows->step, &item->row) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_rows_text_next(struct quire_rows *base, struct quire_rows_item *item,
                         struct quire_error *error)
{
    struct quire_rows_text *rows = (struct quire_rows_text *)base;
    int code;
    memset(item, 0, sizeof(*item));
    item->place = &rows->place;
    quire_arena_release(&rows->row_arena);
    switch (rows->text.kind) {
    case QUIRE_RUNLOG_EXECUTION_RESULT: code = next_of_execution(rows, item, error); break;
    case QUIRE_RUNLOG_REPORT: code = next_of_report(rows, item, error); break;
    default: code = next_flat(rows, item, error);
    }
    if (code == 0 && !item->end && quire_rows_put_run(&rows->metadata, &rows->run, &item->row) != 0)
        code = quire_fail_memory(error, OPERATION);
    bool flat = rows->text.kind < QUIRE_RUNLOG_EXECUTION_RESULT;
    int64_t index = flat ? rows->walk.index - item->is_refused : rows->unit_place.index;
    return quire_rows_place_error(rows, code, index, error);
}
