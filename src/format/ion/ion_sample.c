/* A sample is read from its first byte whenever more of it is shown. Bad records end it,
 * unless they are to be rejected: then they are left out here, and refused with their
 * place when all is parsed. */
#include "format/ion/ion_sample.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_split.h"
#include "format/ion/ion_text_token.h"
#include "format/ion/ion_told.h"
#include "format/text/wanted.h"

static const char operation[] = "read ion";

void quire_ion_sample_release(struct quire_ion_sample *sample)
{
    quire_arena_release(&sample->arena);
    quire_ion_reader_release(&sample->reader);
}

int quire_ion_sample_init(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                          struct quire_error *error)
{
    const struct quire_record_policy *policy = decoding->policy;
    *sample = (struct quire_ion_sample){.rows = 0};
    sample->rows_max = policy->infer_rows > 0 ? policy->infer_rows : QUIRE_TEXT_INFER_ROWS;
    if (policy->schema != NULL) sample->rows_max = 1; /* for the layout alone */
    sample->policy.mixed =
        policy->mixed == QUIRE_MIXED_JSON ? QUIRE_INFER_MIXED_JSON : QUIRE_INFER_MIXED_ERROR;
    sample->policy.numbers =
        policy->numbers == QUIRE_NUMBERS_FLOAT ? QUIRE_INFER_FLOAT : QUIRE_INFER_EXACT;
    sample->root = quire_infer_new(&sample->arena);
    if (sample->root == NULL) return quire_fail_memory(error, operation);
    quire_infer_struct(sample->root);
    if (decoding->binary) {
        sample->told = quire_arena_alloc(&sample->arena, sizeof(*sample->told));
        if (sample->told == NULL) return quire_fail_memory(error, operation);
        memset(sample->told, 0, sizeof(*sample->told));
    }
    return quire_ion_reader_init(&sample->reader, decoding->binary, &decoding->catalog, error);
}

static int fail_record(const struct quire_ion_reader *reader, const struct quire_ion_value *value,
                       struct quire_error *error)
{
    return quire_ion_fail_at(reader, reader->start + value->at, QUIRE_INPUT, error,
                             "a record is a struct, and this is of type %s",
                             quire_ion_type_names[value->type]);
}

/* Infers from the records at the reader, of which the first is `value`. */
static int sample_records(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                          struct quire_ion_value *value, struct quire_error *error)
{
    struct quire_ion_reader *reader = &sample->reader;
    while (value->event != QUIRE_ION_NONE && value->event != QUIRE_ION_END &&
           sample->rows < sample->rows_max) {
        int code = 0;
        bool record = value->event == QUIRE_ION_BEGIN && value->type == QUIRE_ION_STRUCT;
        sample->rows++;
        if (record)
            code =
                quire_ion_infer_record(reader, sample->told, &sample->arena, sample->root, error);
        else if (decoding->on_bad != QUIRE_ON_BAD_REJECT)
            code = fail_record(reader, value, error);
        else if (value->event == QUIRE_ION_BEGIN)
            code = quire_ion_skip(reader, error);
        if (code == 0) code = quire_ion_next(reader, value, error);
        if (code != 0) {
            quire_error_at(error, sample->rows, NULL, QUIRE_NOWHERE);
            return code;
        }
    }
    return 0;
}

/* Whether the list that the bytes begin with is a record that is none, and to be rejected as later
 * ones are, instead of holding the records: no struct begins it, and one follows. */
static int is_odd_record(const struct quire_ion_decoding *decoding, const uint8_t *bytes,
                         size_t size, bool *odd, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_ion_reader_release) struct quire_ion_reader ahead = {.operation = NULL};
    struct quire_ion_value value;
    QUIRE_TRY(quire_ion_reader_init(&ahead, decoding->binary, &decoding->catalog, error));
    quire_ion_reader_set(&ahead, bytes, size, 0);
    QUIRE_TRY(quire_ion_next(&ahead, &value, error));
    QUIRE_TRY(quire_ion_next(&ahead, &value, error));
    bool holds = value.event == QUIRE_ION_BEGIN && value.type == QUIRE_ION_STRUCT;
    /* Out of the list, within whose first item it may stand. */
    for (size_t left = ahead.depth; left > 0 && !holds; left--)
        QUIRE_TRY(quire_ion_skip(&ahead, error));
    if (!holds) QUIRE_TRY(quire_ion_next(&ahead, &value, error));
    *odd = !holds && value.event == QUIRE_ION_BEGIN && value.type == QUIRE_ION_STRUCT;
    return 0;
}

/* Notes that the records are the items of the list that has just begun. */
static void begin_items(struct quire_ion_decoding *decoding, const struct quire_ion_reader *reader)
{
    decoding->layout = QUIRE_ION_ITEMS;
    decoding->items_at = reader->at - reader->start;
    decoding->items_end = -1;
    if (decoding->binary) decoding->items_end = reader->frames[0].end - reader->start;
}

/* The bytes of the sample that are whole values, or items of the list. */
static size_t sample_size(const struct quire_ion_decoding *decoding, const uint8_t *bytes,
                          size_t size, bool at_end)
{
    if (at_end) return size;
    return decoding->binary ? quire_ion_split_binary(bytes, size, NULL)
                            : quire_ion_split_text(bytes, size);
}

/* Looks for a list at the top that is longer than the sample. */
static void find_long_list(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                           const uint8_t *bytes, size_t whole, size_t size)
{
    struct quire_ion_reader *reader = &sample->reader;
    struct quire_ion_header header = {.code = 0};
    const uint8_t *at = bytes + whole, *end = bytes + size;
    if (decoding->layout == QUIRE_ION_ITEMS || sample->rows > 0) return;
    if (!decoding->binary) {
        reader->end = end;
        reader->at = at;
        if (quire_ion_space(reader, NULL) != 0 || reader->at >= end || *reader->at != '[') return;
        decoding->layout = QUIRE_ION_ITEMS;
        decoding->items_at = reader->at + 1 - bytes;
        decoding->items_end = -1;
        return;
    }
    if (at >= end || *at >> 4 != 11 || (*at & 15) == 15) return;
    uint64_t length = *at & 15;
    header.body = at + 1;
    if (length == 14 && !quire_ion_take_varuint(&header.body, end, &length)) return;
    decoding->layout = QUIRE_ION_ITEMS;
    decoding->items_at = header.body - bytes;
    /* Of a length that nothing has the list just does not end. */
    uint64_t most = INT64_MAX - (uint64_t)decoding->items_at;
    decoding->items_end = decoding->items_at + (int64_t)(length < most ? length : most);
}

/* Items of a list that goes on past the sample. */
static int sample_items(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                        const uint8_t *bytes, size_t size, struct quire_error *error)
{
    struct quire_ion_reader *reader = &sample->reader;
    size_t from = (size_t)decoding->items_at;
    int closed = 0;
    struct quire_ion_value value;
    size_t end = decoding->binary ? quire_ion_split_binary(bytes + from, size - from, NULL)
                                  : quire_ion_split_items(bytes + from, size - from, &closed);
    if (end == 0) return 0;
    /* The list's own end is put where the last whole item ends. */
    reader->depth = 0;
    reader->at = bytes + from;
    reader->end = bytes + from + end;
    reader->began = true;
    QUIRE_TRY(quire_ion_push(reader, QUIRE_ION_LIST, reader->end, error));
    while (sample->rows < sample->rows_max) {
        if (!decoding->binary) {
            QUIRE_TRY(quire_ion_space(reader, error));
            if (reader->at >= reader->end) return 0;
        }
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        sample->rows++;
        if (value.event == QUIRE_ION_BEGIN && value.type == QUIRE_ION_STRUCT)
            QUIRE_TRY(
                quire_ion_infer_record(reader, sample->told, &sample->arena, sample->root, error));
        else if (decoding->on_bad != QUIRE_ON_BAD_REJECT)
            return fail_record(reader, &value, error);
        else if (value.event == QUIRE_ION_BEGIN)
            QUIRE_TRY(quire_ion_skip(reader, error));
    }
    return 0;
}

int quire_ion_sample_take(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                          const uint8_t *bytes, size_t size, bool at_end, struct quire_error *error)
{
    struct quire_ion_reader *reader = &sample->reader;
    struct quire_ion_value value = {.event = QUIRE_ION_NONE};
    size_t whole = sample_size(decoding, bytes, size, at_end);
    quire_ion_reader_set(reader, bytes, whole, 0);
    QUIRE_TRY(quire_ion_next(reader, &value, error));
    sample->known = value.event != QUIRE_ION_NONE;
    bool is_list = value.event == QUIRE_ION_BEGIN && value.type == QUIRE_ION_LIST, odd = false;
    if (is_list && decoding->on_bad == QUIRE_ON_BAD_REJECT)
        QUIRE_TRY(is_odd_record(decoding, bytes, whole, &odd, error));
    if (is_list && !odd) {
        begin_items(decoding, reader);
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        return sample_records(decoding, sample, &value, error);
    }
    if (sample->known) return sample_records(decoding, sample, &value, error);
    if (at_end) return 0;
    find_long_list(decoding, sample, bytes, whole, size);
    sample->known = decoding->layout == QUIRE_ION_ITEMS;
    return sample->known ? sample_items(decoding, sample, bytes, size, error) : 0;
}
