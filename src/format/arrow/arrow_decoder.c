/* A batch is given as it lies in the body of its message: mapped, or in one block. Before
 * that, what its buffers say is looked at column by column in the threads of the context,
 * so that no consumer is led outside of them. */
#include "format/arrow/arrow_decoder.h"

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "format/arrow/array_layout.h"
#include "format/arrow/arrow_input.h"
#include "format/arrow/column_select.h"
#include "format/arrow/dictionary_reader.h"
#include "format/arrow/wire_proof.h"

#define OPERATION "read arrow"

#define AT(field) offsetof(struct quire_arrow_decoder_options, field)
const struct quire_option quire_arrow_decoder_rows[QUIRE_ARROW_DECODER_ROWS] = {
    {.name = "memory_map",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(memory_map),
     .help = "look at local files where they lie instead of copying them; off for files that "
             "others may cut meanwhile"},
    {.name = "validate",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(validate),
     .help = "look at offsets, indices, null counts and UTF-8 before a batch is given; off only "
             "for files that are trusted: a damaged one leads its readers out of its buffers"},
};

/* Fewer rows are not worth a job each column. */
#define JOB_ROWS_MIN 16384

/* A column that is wanted. */
struct column {
    struct quire_view *view;
    bool has_content; /* there is something to look at */
    struct quire_job job;
    int code;
    struct quire_error error;
};

struct decoder {
    struct quire_arrow_input input;
    struct quire_context *context;
    bool *wanted;
    size_t wanted_size;  /* columns that are */
    size_t content_size; /* of those, such that have content */
    struct column *columns;
    struct quire_typed_target target;
    struct quire_dictionary_reader dictionaries;
    size_t next_block; /* with a footer */
    int64_t rows;      /* read so far */
    int64_t first_row; /* of the batch that was read last */
    struct quire_record_counts *counts;
};

static void decoder_close(void *source)
{
    struct decoder *decoder = source;
    for (size_t i = 0; decoder->columns != NULL && i < decoder->wanted_size; i++)
        quire_view_free(decoder->columns[i].view);
    quire_free(decoder->columns);
    quire_free(decoder->wanted);
    quire_typed_target_release(&decoder->target);
    quire_dictionary_reader_release(&decoder->dictionaries);
    quire_arrow_input_release(&decoder->input);
    quire_free(decoder);
}

static int decoder_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct decoder *decoder = source;
    return quire_schema_copy(&decoder->target.given, schema, error);
}

/* --- Batches ----------------------------------------------------------------------------- */

static void run_check(void *argument)
{
    struct column *column = argument;
    column->code = quire_view_validate_rows(column->view, &column->error);
}

static void tell_proofs(struct decoder *decoder, const struct quire_wire_batch *wire)
{
    const struct quire_field *root = decoder->input.root;
    struct quire_wire_cursor cursor = {0};
    size_t next = 0;
    for (size_t i = 0; i < root->children_size; i++)
        quire_wire_proof_tell(wire, &root->children[i], &cursor,
                              decoder->wanted[i] ? decoder->columns[next++].view : NULL);
}

/* Points the views at the columns and looks at what they say, all at once. */
static int check_columns(struct decoder *decoder, const struct quire_wire_batch *wire,
                         const struct ArrowArray *batch, struct quire_error *error)
{
    int code = 0;
    for (size_t i = 0; i < decoder->wanted_size && code == 0; i++) {
        struct column *column = &decoder->columns[i];
        code = quire_view_set(column->view, batch->children[i], error);
        if (code == 0) continue;
        if (code == QUIRE_USAGE && error != NULL) error->code = QUIRE_CORRUPT;
        if (code == QUIRE_USAGE) code = QUIRE_CORRUPT;
        quire_error_outer_column(error, column->view->field->name);
    }
    if (code != 0 || decoder->input.messages.trusted) return code;
    tell_proofs(decoder, wire);
    /* A job for one alone would only move it away from the cache that holds it. */
    bool side_by_side = decoder->content_size > 1 && batch->length >= JOB_ROWS_MIN;
    for (size_t i = 0; i < decoder->wanted_size; i++) {
        struct column *column = &decoder->columns[i];
        column->job = (struct quire_job){.run = run_check, .argument = column};
        quire_error_clear(&column->error);
        if (side_by_side && column->has_content)
            quire_pool_submit(decoder->context->pool, &column->job);
    }
    for (size_t i = 0; i < decoder->wanted_size; i++) {
        struct column *column = &decoder->columns[i];
        if (side_by_side && column->has_content)
            quire_pool_wait(decoder->context->pool, &column->job);
        else
            run_check(column);
        if (column->code == 0 || code != 0) continue;
        code = column->code;
        if (error == NULL) continue;
        *error = column->error;
        if (error->row != QUIRE_NOWHERE) error->row += decoder->rows;
        quire_error_outer_column(error, column->view->field->name);
    }
    return code;
}

/* The node of the batch itself. */
static int make_batch(const struct decoder *decoder, const struct quire_wire_batch *wire,
                      struct quire_array_bag *bag, struct ArrowArray *batch,
                      struct quire_error *error)
{
    quire_array_bag_node(bag, batch);
    const void **buffers = quire_array_bag_alloc(bag, sizeof(void *));
    if (buffers == NULL || quire_array_bag_children(bag, batch, decoder->wanted_size, false) != 0)
        return quire_fail_memory(error, OPERATION);
    buffers[0] = NULL;
    batch->buffers = buffers;
    batch->n_buffers = 1;
    batch->length = wire->length;
    return 0;
}

static int put_columns(struct decoder *decoder, const struct quire_wire_batch *wire,
                       struct quire_array_bag *bag, struct ArrowArray *batch,
                       struct quire_error *error)
{
    const struct quire_field *root = decoder->input.root;
    struct quire_wire_cursor cursor = {0};
    size_t next = 0;
    for (size_t i = 0; i < root->children_size; i++) {
        const struct quire_field *field = &root->children[i];
        struct ArrowArray *array = decoder->wanted[i] ? batch->children[next++] : NULL;
        QUIRE_TRY(quire_wire_batch_array(wire, field, &cursor, bag, array, error));
        if (array == NULL) continue;
        if (array->length != wire->length) {
            quire_fail(error, QUIRE_CORRUPT, OPERATION, "a column has %lld rows in a batch of %lld",
                       (long long)array->length, (long long)wire->length);
            quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
            return QUIRE_CORRUPT;
        }
        QUIRE_TRY(quire_dictionary_reader_give(&decoder->dictionaries, field, bag, array, error));
    }
    return 0;
}

static int read_columns(struct decoder *decoder, const struct quire_read_message *message,
                        struct quire_array_bag *bag, struct ArrowArray *batch,
                        struct quire_error *error)
{
    const struct quire_wire_fields fields = {decoder->input.root->children,
                                             decoder->input.root->children_size, decoder->wanted};
    QUIRE_CLEANUP(quire_wire_batch_release) struct quire_wire_batch wire = {0};
    QUIRE_TRY(quire_wire_batch_open(&wire, message, &message->message.header, error));
    QUIRE_TRY(quire_wire_batch_load(&wire, &fields, message, &decoder->input.messages, bag,
                                    decoder->context, error));
    QUIRE_TRY(make_batch(decoder, &wire, bag, batch, error));
    QUIRE_TRY(put_columns(decoder, &wire, bag, batch, error));
    return check_columns(decoder, &wire, batch, error);
}

static int read_batch(struct decoder *decoder, const struct quire_read_message *message,
                      struct ArrowArray *batch, struct quire_error *error)
{
    struct ArrowArray read = {.release = NULL};
    struct quire_array_bag *bag = quire_array_bag_new();
    if (bag == NULL) return quire_fail_memory(error, OPERATION);
    int code = read_columns(decoder, message, bag, &read, error);
    quire_array_bag_release(bag);
    if (code != 0) {
        quire_array_release(&read);
        return quire_message_fail(message, code, error);
    }
    *batch = read;
    return 0;
}

/* The next record batch, having taken the dictionaries before it. */
static int next_of_stream(struct decoder *decoder, struct ArrowArray *batch,
                          struct quire_error *error)
{
    struct quire_read_message message;
    for (bool found = true;;) {
        QUIRE_TRY(quire_arrow_input_next(&decoder->input, &message, &found, error));
        if (!found) return 0;
        if (message.message.header_type == QUIRE_HEADER_RECORD_BATCH)
            return read_batch(decoder, &message, batch, error);
        int code = quire_dictionary_reader_take(&decoder->dictionaries, &message,
                                                &decoder->input.messages, decoder->context, error);
        QUIRE_TRY(quire_message_fail(&message, code, error));
    }
}

static int next_of_file(struct decoder *decoder, struct ArrowArray *batch,
                        struct quire_error *error)
{
    const struct quire_arrow_block *blocks = (const void *)decoder->input.batches.data;
    struct quire_read_message message;
    if (decoder->next_block == decoder->input.batches.size / sizeof(*blocks)) return 0;
    QUIRE_TRY(quire_arrow_input_block(&decoder->input, &blocks[decoder->next_block++],
                                      QUIRE_HEADER_RECORD_BATCH, &message, error));
    return read_batch(decoder, &message, batch, error);
}

static int64_t row_of(const void *place, int64_t k)
{
    return ((const struct decoder *)place)->first_row + k;
}

static int decoder_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct decoder *decoder = source;
    struct ArrowArray read = {.release = NULL};
    const struct quire_batch_rows rows = {row_of, decoder};
    QUIRE_TRY(quire_context_check(decoder->context, error));
    if (!quire_typed_target_pending(&decoder->target)) {
        QUIRE_TRY(decoder->input.footer ? next_of_file(decoder, &read, error)
                                        : next_of_stream(decoder, &read, error));
        if (read.release == NULL) return 0;
        decoder->first_row = decoder->rows;
        decoder->rows += read.length;
        if (decoder->counts != NULL) decoder->counts->bytes = decoder->input.messages.position;
    }
    QUIRE_TRY(quire_typed_target_batch(&decoder->target, &read, &rows, batch, error));
    if (decoder->counts != NULL) decoder->counts->rows += batch->length;
    return 0;
}

/* --- Opening ------------------------------------------------------------------------------ */

/* The dictionaries of a file come before its batches, wherever they stand; those that stand
 * in others' values first. */
static int take_dictionaries(struct decoder *decoder, int depth, int *deepest,
                             struct quire_error *error)
{
    const struct quire_arrow_block *blocks = (const void *)decoder->input.dictionaries.data;
    size_t size = decoder->input.dictionaries.size / sizeof(*blocks);
    for (size_t i = 0; i < size; i++) {
        struct quire_read_message message;
        QUIRE_TRY(quire_arrow_input_block(&decoder->input, &blocks[i],
                                          QUIRE_HEADER_DICTIONARY_BATCH, &message, error));
        int64_t id = quire_flatbuffer_i64(&message.message.header, QUIRE_DICTIONARY_BATCH_ID, 0);
        int own = quire_dictionary_reader_depth(&decoder->dictionaries, id);
        if (own > *deepest) *deepest = own;
        if (own >= 0 && own != depth) continue;
        int code = quire_dictionary_reader_take(&decoder->dictionaries, &message,
                                                &decoder->input.messages, decoder->context, error);
        QUIRE_TRY(quire_message_fail(&message, code, error));
    }
    return 0;
}

static int take_all_dictionaries(struct decoder *decoder, struct quire_error *error)
{
    int deepest = 0;
    if (decoder->input.dictionaries.size == 0) return 0;
    QUIRE_TRY(take_dictionaries(decoder, QUIRE_FIELD_DEPTH_MAX, &deepest, error));
    for (int depth = deepest; depth >= 0; depth--)
        QUIRE_TRY(take_dictionaries(decoder, depth, &deepest, error));
    return 0;
}

/* Do the values say where others are, or are they text? */
static bool has_content(const struct quire_field *field)
{
    enum quire_array_layout_kind kind = quire_array_layout_of(field).kind;
    bool plain = kind == QUIRE_LAYOUT_NULL || kind == QUIRE_LAYOUT_BITS ||
                 kind == QUIRE_LAYOUT_FIXED || kind == QUIRE_LAYOUT_FIXED_LIST ||
                 kind == QUIRE_LAYOUT_STRUCT;
    bool has = !plain || field->kind == QUIRE_KIND_DICTIONARY;
    for (size_t i = 0; i < field->children_size && !has; i++)
        has = has_content(&field->children[i]);
    return has;
}

static int make_columns(struct decoder *decoder, struct quire_error *error)
{
    const struct quire_field *root = decoder->input.root;
    for (size_t i = 0; i < root->children_size; i++)
        decoder->wanted_size += decoder->wanted[i];
    decoder->columns = quire_alloc_zero(decoder->wanted_size + 1, sizeof(*decoder->columns));
    if (decoder->columns == NULL) return quire_fail_memory(error, OPERATION);
    struct column *column = decoder->columns;
    for (size_t i = 0; i < root->children_size; i++) {
        if (!decoder->wanted[i]) continue;
        QUIRE_TRY(quire_view_new(&root->children[i], &column->view, error));
        column->has_content = has_content(&root->children[i]);
        decoder->content_size += column->has_content;
        column++;
    }
    return 0;
}

static int open_decoder(struct decoder *decoder, struct quire_in *in,
                        const struct quire_arrow_decoder_options *options,
                        const struct quire_record_policy *policy, struct quire_error *error)
{
    decoder->counts = policy->counts;
    QUIRE_TRY(quire_arrow_input_open(&decoder->input, in, options->memory_map, error));
    decoder->input.messages.blocks = decoder->context->blocks;
    decoder->input.messages.trusted = !options->validate;
    const struct quire_field *root = decoder->input.root;
    decoder->wanted = quire_alloc_zero(root->children_size + 1, sizeof(*decoder->wanted));
    if (decoder->wanted == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_arrow_select_columns(&decoder->target, policy, root, decoder->wanted, error));
    QUIRE_TRY(make_columns(decoder, error));
    QUIRE_TRY(quire_dictionary_reader_init(&decoder->dictionaries, root, &decoder->input.ids,
                                           decoder->wanted, error));
    return take_all_dictionaries(decoder, error);
}

int quire_arrow_decoder_open(struct quire_in *in, const void *options,
                             const struct quire_record_policy *policy,
                             struct quire_context *context, struct ArrowArrayStream *stream,
                             struct quire_error *error)
{
    static const struct quire_stream_ops ops = {decoder_schema, decoder_next, decoder_close};
    struct decoder *decoder = quire_alloc_zero(1, sizeof(*decoder));
    if (decoder == NULL) return quire_fail_memory(error, OPERATION);
    decoder->context = context;
    int code = open_decoder(decoder, in, options, policy, error);
    if (code == 0) code = quire_stream_wrap(&ops, decoder, stream, error);
    if (code != 0) decoder_close(decoder);
    return code;
}
