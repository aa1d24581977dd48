/* A chunk of records as columns.
 *
 * Columns are filled for a block of rows at a time, so that the text and the
 * index of those rows stay in the first cache while every column passes over
 * them. When records are refused, what was filled is dropped and filled again
 * without them: refusing is rare, and columns need no way to lose a row. */
#include "format/csv/csv_parse.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

#define ROWS_A_BLOCK 256

void quire_csv_scratch_free(void *memory)
{
    struct quire_csv_scratch *scratch = memory;
    if (scratch == NULL) return;
    quire_buf_release(&scratch->index.ends);
    quire_buf_release(&scratch->ends);
    quire_buf_release(&scratch->records);
    quire_buf_release(&scratch->verdicts);
    quire_buf_release(&scratch->refusals);
    quire_buf_release(&scratch->text);
    quire_buf_release(&scratch->number);
    for (size_t i = 0; i < scratch->single_size; i++)
        quire_column_free(scratch->single[i]);
    quire_free(scratch->single);
    quire_free(scratch);
}

static int make_scratch(const struct quire_csv_reader *reader, struct quire_text_chunk *chunk)
{
    if (chunk->scratch != NULL) return 0;
    struct quire_csv_scratch *scratch = quire_alloc_zero(1, sizeof(*scratch));
    if (scratch == NULL) return QUIRE_MEMORY;
    scratch->single = quire_alloc_zero(reader->sources_size + 1, sizeof(struct quire_column *));
    if (scratch->single == NULL) {
        quire_free(scratch);
        return QUIRE_MEMORY;
    }
    scratch->single_size = reader->sources_size;
    chunk->scratch = scratch;
    return 0;
}

/* --- What is wrong with a field ----------------------------------------------- */

int quire_csv_text_of(struct quire_csv_parsing *parsing, struct quire_csv_span span,
                      struct quire_csv_text *text, struct quire_error *error)
{
    size_t bad;
    int code = quire_csv_unquote(&parsing->reader->marks, parsing->chunk->bytes, span.start,
                                 span.end, &parsing->scratch->text, text, &bad);
    return code == 0 ? 0 : quire_csv_fail_unquote(code, bad, error);
}

/* How many values the indices of a dictionary tell apart, where that is fewer than
 * a batch may have; else 0. */
static int distinct_max(const struct quire_field *field)
{
    if (field->kind != QUIRE_KIND_DICTIONARY) return 0;
    switch (field->index_kind) {
    case QUIRE_KIND_INT8: return 1 << 7;
    case QUIRE_KIND_UINT8: return 1 << 8;
    case QUIRE_KIND_INT16: return 1 << 15;
    case QUIRE_KIND_UINT16: return 1 << 16;
    default: return 0;
    }
}

static int fail_distinct(const struct quire_field *field, struct quire_error *error)
{
    bool is_signed = field->index_kind == QUIRE_KIND_INT8 || field->index_kind == QUIRE_KIND_INT16;
    int max = distinct_max(field);
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "more than %d distinct values for %sint%d", max,
               is_signed ? "" : "u", max <= 1 << 8 ? 8 : 16);
    quire_error_hint(error, "declare the dictionary with a larger index, for instance int32");
    return QUIRE_INPUT;
}

/* Is it JSON text in its cells? */
static bool is_nested(const struct quire_field *field)
{
    return quire_kind_is_nested(field->dictionary != NULL ? field->dictionary->kind : field->kind);
}

/* What the JSON reader says of a value: it tells more when it is asked again. */
static int fail_json(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                     const struct quire_csv_text *text, struct quire_error *error)
{
    const struct quire_field *field = task->column->field;
    if (is_nested(field))
        quire_csv_value(parsing, task->column, text, error);
    else
        quire_json_check(text->bytes, text->size, error);
    int code = error->code != 0 ? error->code
                                : quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "not a value");
    error->byte = QUIRE_NOWHERE; /* it counts within the field */
    snprintf(error->operation, sizeof(error->operation), "%s", QUIRE_CSV_READ);
    quire_error_outer_column(error, field->name);
    return code;
}

int quire_csv_describe(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                       size_t row, enum quire_value_result result, struct quire_error *error)
{
    struct quire_csv_span span = quire_csv_span_of(parsing, task, row);
    const struct quire_field *field = task->column->field;
    struct quire_csv_text text = {0};
    quire_error_clear(error);
    int code = quire_csv_text_of(parsing, span, &text, error);
    if (code == 0 && quire_csv_is_null_text(parsing->reader, &text)) {
        code = quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "a null in a column without nulls");
    } else if (code == 0 && result == QUIRE_VALUE_FULL) {
        code = fail_distinct(field, error);
    } else if (code == 0 &&
               (is_nested(field) || (quire_csv_is_json(field) && result == QUIRE_VALUE_MISMATCH))) {
        code = fail_json(parsing, task, &text, error);
    } else if (code == 0) {
        code = quire_value_fail(result, field, (const char *)text.bytes, text.size, QUIRE_CSV_READ,
                                error);
        if (parsing->reader->inferred && result != QUIRE_VALUE_UTF8)
            quire_error_hint(error, QUIRE_TEXT_HINT_SAMPLE);
        else if (result == QUIRE_VALUE_UTF8)
            quire_error_hint(error, "invalid_utf8=replace puts U+FFFD there");
    }
    quire_error_at(error, (int64_t)quire_csv_record_of(parsing, row), field->name,
                   (int64_t)span.start);
    return code;
}

int quire_csv_refuse(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                     size_t row, enum quire_value_result result, bool filled)
{
    enum quire_on_bad on_bad = parsing->reader->policy.on_bad;
    if (result == QUIRE_VALUE_MEMORY) return QUIRE_MEMORY;
    if (result == QUIRE_VALUE_FULL && distinct_max(task->column->field) == 0) return QUIRE_LIMIT;
    bool nullable = task->column->field->nullable;
    if (on_bad == QUIRE_ON_BAD_REJECT || (on_bad == QUIRE_ON_BAD_NULL && nullable)) {
        if (on_bad == QUIRE_ON_BAD_REJECT) {
            uint32_t *verdicts = (uint32_t *)(void *)parsing->scratch->verdicts.data;
            if (verdicts[row] == 0) verdicts[row] = task->number + 1;
        } else {
            parsing->chunk->nulled++;
        }
        return filled ? quire_column_set_null(task->column, (int64_t)row)
                      : quire_column_append_null(task->column);
    }
    struct quire_error error;
    int code = quire_csv_describe(parsing, task, row, result, &error);
    if (code == QUIRE_MEMORY) return code;
    parsing->limit = row;
    parsing->code = code;
    if (parsing->error != NULL) *parsing->error = error;
    return QUIRE_CSV_STOP;
}

int quire_csv_set_null(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                       size_t row, bool filled)
{
    if (__builtin_expect(!task->column->field->nullable, 0))
        return quire_csv_refuse(parsing, task, row, QUIRE_VALUE_MISMATCH, filled);
    return filled ? quire_column_set_null(task->column, (int64_t)row)
                  : quire_column_append_null(task->column);
}

/* --- Filling ------------------------------------------------------------------- */

static int fill_missing(struct quire_csv_parsing *parsing, const struct quire_csv_task *task)
{
    for (size_t row = 0; row < parsing->layout.rows; row++)
        QUIRE_TRY(quire_column_append_null(task->column));
    return 0;
}

static int begin_tasks(struct quire_csv_parsing *parsing, struct quire_csv_task *tasks)
{
    const struct quire_csv_reader *reader = parsing->reader;
    for (size_t i = 0; i < reader->sources_size; i++) {
        struct quire_csv_task *task = &tasks[i];
        *task = (struct quire_csv_task){
            .column = &parsing->chunk->columns->children[i],
            .source = &reader->sources[i],
            .number = (uint32_t)i,
            .last = reader->sources[i].file == reader->fields - 1,
        };
        if (task->source->missing)
            QUIRE_TRY(fill_missing(parsing, task));
        else
            QUIRE_TRY(quire_csv_task_begin(parsing, task));
    }
    return 0;
}

static int clear_verdicts(struct quire_csv_parsing *parsing)
{
    if (parsing->reader->policy.on_bad != QUIRE_ON_BAD_REJECT) return 0;
    struct quire_buf *verdicts = &parsing->scratch->verdicts;
    size_t size = parsing->layout.rows * sizeof(uint32_t);
    quire_buf_clear(verdicts);
    QUIRE_TRY(quire_buf_reserve(verdicts, size + 1));
    memset(verdicts->data, 0, size);
    verdicts->size = size;
    return 0;
}

/* Fills all columns with the rows of the layout; on a failed value, stops behind
 * the block that has the first one. */
static int fill_columns(struct quire_csv_parsing *parsing, struct quire_csv_task *tasks)
{
    QUIRE_TRY(clear_verdicts(parsing));
    QUIRE_TRY(begin_tasks(parsing, tasks));
    for (size_t from = 0; from < parsing->limit; from += ROWS_A_BLOCK) {
        for (size_t i = 0; i < parsing->reader->sources_size; i++) {
            size_t to = from + ROWS_A_BLOCK;
            if (to > parsing->limit) to = parsing->limit;
            if (tasks[i].source->missing) continue;
            int code = tasks[i].fill(parsing, &tasks[i], from, to);
            if (code < 0) return code;
        }
    }
    parsing->chunk->columns->length = (int64_t)parsing->layout.rows;
    return 0;
}

/* --- Refused records ----------------------------------------------------------- */

static int compare_refusals(const void *a, const void *b)
{
    uint32_t first = ((const struct quire_csv_refusal *)a)->record;
    uint32_t second = ((const struct quire_csv_refusal *)b)->record;
    return (first > second) - (first < second);
}

/* Where the record at start ends; the layout does not say for one that was padded. */
static uint32_t record_end(const struct quire_csv_parsing *parsing, size_t start)
{
    const struct quire_text_chunk *chunk = parsing->chunk;
    for (size_t at = start, open;;) {
        size_t end =
            quire_csv_field_end(&parsing->reader->marks, chunk->bytes, chunk->size, at, &open);
        if (end >= chunk->size || chunk->bytes[end] == '\n') return (uint32_t)end;
        at = end + 1;
    }
}

static int collect_refusals(struct quire_csv_parsing *parsing)
{
    const struct quire_csv_layout *layout = &parsing->layout;
    const uint32_t *verdicts = (const uint32_t *)(const void *)parsing->scratch->verdicts.data;
    for (size_t row = 0; row < layout->rows; row++) {
        if (verdicts[row] == 0) continue;
        const uint32_t *ends = layout->ends + row * layout->stride;
        uint32_t start = ends[0] + 1, end = record_end(parsing, start);
        struct quire_csv_refusal refusal = {
            .record = (uint32_t)quire_csv_record_of(parsing, row),
            .start = start,
            .size = end - start,
            .source = verdicts[row] - 1,
            .row = (uint32_t)row,
        };
        QUIRE_TRY(quire_buf_append(&parsing->scratch->refusals, &refusal, sizeof(refusal)));
    }
    return 0;
}

/* Why a value was refused, found by trying it once more. */
static int explain(struct quire_csv_parsing *parsing, struct quire_csv_task *tasks,
                   const struct quire_csv_refusal *refusal, struct quire_error *error)
{
    if (refusal->source == UINT32_MAX) {
        quire_csv_fail_count(parsing, refusal->fields, refusal->record, refusal->start, error);
        return 0;
    }
    struct quire_csv_task *task = &tasks[refusal->source];
    struct quire_column **single = &parsing->scratch->single[refusal->source];
    if (*single == NULL) QUIRE_TRY(quire_column_new(task->column->field, single, NULL));
    struct quire_csv_text text;
    enum quire_value_result result = QUIRE_VALUE_MISMATCH;
    struct quire_csv_span span = quire_csv_span_of(parsing, task, refusal->row);
    int code = quire_csv_text_of(parsing, span, &text, NULL);
    quire_column_clear(*single);
    if (code == 0) result = quire_csv_value(parsing, *single, &text, NULL);
    /* A value that is well on its own was one too many. */
    if (result == QUIRE_VALUE_OK && distinct_max(task->column->field) > 0)
        result = QUIRE_VALUE_FULL;
    code = quire_csv_describe(parsing, task, refusal->row, result, error);
    return code == QUIRE_MEMORY ? code : 0;
}

static int tell_refusals(struct quire_csv_parsing *parsing, struct quire_csv_task *tasks)
{
    struct quire_buf *buf = &parsing->scratch->refusals;
    struct quire_csv_refusal *refusals = (struct quire_csv_refusal *)(void *)buf->data;
    size_t size = buf->size / sizeof(*refusals);
    if (size > 1) qsort(refusals, size, sizeof(*refusals), compare_refusals);
    for (size_t i = 0; i < size; i++) {
        struct quire_error error;
        QUIRE_TRY(explain(parsing, tasks, &refusals[i], &error));
        size_t start = refusals[i].start;
        size_t end = quire_csv_trim_cr(&parsing->reader->marks, parsing->chunk->bytes, start,
                                       start + refusals[i].size);
        QUIRE_TRY(
            quire_text_reject(parsing->chunk, refusals[i].record, start, end - start, &error));
    }
    return 0;
}

/* Takes refused rows out: tells them, and fills the columns again without them. */
static int deal_with_refusals(struct quire_csv_parsing *parsing, struct quire_csv_task *tasks)
{
    if (parsing->reader->policy.on_bad != QUIRE_ON_BAD_REJECT) return 0;
    size_t by_count = parsing->scratch->refusals.size;
    QUIRE_TRY(collect_refusals(parsing));
    bool again = parsing->scratch->refusals.size > by_count;
    QUIRE_TRY(tell_refusals(parsing, tasks));
    if (!again) return 0;
    quire_column_clear(parsing->chunk->columns);
    QUIRE_TRY(quire_csv_drop_refused(parsing));
    return fill_columns(parsing, tasks);
}

/* --- The chunk ----------------------------------------------------------------- */

static int parse(struct quire_csv_parsing *parsing, struct quire_csv_task *tasks)
{
    struct quire_text_chunk *chunk = parsing->chunk;
    QUIRE_TRY(quire_csv_index_chunk(&parsing->reader->marks, chunk->bytes, chunk->size,
                                    &parsing->scratch->index, parsing->error));
    QUIRE_TRY(quire_csv_lay_out(parsing));
    parsing->valid_utf8 = quire_utf8_is_valid(chunk->bytes, chunk->size);
    QUIRE_TRY(fill_columns(parsing, tasks));
    if (parsing->code != 0) return parsing->code;
    QUIRE_TRY(deal_with_refusals(parsing, tasks));
    chunk->records = (int64_t)parsing->layout.records_size;
    return 0;
}

int quire_csv_parse(const void *state, struct quire_text_chunk *chunk, struct quire_error *error)
{
    const struct quire_csv_reader *reader = state;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_csv_task *tasks = quire_alloc_zero(reader->sources_size + 1, sizeof(*tasks));
    if (tasks == NULL || make_scratch(reader, chunk) != 0)
        return quire_fail_memory(error, QUIRE_CSV_READ);
    struct quire_csv_parsing parsing = {
        .reader = reader,
        .chunk = chunk,
        .scratch = chunk->scratch,
        .error = error,
    };
    int code = parse(&parsing, tasks);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_CSV_READ);
    if (code == QUIRE_LIMIT && (error == NULL || error->code == 0))
        return quire_fail(error, code, QUIRE_CSV_READ, "a batch is too large for its offsets");
    return code;
}
