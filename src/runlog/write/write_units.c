/* What a call has to write: reports and executions, or all of its rows; found, named and checked
 * before anything is written. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "runlog/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

struct quire_write_unit *quire_write_units(const struct quire_write_call *call)
{
    return (struct quire_write_unit *)(void *)call->units.data;
}

size_t quire_write_units_size(const struct quire_write_call *call)
{
    return call->units.size / sizeof(struct quire_write_unit);
}

int quire_write_rows(struct quire_write_call *call, const struct quire_write_unit *unit,
                     struct quire_rows **rows, struct quire_error *error)
{
    if (call->text != NULL) {
        quire_rows_text_seek_unit(call->text, unit->offset, unit->index);
        *rows = quire_rows_text_rows(call->text);
    } else {
        quire_rows_models_release(&call->of_models);
        quire_rows_models_init(&call->of_models, call->models, (size_t)unit->index);
        *rows = &call->of_models.rows;
    }
    return (*rows)->begin(*rows, error);
}

/* --- Failures -------------------------------------------------------------------------------- */

int quire_write_note_failure(struct quire_write_call *call, size_t index,
                             const struct quire_error *why, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    struct quire_write_unit *unit = &quire_write_units(call)[index];
    const char *run_id = unit->run_id != NULL ? unit->run_id : unit->fallback;
    struct quire_runlog_failure failure = {.index = unit->index, .error = *why};
    failure.run_id = quire_arena_strndup(&writer->texts, run_id, strlen(run_id));
    unit->failed = true;
    if (failure.run_id == NULL || quire_buf_append(&writer->failures, &failure, sizeof(failure)))
        return quire_fail_memory(error, OPERATION);
    char run[QUIRE_WRITE_QUOTE_MAX], cause[QUIRE_WRITE_QUOTE_MAX];
    quire_observe_log(writer->context->observer, QUIRE_LOG_WARN,
                      "log failure: number=%lld run_id=%s code=%s cause=%s",
                      (long long)failure.index + 1, quire_write_quote(run_id, run),
                      quire_code_name(why->code), quire_write_quote(why->cause, cause));
    return 0;
}

static const char *first_text(const char *a, const char *b, const char *c)
{
    return a != NULL ? a : b != NULL ? b : c;
}

/* --- Units ----------------------------------------------------------------------------------- */

static int add_unit(struct quire_write_call *call, int64_t offset, const struct quire_error *broken,
                    struct quire_error *error)
{
    struct quire_write_unit unit = {.offset = offset,
                                    .index = (int64_t)quire_write_units_size(call)};
    if (broken != NULL) {
        struct quire_error *kept = quire_arena_alloc(&call->arena, sizeof(*kept));
        if (kept == NULL) return quire_fail_memory(error, OPERATION);
        *kept = *broken;
        unit.broken = kept;
    }
    if (quire_buf_append(&call->units, &unit, sizeof(unit)) == 0) return 0;
    return quire_fail_memory(error, OPERATION);
}

int quire_write_find_units(struct quire_write_call *call, struct quire_error *error)
{
    bool one = call->kind < QUIRE_RUNLOG_EXECUTION_RESULT;
    if (call->text == NULL) {
        for (size_t i = 0; i < (one ? 1 : call->models->items_size); i++)
            QUIRE_TRY(add_unit(call, 0, NULL, error));
        return 0;
    }
    for (;;) {
        int64_t offset = 0;
        bool end = false;
        struct quire_error broken;
        quire_error_clear(&broken);
        int code = quire_rows_text_next_unit(call->text, &offset, &end, &broken);
        if (code != 0 && code != QUIRE_INPUT) {
            if (error != NULL) *error = broken;
            return code;
        }
        if (code == 0 && end) return 0;
        QUIRE_TRY(add_unit(call, offset, code != 0 ? &broken : NULL, error));
    }
}

static char *batch_id(struct quire_write_call *call, const char *run_id, int64_t index)
{
    struct quire_buf text = {0};
    char *copy = NULL;
    if (quire_buf_printf(&text, "%s_batch_%lld", run_id, (long long)index) == 0)
        copy = quire_arena_strndup(&call->arena, (const char *)text.data, text.size);
    quire_buf_release(&text);
    return copy;
}

int quire_write_name_units(struct quire_write_call *call, const char *run_id,
                           struct quire_error *error)
{
    struct quire_write_unit *units = quire_write_units(call);
    const char *made = run_id != NULL ? run_id : call->writer->run_id;
    char execution_id[QUIRE_RUNLOG_UUID_SIZE];
    bool batch = call->result->is_batch;
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        units[i].fallback = batch ? batch_id(call, made, units[i].index) : made;
        if (run_id == NULL && call->given_run_id != NULL && !batch)
            units[i].fallback = call->given_run_id;
        quire_runlog_uuid(call->defaults.now / 1000, execution_id);
        units[i].execution_id =
            quire_arena_strndup(&call->arena, execution_id, strlen(execution_id));
        if (units[i].fallback == NULL || units[i].execution_id == NULL)
            return quire_fail_memory(error, OPERATION);
        units[i].run_id = run_id != NULL ? units[i].fallback : NULL;
    }
    return 0;
}

/* The first row says which pipeline and mode a table is named by. */
static int name_table(struct quire_write_call *call, struct quire_write_unit *unit,
                      struct quire_error *error)
{
    const struct quire_runlog_options *config = call->writer->config;
    struct quire_rows *rows = NULL;
    struct quire_rows_item item = {.end = true};
    char *name = NULL;
    if (config->table_name_pattern == NULL && config->table_suffix_pattern == NULL) return 0;
    QUIRE_TRY(quire_write_rows(call, unit, &rows, error));
    const char *pipeline = rows->context.pipeline_id;
    const char *mode = first_text(rows->context.run_mode, rows->context.mode, NULL);
    /* A row that cannot be is told of later. */
    if (call->kind == QUIRE_RUNLOG_ROWS && rows->next(rows, &item, NULL) == 0 && !item.end) {
        pipeline = item.row.pipeline_id;
        mode = item.row.run_mode;
    }
    pipeline = first_text(pipeline, call->defaults.pipeline_id, NULL);
    mode = first_text(mode, call->defaults.run_mode, NULL);
    QUIRE_TRY(quire_runlog_table_name(config, pipeline, mode, NULL, &name, error));
    unit->name = quire_arena_strndup(&call->arena, name, strlen(name));
    unit->pipeline_id = quire_arena_strndup(&call->arena, pipeline, strlen(pipeline));
    unit->run_mode = quire_arena_strndup(&call->arena, mode, strlen(mode));
    quire_free(name);
    if (unit->name == NULL || unit->pipeline_id == NULL || unit->run_mode == NULL)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_write_check_units(struct quire_write_call *call, struct quire_error *error)
{
    bool fail_fast = call->writer->config->fail_fast, batch = call->result->is_batch;
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        struct quire_write_unit *unit = &quire_write_units(call)[i];
        struct quire_error failed;
        quire_error_clear(&failed);
        int code = 0;
        if (unit->broken != NULL) {
            failed = *unit->broken;
            code = failed.code;
        } else {
            code = name_table(call, unit, &failed);
            if (code == 0) code = quire_write_check_unit(call, i, &failed);
        }
        if (code == 0) continue;
        if (batch && code == QUIRE_INPUT)
            QUIRE_TRY(quire_write_note_failure(call, i, &failed, error));
        if (batch && code == QUIRE_INPUT && !fail_fast) continue;
        if (error != NULL) *error = failed;
        return code;
    }
    return 0;
}
