/* What a report or an execution says beside its steps. It may stand behind them, so its members are
 * gone through first, with its steps skipped. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/rows/rows_text.h"

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

/* What is of another kind would be a report or an execution of which nothing is known, and what it
 * says would be lost. */
static int fail_kind(const struct quire_rows_text *rows, const struct quire_json_node *key,
                     struct quire_error *error)
{
    const struct quire_model_place place = {quire_rows_unit_parent(rows), key->text, key->size, 0};
    bool report = rows->text.kind == QUIRE_RUNLOG_REPORT;
    const char *wanted = report ? "a report" : "the result of an execution";
    bool is_step = is_key(key, "step_name") || is_key(key, "phase");
    bool is_other = report ? is_key(key, "step_results") || is_key(key, "context")
                           : is_key(key, "run") || part_of(key) >= 0;
    if (is_step)
        quire_model_fail(&place, error, "this is a row or the result of a step, and %s is wanted",
                         wanted);
    else if (is_other)
        quire_model_fail(&place, error, "this is %s, and %s is wanted",
                         report ? "the result of an execution" : "a report", wanted);
    else
        quire_model_fail(&place, error, "this is not %s, which has %s", wanted,
                         report ? "run, bronze, silver or gold"
                                : "context, step_results, metrics or success");
    if (is_step)
        quire_error_hint(error, "the kind rows takes rows, step-results takes results of steps");
    else if (is_other)
        quire_error_hint(error, "the kind %s takes %s", report ? "execution-result" : "report",
                         report ? "results of executions" : "reports");
    return QUIRE_INPUT;
}

/* Of two members the one that tells more of what an object is. */
static const struct quire_json_node *telling(const struct quire_json_node *before,
                                             const struct quire_json_node *key)
{
    static const char *const names[] = {"step_name", "phase",  "step_results", "context",
                                        "bronze",    "silver", "gold",         "run"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (before != NULL && is_key(before, names[i])) return before;
        if (is_key(key, names[i])) return key;
    }
    return before != NULL ? before : key;
}

/* What a report says beside its phases. */
struct beside {
    bool has_run;
    const struct quire_json_node *empty; /* a member that may be an empty phase */
    struct quire_buf unknown;
    struct quire_name_set names; /* of those in unknown */
};

static void beside_release(struct beside *beside)
{
    quire_buf_release(&beside->unknown);
    quire_name_set_release(&beside->names);
}

/* A member of a report that is no phase. */
static int take_report_member(struct quire_rows_text *rows, const struct quire_json_node *key,
                              struct beside *beside, struct quire_error *error)
{
    const struct quire_model_place *parent = quire_rows_unit_parent(rows);
    const struct quire_model_place place = {parent, key->text, key->size, 0};
    struct quire_json_node *node = NULL;
    bool added = !beside->has_run;
    QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
    bool is_run = is_key(key, "run");
    if (is_run) beside->has_run = true;
    if (!is_run && quire_name_set_add(&beside->names, key->text, key->size, &added) != 0)
        return quire_fail_memory(error, OPERATION);
    if (!added) return quire_model_fail(&place, error, "it is there twice");
    if (is_run)
        return quire_model_parse_run(node, &place, &rows->unit_arena, &rows->rows.context, error);
    enum quire_model_likeness like = quire_model_like_phase(node);
    if (like == QUIRE_MODEL_PHASE_LIKE) return quire_model_fail_phase(&place, error);
    if (like == QUIRE_MODEL_PHASE_EMPTY && beside->empty == NULL) beside->empty = key;
    node->key = key->text;
    node->key_size = key->size;
    return quire_model_keep(node, parent, &beside->unknown, error);
}

/* What the context of the unit, by its name, says twice. */
static int note_context(struct quire_rows_text *rows, const char *name, struct quire_error *error)
{
    const struct quire_model_place place = {quire_rows_unit_parent(rows), name, strlen(name), 0};
    if (quire_rows_note_context(&rows->rows, &place, &rows->rows.context) == 0) return 0;
    return quire_fail_memory(error, OPERATION);
}

static int begin_report(struct quire_rows_text *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(beside_release) struct beside beside = {.has_run = false};
    const struct quire_json_node *key = NULL, *told = NULL;
    bool has_phase = false;
    for (bool first = true;; first = false) {
        QUIRE_TRY(quire_json_scan_member(&rows->scan, first, &rows->unit_arena, &key, error));
        if (key == NULL) break;
        int part = part_of(key);
        has_phase = has_phase || part >= 0;
        told = telling(told, key);
        QUIRE_TRY(part >= 0 ? note_part(rows, part, key, '{', error)
                            : take_report_member(rows, key, &beside, error));
    }
    if (beside.empty != NULL && !has_phase) {
        const struct quire_model_place place = {quire_rows_unit_parent(rows), beside.empty->text,
                                                beside.empty->size, 0};
        return quire_model_fail_phase(&place, error);
    }
    if (told != NULL && !beside.has_run && !has_phase) return fail_kind(rows, told, error);
    QUIRE_TRY(quire_model_keep_beside(&beside.unknown, &beside.names, &rows->unit_arena,
                                      &rows->rows.context, error));
    QUIRE_TRY(note_context(rows, "run", error));
    quire_rows_fill_context(&rows->rows.context, rows->text.context);
    if (quire_rows_run_members(&rows->rows.context, NULL, &rows->run) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* All but its steps is put together and read as the execution that it is. */
static int begin_execution(struct quire_rows_text *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf rest = {0};
    const struct quire_json_node *key = NULL, *told = NULL;
    struct quire_json_node *node = NULL;
    bool known = false;
    size_t at = 0;
    for (bool first = true;; first = false) {
        QUIRE_TRY(quire_json_scan_member(&rows->scan, first, &rows->unit_arena, &key, error));
        if (key == NULL) break;
        told = telling(told, key);
        known = known || is_key(key, "context") || is_key(key, "step_results") ||
                is_key(key, "metrics") || is_key(key, "success");
        if (is_key(key, "step_results")) {
            QUIRE_TRY(note_part(rows, 0, key, '[', error));
            continue;
        }
        QUIRE_TRY(quire_json_scan_value(&rows->scan, &rows->unit_arena, &node, error));
        if (quire_model_add_member(&rest, key->text, key->size, node->raw, node->raw_size) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (told != NULL && (!known || (is_key(told, "step_name") && rows->parts[0] < 0)))
        return fail_kind(rows, told, error);
    if (told == NULL)
        return quire_model_fail(quire_rows_unit_parent(rows), error,
                                "an empty object is no result of an execution");
    if ((rest.size == 0 && quire_buf_push(&rest, '{') != 0) || quire_buf_push(&rest, '}') != 0 ||
        quire_json_tree_parse((const char *)rest.data, rest.size, &rows->unit_arena, &node, &at) !=
            0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_model_parse_execution(node, quire_rows_unit_parent(rows), &rows->unit_arena,
                                          &rows->execution, error));
    rows->rows.context = rows->execution.context;
    QUIRE_TRY(note_context(rows, "context", error));
    quire_rows_fill_context(&rows->rows.context, rows->text.context);
    rows->execution.context = rows->rows.context;
    rows->rows.metrics = &rows->execution.metrics;
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
