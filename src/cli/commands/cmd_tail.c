/* tail: the last rows. Held are the batches that may still have some of them. */
#include "show.h"

/* A queue of batches in a ring. */
struct ring {
    struct ArrowArray *batches; /* capacity of them */
    size_t capacity, first, size;
    int64_t rows; /* in all of them */
};

static void release_ring(struct ring *ring)
{
    for (size_t i = 0; i < ring->size; i++)
        quire_array_release(&ring->batches[(ring->first + i) % ring->capacity]);
    quire_free(ring->batches);
}

static int grow(struct ring *ring, struct quire_error *error)
{
    size_t capacity = ring->capacity > 0 ? ring->capacity * 2 : 16;
    struct ArrowArray *batches = quire_alloc_zero(capacity, sizeof(*batches));
    if (batches == NULL) return quire_cli_fail_memory(error);
    for (size_t i = 0; i < ring->size; i++)
        batches[i] = ring->batches[(ring->first + i) % ring->capacity];
    quire_free(ring->batches);
    ring->batches = batches;
    ring->capacity = capacity;
    ring->first = 0;
    return 0;
}

static struct ArrowArray take_first(struct ring *ring)
{
    struct ArrowArray batch = ring->batches[ring->first];
    ring->first = (ring->first + 1) % ring->capacity;
    ring->size--;
    ring->rows -= batch.length;
    return batch;
}

/* Takes the batch, also on failure. */
static int push(struct ring *ring, struct ArrowArray *batch, int64_t wanted,
                struct quire_error *error)
{
    if (ring->size == ring->capacity && grow(ring, error) != 0) {
        quire_array_release(batch);
        return QUIRE_MEMORY;
    }
    ring->batches[(ring->first + ring->size) % ring->capacity] = *batch;
    ring->size++;
    ring->rows += batch->length;
    while (ring->size > 0 && ring->rows - ring->batches[ring->first].length >= wanted) {
        struct ArrowArray gone = take_first(ring);
        quire_array_release(&gone);
    }
    return 0;
}

static int collect(struct quire_cli_input *input, struct ring *ring, int64_t wanted,
                   struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&input->stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(push(ring, &batch, wanted, error));
    }
}

static int write_rows(struct ring *ring, int64_t wanted, struct quire_writer *writer,
                      struct quire_error *error)
{
    while (ring->size > 0) {
        int64_t skipped = ring->rows > wanted ? ring->rows - wanted : 0;
        struct ArrowArray batch = take_first(ring);
        /* A struct array that begins later: its offset counts for all its children. */
        batch.offset += skipped;
        batch.length -= skipped;
        if (skipped > 0 && batch.null_count > 0) batch.null_count = -1;
        QUIRE_TRY(quire_writer_write(writer, &batch, error));
    }
    return 0;
}

static int show_last(struct quire_cli *cli, int argc, char **argv, int64_t wanted)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_writer_close) struct quire_writer *writer = NULL;
    QUIRE_CLEANUP(release_ring) struct ring ring = {.batches = NULL};
    struct quire_cli_output output;
    QUIRE_TRY(quire_cli_show_output(cli, "table", &output, &cli->error));
    const struct quire_cli_request request = {
        .names = argv, .names_size = (size_t)argc, .output = output.format};
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    QUIRE_TRY(collect(&input, &ring, wanted, &cli->error));
    QUIRE_TRY(quire_cli_output_open(cli, &output, &input, &writer, &cli->error));
    QUIRE_TRY(write_rows(&ring, wanted, writer, &cli->error));
    QUIRE_TRY(quire_cli_output_finish(writer, &input, NULL, &cli->error));
    quire_cli_input_tell(&input);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct quire_cli_show_options *options = cli->options;
    const struct quire_raw_range range = {QUIRE_RAW_LAST, options->n};
    if (options->raw) return quire_cli_show_raw(cli, argc, argv, &range);
    return show_last(cli, argc, argv, options->n);
}

static const struct quire_option rows[] = {
    QUIRE_CLI_SHOW_N("rows to show; they are held in memory"),
    QUIRE_CLI_SHOW_RAW,
};

const struct quire_command quire_command_tail = {
    .name = "tail",
    .summary = "show the last rows of files",
    QUIRE_CLI_SHOW_DRAWN(rows),
    .run = run,
};
