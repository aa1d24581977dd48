/* Rows of JSON text, of which one step is held at a time. What is said of a run may stand behind
 * its steps, so the members of a report or an execution are gone through first, steps skipped. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "file/object_in.h"
#include "file/spool.h"
#include "runlog/json_scan.h"
#include "runlog/rows.h"

#define OPERATION "run log"
#define PARTS     3

/* Objects of the text: one after the other, or in lists. */
struct walk {
    bool in_list, first;
    int64_t index; /* of the next */
};

struct quire_rows_text {
    struct quire_rows rows; /* first */
    struct quire_runlog_text text;
    struct quire_object_in object;
    struct quire_in *spool; /* NULL: the object can be read anywhere */
    struct quire_json_scan scan;
    struct walk walk;
    int64_t resume; /* where the walk goes on behind a unit; -1: all rows were one */

    /* The report or execution */
    int64_t unit_offset;
    bool unit_listed;
    struct quire_runlog_execution execution;
    int64_t parts[PARTS]; /* where its phases or its steps begin; -1: there are none */
    int part;
    bool part_begun;
    int64_t at, failed; /* steps of this part; of all that failed */
    struct quire_arena unit_arena, row_arena;
    struct quire_buf run, metadata;
    struct quire_model_place unit_place, above, place;
};

static const char *const phases[PARTS] = {"bronze", "silver", "gold"};

/* What places within a unit are below: its number, where it is one of a list. */
static const struct quire_model_place *unit_parent(const struct quire_rows_text *rows)
{
    return rows->unit_listed ? &rows->unit_place : NULL;
}

/* --- Objects of the text --------------------------------------------------------------------- */

/* A mark of UTF-8 may stand at the beginning (RFC 8259, section 8.1, lets readers pass it). */
static int walk_begin(struct quire_rows_text *rows, struct quire_error *error)
{
    int c;
    rows->walk = (struct walk){.in_list = false};
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
    return quire_model_want(node, QUIRE_JSON_OBJECT, &place, error);
}

/* Stands then at the next object. */
static int walk_next(struct quire_rows_text *rows, bool *end, struct quire_error *error)
{
    struct walk *walk = &rows->walk;
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

/* --- What a unit says beside its steps ------------------------------------------------------- */

static bool is_key(const struct quire_json_node *key, const char *name)
{
    return strcmp(key->text, name) == 0 && strlen(name) == key->size;
}

/* Whether a member that no phase is called looks like one: an object of steps. */
static bool looks_like_phase(const struct quire_json_node *node)
{
    if (node->kind != QUIRE_JSON_OBJECT) return false;
    for (const struct quire_json_node *step = node->first; step != NULL; step = step->next)
        if (quire_json_tree_get(step, "transform") != NULL ||
            quire_json_tree_get(step, "validation") != NULL ||
            quire_json_tree_get(step, "write") != NULL)
            return true;
    return false;
}

static int note_part(struct quire_rows_text *rows, int part, const struct quire_json_node *key,
                     char opens, struct quire_error *error)
{
    const struct quire_model_place place = {unit_parent(rows), key->text, key->size, 0};
    int c;
    if (rows->parts[part] >= 0) return quire_model_fail(&place, error, "it is there twice");
    QUIRE_TRY(quire_json_scan_peek(&rows->scan, &c, error));
    if (c == opens) {
        rows->parts[part] = quire_json_scan_tell(&rows->scan);
        return quire_json_scan_skip(&rows->scan, error);
    }
    struct quire_json_node *node = NULL;
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
    if (node->kind == QUIRE_JSON_NULL) return 0;
    return quire_model_want(node, opens == '{' ? QUIRE_JSON_OBJECT : QUIRE_JSON_ARRAY, &place,
                            error);
}

static int part_of(const struct quire_json_node *key)
{
    for (int i = 0; i < PARTS; i++)
        if (is_key(key, phases[i])) return i;
    return -1;
}

/* A member of a report that is no phase. */
static int take_report_member(struct quire_rows_text *rows, const struct quire_json_node *key,
                              bool *has_run, struct quire_buf *unknown, struct quire_error *error)
{
    const struct quire_model_place place = {unit_parent(rows), key->text, key->size, 0};
    struct quire_json_node *node = NULL;
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
    if (is_key(key, "run")) {
        if (*has_run) return quire_model_fail(&place, error, "it is there twice");
        *has_run = true;
        return quire_model_parse_run(node, &place, &rows->unit_arena, &rows->rows.context, error);
    }
    if (looks_like_phase(node))
        return quire_model_fail(&place, error,
                                "there is no such phase: a report has bronze, silver and gold");
    if (quire_model_add_member(unknown, key->text, key->size, node->raw, node->raw_size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* The members behind the '{' that unknown begins with. */
static int add_unknown(struct quire_rows_text *rows, const struct quire_buf *unknown)
{
    if (unknown->size == 0) return 0;
    int code = rows->run.size > 0 ? quire_buf_push(&rows->run, ',') : 0;
    return code == 0 ? quire_buf_append(&rows->run, unknown->data + 1, unknown->size - 1) : code;
}

static int begin_report(struct quire_rows_text *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf unknown = {0};
    const struct quire_json_node *key = NULL;
    bool has_run = false;
    for (bool first = true;; first = false) {
        QUIRE_TRY(quire_json_scan_member(&rows->scan, first, &rows->unit_arena, &key, error));
        if (key == NULL) break;
        int part = part_of(key);
        QUIRE_TRY(part >= 0 ? note_part(rows, part, key, '{', error)
                            : take_report_member(rows, key, &has_run, &unknown, error));
    }
    if (quire_rows_run_members(&rows->rows.context, NULL, &rows->run) != 0 ||
        add_unknown(rows, &unknown) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* All but its steps is put together and read as the execution that it is. */
static int begin_execution(struct quire_rows_text *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf rest = {0};
    const struct quire_json_node *key = NULL;
    struct quire_json_node *node = NULL;
    size_t at = 0;
    for (bool first = true;; first = false) {
        QUIRE_TRY(quire_json_scan_member(&rows->scan, first, &rows->unit_arena, &key, error));
        if (key == NULL) break;
        if (is_key(key, "step_results")) {
            QUIRE_TRY(note_part(rows, 0, key, '[', error));
            continue;
        }
        QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
        if (quire_model_add_member(&rest, key->text, key->size, node->raw, node->raw_size) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if ((rest.size == 0 && quire_buf_push(&rest, '{') != 0) || quire_buf_push(&rest, '}') != 0 ||
        quire_json_tree_parse((const char *)rest.data, rest.size, &rows->unit_arena, &node, &at) !=
            0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_model_parse_execution(node, unit_parent(rows), &rows->unit_arena,
                                          &rows->execution, error));
    rows->rows.context = rows->execution.context;
    if (quire_rows_run_members(&rows->rows.context, &rows->execution, &rows->run) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Errors within a unit, or of a row, name its number. */
static int place_error(const struct quire_rows_text *rows, int code, int64_t index,
                       struct quire_error *error)
{
    (void)rows;
    if (code == QUIRE_INPUT) quire_error_at(error, index + 1, NULL, QUIRE_NOWHERE);
    if (code != 0) quire_error_path(error, rows->text.url);
    return code;
}

static int begin_unit(struct quire_rows_text *rows, struct quire_error *error)
{
    quire_json_scan_seek(&rows->scan, rows->unit_offset);
    return rows->text.kind == QUIRE_RUNLOG_REPORT ? begin_report(rows, error)
                                                  : begin_execution(rows, error);
}

static int begin(struct quire_rows *base, struct quire_error *error)
{
    struct quire_rows_text *rows = (struct quire_rows_text *)base;
    quire_model_init(&quire_model_context, &base->context);
    quire_arena_release(&rows->unit_arena);
    quire_buf_clear(&rows->run);
    for (int i = 0; i < PARTS; i++)
        rows->parts[i] = -1;
    rows->part = 0;
    rows->part_begun = false;
    rows->at = rows->failed = 0;
    if (rows->text.kind >= QUIRE_RUNLOG_EXECUTION_RESULT)
        return place_error(rows, begin_unit(rows, error), rows->unit_place.index, error);
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
    rows->place = (struct quire_model_place){NULL, NULL, 0, rows->walk.index++};
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->row_arena, &node, error));
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
    rows->above = (struct quire_model_place){unit_parent(rows), "step_results", 12, 0};
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
    while (rows->part < PARTS && key == NULL) {
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
    const char *phase = phases[rows->part];
    rows->above = (struct quire_model_place){unit_parent(rows), phase, strlen(phase), 0};
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

int quire_rows_text_next_unit(struct quire_rows_text *rows, int64_t *offset, bool *end,
                              struct quire_error *error)
{
    *offset = 0;
    if (rows->text.kind < QUIRE_RUNLOG_EXECUTION_RESULT) {
        *end = rows->resume < 0;
        rows->resume = -1;
        return 0;
    }
    if (rows->resume == 0) QUIRE_TRY(walk_begin(rows, error));
    if (rows->resume > 0) quire_json_scan_seek(&rows->scan, rows->resume);
    int code = walk_next(rows, end, error);
    if (code != 0) return place_error(rows, code, rows->walk.index, error);
    if (*end) return 0;
    *offset = quire_json_scan_tell(&rows->scan);
    code = quire_json_scan_skip(&rows->scan, error);
    if (code != 0) return place_error(rows, code, rows->walk.index, error);
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
