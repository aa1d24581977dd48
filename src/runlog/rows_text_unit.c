/* What a report or an execution says beside its steps. It may stand behind them, so its members are
 * gone through first, with its steps skipped. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/rows_text.h"

#define OPERATION "run log"

const char *const quire_rows_phases[QUIRE_ROWS_PARTS] = {"bronze", "silver", "gold"};

static bool is_key(const struct quire_json_node *key, const char *name)
{
    return strcmp(key->text, name) == 0 && strlen(name) == key->size;
}

static int note_part(struct quire_rows_text *rows, int part, const struct quire_json_node *key,
                     char opens, struct quire_error *error)
{
    const struct quire_model_place place = {quire_rows_unit_parent(rows), key->text, key->size, 0};
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
    for (int i = 0; i < QUIRE_ROWS_PARTS; i++)
        if (is_key(key, quire_rows_phases[i])) return i;
    return -1;
}

/* A row among reports or executions would be one without steps, of which nothing is kept. */
static int fail_row(const struct quire_rows_text *rows, const struct quire_json_node *step_name,
                    const char *wanted, struct quire_error *error)
{
    const struct quire_model_place place = {quire_rows_unit_parent(rows), step_name->text,
                                            step_name->size, 0};
    quire_model_fail(&place, error, "this is a row or the result of a step, and %s is wanted",
                     wanted);
    quire_error_hint(error, "the kind rows takes rows, step-results takes results of steps");
    return QUIRE_INPUT;
}

/* A member of a report that is no phase. */
static int take_report_member(struct quire_rows_text *rows, const struct quire_json_node *key,
                              bool *has_run, const struct quire_json_node **empty,
                              struct quire_buf *unknown, struct quire_error *error)
{
    const struct quire_model_place place = {quire_rows_unit_parent(rows), key->text, key->size, 0};
    struct quire_json_node *node = NULL;
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
    if (is_key(key, "run")) {
        if (*has_run) return quire_model_fail(&place, error, "it is there twice");
        *has_run = true;
        return quire_model_parse_run(node, &place, &rows->unit_arena, &rows->rows.context, error);
    }
    enum quire_model_likeness like = quire_model_like_phase(node);
    if (like == QUIRE_MODEL_PHASE_LIKE) return quire_model_fail_phase(&place, error);
    if (like == QUIRE_MODEL_PHASE_EMPTY && *empty == NULL) *empty = key;
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
    const struct quire_json_node *key = NULL, *step_name = NULL, *empty = NULL;
    bool has_run = false, has_phase = false;
    for (bool first = true;; first = false) {
        QUIRE_TRY(quire_json_scan_member(&rows->scan, first, &rows->unit_arena, &key, error));
        if (key == NULL) break;
        int part = part_of(key);
        has_phase = has_phase || part >= 0;
        if (is_key(key, "step_name")) step_name = key;
        QUIRE_TRY(part >= 0 ? note_part(rows, part, key, '{', error)
                            : take_report_member(rows, key, &has_run, &empty, &unknown, error));
    }
    if (step_name != NULL && !has_run && !has_phase)
        return fail_row(rows, step_name, "a report", error);
    if (empty != NULL && !has_phase) {
        const struct quire_model_place place = {quire_rows_unit_parent(rows), empty->text,
                                                empty->size, 0};
        return quire_model_fail_phase(&place, error);
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
    const struct quire_json_node *key = NULL, *step_name = NULL;
    struct quire_json_node *node = NULL;
    size_t at = 0;
    for (bool first = true;; first = false) {
        QUIRE_TRY(quire_json_scan_member(&rows->scan, first, &rows->unit_arena, &key, error));
        if (key == NULL) break;
        if (is_key(key, "step_name")) step_name = key;
        if (is_key(key, "step_results")) {
            QUIRE_TRY(note_part(rows, 0, key, '[', error));
            continue;
        }
        QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
        if (quire_model_add_member(&rest, key->text, key->size, node->raw, node->raw_size) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (step_name != NULL && rows->parts[0] < 0)
        return fail_row(rows, step_name, "the result of an execution", error);
    if ((rest.size == 0 && quire_buf_push(&rest, '{') != 0) || quire_buf_push(&rest, '}') != 0 ||
        quire_json_tree_parse((const char *)rest.data, rest.size, &rows->unit_arena, &node, &at) !=
            0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_model_parse_execution(node, quire_rows_unit_parent(rows), &rows->unit_arena,
                                          &rows->execution, error));
    rows->rows.context = rows->execution.context;
    if (quire_rows_run_members(&rows->rows.context, &rows->execution, &rows->run) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_rows_text_begin_unit(struct quire_rows_text *rows, struct quire_error *error)
{
    quire_json_scan_seek(&rows->scan, rows->unit_offset);
    return rows->text.kind == QUIRE_RUNLOG_REPORT ? begin_report(rows, error)
                                                  : begin_execution(rows, error);
}
