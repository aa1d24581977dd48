/* Rows of JSON text, of which one step is held at a time. */
#include "runlog/rows_text.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "file/spool.h"

#define OPERATION  "run log"
#define BROKEN_MAX 16

/* --- Objects of the text --------------------------------------------------------------------- */

/* A mark of UTF-8 may stand at the beginning (RFC 8259, section 8.1, lets readers pass it). */
static int walk_begin(struct quire_rows_text *rows, struct quire_error *error)
{
    int c;
    rows->walk = (struct quire_rows_walk){.in_list = false};
    quire_json_scan_seek(&rows->scan, 0);
    QUIRE_TRY(quire_json_scan_peek(&rows->scan, &c, error));
    if (c == 0xef) quire_json_scan_seek(&rows->scan, 3);
    return 0;
}

static int fail_element(struct quire_rows_text *rows, struct quire_error *error)
{
    const struct quire_model_place place = {NULL, NULL, 0, rows->walk.index};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *node = NULL;
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &arena, &node, error));
    if (rows->text.kind >= QUIRE_RUNLOG_EXECUTION_RESULT)
        rows->resume = quire_json_scan_tell(&rows->scan);
    return quire_model_want(node, QUIRE_JSON_OBJECT, &place, error);
}

/* Stands then at the next object. */
static int walk_next(struct quire_rows_text *rows, bool *end, struct quire_error *error)
{
    struct quire_rows_walk *walk = &rows->walk;
    int c;
    *end = false;
    for (;;) {
        if (walk->in_list) {
            bool more = false;
            QUIRE_TRY(quire_json_scan_item(&rows->scan, walk->first, &more, error));
            walk->first = false;
            walk->in_list = more;
            if (!more) continue;
            QUIRE_TRY(quire_json_scan_peek(&rows->scan, &c, error));
            return c == '{' ? 0 : fail_element(rows, error);
        }
        QUIRE_TRY(quire_json_scan_peek(&rows->scan, &c, error));
        if (c < 0) {
            *end = true;
            return 0;
        }
        if (c == '{') return 0;
        if (c != '[') return fail_element(rows, error);
        walk->in_list = walk->first = true;
    }
}

/* Errors within a unit, or of a row, name its number. */
static int place_error(const struct quire_rows_text *rows, int code, int64_t index,
                       struct quire_error *error)
{
    if (code == QUIRE_INPUT) quire_error_at(error, index + 1, NULL, QUIRE_NOWHERE);
    if (code != 0) quire_error_path(error, rows->text.url);
    return code;
}

static int begin(struct quire_rows *base, struct quire_error *error)
{
    struct quire_rows_text *rows = (struct quire_rows_text *)base;
    quire_model_init(&quire_model_context, &base->context);
    quire_arena_release(&rows->unit_arena);
    quire_buf_clear(&rows->run);
    for (int i = 0; i < QUIRE_ROWS_PARTS; i++)
        rows->parts[i] = -1;
    rows->part = 0;
    rows->part_begun = false;
    rows->at = rows->failed = 0;
    if (rows->text.kind >= QUIRE_RUNLOG_EXECUTION_RESULT)
        return place_error(rows, quire_rows_text_begin_unit(rows, error), rows->unit_place.index,
                           error);
    if (rows->text.kind == QUIRE_RUNLOG_STEP_RESULTS && rows->text.context != NULL)
        base->context = *rows->text.context;
    if (quire_rows_run_members(&base->context, NULL, &rows->run) != 0)
        return quire_fail_memory(error, OPERATION);
    return walk_begin(rows, error);
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
    rows->failed += step.success == 0;
    quire_row_of_step(&rows->rows.context, &step, &item->row);
    return 0;
}

/* A row, or a step result, of all. */
static int next_flat(struct quire_rows_text *rows, struct quire_rows_item *item,
                     struct quire_error *error)
{
    struct quire_json_node *node = NULL;
    QUIRE_TRY(walk_next(rows, &item->end, error));
    if (item->end) return 0;
    rows->place = (struct quire_model_place){NULL, NULL, 0, rows->walk.index};
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->row_arena, &node, error));
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
        item->end =
            rows->part > 0 || !quire_rows_has_pipeline(&rows->execution, rows->at, rows->failed);
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
    return take_step(rows, node, item, error);
}

static int next_of_report(struct quire_rows_text *rows, struct quire_rows_item *item,
                          struct quire_error *error)
{
    const struct quire_json_node *key = NULL;
    struct quire_json_node *node = NULL;
    struct quire_runlog_report_step step;
    while (rows->part < QUIRE_ROWS_PARTS && key == NULL) {
        if (rows->parts[rows->part] >= 0) {
            if (!rows->part_begun) quire_json_scan_seek(&rows->scan, rows->parts[rows->part]);
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
    QUIRE_TRY(quire_model_parse_report_step(node, &rows->place, phase, key->text, &rows->row_arena,
                                            &step, error));
    quire_row_of_report(&rows->rows.context, &step, &item->row);
    return 0;
}

static int next(struct quire_rows *base, struct quire_rows_item *item, struct quire_error *error)
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
    return place_error(rows, code, index, error);
}

/* --- Units ----------------------------------------------------------------------------------- */

/* Behind what is no unit, which begins at a place: at the next item where it is another value, else
 * at the next line; within a list that is none, nowhere. Lines are units by themselves from then
 * on, unless they are parts of values; and after a while in any case, so that a text of nothing
 * else is not gone through to its end for each. */
static int pass_broken(struct quire_rows_text *rows, int64_t begin, struct quire_error *error)
{
    bool passed = false;
    rows->walk.index++;
    if (rows->resume >= 0 || rows->walk.in_list) return 0;
    quire_json_scan_seek(&rows->scan, begin);
    QUIRE_TRY(quire_json_scan_next_line(&rows->scan, &passed, error));
    rows->by_line = rows->by_line || !passed || ++rows->broken == BROKEN_MAX;
    rows->resume = quire_json_scan_tell(&rows->scan);
    return 0;
}

int quire_rows_text_next_unit(struct quire_rows_text *rows, int64_t *offset, bool *end,
                              struct quire_error *error)
{
    *offset = 0;
    *end = rows->resume < 0;
    if (*end) return 0;
    if (rows->resume == 0) QUIRE_TRY(walk_begin(rows, error));
    if (rows->resume > 0) quire_json_scan_seek(&rows->scan, rows->resume);
    rows->resume = -1;
    if (rows->text.kind < QUIRE_RUNLOG_EXECUTION_RESULT) return 0;
    int code = walk_next(rows, end, error);
    if (code == 0 && *end) return 0;
    *offset = quire_json_scan_tell(&rows->scan);
    rows->scan.by_line = rows->by_line && !rows->walk.in_list;
    if (code == 0) code = quire_json_scan_skip(&rows->scan, error);
    rows->scan.by_line = false;
    if (code != 0) {
        place_error(rows, code, rows->walk.index, error);
        if (code == QUIRE_INPUT) QUIRE_TRY(pass_broken(rows, *offset, error));
        return code;
    }
    rows->resume = quire_json_scan_tell(&rows->scan);
    rows->unit_listed = rows->walk.in_list;
    quire_rows_text_seek_unit(rows, *offset, rows->walk.index++);
    return 0;
}

void quire_rows_text_seek_unit(struct quire_rows_text *rows, int64_t offset, int64_t index)
{
    rows->unit_offset = offset;
    rows->unit_place = (struct quire_model_place){NULL, NULL, 0, index};
}

/* --- Opening --------------------------------------------------------------------------------- */

static int open_text(struct quire_rows_text *rows, struct quire_context *context,
                     struct quire_error *error)
{
    const struct quire_read_options options = {.format = "jsonl", .context = context};
    QUIRE_TRY(quire_object_in_open(&rows->object, rows->text.url, &options, context, error));
    struct quire_in *plain = rows->object.plain;
    if (plain->ops->read_at == NULL || plain->size < 0) {
        const char *folder = rows->text.folder != NULL ? rows->text.folder : "/tmp";
        QUIRE_TRY(quire_spool_open(plain, folder, context, &rows->spool, error));
        plain = rows->spool;
    }
    rows->scan.in = plain;
    quire_json_scan_seek(&rows->scan, 0);
    return 0;
}

int quire_rows_text_open(const struct quire_runlog_text *text, struct quire_context *context,
                         struct quire_rows_text **rows, struct quire_error *error)
{
    struct quire_rows_text *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->rows.begin = begin;
    made->rows.next = next;
    made->text = *text;
    int code = open_text(made, context, error);
    if (code != 0) {
        quire_error_path(error, text->url);
        quire_rows_text_close(made);
        return code;
    }
    *rows = made;
    return 0;
}

void quire_rows_text_close(struct quire_rows_text *rows)
{
    if (rows == NULL) return;
    quire_json_scan_release(&rows->scan);
    quire_in_close(rows->spool);
    quire_object_in_release(&rows->object);
    quire_arena_release(&rows->unit_arena);
    quire_arena_release(&rows->row_arena);
    quire_buf_release(&rows->run);
    quire_buf_release(&rows->metadata);
    quire_free(rows);
}

struct quire_rows *quire_rows_text_rows(struct quire_rows_text *rows)
{
    return &rows->rows;
}
