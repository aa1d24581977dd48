/* Rows into batches, completed and checked on their way. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "data/batch_stream.h"
#include "runlog/write/table_pattern.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

struct write_stream {
    struct quire_write_call *call;
    const struct quire_write_stream_options *options;
    struct quire_builder *builder;
    struct quire_rows *rows; /* of the unit; NULL: it is not begun */
    size_t at;               /* in options->units */
    int64_t left_in_file;
    char execution_id[QUIRE_RUNLOG_UUID_SIZE]; /* of a row that names none */
};

static void stream_close(void *source)
{
    struct write_stream *stream = source;
    quire_builder_free(stream->builder);
    quire_free(stream);
}

static int stream_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct write_stream *stream = source;
    return quire_schema_copy(&stream->call->writer->schema, schema, error);
}

static const struct quire_write_unit *unit_of(const struct write_stream *stream)
{
    return &quire_write_units(stream->call)[stream->options->units[stream->at]];
}

/* --- One row --------------------------------------------------------------------------------- */

/* The run that a call tells of is that of its first row. */
static int note_run(const struct write_stream *stream, const char *run_id,
                    struct quire_error *error)
{
    struct quire_write_call *call = stream->call;
    if (call->result->is_batch || call->run_is_noted) return 0;
    char *copy = quire_arena_strndup(&call->writer->texts, run_id, strlen(run_id));
    if (copy == NULL) return quire_fail_memory(error, OPERATION);
    call->result->run_id = copy;
    call->run_is_noted = true;
    return 0;
}

/* Rows of one write are of one table, which may be named by what they say. */
static int check_name(const struct write_stream *stream, const struct quire_rows_item *item,
                      struct quire_error *error)
{
    const struct quire_write_unit *unit = unit_of(stream);
    const struct quire_runlog_options *config = stream->call->writer->config;
    if (unit->name == NULL) return 0;
    if (quire_table_pattern_has(config, "{pipeline_id}") &&
        strcmp(item->row.pipeline_id, unit->pipeline_id) != 0)
        return quire_model_fail(item->place, error,
                                "it is of the pipeline %.60s, and the table is named by another "
                                "one: %.60s",
                                item->row.pipeline_id, unit->pipeline_id);
    if (quire_table_pattern_has(config, "{run_mode}") &&
        strcmp(item->row.run_mode, unit->run_mode) != 0)
        return quire_model_fail(item->place, error,
                                "it is of the mode %s, and the table is named by another one: %s",
                                item->row.run_mode, unit->run_mode);
    return 0;
}

/* A row is refused alone where its table was the same when all were checked. */
static int narrow(const struct write_stream *stream, struct quire_rows_item *item,
                  struct quire_error *error)
{
    const struct quire_row_widths *checked = &unit_of(stream)->widths;
    const struct quire_row_widths *widths = stream->options->widths;
    if (widths == NULL) widths = checked;
    int code = quire_row_narrow(&item->row, widths, item->place, error);
    if (code != 0 && memcmp(widths, checked, sizeof(*widths)) != 0) item->is_refused = false;
    return code;
}

/* Rows of one run are of one execution, and those of another run of another. */
static const char *execution_of_run(struct write_stream *stream, const char *run_id)
{
    const struct quire_write_call *call = stream->call;
    quire_runlog_uuid_of(call->defaults.now / 1000, call->writer->seed, run_id,
                         stream->execution_id);
    return stream->execution_id;
}

static int complete(struct write_stream *stream, struct quire_rows_item *item,
                    struct quire_error *error)
{
    const struct quire_write_unit *unit = unit_of(stream);
    struct quire_row_defaults defaults = stream->call->defaults;
    bool flat = stream->call->kind == QUIRE_RUNLOG_ROWS;
    defaults.run_id = unit->run_id != NULL ? unit->run_id : unit->fallback;
    if (defaults.execution_id == NULL && flat)
        defaults.execution_id =
            execution_of_run(stream, item->row.run_id != NULL ? item->row.run_id : defaults.run_id);
    if (defaults.execution_id == NULL) defaults.execution_id = unit->execution_id;
    /* Rows keep the run that they name; steps are of the run that is being written. */
    if (unit->run_id != NULL && !flat) item->row.run_id = unit->run_id;
    const struct quire_runlog_context *said = &stream->rows->context;
    if (flat && item->row.run_started_at == QUIRE_RUNLOG_UNKNOWN &&
        item->row.run_ended_at == QUIRE_RUNLOG_UNKNOWN) {
        bool starts = said->started_at != QUIRE_RUNLOG_UNKNOWN;
        bool ends = said->ended_at != QUIRE_RUNLOG_UNKNOWN;
        item->row.run_started_at = starts ? said->started_at : said->start_time;
        item->row.run_ended_at = ends ? said->ended_at : said->end_time;
    }
    const struct quire_row_origin origin = {item->place, item->step, stream->options->odd_rates};
    int code = quire_row_complete(&item->row, &defaults, &origin, error);
    if (code == 0) code = check_name(stream, item, error);
    if (code == 0) code = narrow(stream, item, error);
    if (code == QUIRE_INPUT && stream->call->source != NULL)
        quire_error_path(error, stream->call->source->url);
    return code == 0 ? note_run(stream, item->row.run_id, error) : code;
}

/* A row that is refused goes to the rejects. */
static int set_apart(const struct write_stream *stream, const struct quire_rows_item *item,
                     const struct quire_error *why, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf record = {0};
    if (stream->options->refused != NULL) *stream->options->refused += 1;
    if (stream->options->rejects == NULL) return 0;
    QUIRE_TRY(
        quire_write_record(stream->call, unit_of(stream), stream->rows, item, &record, error));
    const struct quire_reject reject = {
        .error = why, .record = (const char *)record.data, .record_size = record.size};
    return quire_write_rejects_take(stream->options->rejects, &reject, error);
}

/* Rules know rows by how many there were before. */
static int note_number(const struct write_stream *stream, const struct quire_rows_item *item,
                       struct quire_error *error)
{
    bool flat = stream->call->kind < QUIRE_RUNLOG_EXECUTION_RESULT;
    int64_t number = (flat ? item->place->index : unit_of(stream)->index) + 1;
    if (stream->options->rejects == NULL) return 0;
    if (quire_buf_append(&stream->call->numbers.batch, &number, sizeof(number)) == 0) return 0;
    return quire_fail_memory(error, OPERATION);
}

/* Whether rows that cannot be are left out. */
static bool leaves_out(const struct write_stream *stream)
{
    return stream->call->writer->config->quality_action == QUIRE_RUNLOG_REJECT;
}

static int take_item(struct write_stream *stream, struct quire_rows_item *item, int code,
                     struct quire_error *failed, struct quire_error *error)
{
    if (code == 0) {
        item->is_refused = true;
        code = complete(stream, item, failed);
        if (code == QUIRE_INPUT && item->place != NULL && item->place->parent == NULL &&
            item->place->key == NULL)
            quire_error_at(failed, item->place->index + 1, NULL, QUIRE_NOWHERE);
    }
    /* What is said of a step is said of the report or execution that has it. */
    if (code == QUIRE_INPUT && stream->call->kind >= QUIRE_RUNLOG_EXECUTION_RESULT)
        failed->row = unit_of(stream)->index + 1;
    if (code == QUIRE_INPUT && item->is_refused && leaves_out(stream))
        return set_apart(stream, item, failed, error);
    if (code != 0) {
        if (error != NULL) *error = *failed;
        return code;
    }
    QUIRE_TRY(note_number(stream, item, error));
    return quire_row_append(stream->builder, &item->row, error);
}

/* --- Batches --------------------------------------------------------------------------------- */

static int add_row(struct write_stream *stream, struct quire_error *error)
{
    struct quire_rows_item item;
    struct quire_error failed;
    quire_error_clear(&failed);
    if (stream->rows == NULL)
        QUIRE_TRY(quire_write_rows(stream->call, unit_of(stream), &stream->rows, error));
    int code = stream->rows->next(stream->rows, &item, &failed);
    if (code == 0 && item.end) {
        stream->rows = NULL;
        stream->at++;
        return 0;
    }
    return take_item(stream, &item, code, &failed, error);
}

static int64_t batch_rows(const struct write_stream *stream)
{
    int64_t rows = stream->call->writer->config->batch_size;
    bool ends = stream->options->file_rows_max > 0 && stream->left_in_file < rows;
    return ends ? stream->left_in_file : rows;
}

static int stream_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct write_stream *stream = source;
    int64_t wanted = batch_rows(stream);
    struct quire_write_numbers *numbers = &stream->call->numbers;
    QUIRE_TRY(quire_context_check(stream->call->writer->context, error));
    numbers->before += numbers->passed;
    numbers->passed = 0;
    quire_buf_clear(&numbers->batch);
    while (stream->at < stream->options->units_size && quire_builder_rows(stream->builder) < wanted)
        QUIRE_TRY(add_row(stream, error));
    int64_t rows = quire_builder_rows(stream->builder);
    batch->release = NULL;
    if (rows == 0) return 0;
    numbers->passed = rows;
    stream->left_in_file -= rows;
    if (stream->left_in_file <= 0) stream->left_in_file = stream->options->file_rows_max;
    if (stream->options->tells) quire_progress_add(&stream->call->progress, rows, 0);
    return quire_builder_finish(stream->builder, batch, error);
}

int quire_write_stream(struct quire_write_call *call,
                       const struct quire_write_stream_options *options,
                       struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {stream_schema, stream_next, stream_close};
    struct write_stream *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->call = call;
    made->options = options;
    made->left_in_file = options->file_rows_max;
    int code = quire_builder_new(&call->writer->schema, &made->builder, error);
    if (code == 0) code = quire_stream_wrap(&ops, made, stream, error);
    if (code != 0) stream_close(made);
    return code;
}
