/* A ring of held batches: [done, taken) is being read, [taken, end) waits. A batch may be
 * partly taken.
 *
 * Bytes of a slice are those of its batch by the share of rows. */
#include "format/parquet/write/batch_queue.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_copy.h"
#include "data/column_stats.h"
#include "quire/batch.h"

#define OPERATION "write parquet"

/* Batches of fewer rows and bytes than these are copied together, until together they
 * have as many as those. */
#define SMALL_ROWS   2048
#define SMALL_BYTES  ((int64_t)256 << 10)
#define GATHER_ROWS  16384
#define GATHER_BYTES ((int64_t)4 << 20)

/* Batches held; fewer when a schema is so wide that their views would take much. */
#define HELD_MAX       64
#define HELD_MIN       4
#define HELD_NODES_MAX 65536

struct held {
    struct ArrowArray array; /* release NULL: none */
    struct quire_view *view; /* made once */
    int64_t first_row, rows, taken;
    int64_t bytes;
};

struct quire_batch_queue {
    const struct quire_field *root;
    bool bounds; /* it has values that can be none of their type */
    struct quire_budget *budget;
    struct quire_view *probe;
    struct quire_column *gathered;
    int64_t gathered_bytes;
    size_t gathered_charged;
    struct held *ring;
    size_t ring_size, done, front, end; /* running numbers; modulo ring_size they are places */
    struct quire_row_slice *slices;
    size_t slices_size; /* taken and not given back */
    int64_t rows_in;    /* all rows so far */
    int64_t rows, bytes;
};

static struct held *held_at(const struct quire_batch_queue *queue, size_t number)
{
    return &queue->ring[number % queue->ring_size];
}

static int64_t bytes_of(const struct quire_batch_queue *queue, const struct quire_view *view)
{
    int64_t bytes = quire_view_data_bytes(view, 0, view->length);
    if (bytes < 0) bytes = view->length * (int64_t)queue->root->children_size * 16;
    return bytes > 0 ? bytes : 1;
}

/* --- In ------------------------------------------------------------------------------- */

bool quire_batch_queue_has_room(const struct quire_batch_queue *queue)
{
    return queue->end - queue->done + 2 <= queue->ring_size; /* a batch, and one gathered */
}

static int hold(struct quire_batch_queue *queue, struct ArrowArray *array,
                struct quire_error *error)
{
    struct held *held = held_at(queue, queue->end);
    int code = 0;
    if (held->view == NULL) code = quire_view_new(queue->root, &held->view, error);
    if (code == 0) code = quire_view_set(held->view, array, error);
    if (code != 0) {
        quire_array_release(array);
        return code;
    }
    held->array = *array;
    array->release = NULL;
    held->rows = held->view->length;
    held->taken = 0;
    held->bytes = bytes_of(queue, held->view);
    queue->end++;
    queue->rows += held->rows;
    queue->bytes += held->bytes;
    return 0;
}

static void charge_gathered(struct quire_batch_queue *queue, size_t bytes)
{
    quire_budget_return(queue->budget, queue->gathered_charged);
    quire_budget_force(queue->budget, bytes);
    queue->gathered_charged = bytes;
}

int quire_batch_queue_flush(struct quire_batch_queue *queue, struct quire_error *error)
{
    if (queue->gathered == NULL || queue->gathered->length == 0) return 0;
    struct ArrowArray array = {.release = NULL};
    int64_t rows = queue->gathered->length;
    QUIRE_TRY(quire_column_finish(queue->gathered, &array, error));
    charge_gathered(queue, 0);
    queue->gathered_bytes = 0;
    held_at(queue, queue->end)->first_row = queue->rows_in - rows;
    return hold(queue, &array, error);
}

static int copy_probe(struct quire_batch_queue *queue)
{
    if (queue->gathered->length == 0)
        QUIRE_TRY(quire_column_begin_dictionaries(queue->gathered, queue->probe));
    return quire_column_append_view(queue->gathered, queue->probe, 0, queue->probe->length);
}

static int gather(struct quire_batch_queue *queue, int64_t bytes, struct quire_error *error)
{
    if (queue->gathered == NULL) QUIRE_TRY(quire_column_new(queue->root, &queue->gathered, error));
    int64_t rows = queue->probe->length;
    int code = copy_probe(queue);
    if (code == QUIRE_LIMIT && queue->gathered->length > 0) { /* dictionary indices are full */
        QUIRE_TRY(quire_batch_queue_flush(queue, error));
        code = copy_probe(queue);
    }
    if (code != 0) {
        quire_fail(error, code, OPERATION, "a batch cannot be read: %s", quire_code_text(code));
        quire_error_at(error, queue->rows_in + 1, NULL, QUIRE_NOWHERE);
        return code;
    }
    queue->rows_in += rows;
    queue->gathered_bytes += bytes;
    charge_gathered(queue, (size_t)queue->gathered_bytes);
    if (queue->gathered->length < GATHER_ROWS && queue->gathered_bytes < GATHER_BYTES) return 0;
    return quire_batch_queue_flush(queue, error);
}

static int check_bounds(const struct quire_batch_queue *queue, struct quire_error *error)
{
    int code = quire_view_check_bounds(queue->probe, error);
    if (code != 0 && error != NULL) error->row += queue->rows_in;
    return code;
}

int quire_batch_queue_put(struct quire_batch_queue *queue, struct ArrowArray *batch,
                          struct quire_error *error)
{
    int code = quire_view_set(queue->probe, batch, error);
    int64_t rows = code == 0 ? queue->probe->length : 0;
    if (rows > 0 && queue->bounds) code = check_bounds(queue, error);
    if (rows == 0 || code != 0) {
        quire_array_release(batch);
        return code;
    }
    int64_t bytes = bytes_of(queue, queue->probe);
    if (rows < SMALL_ROWS && bytes < SMALL_BYTES) {
        code = gather(queue, bytes, error);
        quire_array_release(batch);
        return code;
    }
    code = quire_batch_queue_flush(queue, error);
    if (code != 0) {
        quire_array_release(batch);
        return code;
    }
    held_at(queue, queue->end)->first_row = queue->rows_in;
    queue->rows_in += rows;
    return hold(queue, batch, error);
}

/* --- Out ------------------------------------------------------------------------------ */

int64_t quire_batch_queue_rows(const struct quire_batch_queue *queue)
{
    return queue->rows;
}

int64_t quire_batch_queue_bytes(const struct quire_batch_queue *queue)
{
    return queue->bytes;
}

/* Rows of a batch that fit, at least one when nothing has been taken yet. */
static int64_t rows_that_fit(const struct held *held, int64_t rows_max, int64_t bytes_max,
                             bool first)
{
    int64_t left = held->rows - held->taken;
    int64_t row_bytes = held->bytes / held->rows + 1;
    int64_t fit = bytes_max / row_bytes;
    if (fit > rows_max) fit = rows_max;
    if (fit < 1 && first) fit = 1;
    return fit < left ? fit : left;
}

int64_t quire_batch_queue_take(struct quire_batch_queue *queue, int64_t rows_max, int64_t bytes_max,
                               const struct quire_row_slice **slices, size_t *slices_size)
{
    struct quire_row_slice *out = queue->slices + queue->slices_size;
    size_t size = 0;
    int64_t taken = 0;
    while (queue->front < queue->end && taken < rows_max) {
        struct held *held = held_at(queue, queue->front);
        int64_t rows = rows_that_fit(held, rows_max - taken, bytes_max, taken == 0);
        if (rows < 1) break;
        int64_t bytes = held->bytes / held->rows * rows;
        out[size++] = (struct quire_row_slice){held->view, held->taken, rows, held->first_row};
        held->taken += rows;
        taken += rows;
        bytes_max -= bytes;
        queue->rows -= rows;
        queue->bytes -= bytes;
        if (held->taken < held->rows) break;
        queue->front++;
    }
    if (queue->rows == 0) queue->bytes = 0;
    queue->slices_size += size;
    *slices = out;
    *slices_size = size;
    return taken;
}

void quire_batch_queue_give_back(struct quire_batch_queue *queue)
{
    queue->slices_size = 0;
    for (; queue->done < queue->front; queue->done++)
        quire_array_release(&held_at(queue, queue->done)->array);
}

/* --- Life ------------------------------------------------------------------------------ */

void quire_batch_queue_free(struct quire_batch_queue *queue)
{
    if (queue == NULL) return;
    for (size_t i = 0; queue->ring != NULL && i < queue->ring_size; i++) {
        quire_array_release(&queue->ring[i].array);
        quire_view_free(queue->ring[i].view);
    }
    quire_budget_return(queue->budget, queue->gathered_charged);
    quire_column_free(queue->gathered);
    quire_view_free(queue->probe);
    quire_free(queue->slices);
    quire_free(queue->ring);
    quire_free(queue);
}

static size_t count_nodes(const struct quire_field *field)
{
    size_t nodes = 1;
    for (size_t i = 0; i < field->children_size; i++)
        nodes += count_nodes(&field->children[i]);
    return field->dictionary != NULL ? nodes + count_nodes(field->dictionary) : nodes;
}

static void queue_cleanup(struct quire_batch_queue **queue)
{
    quire_batch_queue_free(*queue);
}

int quire_batch_queue_new(const struct quire_field *root, struct quire_budget *budget,
                          struct quire_batch_queue **result, struct quire_error *error)
{
    QUIRE_CLEANUP(queue_cleanup)
    struct quire_batch_queue *queue = quire_alloc_zero(1, sizeof(*queue));
    if (queue == NULL) return quire_fail_memory(error, OPERATION);
    queue->root = root;
    queue->bounds = quire_field_has_bounds(root);
    queue->budget = budget;
    size_t size = HELD_NODES_MAX / count_nodes(root);
    queue->ring_size = size > HELD_MAX ? HELD_MAX : size < HELD_MIN ? HELD_MIN : size;
    queue->ring = quire_alloc_zero(queue->ring_size, sizeof(*queue->ring));
    /* Each taking may cut one batch in two. */
    queue->slices =
        quire_alloc_zero(queue->ring_size + QUIRE_BATCH_TAKES_MAX, sizeof(*queue->slices));
    if (queue->ring == NULL || queue->slices == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_view_new(root, &queue->probe, error));
    *result = QUIRE_STEAL(queue);
    return 0;
}
