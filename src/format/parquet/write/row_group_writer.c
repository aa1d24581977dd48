/* Rounds. A worker takes the next leaf in the order of cost until none is left; there are
 * as many workers as threads, so that a round costs a few locks however many leaves there
 * are, and the thread that waits is one of them.
 *
 * Leaves have a writer in each lane; all of a round are turns of the same workers.
 *
 * Finished chunks have two places by turns, so that those of one row group can be written
 * while the next one ends. */
#include "format/parquet/write/row_group_writer.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"

struct leaf {
    struct quire_chunk_writer *writer;
    int64_t cost_ns; /* of this row group */
    bool begun;
};

struct worker {
    struct quire_job job;
    struct quire_row_group_writer *writer;
    int code; /* of the failure at the first row that this worker met */
    int64_t failed_row;
    size_t failed_leaf;
    struct quire_error error;
};

/* A leaf's place in the order, by its cost in a row group or, before there was one, in the
 * first round. */
struct turn {
    size_t leaf;
    int64_t cost_ns;
};

struct quire_row_group_writer {
    struct quire_context *context;
    struct leaf *leaves; /* of all lanes, lane by lane */
    size_t leaves_size;  /* of a lane */
    size_t lanes;
    struct quire_written_chunk *chunks[2]; /* of all leaves, lane by lane */
    struct turn *order;
    bool ordered;
    struct worker *workers;
    size_t workers_size;
    int64_t row_group;
    size_t place, closed_place; /* of chunks */
    /* The round that runs. */
    bool running, close;
    struct quire_row_group_slices groups[QUIRE_ROW_GROUP_LANES_MAX];
    size_t groups_size;
    _Atomic size_t next;
};

/* --- A leaf's part of a round --------------------------------------------------------- */

static int add_slices(const struct quire_row_group_slices *group, struct leaf *leaf, int64_t *row,
                      struct quire_error *error)
{
    for (size_t i = 0; i < group->size; i++) {
        const struct quire_row_slice *slice = &group->slices[i];
        int code =
            quire_chunk_writer_add(leaf->writer, slice->view, slice->start, slice->rows, error);
        if (code == 0) continue;
        *row = slice->first_row + slice->start;
        if (error->row > 0) {
            error->row += slice->first_row;
            *row = error->row - 1;
        }
        return code;
    }
    return 0;
}

static int work_leaf(const struct quire_row_group_writer *writer, size_t lane, size_t index,
                     int64_t *row, struct quire_error *error)
{
    struct leaf *leaf = &writer->leaves[index];
    int16_t row_group = (int16_t)(writer->row_group + (int64_t)lane);
    *row = INT64_MAX; /* of failures that are no row's */
    if (!leaf->begun) QUIRE_TRY(quire_chunk_writer_begin(leaf->writer, row_group, error));
    leaf->begun = true;
    QUIRE_TRY(add_slices(&writer->groups[lane], leaf, row, error));
    if (!writer->close) return 0;
    leaf->begun = false;
    return quire_chunk_writer_finish(leaf->writer, &writer->chunks[writer->place][index], error);
}

static void note_failure(struct worker *worker, int code, int64_t row, size_t leaf,
                         const struct quire_error *error)
{
    bool first = worker->code == 0 || row < worker->failed_row ||
                 (row == worker->failed_row && leaf < worker->failed_leaf);
    if (!first) return;
    worker->code = code;
    worker->failed_row = row;
    worker->failed_leaf = leaf;
    worker->error = *error;
}

static void run_worker(void *argument)
{
    struct worker *worker = argument;
    struct quire_row_group_writer *writer = worker->writer;
    int64_t before = quire_time_monotonic_ns();
    for (;;) {
        size_t turn = atomic_fetch_add_explicit(&writer->next, 1, memory_order_relaxed);
        size_t lane = turn / writer->leaves_size;
        if (lane >= writer->groups_size) return;
        size_t leaf = writer->order[turn % writer->leaves_size].leaf;
        size_t index = lane * writer->leaves_size + leaf;
        struct quire_error error;
        quire_error_clear(&error);
        int64_t row = 0;
        int code = work_leaf(writer, lane, index, &row, &error);
        if (code != 0) note_failure(worker, code, row, leaf, &error);
        int64_t now = quire_time_monotonic_ns();
        writer->leaves[index].cost_ns += now - before;
        before = now;
    }
}

/* --- Rounds ----------------------------------------------------------------------------- */

static void start(struct quire_row_group_writer *writer,
                  const struct quire_row_group_slices *groups, size_t n, bool close)
{
    assert(!writer->running && n > 0 && n <= writer->lanes);
    writer->running = true;
    memcpy(writer->groups, groups, n * sizeof(*groups));
    writer->groups_size = n;
    writer->close = close;
    atomic_store(&writer->next, 0);
    for (size_t i = 0; i < writer->workers_size; i++) {
        writer->workers[i].code = 0;
        quire_pool_submit(writer->context->pool, &writer->workers[i].job);
    }
}

void quire_row_group_writer_start(struct quire_row_group_writer *writer,
                                  const struct quire_row_slice *slices, size_t slices_size,
                                  bool close)
{
    const struct quire_row_group_slices group = {slices, slices_size};
    start(writer, &group, 1, close);
}

void quire_row_group_writer_start_groups(struct quire_row_group_writer *writer,
                                         const struct quire_row_group_slices *groups, size_t n)
{
    start(writer, groups, n, true);
}

size_t quire_row_group_writer_lanes(const struct quire_row_group_writer *writer)
{
    return writer->lanes;
}

static int compare_turns(const void *a, const void *b)
{
    const struct turn *left = a, *right = b;
    if (left->cost_ns != right->cost_ns) return left->cost_ns > right->cost_ns ? -1 : 1;
    return left->leaf < right->leaf ? -1 : left->leaf > right->leaf;
}

static void order_leaves(struct quire_row_group_writer *writer)
{
    for (size_t i = 0; i < writer->leaves_size; i++) {
        writer->order[i] = (struct turn){i, writer->leaves[i].cost_ns};
        if (writer->close) writer->leaves[i].cost_ns = 0;
    }
    qsort(writer->order, writer->leaves_size, sizeof(*writer->order), compare_turns);
    writer->ordered = true;
}

static int first_failure(const struct quire_row_group_writer *writer, struct quire_error *error)
{
    const struct worker *first = NULL;
    for (size_t i = 0; i < writer->workers_size; i++) {
        const struct worker *worker = &writer->workers[i];
        if (worker->code == 0) continue;
        if (first == NULL || worker->failed_row < first->failed_row ||
            (worker->failed_row == first->failed_row && worker->failed_leaf < first->failed_leaf))
            first = worker;
    }
    if (first == NULL) return 0;
    if (error != NULL) *error = first->error;
    return first->code;
}

int quire_row_group_writer_wait(struct quire_row_group_writer *writer, struct quire_error *error)
{
    if (!writer->running) return 0;
    for (size_t i = 0; i < writer->workers_size; i++)
        quire_pool_wait(writer->context->pool, &writer->workers[i].job);
    writer->running = false;
    if (writer->close || !writer->ordered) order_leaves(writer);
    QUIRE_TRY(first_failure(writer, error));
    if (writer->close) {
        writer->closed_place = writer->place;
        writer->place ^= 1;
        writer->row_group += (int64_t)writer->groups_size;
    }
    return 0;
}

struct quire_written_chunk *quire_row_group_writer_chunks(struct quire_row_group_writer *writer,
                                                          size_t lane)
{
    return writer->chunks[writer->closed_place] + lane * writer->leaves_size;
}

void quire_row_group_writer_drop(struct quire_row_group_writer *writer,
                                 struct quire_written_chunk *chunks)
{
    for (size_t i = 0; chunks != NULL && i < writer->leaves_size; i++) {
        quire_written_chunk_release(&chunks[i]);
        chunks[i] = (struct quire_written_chunk){0};
    }
}

static size_t all_leaves(const struct quire_row_group_writer *writer)
{
    return writer->leaves_size * writer->lanes;
}

static size_t chunks_memory(const struct quire_row_group_writer *writer, size_t place)
{
    size_t memory = 0;
    for (size_t i = 0; i < all_leaves(writer); i++) {
        const struct quire_written_chunk *chunk = &writer->chunks[place][i];
        memory += chunk->pages.capacity + chunk->arena.bytes +
                  chunk->bloom.blocks * QUIRE_BLOOM_BLOCK_BYTES;
    }
    return memory;
}

size_t quire_row_group_writer_size(const struct quire_row_group_writer *writer)
{
    size_t size = 0;
    for (size_t i = 0; i < all_leaves(writer); i++)
        if (writer->leaves[i].begun) size += quire_chunk_writer_size(writer->leaves[i].writer);
    return size;
}

size_t quire_row_group_writer_memory(const struct quire_row_group_writer *writer)
{
    size_t memory = chunks_memory(writer, 0) + chunks_memory(writer, 1);
    for (size_t i = 0; i < all_leaves(writer); i++)
        memory += quire_chunk_writer_memory(writer->leaves[i].writer);
    return memory;
}

/* --- Life --------------------------------------------------------------------------------- */

void quire_row_group_writer_free(struct quire_row_group_writer *writer)
{
    if (writer == NULL) return;
    (void)quire_row_group_writer_wait(writer, NULL);
    for (size_t i = 0; writer->leaves != NULL && i < all_leaves(writer); i++)
        quire_chunk_writer_free(writer->leaves[i].writer);
    for (size_t place = 0; place < 2; place++) {
        for (size_t lane = 0; writer->chunks[place] != NULL && lane < writer->lanes; lane++)
            quire_row_group_writer_drop(writer, writer->chunks[place] + lane * writer->leaves_size);
        quire_free(writer->chunks[place]);
    }
    quire_free(writer->leaves);
    quire_free(writer->order);
    quire_free(writer->workers);
    quire_free(writer);
}

static void writer_cleanup(struct quire_row_group_writer **writer)
{
    quire_row_group_writer_free(*writer);
}

static int make_workers(struct quire_row_group_writer *writer, struct quire_error *error)
{
    size_t threads = quire_pool_threads(writer->context->pool);
    writer->workers_size = threads < all_leaves(writer) ? threads : all_leaves(writer);
    writer->workers = quire_alloc_zero(writer->workers_size, sizeof(*writer->workers));
    if (writer->workers == NULL) return quire_fail_memory(error, "write parquet");
    for (size_t i = 0; i < writer->workers_size; i++) {
        writer->workers[i].writer = writer;
        writer->workers[i].job.run = run_worker;
        writer->workers[i].job.argument = &writer->workers[i];
    }
    return 0;
}

static size_t lanes_of(size_t threads, size_t leaves)
{
    size_t lanes = leaves > 0 ? threads / leaves : 1;
    if (lanes > QUIRE_ROW_GROUP_LANES_MAX) lanes = QUIRE_ROW_GROUP_LANES_MAX;
    return lanes > 0 ? lanes : 1;
}

int quire_row_group_writer_new(const struct quire_parquet_schema *schema,
                               const struct quire_chunk_options *leaves,
                               struct quire_context *context,
                               struct quire_row_group_writer **result, struct quire_error *error)
{
    QUIRE_CLEANUP(writer_cleanup)
    struct quire_row_group_writer *writer = quire_alloc_zero(1, sizeof(*writer));
    if (writer == NULL) return quire_fail_memory(error, "write parquet");
    writer->context = context;
    writer->leaves_size = schema->leaves_size;
    writer->lanes = lanes_of(quire_pool_threads(context->pool), schema->leaves_size);
    writer->leaves = quire_alloc_zero(all_leaves(writer), sizeof(*writer->leaves));
    writer->order = quire_alloc_zero(writer->leaves_size, sizeof(*writer->order));
    for (size_t place = 0; place < 2; place++) {
        writer->chunks[place] = quire_alloc_zero(all_leaves(writer), sizeof(**writer->chunks));
        if (writer->chunks[place] == NULL) return quire_fail_memory(error, "write parquet");
    }
    if (writer->leaves == NULL || writer->order == NULL)
        return quire_fail_memory(error, "write parquet");
    for (size_t i = 0; i < writer->leaves_size; i++)
        writer->order[i].leaf = i;
    for (size_t i = 0; i < all_leaves(writer); i++) {
        size_t leaf = i % writer->leaves_size;
        QUIRE_TRY(
            quire_chunk_writer_new(schema, leaf, &leaves[leaf], &writer->leaves[i].writer, error));
    }
    QUIRE_TRY(make_workers(writer, error));
    *result = QUIRE_STEAL(writer);
    return 0;
}
