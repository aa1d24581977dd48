/* What a call has to write: reports and executions, or all of its rows; found, named and checked
 * before anything is written. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "quality/check.h"
#include "runlog/write/log_target.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

struct quire_write_unit *quire_write_units(const struct quire_write_call *call)
{
    return (struct quire_write_unit *)(void *)call->units.data;
}

size_t quire_write_units_size(const struct quire_write_call *call)
{
    return call->units.size / sizeof(struct quire_write_unit);
}

bool quire_write_same_table(const struct quire_write_unit *a, const struct quire_write_unit *b)
{
    if (a->name == NULL || b->name == NULL) return a->name == b->name;
    return strcmp(a->name, b->name) == 0;
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

static const char *run_of(const struct quire_write_unit *unit)
{
    return unit->run_id != NULL ? unit->run_id : unit->fallback;
}

static void tell_failures(const struct quire_write_call *call, const size_t *indices, size_t size,
                          const struct quire_error *why)
{
    const struct quire_write_unit *first = &quire_write_units(call)[indices[0]];
    char run[QUIRE_WRITE_QUOTE_MAX], cause[QUIRE_WRITE_QUOTE_MAX], count[32] = "";
    if (size > 1) snprintf(count, sizeof(count), " count=%zu", size);
    quire_observe_log(call->writer->context->observer, QUIRE_LOG_INFO,
                      "log failure: number=%lld run_id=%s code=%s cause=%s%s",
                      (long long)first->index + 1, quire_write_quote(run_of(first), run),
                      quire_code_name(why->code), quire_write_quote(why->cause, cause), count);
}

int quire_write_note_failures(struct quire_write_call *call, const size_t *indices, size_t size,
                              const struct quire_error *why, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    for (size_t i = 0; i < size; i++) {
        struct quire_write_unit *unit = &quire_write_units(call)[indices[i]];
        const char *run_id = run_of(unit);
        struct quire_runlog_failure failure = {.index = unit->index, .error = *why};
        failure.run_id = quire_arena_strndup(&writer->texts, run_id, strlen(run_id));
        unit->failed = true;
        if (why->code == QUIRE_INPUT && call->quality != NULL)
            quire_quality_refuse(call->quality, unit->valid);
        unit->valid = 0;
        if (failure.run_id == NULL ||
            quire_buf_append(&writer->failures, &failure, sizeof(failure)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (size > 0) tell_failures(call, indices, size, why);
    return 0;
}

/* --- Units ----------------------------------------------------------------------------------- */

static int add_unit(struct quire_write_call *call, int64_t offset, const struct quire_error *broken,
                    struct quire_error *error)
{
    struct quire_write_unit unit = {.offset = offset,
                                    .index = (int64_t)quire_write_units_size(call),
                                    .table = QUIRE_WRITE_NONE,
                                    .next = QUIRE_WRITE_NONE};
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
    call->result->is_batch = call->result->is_batch && !one;
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
static int find_table(struct quire_write_call *call, struct quire_write_unit *unit, size_t *table,
                      struct quire_error *error)
{
    const struct quire_runlog_options *config = call->writer->config;
    struct quire_rows *rows = NULL;
    struct quire_rows_item item = {.end = true};
    char *name = NULL;
    if (!quire_write_is_named_by_rows(call))
        return quire_write_take_table(call, NULL, table, error);
    QUIRE_TRY(quire_write_rows(call, unit, &rows, error));
    const char *pipeline = rows->context.pipeline_id;
    const char *mode = quire_write_first_text(rows->context.run_mode, rows->context.mode, NULL);
    /* A row that cannot be is told of later. */
    if (call->kind == QUIRE_RUNLOG_ROWS && rows->next(rows, &item, NULL) == 0 && !item.end) {
        pipeline = item.row.pipeline_id;
        mode = item.row.run_mode;
    }
    pipeline = quire_write_first_text(pipeline, call->defaults.pipeline_id, NULL);
    mode = quire_write_first_text(mode, call->defaults.run_mode, NULL);
    QUIRE_TRY(quire_runlog_table_name(config, pipeline, mode, NULL, &name, error));
    int code = quire_write_take_table(call, name, table, error);
    unit->pipeline_id = quire_arena_strndup(&call->arena, pipeline, strlen(pipeline));
    unit->run_mode = quire_arena_strndup(&call->arena, mode, strlen(mode));
    quire_free(name);
    if (code == 0 && (unit->pipeline_id == NULL || unit->run_mode == NULL))
        return quire_fail_memory(error, OPERATION);
    return code;
}

/* How wide the numbers of a table are. Whatever cannot be found out now is told when it is written.
 * The first table is kept for its first commit. */
static void look_at_table(struct quire_write_call *call, size_t index)
{
    struct quire_write_table *table = &quire_write_tables(call)[index];
    struct quire_runlog_writer *writer = call->writer;
    struct quire_log_target *target = NULL;
    struct quire_error ignored;
    if (table->looked_at || writer->config->write_mode == QUIRE_RUNLOG_IGNORE) return;
    table->looked_at = true;
    if (table->name != NULL && quire_writer_locate(writer, table->name, &ignored) != 0) return;
    if (quire_log_target_open(writer->url, writer->config, &writer->schema, &target, &ignored) != 0)
        return;
    table->widths = target->widths;
    if (call->looked != NULL) {
        quire_log_target_free(target);
        return;
    }
    call->looked = target;
    call->looked_table = index;
}

static int name_table(struct quire_write_call *call, size_t unit, struct quire_error *error)
{
    size_t table = 0;
    QUIRE_TRY(find_table(call, &quire_write_units(call)[unit], &table, error));
    look_at_table(call, table);
    quire_write_join_table(call, unit, table);
    return 0;
}

/* A call that has a row that breaks a rule tells which; of one that cannot be read, it tells where.
 */
static int refuse_unit(struct quire_write_call *call, size_t unit, const struct quire_error *why,
                       struct quire_error *error)
{
    bool goes_on = call->result->is_batch && !quire_write_stops(call), readable = false;
    if (call->result->is_batch && why->code != QUIRE_CANCELLED)
        QUIRE_TRY(quire_write_note_failures(call, &unit, 1, why, error));
    if (why->code != QUIRE_INPUT) return 0;
    QUIRE_TRY(quire_write_count_refused(call, unit, &readable, error));
    call->is_judged = readable && !goes_on;
    return 0;
}

int quire_write_check_units(struct quire_write_call *call, struct quire_error *error)
{
    bool stops = quire_write_stops(call), batch = call->result->is_batch;
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        struct quire_write_unit *unit = &quire_write_units(call)[i];
        struct quire_error failed;
        quire_error_clear(&failed);
        int code = 0;
        if (unit->broken != NULL) {
            failed = *unit->broken;
            code = failed.code;
        } else {
            code = name_table(call, i, &failed);
            if (code == 0) code = quire_write_check_unit(call, i, &failed);
        }
        if (code == 0) continue;
        QUIRE_TRY(refuse_unit(call, i, &failed, error));
        if (batch && code == QUIRE_INPUT && !stops) continue;
        if (error != NULL) *error = failed;
        return code;
    }
    return 0;
}
