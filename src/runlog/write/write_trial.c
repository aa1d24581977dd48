/* What the tables of a call would say of its rows, asked before any is written: executions that are
 * merged by one key, of which it cannot be told which is to stay, and, for fail_fast, what a table
 * refuses. One table is looked at after the other. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/view.h"
#include "runlog/rows/name_set.h"
#include "runlog/write/writer.h"
#include "table/rows/row_trial.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

struct trial {
    struct quire_write_call *call;
    struct quire_log_target *target;
    struct quire_row_trial *rows; /* NULL: the table is not asked */
    struct quire_row_trial_options options;
    struct quire_name_set keys; /* of the units before, which are written */
    struct quire_name_set own;  /* of the unit */
    struct quire_buf key;
    struct quire_field *fields;
    struct quire_view *view;
};

static void release_trial(struct trial *trial)
{
    quire_view_free(trial->view);
    quire_field_close(trial->fields);
    quire_row_trial_close(trial->rows);
    quire_log_target_free(trial->target);
    quire_name_set_release(&trial->keys);
    quire_name_set_release(&trial->own);
    quire_buf_release(&trial->key);
}

/* --- Keys ------------------------------------------------------------------------------------ */

static int fail_key(const struct quire_bytes *run, const struct quire_bytes *step,
                    struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_INPUT, "merge",
                          "two rows have the same key: run_id %.*s, step_name %.*s",
                          (int)(run->size < 100 ? run->size : 100), (const char *)run->data,
                          (int)(step->size < 100 ? step->size : 100), (const char *)step->data);
    quire_error_hint(error, "it cannot be told which of them is to take the other's place");
    return code;
}

/* Within half of the memory, as a merge keeps the keys of its rows. */
static int check_room(const struct trial *trial, struct quire_error *error)
{
    int64_t most = trial->call->writer->context->budget.max / 2;
    size_t taken = trial->keys.names.size + trial->keys.slots.size + trial->own.names.size +
                   trial->own.slots.size;
    if (most <= 0 || taken <= (size_t)most) return 0;
    int code = quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "the keys that are merged take more than half of the memory");
    quire_error_hint(error, "with more memory, or fewer at once, they can be");
    return code;
}

static int take_name(struct trial *trial, struct quire_name_set *set, const char *name, size_t size,
                     bool *added, struct quire_error *error)
{
    int code = quire_name_set_add(set, name, size, added);
    if (code == QUIRE_LIMIT)
        return quire_fail(error, code, OPERATION, "too many keys are merged at once");
    if (code != 0) return quire_fail_memory(error, OPERATION);
    return check_room(trial, error);
}

static int take_key(struct trial *trial, const struct quire_bytes *run,
                    const struct quire_bytes *step, struct quire_error *error)
{
    bool added = false;
    quire_buf_clear(&trial->key);
    if (quire_buf_append(&trial->key, run->data, run->size) != 0 ||
        quire_buf_push(&trial->key, '\0') != 0 ||
        quire_buf_append(&trial->key, step->data, step->size) != 0)
        return quire_fail_memory(error, OPERATION);
    const char *name = (const char *)trial->key.data;
    if (quire_name_set_has(&trial->keys, name, trial->key.size)) return fail_key(run, step, error);
    QUIRE_TRY(take_name(trial, &trial->own, name, trial->key.size, &added, error));
    return added ? 0 : fail_key(run, step, error);
}

/* The keys of a unit that is written are those that others cannot have. */
static int keep_keys(struct trial *trial, struct quire_error *error)
{
    const uint8_t *at = trial->own.names.data, *end = quire_buf_end(&trial->own.names);
    while (trial->own.size > 0 && at < end) {
        uint32_t size;
        bool added;
        memcpy(&size, at, sizeof(size));
        at += sizeof(size);
        QUIRE_TRY(take_name(trial, &trial->keys, (const char *)at, size, &added, error));
        at += size;
    }
    return 0;
}

static int open_view(struct trial *trial, struct ArrowArrayStream *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    if (trial->view != NULL) return 0;
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &trial->fields, error));
    return quire_view_new(trial->fields, &trial->view, error);
}

static int take_keys(struct trial *trial, struct ArrowArrayStream *rows, struct quire_error *error)
{
    QUIRE_TRY(open_view(trial, rows, error));
    int64_t run = quire_field_child(trial->fields, "run_id", strlen("run_id"));
    int64_t step = quire_field_child(trial->fields, "step_name", strlen("step_name"));
    quire_name_set_clear(&trial->own);
    if (run < 0 || step < 0) return 0; /* the merge says so */
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &batch, error));
        if (batch.release == NULL) return keep_keys(trial, error);
        QUIRE_TRY(quire_view_set(trial->view, &batch, error));
        for (int64_t i = 0; i < batch.length; i++) {
            const struct quire_bytes runs = quire_view_bytes(&trial->view->children[run], i);
            const struct quire_bytes steps = quire_view_bytes(&trial->view->children[step], i);
            QUIRE_TRY(take_key(trial, &runs, &steps, error));
        }
    }
}

/* --- One unit -------------------------------------------------------------------------------- */

static int try_keys(struct trial *trial, size_t unit, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_write_source_release)
    struct quire_write_source source = {.quality = NULL};
    if (trial->call->writer->config->write_mode != QUIRE_RUNLOG_MERGE) return 0;
    QUIRE_TRY(quire_write_source_open(trial->call, &unit, 1, trial->target, &source, error));
    return take_keys(trial, &source.stream, error);
}

static int open_rows(struct trial *trial, struct ArrowArrayStream *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    const struct quire_runlog_writer *writer = trial->call->writer;
    int32_t mode = writer->config->write_mode;
    if (trial->rows != NULL) return 0;
    trial->options = (struct quire_row_trial_options){
        .verb = mode == QUIRE_RUNLOG_MERGE       ? "merge"
                : mode == QUIRE_RUNLOG_OVERWRITE ? "overwrite"
                                                 : "append",
        .evolve = trial->target->evolve,
        .changes = mode == QUIRE_RUNLOG_MERGE || mode == QUIRE_RUNLOG_OVERWRITE,
        .context = writer->context};
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    return quire_row_trial_open(writer->url, &schema, &trial->options, &trial->rows, error);
}

/* Ignoring leaves a table that is there as it is. */
static int try_rows(struct trial *trial, size_t unit, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_write_source_release)
    struct quire_write_source source = {.quality = NULL};
    bool ignores = trial->call->writer->config->write_mode == QUIRE_RUNLOG_IGNORE;
    if (!quire_write_stops(trial->call) || !trial->target->exists || ignores) return 0;
    QUIRE_TRY(quire_write_source_open(trial->call, &unit, 1, trial->target, &source, error));
    QUIRE_TRY(open_rows(trial, &source.stream, error));
    return quire_row_trial_take(trial->rows, &source.stream, error);
}

static int try_unit(struct trial *trial, size_t unit, struct quire_error *error)
{
    QUIRE_TRY(try_keys(trial, unit, error));
    return try_rows(trial, unit, error);
}

/* --- One table ------------------------------------------------------------------------------- */

static int open_target(struct trial *trial, const struct quire_write_table *table,
                       struct quire_error *error)
{
    struct quire_runlog_writer *writer = trial->call->writer;
    if (table->name != NULL) QUIRE_TRY(quire_writer_locate(writer, table->name, error));
    return quire_log_target_open(writer->url, writer->config, &writer->schema, &trial->target,
                                 error);
}

static int check_some(const struct quire_write_call *call, const struct quire_write_table *table,
                      struct quire_error *error)
{
    const struct quire_write_unit *units = quire_write_units(call);
    int64_t rows = 0;
    for (size_t i = table->first; i != QUIRE_WRITE_NONE; i = units[i].next)
        rows += units[i].failed ? 0 : units[i].rows;
    return quire_write_check_some(call, rows, error);
}

/* What was found of a unit: told as its failure, and where the call stops, as the call's. */
static int refuse(struct quire_write_call *call, size_t unit, struct quire_error *failed,
                  struct quire_error *error)
{
    bool batch = call->result->is_batch, stops = quire_write_stops(call);
    quire_error_path(failed, call->writer->url);
    if (failed->code == QUIRE_INPUT && batch) failed->row = quire_write_units(call)[unit].index + 1;
    if (batch && failed->code != QUIRE_CANCELLED && (stops || failed->code == QUIRE_INPUT))
        QUIRE_TRY(quire_write_note_failures(call, &unit, 1, failed, error));
    if (failed->code == QUIRE_INPUT && batch && !stops) return 0;
    call->is_judged = stops && call->quality != NULL;
    *error = *failed;
    return failed->code;
}

static int try_table(struct quire_write_call *call, const struct quire_write_table *table,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(release_trial) struct trial trial = {.call = call};
    struct quire_error failed;
    size_t at = table->first;
    while (at != QUIRE_WRITE_NONE && quire_write_units(call)[at].failed)
        at = quire_write_units(call)[at].next;
    if (at == QUIRE_WRITE_NONE) return 0;
    quire_error_clear(&failed);
    int code = open_target(&trial, table, &failed);
    if (code == 0) code = check_some(call, table, &failed);
    /* What else keeps a table from being written to is told when it is. */
    if (code != 0) return quire_write_stops(call) ? refuse(call, at, &failed, error) : 0;
    for (; at != QUIRE_WRITE_NONE; at = quire_write_units(call)[at].next) {
        if (quire_write_units(call)[at].failed) continue;
        quire_error_clear(&failed);
        if (try_unit(&trial, at, &failed) != 0) QUIRE_TRY(refuse(call, at, &failed, error));
    }
    return 0;
}

/* One write without a batch is one commit, and the table says all of that then. */
int quire_write_try_tables(struct quire_write_call *call, struct quire_error *error)
{
    const struct quire_runlog_options *config = call->writer->config;
    bool batch = call->result->is_batch;
    bool stops = quire_write_stops(call), merges = config->write_mode == QUIRE_RUNLOG_MERGE;
    if (!call->only_checks && !(batch && (stops || merges))) return 0;
    for (size_t i = 0; i < quire_write_tables_size(call); i++)
        QUIRE_TRY(try_table(call, &quire_write_tables(call)[i], error));
    return 0;
}
