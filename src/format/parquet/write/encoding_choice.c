/* The dictionary's cost is forecast: in a column of D values that come up at random,
 * new ones get rarer as exp(-i / D); where values come in order D is endless. How many
 * of each half of the sample were new tells D. */
#include "format/parquet/write/encoding_choice.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "format/parquet/encoding/bit_pack.h"

#define OPERATION    "write parquet"
#define ENDLESS      1e300
#define TRIAL_VALUES 4096 /* encoded for a trial */
/* A rarer encoding must be so much smaller. */
#define WORTH_DELTA 0.97

void quire_encoding_trial_release(struct quire_encoding_trial *trial)
{
    if (trial == NULL) return;
    quire_buf_release(&trial->bytes);
    quire_buf_release(&trial->packed);
}

/* What trial->bytes take in the file. */
static int stored_size(struct quire_encoding_trial *trial, const struct quire_buf *bytes,
                       size_t *size, struct quire_error *error)
{
    const struct quire_codec *codec = trial->options->codec;
    *size = bytes->size;
    if (codec == NULL || bytes->size == 0) return 0;
    size_t bound = codec->bound(bytes->size);
    quire_buf_clear(&trial->packed);
    if (quire_buf_reserve(&trial->packed, bound) != 0) return quire_fail_memory(error, OPERATION);
    return codec->compress(bytes->data, bytes->size, trial->options->level, trial->packed.data,
                           bound, size, error);
}

int quire_encoding_measure(struct quire_encoding_trial *trial, const struct quire_values *sample,
                           int32_t encoding, double *bytes_each, struct quire_error *error)
{
    struct quire_values part =
        quire_values_part(sample, 0, sample->n < TRIAL_VALUES ? sample->n : TRIAL_VALUES);
    size_t size = 0;
    quire_buf_clear(&trial->bytes);
    quire_value_encoder_start(trial->encoder, trial->type, encoding);
    QUIRE_TRY(quire_value_encode(trial->encoder, &part, error));
    QUIRE_TRY(quire_value_encoder_finish(trial->encoder, sample->width, &trial->bytes, error));
    QUIRE_TRY(stored_size(trial, &trial->bytes, &size, error));
    *bytes_each = part.n > 0 ? (double)size / (double)part.n : 0;
    return 0;
}

/* Takes another encoding when it is smaller than `worth` of the best so far. */
static int try_encoding(struct quire_encoding_trial *trial, const struct quire_values *sample,
                        int32_t encoding, double worth, int32_t *best, double *bytes_each,
                        struct quire_error *error)
{
    double bytes = 0;
    QUIRE_TRY(quire_encoding_measure(trial, sample, encoding, &bytes, error));
    if (bytes >= *bytes_each * worth) return 0;
    *best = encoding;
    *bytes_each = bytes;
    return 0;
}

int quire_encoding_choose(struct quire_encoding_trial *trial, const struct quire_values *sample,
                          int32_t *encoding, double *bytes_each, struct quire_error *error)
{
    *encoding = QUIRE_ENCODING_PLAIN;
    QUIRE_TRY(quire_encoding_measure(trial, sample, QUIRE_ENCODING_PLAIN, bytes_each, error));
    switch (trial->type) {
    case QUIRE_PARQUET_BOOLEAN:
        if (trial->options->page_version == 1) return 0;
        return try_encoding(trial, sample, QUIRE_ENCODING_RLE, 1, encoding, bytes_each, error);
    case QUIRE_PARQUET_INT32:
    case QUIRE_PARQUET_INT64:
        return try_encoding(trial, sample, QUIRE_ENCODING_DELTA_BINARY_PACKED, WORTH_DELTA,
                            encoding, bytes_each, error);
    case QUIRE_PARQUET_BYTE_ARRAY:
        /* DELTA_LENGTH_BYTE_ARRAY is never chosen: Spark 3.5 reads it wrong, without an error,
         * in columns with nulls. Without shared prefixes this one takes as few bytes. */
        return try_encoding(trial, sample, QUIRE_ENCODING_DELTA_BYTE_ARRAY, 1, encoding, bytes_each,
                            error);
    default: return 0;
    }
}

/* --- Dictionaries --------------------------------------------------------------------- */

/* New values come at rate * exp(-i / decay). */
struct growth {
    double rate, decay;
};

static struct growth growth_of(const struct quire_dictionary_sample *sample)
{
    size_t half_values = sample->n / 2;
    double half = (double)half_values, first = (double)sample->entries_half;
    double second = (double)(sample->dictionary->entries - sample->entries_half);
    struct growth growth = {.rate = first / half, .decay = ENDLESS};
    if (second < 1) second = 0.5;
    if (second < first) {
        growth.decay = half / log(first / second);
        growth.rate = first / (growth.decay * (1 - exp(-half / growth.decay)));
    } else {
        growth.rate = second / half;
    }
    return growth;
}

static double entries_after(struct growth growth, double values)
{
    if (growth.decay == ENDLESS) return growth.rate * values;
    return growth.rate * growth.decay * (1 - exp(-values / growth.decay));
}

/* The value at which there are so many entries. */
static double values_until(struct growth growth, double entries)
{
    if (growth.decay == ENDLESS) return entries / growth.rate;
    double left = 1 - entries / (growth.rate * growth.decay);
    return left > 0 ? -growth.decay * log(left) : ENDLESS;
}

int quire_dictionary_forecast(struct quire_encoding_trial *trial,
                              const struct quire_dictionary_sample *sample, double values,
                              double *bytes, double *values_in_it, struct quire_error *error)
{
    const struct quire_dictionary *dictionary = sample->dictionary;
    size_t indices_size = 0, plain_size = 0;
    struct quire_rle_encoder rle;
    quire_buf_clear(&trial->bytes);
    quire_rle_encoder_init(&rle, &trial->bytes, quire_dictionary_width(dictionary));
    if (quire_rle_encode_u32(&rle, sample->indices, sample->n) != 0 || quire_rle_finish(&rle) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(stored_size(trial, &trial->bytes, &indices_size, error));
    QUIRE_TRY(stored_size(trial, &dictionary->plain, &plain_size, error));
    struct growth growth = growth_of(sample);
    double known = (double)dictionary->entries, n = (double)sample->n;
    double most = known * (double)dictionary->options.bytes_max / (double)dictionary->plain.size;
    if (most > (double)dictionary->options.entries_max)
        most = (double)dictionary->options.entries_max;
    double entries = known, within = values;
    if (values > n) {
        entries = entries_after(growth, values);
        if (entries > most) {
            within = values_until(growth, most);
            entries = most;
        }
        if (entries < known) entries = known;
    }
    double width = quire_bit_width((uint64_t)entries);
    double widened = width / (double)quire_dictionary_width(dictionary);
    *bytes = (double)plain_size / known * entries +
             (double)indices_size / n * (widened > 1 ? widened : 1) * within;
    *values_in_it = within < values ? within : values;
    return 0;
}
