/* A chunk begins with a sample of its values, kept as they are, from which the choice
 * between dictionary and encodings is made. Few are looked at where the chunk before was alike,
 * as most are: only when they tell otherwise is the whole sample taken. A dictionary that is full
 * is left for good: pages of indices stand, and the values go on by the encoding. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/write/chunk_writer_private.h"

#define OPERATION QUIRE_CHUNK_OPERATION
/* Dictionaries that cost so little a value are taken without trying anything else. */
#define CHEAP_BYTES 1.0
/* What a dictionary costs beside its values: header, metadata. */
#define DICTIONARY_OVERHEAD 32.0
#define WORTH_DICTIONARY    0.98
/* One that fills up before the end of the chunk costs most to make, and saves least. */
#define WORTH_PART 0.8
#define HUGE_BYTES ((size_t)2 << 20)

static bool may_use_dictionary(const struct quire_chunk_writer *writer)
{
    return writer->options.dictionary && !writer->dictionary_closed &&
           (writer->plan.form == QUIRE_LEAF_FIXED || writer->plan.form == QUIRE_LEAF_BYTES);
}

static void start_direct(struct quire_chunk_writer *writer)
{
    writer->stage = QUIRE_CHUNK_DIRECT;
    quire_value_encoder_start(&writer->encoder, writer->plan.type, writer->direct);
}

static void start_sampling(struct quire_chunk_writer *writer)
{
    writer->stage = QUIRE_CHUNK_SAMPLING;
    quire_buf_clear(&writer->sample);
    writer->sample_size = 0;
    bool few = writer->choice_last.known && !writer->dictionary_closed;
    writer->sample_wanted = few ? QUIRE_SAMPLE_FEW : QUIRE_SAMPLE_VALUES;
}

void quire_chunk_start_values(struct quire_chunk_writer *writer)
{
    int32_t asked = writer->options.encoding;
    bool dictionary_asked = asked == QUIRE_ENCODING_RLE_DICTIONARY;
    const struct quire_field *field = writer->schema->leaves[writer->leaf].node->field;
    quire_dictionary_clear(&writer->dictionary);
    writer->dictionary_closed = false;
    quire_buf_clear(&writer->indices);
    writer->direct = dictionary_asked ? QUIRE_ENCODING_CHOOSE : asked;
    if (writer->direct == QUIRE_ENCODING_CHOOSE && writer->options.plain)
        writer->direct = QUIRE_ENCODING_PLAIN;
    bool nothing = writer->plan.form == QUIRE_LEAF_NOTHING;
    bool bools = writer->plan.form == QUIRE_LEAF_BOOLS && writer->options.page_version == 1;
    if (writer->direct == QUIRE_ENCODING_CHOOSE && (nothing || bools))
        writer->direct = QUIRE_ENCODING_PLAIN;
    if (may_use_dictionary(writer) && (dictionary_asked || field->kind == QUIRE_KIND_DICTIONARY))
        writer->stage = QUIRE_CHUNK_DICTIONARY;
    else if (may_use_dictionary(writer) || writer->direct == QUIRE_ENCODING_CHOOSE)
        start_sampling(writer);
    else
        start_direct(writer);
}

size_t quire_chunk_values_size(const struct quire_chunk_writer *writer)
{
    switch (writer->stage) {
    case QUIRE_CHUNK_SAMPLING: return writer->sample.size;
    case QUIRE_CHUNK_DICTIONARY:
        return quire_chunk_indices_size(writer) * quire_dictionary_width(&writer->dictionary) / 8;
    default: return quire_value_encoder_size(&writer->encoder);
    }
}

/* --- Taking ------------------------------------------------------------------------------ */

static int take_direct(struct quire_chunk_writer *writer, const struct quire_values *values,
                       struct quire_error *error)
{
    const struct quire_chunk_options *options = &writer->options;
    QUIRE_TRY(quire_value_encode(&writer->encoder, values, error));
    if (writer->extremes && quire_extremes_add(&writer->page_extremes, writer->order, values) != 0)
        return quire_fail_memory(error, OPERATION);
    if (!options->bloom_filter || values->n == 0) return 0;
    if (writer->bloom.filter.bits == NULL)
        QUIRE_TRY(quire_chunk_bloom_start(&writer->bloom, (uint64_t)options->bloom_distinct,
                                          options->bloom_false_positives, error));
    quire_chunk_bloom_add(&writer->bloom, values);
    return 0;
}

static int take_sample(struct quire_chunk_writer *writer, const struct quire_values *values,
                       struct quire_error *error)
{
    if (values->slices != NULL)
        QUIRE_TRY(quire_plain_encode_bytes(&writer->sample, values->slices, values->n, error));
    else if (quire_buf_append(&writer->sample, values->fixed, values->n * values->width) != 0)
        return quire_fail_memory(error, OPERATION);
    writer->sample_size += values->n;
    return writer->sample_size >= writer->sample_wanted ? quire_chunk_decide(writer, error) : 0;
}

/* *added < values->n: the dictionary is full, and none of them was taken. */
static int take_indices(struct quire_chunk_writer *writer, const struct quire_values *values,
                        size_t *added, struct quire_error *error)
{
    struct quire_buf *indices = &writer->indices;
    if (quire_buf_reserve(indices, values->n * sizeof(uint32_t)) != 0)
        return quire_fail_memory(error, OPERATION);
    uint32_t *out = (uint32_t *)(void *)quire_buf_end(indices);
    QUIRE_TRY(values->slices != NULL
                  ? quire_dictionary_add_bytes(&writer->dictionary, values->slices, values->n, out,
                                               added, error)
                  : quire_dictionary_add_fixed(&writer->dictionary, values->fixed, values->n, out,
                                               added, error));
    if (*added == values->n) indices->size += values->n * sizeof(uint32_t);
    return 0;
}

int quire_chunk_leave_dictionary(struct quire_chunk_writer *writer, struct quire_error *error)
{
    if (writer->page_rows > 0) QUIRE_TRY(quire_chunk_finish_page(writer, error));
    writer->dictionary_closed = true;
    if (writer->direct == QUIRE_ENCODING_CHOOSE)
        start_sampling(writer);
    else
        start_direct(writer);
    return 0;
}

/* Values of which each is a page by itself are not worth trials, each of which would keep a
 * copy of them. */
static bool is_huge(const struct quire_chunk_writer *writer, const struct quire_values *values)
{
    if (writer->sample_size > 0 || writer->direct != QUIRE_ENCODING_CHOOSE ||
        values->slices == NULL)
        return false;
    for (size_t i = 0; i < values->n; i++)
        if (values->slices[i].size < HUGE_BYTES) return false;
    return values->n > 0;
}

int quire_chunk_take(struct quire_chunk_writer *writer, const struct quire_values *values,
                     struct quire_error *error)
{
    if (writer->stage == QUIRE_CHUNK_DICTIONARY) {
        size_t added = 0;
        QUIRE_TRY(take_indices(writer, values, &added, error));
        if (added == values->n) return 0;
        QUIRE_TRY(quire_chunk_leave_dictionary(writer, error));
    }
    if (writer->stage == QUIRE_CHUNK_SAMPLING && is_huge(writer, values)) {
        writer->direct = QUIRE_ENCODING_PLAIN;
        writer->dictionary_closed = true;
        start_direct(writer);
    }
    if (writer->stage == QUIRE_CHUNK_SAMPLING) return take_sample(writer, values, error);
    return take_direct(writer, values, error);
}

/* --- Deciding ---------------------------------------------------------------------------- */

/* The sample as values; slices point into it. */
static int view_sample(struct quire_chunk_writer *writer, struct quire_values *values,
                       struct quire_error *error)
{
    size_t n = writer->sample_size;
    *values =
        (struct quire_values){.fixed = writer->sample.data, .width = writer->plan.width, .n = n};
    if (writer->plan.form != QUIRE_LEAF_BYTES) return 0;
    quire_buf_clear(&writer->sample_slices);
    if (quire_buf_reserve(&writer->sample_slices, n * sizeof(struct quire_bytes)) != 0)
        return quire_fail_memory(error, OPERATION);
    struct quire_bytes *slices = (struct quire_bytes *)(void *)writer->sample_slices.data;
    struct quire_page_bytes bytes = quire_page_bytes_of(writer->sample.data, writer->sample.size);
    QUIRE_TRY(quire_plain_decode_bytes(&bytes, slices, n, error));
    values->fixed = NULL;
    values->slices = slices;
    return 0;
}

/* Puts the sample into the dictionary; *fits: all of it. */
static int try_dictionary(struct quire_chunk_writer *writer, const struct quire_values *sample,
                          struct quire_dictionary_sample *result, bool *fits,
                          struct quire_error *error)
{
    size_t half = sample->n / 2, added = 0;
    struct quire_values first = quire_values_part(sample, 0, half);
    struct quire_values second = quire_values_part(sample, half, sample->n - half);
    *fits = false;
    QUIRE_TRY(take_indices(writer, &first, &added, error));
    if (added < half) return 0;
    result->entries_half = writer->dictionary.entries;
    QUIRE_TRY(take_indices(writer, &second, &added, error));
    if (added < sample->n - half) return 0;
    result->dictionary = &writer->dictionary;
    result->indices = (const uint32_t *)(const void *)writer->indices.data;
    result->n = sample->n;
    *fits = true;
    return 0;
}

/* What the dictionary would cost a value, of those that find room in it. */
struct forecast {
    bool possible;
    double values, bytes, values_in_it;
};

static int forecast(struct quire_chunk_writer *writer, const struct quire_values *sample,
                    struct forecast *result, struct quire_error *error)
{
    struct quire_dictionary_sample tried;
    double values = QUIRE_CHUNK_VALUES_GUESS;
    if (writer->values_last > 0) values = (double)writer->values_last;
    if (writer->ending || values < (double)sample->n) values = (double)sample->n;
    *result = (struct forecast){.values = values};
    if (!may_use_dictionary(writer)) return 0;
    QUIRE_TRY(try_dictionary(writer, sample, &tried, &result->possible, error));
    if (!result->possible) return 0;
    return quire_dictionary_forecast(&writer->trial, &tried, values, &result->bytes,
                                     &result->values_in_it, error);
}

static int choose(struct quire_chunk_writer *writer, const struct quire_values *sample,
                  bool *dictionary, struct quire_error *error)
{
    struct forecast cost;
    double each = 0;
    QUIRE_TRY(forecast(writer, sample, &cost, error));
    *dictionary = cost.possible && cost.values_in_it == cost.values &&
                  cost.values > (double)sample->n && cost.bytes <= cost.values * CHEAP_BYTES &&
                  writer->options.encoding < 0;
    if (*dictionary) return 0;
    if (writer->direct == QUIRE_ENCODING_CHOOSE)
        QUIRE_TRY(quire_encoding_choose(&writer->trial, sample, &writer->direct, &each, error));
    else if (cost.possible)
        QUIRE_TRY(quire_encoding_measure(&writer->trial, sample, writer->direct, &each, error));
    double bytes = cost.bytes + DICTIONARY_OVERHEAD + (cost.values - cost.values_in_it) * each;
    double worth = cost.values_in_it < cost.values ? WORTH_PART : WORTH_DICTIONARY;
    *dictionary = cost.possible && bytes < cost.values * each * worth;
    return 0;
}

/* Whether the sample is to go on: it is a small one, and not the last of the chunk. */
static bool wants_more(const struct quire_chunk_writer *writer, bool dictionary)
{
    const struct quire_chunk_choice *last = &writer->choice_last;
    bool same = last->dictionary == dictionary && (dictionary || last->direct == writer->direct);
    return !same && writer->sample_wanted < QUIRE_SAMPLE_VALUES &&
           writer->sample_size >= writer->sample_wanted;
}

static void undo_choice(struct quire_chunk_writer *writer, int32_t direct)
{
    writer->direct = direct;
    if (!writer->dictionary_closed) quire_dictionary_clear(&writer->dictionary);
    quire_buf_clear(&writer->indices);
    writer->sample_wanted = QUIRE_SAMPLE_VALUES;
}

/* Of a dictionary that was tried in vain nothing is kept: an empty one lets its table go. */
static void drop_dictionary(struct quire_chunk_writer *writer)
{
    quire_dictionary_clear(&writer->dictionary);
    quire_dictionary_clear(&writer->dictionary);
    quire_buf_release(&writer->dictionary.plain);
    quire_buf_release(&writer->dictionary.offsets);
}

/* The rest of the chunk needs no samples. */
static void drop_sample(struct quire_chunk_writer *writer)
{
    quire_buf_release(&writer->sample);
    quire_buf_release(&writer->sample_slices);
    quire_encoding_trial_release(&writer->trial);
    if (writer->stage == QUIRE_CHUNK_DICTIONARY) quire_value_encoder_release(&writer->encoder);
}

int quire_chunk_decide(struct quire_chunk_writer *writer, struct quire_error *error)
{
    struct quire_values sample;
    bool dictionary = false, first = !writer->dictionary_closed;
    int32_t direct = writer->direct;
    QUIRE_TRY(view_sample(writer, &sample, error));
    QUIRE_TRY(choose(writer, &sample, &dictionary, error));
    if (wants_more(writer, dictionary)) {
        undo_choice(writer, direct);
        return 0;
    }
    if (first) writer->choice_last = (struct quire_chunk_choice){true, dictionary, writer->direct};
    writer->sample_size = 0;
    if (dictionary) {
        writer->stage = QUIRE_CHUNK_DICTIONARY;
    } else {
        if (!writer->dictionary_closed) drop_dictionary(writer);
        writer->dictionary_closed = true;
        quire_buf_clear(&writer->indices);
        start_direct(writer);
        QUIRE_TRY(take_direct(writer, &sample, error));
    }
    drop_sample(writer);
    return 0;
}
