/* The ordered encoder: a ring of runs, encoded by anyone, written by the caller.
 *
 * Runs are sized in bytes, not rows: a run of about RUN_BYTES stays in a core's
 * cache while it is built and is still large for one write call. The rows of a
 * run follow from the mean size of the rows before it. A batch is released when
 * the last of its runs has been written. */
#include "format/text/encode.h"

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/pool.h"
#include "quire/batch.h"

#define RUN_BYTES_MAX     ((size_t)512 << 10)
#define RUN_BYTES_MIN     ((size_t)16 << 10)
#define RUN_ROWS_FIRST    256
#define RUN_ROWS_MAX      65536
#define RUNS_A_THREAD     3
#define RUN_OVERSIZE_KEPT 4

/* A batch that some runs still need. */
struct held_batch {
    struct ArrowArray array; /* release == NULL: free */
    struct quire_view *view;
    size_t runs; /* not yet written */
};

struct run {
    struct quire_job job;
    struct text_encoder *encoder;
    struct held_batch *batch;
    int64_t start, count; /* rows of the batch */
    int64_t first_row;    /* of the file, number of row `start` */
    struct quire_buf text;
    size_t charged; /* to the budget for text */
    int code;
    int64_t failed_row;
    struct quire_error error;
};

struct text_encoder {
    struct quire_encoder head;
    const struct quire_text_encoding *encoding;
    void *state;
    struct quire_context *context;
    struct quire_out *out;
    size_t run_bytes;
    bool bounds;          /* there are values that can be none of their type */
    int64_t rows;         /* accepted */
    int64_t rows_written; /* in runs that were written */
    int64_t bytes_written;
    int failed; /* sticky code, with error */
    struct quire_error error;
    size_t runs_size;
    size_t next, busy; /* the ring: runs [next - busy, next) are in flight */
    struct run *runs;
    struct held_batch *batches; /* runs_size + 1 of them */
};

static void run_encode(void *argument)
{
    struct run *run = argument;
    const struct text_encoder *encoder = run->encoder;
    quire_error_clear(&run->error);
    run->failed_row = run->start;
    run->code = encoder->encoding->rows(encoder->state, run->batch->view, run->start, run->count,
                                        run->first_row, &run->text, &run->failed_row, &run->error);
}

/* Keeps the first failure and hands it out again. */
static int fail_with(struct text_encoder *encoder, int code, struct quire_error *error)
{
    if (encoder->failed == 0) {
        encoder->failed = code;
        if (encoder->error.code == 0)
            quire_fail(&encoder->error, code, "write", "%s", quire_code_text(code));
    }
    if (error != NULL) *error = encoder->error;
    return encoder->failed;
}

static int write_text(struct text_encoder *encoder, const struct quire_buf *text)
{
    QUIRE_TRY(quire_context_check(encoder->context, &encoder->error));
    if (text->size == 0) return 0;
    QUIRE_TRY(quire_out_write(encoder->out, text->data, text->size, &encoder->error));
    encoder->bytes_written += (int64_t)text->size;
    return 0;
}

static void release_run_batch(struct run *run)
{
    if (--run->batch->runs == 0) quire_array_release(&run->batch->array);
    run->batch = NULL;
}

static void charge_text(struct run *run)
{
    struct quire_budget *budget = &run->encoder->context->budget;
    if (run->text.capacity == run->charged) return;
    quire_budget_return(budget, run->charged);
    quire_budget_force(budget, run->text.capacity);
    run->charged = run->text.capacity;
}

/* Waits for the oldest run in flight and writes it, unless the encoder failed. */
static void retire_oldest(struct text_encoder *encoder)
{
    struct run *run =
        &encoder->runs[(encoder->next + encoder->runs_size - encoder->busy) % encoder->runs_size];
    quire_pool_wait(encoder->context->pool, &run->job);
    encoder->busy--;
    charge_text(run);
    int code = 0;
    if (encoder->failed == 0 && run->code != 0) {
        encoder->error = run->error;
        quire_error_at(&encoder->error, run->first_row + (run->failed_row - run->start) + 1, NULL,
                       QUIRE_NOWHERE);
        code = run->code;
    } else if (encoder->failed == 0) {
        code = write_text(encoder, &run->text);
        encoder->rows_written += run->count;
    }
    if (code != 0) fail_with(encoder, code, NULL);
    release_run_batch(run);
    quire_buf_clear(&run->text);
    /* A run of huge rows does not keep its memory for the rest of the file. */
    if (run->text.capacity > encoder->run_bytes * RUN_OVERSIZE_KEPT) quire_buf_release(&run->text);
    charge_text(run);
}

static struct held_batch *hold_batch(struct text_encoder *encoder, struct ArrowArray *array)
{
    for (;;) {
        for (size_t i = 0; i <= encoder->runs_size; i++) {
            struct held_batch *batch = &encoder->batches[i];
            if (batch->array.release != NULL) continue;
            batch->array = *array;
            array->release = NULL;
            return batch;
        }
        retire_oldest(encoder);
    }
}

/* How many rows make a run of run_bytes, by the mean so far. */
static int64_t rows_a_run(const struct text_encoder *encoder)
{
    if (encoder->rows_written == 0) return RUN_ROWS_FIRST;
    int64_t row_bytes = encoder->bytes_written / encoder->rows_written + 1;
    int64_t rows = (int64_t)encoder->run_bytes / row_bytes;
    return rows < 1 ? 1 : rows > RUN_ROWS_MAX ? RUN_ROWS_MAX : rows;
}

/* How many runs may be in flight: fewer where a single row is large. Before anything is known
 * of rows, one. */
static size_t runs_most(const struct text_encoder *encoder)
{
    if (encoder->rows_written == 0) return 1;
    int64_t row_bytes = encoder->bytes_written / encoder->rows_written + 1;
    size_t run = encoder->run_bytes > (size_t)row_bytes ? encoder->run_bytes : (size_t)row_bytes;
    size_t most = encoder->context->budget.max / 8 / run;
    return most < 1 ? 1 : most > encoder->runs_size ? encoder->runs_size : most;
}

static void submit_run(struct text_encoder *encoder, struct held_batch *batch, int64_t start,
                       int64_t count)
{
    while (encoder->busy >= runs_most(encoder))
        retire_oldest(encoder);
    struct run *run = &encoder->runs[encoder->next];
    encoder->next = (encoder->next + 1) % encoder->runs_size;
    encoder->busy++;
    run->batch = batch;
    run->start = start;
    run->count = count;
    run->first_row = encoder->rows;
    encoder->rows += count;
    quire_pool_submit(encoder->context->pool, &run->job);
}

/* Lets the format look at a batch while nobody reads its state. */
static int begin_batch(struct text_encoder *encoder, const struct held_batch *batch)
{
    if (encoder->encoding->batch == NULL) return 0;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    while (encoder->busy > 0)
        retire_oldest(encoder);
    if (encoder->failed != 0) return encoder->failed;
    QUIRE_TRY(encoder->encoding->batch(encoder->state, batch->view, &text, &encoder->error));
    return write_text(encoder, &text);
}

/* Text of what is no value of its type would not be read back. */
static int check_bounds(struct text_encoder *encoder, const struct held_batch *batch)
{
    struct quire_error *error = &encoder->error;
    int code = quire_view_check_bounds(batch->view, error);
    if (code != 0) error->row += encoder->rows;
    return code;
}

int quire_text_encoder_write(struct quire_encoder *base, struct ArrowArray *array,
                             struct quire_error *error)
{
    struct text_encoder *encoder = (struct text_encoder *)base;
    if (encoder->failed != 0) {
        quire_array_release(array);
        return fail_with(encoder, encoder->failed, error);
    }
    struct held_batch *batch = hold_batch(encoder, array);
    int code = quire_view_set(batch->view, &batch->array, &encoder->error);
    if (code == 0 && encoder->bounds) code = check_bounds(encoder, batch);
    if (code == 0) code = begin_batch(encoder, batch);
    if (code != 0) {
        quire_array_release(&batch->array);
        return fail_with(encoder, code, error);
    }
    int64_t length = batch->view->length;
    batch->runs = 1; /* this function's own hold */
    for (int64_t start = 0; start < length && encoder->failed == 0;) {
        int64_t count = rows_a_run(encoder);
        if (count > length - start) count = length - start;
        batch->runs++;
        submit_run(encoder, batch, start, count);
        start += count;
    }
    if (--batch->runs == 0) quire_array_release(&batch->array);
    return encoder->failed != 0 ? fail_with(encoder, encoder->failed, error) : 0;
}

int quire_text_encoder_finish(struct quire_encoder *base, struct quire_file_stats *stats,
                              struct quire_error *error)
{
    struct text_encoder *encoder = (struct text_encoder *)base;
    while (encoder->busy > 0)
        retire_oldest(encoder);
    if (encoder->failed != 0) return fail_with(encoder, encoder->failed, error);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    int code = 0;
    if (encoder->encoding->end != NULL)
        code = encoder->encoding->end(encoder->state, encoder->rows, &text, &encoder->error);
    if (code == 0) code = write_text(encoder, &text);
    if (code != 0) return fail_with(encoder, code, error);
    if (stats != NULL)
        *stats = (struct quire_file_stats){.rows = encoder->rows, .bytes = encoder->bytes_written};
    return 0;
}

/* Frees everything but the state, which is the caller's until new succeeds. */
static void free_shell(struct text_encoder *encoder)
{
    for (size_t i = 0; encoder->runs != NULL && i < encoder->runs_size; i++) {
        quire_budget_return(&encoder->context->budget, encoder->runs[i].charged);
        quire_buf_release(&encoder->runs[i].text);
    }
    for (size_t i = 0; encoder->batches != NULL && i <= encoder->runs_size; i++) {
        quire_array_release(&encoder->batches[i].array);
        quire_view_free(encoder->batches[i].view);
    }
    quire_free(encoder->runs);
    quire_free(encoder->batches);
    quire_free(encoder);
}

void quire_text_encoder_free(struct quire_encoder *base)
{
    struct text_encoder *encoder = (struct text_encoder *)base;
    if (encoder == NULL) return;
    /* Runs in flight are waited for; what they give is dropped. */
    if (encoder->failed == 0) encoder->failed = QUIRE_CANCELLED;
    while (encoder->busy > 0)
        retire_oldest(encoder);
    encoder->encoding->free(encoder->state);
    free_shell(encoder);
}

/* With one thread a single run is in flight: it is encoded and written at once. */
static size_t runs_for(struct quire_context *context)
{
    unsigned threads = quire_pool_threads(context->pool);
    return threads == 1 ? 1 : (size_t)threads * RUNS_A_THREAD;
}

static int make_shell(const struct quire_field *root, struct text_encoder *encoder,
                      struct quire_error *error)
{
    struct quire_context *context = encoder->context;
    encoder->runs_size = runs_for(context);
    encoder->run_bytes = context->budget.max / 8 / encoder->runs_size;
    if (encoder->run_bytes > RUN_BYTES_MAX) encoder->run_bytes = RUN_BYTES_MAX;
    if (encoder->run_bytes < RUN_BYTES_MIN) encoder->run_bytes = RUN_BYTES_MIN;
    encoder->runs = quire_alloc_zero(encoder->runs_size, sizeof(*encoder->runs));
    encoder->batches = quire_alloc_zero(encoder->runs_size + 1, sizeof(*encoder->batches));
    if (encoder->runs == NULL || encoder->batches == NULL)
        return quire_fail_memory(error, "open encoder");
    for (size_t i = 0; i < encoder->runs_size; i++) {
        encoder->runs[i].encoder = encoder;
        encoder->runs[i].job.run = run_encode;
        encoder->runs[i].job.argument = &encoder->runs[i];
    }
    for (size_t i = 0; i <= encoder->runs_size; i++)
        QUIRE_TRY(quire_view_new(root, &encoder->batches[i].view, error));
    return 0;
}

int quire_text_encoder_new(const struct quire_format *format,
                           const struct quire_text_encoding *encoding, void *state,
                           const struct quire_field *root, struct quire_context *context,
                           struct quire_out *out, struct quire_encoder **result,
                           struct quire_error *error)
{
    struct text_encoder *encoder = quire_alloc_zero(1, sizeof(*encoder));
    if (encoder == NULL) return quire_fail_memory(error, "open encoder");
    encoder->head.format = format;
    encoder->encoding = encoding;
    encoder->state = state;
    encoder->context = context;
    encoder->out = out;
    encoder->bounds = quire_field_has_bounds(root);
    quire_error_clear(&encoder->error);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    int code = make_shell(root, encoder, &encoder->error);
    if (code == 0 && encoding->begin != NULL) code = encoding->begin(state, &text, &encoder->error);
    if (code == 0) code = write_text(encoder, &text);
    if (code != 0) {
        if (error != NULL) *error = encoder->error;
        free_shell(encoder);
        return code;
    }
    encoder->rows_written = 0;
    *result = &encoder->head;
    return 0;
}
