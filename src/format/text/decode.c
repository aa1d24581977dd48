/* The ordered decoder: a ring of chunks, cut by the reading thread, parsed by
 * anyone, delivered by the reading thread.
 *
 * Bytes wait in `carry` until a chunk's worth of whole records is there. Cutting a
 * chunk swaps carry with the slot's buffer and copies back the short tail after
 * the last record, so that bytes are copied once, by the read itself. A failure
 * to read or cut waits until the chunks before it have been delivered. */
#include "format/text/decode.h"

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/guard.h"
#include "base/pool.h"
#include "data/batch_stream.h"

#define CHUNK_BYTES_MAX    ((size_t)1 << 20)
#define CHUNK_BYTES_MIN    ((size_t)16 << 10)
#define SAMPLE_BYTES_FIRST ((size_t)256 << 10)
#define CHUNKS_A_THREAD    2

/* What parsed columns take for each byte of text, to judge the budget beforehand. */
#define COLUMNS_A_BYTE 3

struct reject_entry {
    int64_t row;
    size_t start, size;
    bool rewritten; /* it stands in texts, not in the chunk */
    struct quire_error error;
};

struct quire_text_rejects {
    struct reject_entry *entries;
    size_t size, capacity;
    struct quire_buf texts;
};

struct slot {
    struct quire_job job;
    struct text_decoder *decoder;
    struct quire_text_chunk chunk;
    struct quire_text_rejects rejects;
    struct quire_buf bytes;
    struct ArrowArray batch;
    size_t charged;
    int code;
    struct quire_error error;
};

struct text_decoder {
    const char *operation;
    const struct quire_text_decoding *decoding;
    void *state;
    struct quire_in *in;
    struct quire_context *context;
    struct quire_record_policy policy; /* reject, counts; the rest was used by start */
    struct quire_field *root;
    size_t chunk_bytes, record_bytes_max;

    struct quire_buf carry; /* bytes read and not yet in a chunk: from carry_start */
    size_t carry_start;
    size_t carry_charged;
    int64_t carry_offset; /* of carry_start in the input */
    bool input_ended;     /* in has no more bytes */
    bool cut_all;         /* and all of carry is in chunks */
    int cut_code;         /* reading or cutting failed; told after the chunks before */
    struct quire_error cut_error;

    int64_t records;   /* in chunks already delivered */
    int64_t delivered; /* bytes of the input up to the end of the last of them */
    size_t slots_size;
    size_t next, busy; /* the ring: slots [next - busy, next) are being parsed */
    struct slot *slots;
};

int quire_text_reject(struct quire_text_chunk *chunk, int64_t row, size_t start, size_t size,
                      const struct quire_error *error)
{
    struct quire_text_rejects *rejects = chunk->rejects;
    if (rejects->size == rejects->capacity) {
        size_t capacity = rejects->capacity > 0 ? rejects->capacity * 2 : 4;
        struct reject_entry *entries = quire_realloc(rejects->entries, capacity * sizeof(*entries));
        if (entries == NULL) return QUIRE_MEMORY;
        rejects->entries = entries;
        rejects->capacity = capacity;
    }
    rejects->entries[rejects->size++] =
        (struct reject_entry){.row = row, .start = start, .size = size, .error = *error};
    return 0;
}

int quire_text_reject_as(struct quire_text_chunk *chunk, int64_t row, const uint8_t *text,
                         size_t size, const struct quire_error *error)
{
    struct quire_text_rejects *rejects = chunk->rejects;
    size_t start = rejects->texts.size;
    QUIRE_TRY(quire_buf_append(&rejects->texts, text, size));
    QUIRE_TRY(quire_text_reject(chunk, row, start, size, error));
    rejects->entries[rejects->size - 1].rewritten = true;
    return 0;
}

static void recharge(struct text_decoder *decoder, size_t *charged, size_t now)
{
    quire_budget_return(&decoder->context->budget, *charged);
    quire_budget_force(&decoder->context->budget, now);
    *charged = now;
}

/* --- Reading and cutting ------------------------------------------------------ */

/* Reads until carry holds `wanted` bytes from carry_start or the input ends. */
static int fill_carry(struct text_decoder *decoder, size_t wanted, struct quire_error *error)
{
    struct quire_buf *carry = &decoder->carry;
    if (decoder->carry_start > 0) {
        carry->size -= decoder->carry_start;
        memmove(carry->data, carry->data + decoder->carry_start, carry->size);
        decoder->carry_start = 0;
    }
    while (carry->size < wanted && !decoder->input_ended) {
        if (quire_buf_reserve(carry, wanted - carry->size + QUIRE_TEXT_PADDING) != 0)
            return quire_fail_memory(error, decoder->operation);
        size_t got = 0;
        QUIRE_TRY(decoder->in->ops->read(decoder->in, quire_buf_end(carry), wanted - carry->size,
                                         &got, error));
        carry->size += got;
        decoder->input_ended = got == 0;
    }
    recharge(decoder, &decoder->carry_charged, carry->capacity);
    return 0;
}

/* Moves the first `size` bytes of carry into the slot. */
static int take_bytes(struct text_decoder *decoder, struct slot *slot, size_t size,
                      struct quire_error *error)
{
    struct quire_buf *carry = &decoder->carry;
    size_t tail = carry->size - decoder->carry_start - size;
    quire_buf_clear(&slot->bytes);
    if (decoder->carry_start > 0 || tail > size / 4) {
        if (quire_buf_reserve(&slot->bytes, size + QUIRE_TEXT_PADDING) != 0)
            return quire_fail_memory(error, decoder->operation);
        quire_buf_append(&slot->bytes, carry->data + decoder->carry_start, size);
        decoder->carry_start += size;
    } else {
        /* The slot's old buffer becomes carry; it needs room for the tail and what may be
         * read past it. */
        if (quire_buf_reserve(&slot->bytes, tail + QUIRE_TEXT_PADDING) != 0 ||
            quire_buf_reserve(carry, QUIRE_TEXT_PADDING) != 0)
            return quire_fail_memory(error, decoder->operation);
        struct quire_buf swapped = slot->bytes;
        slot->bytes = *carry;
        *carry = swapped;
        quire_buf_append(carry, slot->bytes.data + size, tail);
        slot->bytes.size = size;
    }
    memset(slot->bytes.data + size, 0, QUIRE_TEXT_PADDING);
    slot->chunk.bytes = slot->bytes.data;
    slot->chunk.size = size;
    slot->chunk.offset = decoder->carry_offset;
    decoder->carry_offset += (int64_t)size;
    return 0;
}

/* Asks the format for the records at the start of carry. */
static int split(struct text_decoder *decoder, size_t window, size_t seen, bool at_end,
                 size_t *size, struct quire_error *error)
{
    struct quire_buf *carry = &decoder->carry;
    if (quire_buf_reserve(carry, QUIRE_TEXT_PADDING) != 0)
        return quire_fail_memory(error, decoder->operation);
    memset(quire_buf_end(carry), 0, QUIRE_TEXT_PADDING);
    quire_buf_guard(carry, decoder->carry_start + window + QUIRE_TEXT_PADDING);
    int code = decoder->decoding->split(decoder->state, carry->data + decoder->carry_start, window,
                                        seen, at_end, size, error);
    quire_buf_unguard(carry);
    return code;
}

/* A record does not end within the window: the byte of what was left open in it, as
 * far as the format can tell, else that of the record. */
static int fail_endless(struct text_decoder *decoder, size_t window, struct quire_error *error)
{
    struct quire_error open;
    size_t end = 0;
    quire_error_clear(&open);
    split(decoder, window, 0, true, &end, &open);
    quire_fail(error, QUIRE_LIMIT, decoder->operation, "a record does not end within %zu bytes",
               window);
    quire_error_at(error, QUIRE_NOWHERE, NULL,
                   decoder->carry_offset + (open.byte > 0 ? open.byte : 0));
    quire_error_hint(error, "is a quote or bracket left open? records may take a quarter of the "
                            "memory budget (--memory)");
    return QUIRE_LIMIT;
}

/* Finds whole records at the start of carry; *size 0 at the end of the input. */
static int find_records(struct text_decoder *decoder, size_t *size, struct quire_error *error)
{
    size_t wanted = decoder->chunk_bytes, seen = 0;
    for (;;) {
        if (decoder->carry.size - decoder->carry_start < wanted)
            QUIRE_TRY(fill_carry(decoder, wanted, error));
        size_t here = decoder->carry.size - decoder->carry_start;
        size_t window = here < wanted ? here : wanted;
        bool at_end = decoder->input_ended && window == here;
        *size = 0;
        int code = split(decoder, window, seen, at_end, size, error);
        if (code != 0) {
            if (error != NULL && error->byte != QUIRE_NOWHERE) error->byte += decoder->carry_offset;
            return code;
        }
        if (*size > 0 || at_end) return 0;
        if (wanted >= decoder->record_bytes_max) return fail_endless(decoder, window, error);
        seen = window;
        wanted = wanted * 2 < decoder->record_bytes_max ? wanted * 2 : decoder->record_bytes_max;
    }
}

/* Cuts the next chunk into the slot; sets cut_all at the end. */
static int cut_chunk(struct text_decoder *decoder, struct slot *slot, struct quire_error *error)
{
    size_t size = 0;
    QUIRE_TRY(quire_context_check(decoder->context, error));
    QUIRE_TRY(find_records(decoder, &size, error));
    decoder->cut_all = size == 0;
    if (size == 0) return 0;
    QUIRE_TRY(take_bytes(decoder, slot, size, error));
    slot->chunk.last = decoder->input_ended && decoder->carry.size - decoder->carry_start == 0;
    return 0;
}

/* --- Parsing ------------------------------------------------------------------ */

static void slot_parse(void *argument)
{
    struct slot *slot = argument;
    const struct text_decoder *decoder = slot->decoder;
    slot->chunk.records = 0;
    slot->chunk.nulled = 0;
    slot->rejects.size = 0;
    quire_buf_clear(&slot->rejects.texts);
    quire_error_clear(&slot->error);
    quire_buf_guard(&slot->bytes, slot->chunk.size + QUIRE_TEXT_PADDING);
    slot->code = decoder->decoding->parse(decoder->state, &slot->chunk, &slot->error);
    quire_buf_unguard(&slot->bytes);
    if (slot->code == 0)
        slot->code = quire_column_finish(slot->chunk.columns, &slot->batch, &slot->error);
    if (slot->code != 0) quire_column_clear(slot->chunk.columns);
}

/* One more chunk is parsed ahead only when the budget has room for it. */
static bool may_read_ahead(const struct text_decoder *decoder)
{
    if (decoder->busy == 0) return true;
    const struct quire_budget *budget = &decoder->context->budget;
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    size_t more = decoder->chunk_bytes * (1 + COLUMNS_A_BYTE);
    return budget->max == 0 || used + more <= budget->max;
}

static void read_ahead(struct text_decoder *decoder)
{
    while (decoder->busy < decoder->slots_size && decoder->cut_code == 0 && !decoder->cut_all &&
           may_read_ahead(decoder)) {
        struct slot *slot = &decoder->slots[decoder->next];
        quire_error_clear(&decoder->cut_error);
        decoder->cut_code = cut_chunk(decoder, slot, &decoder->cut_error);
        if (decoder->cut_code != 0 || decoder->cut_all) return;
        recharge(decoder, &slot->charged, slot->bytes.capacity + slot->chunk.size * COLUMNS_A_BYTE);
        decoder->next = (decoder->next + 1) % decoder->slots_size;
        decoder->busy++;
        quire_pool_submit(decoder->context->pool, &slot->job);
    }
}

/* --- Delivering --------------------------------------------------------------- */

/* Makes a position in a chunk one in the input. */
static void make_absolute(const struct text_decoder *decoder, const struct slot *slot,
                          struct quire_error *error)
{
    if (error->row != QUIRE_NOWHERE) error->row += decoder->records + 1;
    if (error->byte != QUIRE_NOWHERE) error->byte += slot->chunk.offset;
}

static int deliver_rejects(struct text_decoder *decoder, struct slot *slot,
                           struct quire_error *error)
{
    for (size_t i = 0; i < slot->rejects.size; i++) {
        struct reject_entry *entry = &slot->rejects.entries[i];
        entry->error.row = entry->row;
        make_absolute(decoder, slot, &entry->error);
        const uint8_t *of = entry->rewritten ? slot->rejects.texts.data : slot->chunk.bytes;
        struct quire_reject reject = {
            .error = &entry->error,
            .record = (const char *)of + entry->start,
            .record_size = entry->size,
        };
        if (decoder->policy.reject != NULL)
            QUIRE_TRY(decoder->policy.reject(decoder->policy.reject_user, &reject, error));
    }
    return 0;
}

/* Waits for the oldest chunk and gives its batch (which may have no rows). */
static int deliver_oldest(struct text_decoder *decoder, struct ArrowArray *batch,
                          struct quire_error *error)
{
    struct slot *slot =
        &decoder
             ->slots[(decoder->next + decoder->slots_size - decoder->busy) % decoder->slots_size];
    quire_pool_wait(decoder->context->pool, &slot->job);
    decoder->busy--;
    recharge(decoder, &slot->charged, slot->bytes.capacity);
    if (slot->code != 0) {
        make_absolute(decoder, slot, &slot->error);
        if (error != NULL) *error = slot->error;
        return slot->code;
    }
    struct ArrowArray taken = slot->batch;
    slot->batch.release = NULL;
    int code = deliver_rejects(decoder, slot, error);
    if (code == 0 && decoder->decoding->join != NULL)
        code = decoder->decoding->join(decoder->state, &slot->chunk, error);
    if (code != 0) {
        quire_array_release(&taken);
        return code;
    }
    decoder->records += slot->chunk.records;
    struct quire_record_counts *counts = decoder->policy.counts;
    if (counts != NULL) {
        counts->rows += taken.length;
        counts->nulled += slot->chunk.nulled;
        counts->rejected += (int64_t)slot->rejects.size;
        counts->bytes += slot->chunk.offset + (int64_t)slot->chunk.size - decoder->delivered;
    }
    decoder->delivered = slot->chunk.offset + (int64_t)slot->chunk.size;
    *batch = taken;
    return 0;
}

static int decoder_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct text_decoder *decoder = source;
    for (;;) {
        read_ahead(decoder);
        if (decoder->busy == 0) break;
        QUIRE_TRY(deliver_oldest(decoder, batch, error));
        if (batch->length > 0) return 0;
        quire_array_release(batch);
    }
    batch->release = NULL;
    if (decoder->cut_code != 0 && error != NULL) *error = decoder->cut_error;
    return decoder->cut_code;
}

static int decoder_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct text_decoder *decoder = source;
    return quire_field_to_schema(decoder->root, schema, error);
}

/* --- Opening and closing ------------------------------------------------------ */

static void free_slot(struct text_decoder *decoder, struct slot *slot)
{
    quire_budget_return(&decoder->context->budget, slot->charged);
    quire_array_release(&slot->batch);
    quire_buf_release(&slot->bytes);
    quire_free(slot->rejects.entries);
    quire_buf_release(&slot->rejects.texts);
    if (slot->chunk.scratch != NULL) decoder->decoding->scratch_free(slot->chunk.scratch);
    quire_column_free(slot->chunk.columns);
}

/* Frees everything but the state, which is the caller's until open succeeds. */
static void free_shell(struct text_decoder *decoder)
{
    for (; decoder->busy > 0; decoder->busy--) {
        size_t oldest = (decoder->next + decoder->slots_size - decoder->busy) % decoder->slots_size;
        quire_pool_wait(decoder->context->pool, &decoder->slots[oldest].job);
    }
    for (size_t i = 0; decoder->slots != NULL && i < decoder->slots_size; i++)
        free_slot(decoder, &decoder->slots[i]);
    quire_free(decoder->slots);
    quire_budget_return(&decoder->context->budget, decoder->carry_charged);
    quire_buf_release(&decoder->carry);
    quire_field_close(decoder->root);
    quire_free(decoder);
}

static void decoder_close(void *source)
{
    struct text_decoder *decoder = source;
    const struct quire_text_decoding *decoding = decoder->decoding;
    void *state = decoder->state;
    free_shell(decoder); /* waits for the workers, which use the state */
    decoding->free(state);
}

/* Shows the format a growing sample until it knows the schema. */
static int start_format(struct text_decoder *decoder, struct quire_error *error)
{
    size_t sample_bytes_max = decoder->context->budget.max / 8;
    size_t wanted = SAMPLE_BYTES_FIRST < sample_bytes_max ? SAMPLE_BYTES_FIRST : sample_bytes_max;
    struct ArrowSchema schema = {.release = NULL};
    size_t skip = 0;
    for (;;) {
        QUIRE_TRY(fill_carry(decoder, wanted, error));
        if (quire_buf_reserve(&decoder->carry, QUIRE_TEXT_PADDING) != 0)
            return quire_fail_memory(error, decoder->operation);
        struct quire_buf *carry = &decoder->carry;
        memset(quire_buf_end(carry), 0, QUIRE_TEXT_PADDING);
        /* A full carry may be the whole input without read having said so. */
        bool at_end = decoder->input_ended;
        bool enough = wanted >= sample_bytes_max;
        bool need_more = false;
        quire_buf_guard(carry, carry->size + QUIRE_TEXT_PADDING);
        int code = decoder->decoding->start(decoder->state, carry->data, carry->size, at_end,
                                            enough, &need_more, &skip, &schema, error);
        quire_buf_unguard(carry);
        if (code != 0) return code;
        if (!need_more || at_end || enough) break;
        wanted = wanted * 2 < sample_bytes_max ? wanted * 2 : sample_bytes_max;
    }
    int code = quire_field_open(&schema, &decoder->root, error);
    quire_schema_release(&schema);
    decoder->carry_start = skip;
    decoder->carry_offset = (int64_t)skip;
    return code;
}

static int make_slots(struct text_decoder *decoder, struct quire_error *error)
{
    decoder->slots = quire_alloc_zero(decoder->slots_size, sizeof(*decoder->slots));
    if (decoder->slots == NULL) return quire_fail_memory(error, decoder->operation);
    for (size_t i = 0; i < decoder->slots_size; i++) {
        struct slot *slot = &decoder->slots[i];
        slot->decoder = decoder;
        slot->job.run = slot_parse;
        slot->job.argument = slot;
        slot->chunk.rejects = &slot->rejects;
        QUIRE_TRY(quire_column_new(decoder->root, &slot->chunk.columns, error));
    }
    return 0;
}

int quire_text_decoder_open(const char *operation, const struct quire_text_decoding *decoding,
                            void *state, struct quire_in *in,
                            const struct quire_record_policy *policy, struct quire_context *context,
                            struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {decoder_schema, decoder_next, decoder_close};
    struct text_decoder *decoder = quire_alloc_zero(1, sizeof(*decoder));
    if (decoder == NULL) return quire_fail_memory(error, operation);
    decoder->operation = operation;
    decoder->decoding = decoding;
    decoder->state = state;
    decoder->in = in;
    decoder->context = context;
    decoder->policy = *policy;
    unsigned threads = quire_pool_threads(context->pool);
    decoder->slots_size = threads == 1 ? 1 : (size_t)threads * CHUNKS_A_THREAD;
    size_t share = context->budget.max / 2 / decoder->slots_size / (1 + COLUMNS_A_BYTE);
    decoder->chunk_bytes = share > CHUNK_BYTES_MAX   ? CHUNK_BYTES_MAX
                           : share < CHUNK_BYTES_MIN ? CHUNK_BYTES_MIN
                                                     : share;
    decoder->record_bytes_max = context->budget.max / 4;
    int code = start_format(decoder, error);
    if (code == 0) code = make_slots(decoder, error);
    if (code == 0) code = quire_stream_wrap(&ops, decoder, stream, error);
    if (code != 0) free_shell(decoder);
    return code;
}

int quire_text_survey(const char *operation, const struct quire_text_decoding *decoding,
                      void *state, struct quire_in *in, const struct quire_record_policy *policy,
                      struct quire_context *context, struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    int code =
        quire_text_decoder_open(operation, decoding, state, in, policy, context, &stream, error);
    if (code != 0) {
        decoding->free(state);
        return code;
    }
    code = quire_stream_next(&stream, &batch, error);
    quire_array_release(&batch);
    quire_stream_release(&stream);
    return code;
}
