/* The JSON decoders: chunks of records into columns.
 *
 * A chunk of lines begins at a line; one of an array begins at its first item, or
 * before the comma that separates it from the chunk before, or at what closes the
 * array. Which of the two follows from where the chunk lies, so that chunks can be
 * parsed in any order. Text that is UTF-8 as a whole, as it nearly always is, is
 * checked once; otherwise each string is. */
#include "format/json/json_decode.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/json/json_infer.h"
#include "format/json/json_options.h"
#include "format/json/json_typed.h"
#include "quire/batch.h"

/* Kept from chunk to chunk by the slot that parses them. */
struct scratch {
    struct quire_buf unescaped, names;
    int64_t rows; /* of the chunk before: a guess at those of the next */
    /* What a survey saw in the chunk. */
    struct quire_arena seen_arena;
    struct quire_infer_node *seen;
};

static void scratch_free(void *pointer)
{
    struct scratch *scratch = pointer;
    if (scratch == NULL) return;
    quire_buf_release(&scratch->unescaped);
    quire_buf_release(&scratch->names);
    quire_arena_release(&scratch->seen_arena);
    quire_free(scratch);
}

/* --- Records --------------------------------------------------------------------------- */

struct parsing {
    const struct quire_json_decoding *decoding;
    struct quire_text_chunk *chunk;
    struct quire_json_cursor cursor;
    struct quire_json_row rules;
};

/* Notes what the record at the cursor has instead of taking it. A record that is not
 * JSON to its end must leave nothing behind, so that is looked at first. */
static int survey_record(struct parsing *parsing, struct quire_error *error)
{
    const struct quire_json_decoding *decoding = parsing->decoding;
    struct quire_json_cursor *cursor = &parsing->cursor;
    struct scratch *scratch = parsing->chunk->scratch;
    const uint8_t *first = cursor->at;
    QUIRE_TRY(quire_json_skip(cursor, error));
    cursor->at = first;
    QUIRE_TRY(quire_json_infer_record(cursor, &scratch->seen_arena, scratch->seen,
                                      &decoding->sample.policy, error));
    return quire_survey_check(decoding->survey, &scratch->seen_arena, error);
}

static int parse_record(struct parsing *parsing, struct quire_error *error)
{
    struct quire_json_cursor *cursor = &parsing->cursor;
    if (__builtin_expect(*cursor->at != '{', 0)) {
        struct quire_json_cursor probe = *cursor;
        int code = quire_json_skip(&probe, error);
        cursor->unescaped = probe.unescaped;
        if (code == 0)
            code = quire_json_fail(cursor, error, "a record is an object, and this is not");
        return code;
    }
    if (__builtin_expect(parsing->decoding->survey != NULL, 0))
        return survey_record(parsing, error);
    return quire_json_object(cursor, parsing->chunk->columns, &parsing->decoding->shape,
                             &parsing->rules, error);
}

/* Where the record at `first` ends whatever is wrong with it. */
static const uint8_t *record_end(const struct parsing *parsing, const uint8_t *first)
{
    size_t left = (size_t)(parsing->cursor.end - first);
    if (parsing->decoding->layout == QUIRE_JSON_ARRAY)
        return first + quire_json_item_size(first, left);
    const uint8_t *line =
        parsing->decoding->layout == QUIRE_JSON_LINES ? memchr(first, '\n', left) : NULL;
    return line != NULL ? line : parsing->cursor.end;
}

/* Of a record behind the sample that is JSON, it was a value that its column did not
 * take. */
static void hint_sample(struct parsing *parsing, const uint8_t *first, struct quire_error *error)
{
    const struct quire_json_read *read = &parsing->cursor.read;
    bool strict =
        read->missing == QUIRE_MISSING_ERROR || read->repeated == QUIRE_JSON_REPEATED_ERROR;
    int64_t at = parsing->chunk->offset + (first - parsing->chunk->bytes);
    bool sampled = !parsing->decoding->inferred || at < (int64_t)parsing->decoding->sample.at;
    if (error == NULL || error->column[0] == '\0' || strict || sampled) return;
    parsing->cursor.at = first;
    if (quire_json_skip(&parsing->cursor, NULL) == 0)
        quire_error_hint(error, QUIRE_TEXT_HINT_SAMPLE);
}

/* A record that failed: taken back, and handed to the rejects or told. */
static int refuse_record(struct parsing *parsing, const uint8_t *first, int64_t rows, int code,
                         struct quire_error *error)
{
    struct quire_text_chunk *chunk = parsing->chunk;
    quire_column_truncate(chunk->columns, rows);
    bool may_reject = code == QUIRE_INPUT || code == QUIRE_LIMIT;
    if (parsing->decoding->on_bad != QUIRE_ON_BAD_REJECT || !may_reject) {
        quire_error_at(error, chunk->records, NULL, QUIRE_NOWHERE);
        if (code == QUIRE_INPUT) hint_sample(parsing, first, error);
        return code;
    }
    const uint8_t *end = record_end(parsing, first);
    size_t size = (size_t)(end - first);
    while (size > 0 && (first[size - 1] == '\r' || first[size - 1] == ' '))
        size--;
    if (quire_text_reject(chunk, chunk->records, (size_t)(first - chunk->bytes), size, error) != 0)
        return quire_fail_memory(error, parsing->decoding->operation);
    quire_error_clear(error);
    parsing->cursor.at = end;
    return 0;
}

/* A record and what must follow it: the end of its line, or nothing here. */
static inline int take_record(struct parsing *parsing, struct quire_error *error)
{
    struct quire_json_cursor *cursor = &parsing->cursor;
    const uint8_t *first = cursor->at;
    int64_t rows = parsing->chunk->columns->length;
    int64_t nulled = parsing->chunk->nulled;
    int code = parse_record(parsing, error);
    if (code == 0 && cursor->lines) {
        quire_json_skip_blank(cursor);
        if (__builtin_expect(*cursor->at != '\n' && cursor->at < cursor->end, 0))
            code = quire_json_fail_expected(cursor, "the end of the line", error);
    }
    if (__builtin_expect(code != 0, 0)) {
        parsing->chunk->nulled = nulled;
        QUIRE_TRY(refuse_record(parsing, first, rows, code, error));
    }
    parsing->chunk->records++;
    return 0;
}

/* --- Chunks ---------------------------------------------------------------------------- */

static int parse_lines(struct parsing *parsing, struct quire_error *error)
{
    struct quire_json_cursor *cursor = &parsing->cursor;
    for (;;) {
        quire_json_skip_blank(cursor);
        if (*cursor->at == '\n') {
            cursor->at++;
            continue;
        }
        if (cursor->at >= cursor->end) return 0;
        QUIRE_TRY(take_record(parsing, error));
    }
}

static int fail_between(const struct parsing *parsing, const char *what, struct quire_error *error)
{
    int code = quire_json_fail_expected(&parsing->cursor, what, error);
    quire_error_at(error, parsing->chunk->records, NULL, QUIRE_NOWHERE);
    return code;
}

static int parse_items(struct parsing *parsing, struct quire_error *error)
{
    struct quire_json_cursor *cursor = &parsing->cursor;
    bool first = parsing->chunk->offset == parsing->decoding->records_at;
    for (;; first = false) {
        quire_json_skip_blank(cursor);
        if (cursor->at >= cursor->end) return 0;
        if (*cursor->at == ']') break;
        if (!first) {
            if (*cursor->at != ',') return fail_between(parsing, "',' or ']'", error);
            cursor->at++;
            quire_json_skip_blank(cursor);
            if (*cursor->at == ']') return fail_between(parsing, "an object", error);
        }
        QUIRE_TRY(take_record(parsing, error));
    }
    cursor->at++;
    quire_json_skip_blank(cursor);
    return cursor->at < cursor->end ? fail_between(parsing, "the end", error) : 0;
}

static int parse_single(struct parsing *parsing, struct quire_error *error)
{
    struct quire_json_cursor *cursor = &parsing->cursor;
    QUIRE_TRY(take_record(parsing, error));
    quire_json_skip_blank(cursor);
    return cursor->at < cursor->end ? fail_between(parsing, "the end", error) : 0;
}

static int parse_chunk(struct parsing *parsing, struct quire_error *error)
{
    switch (parsing->decoding->layout) {
    case QUIRE_JSON_LINES: return parse_lines(parsing, error);
    case QUIRE_JSON_ARRAY: return parse_items(parsing, error);
    default: return parse_single(parsing, error);
    }
}

static int begin_part(const struct quire_survey *survey, struct scratch *scratch,
                      struct quire_error *error)
{
    quire_arena_release(&scratch->seen_arena);
    return quire_survey_part(survey, &scratch->seen_arena, &scratch->seen, error);
}

static int join(void *state, struct quire_text_chunk *chunk, struct quire_error *error)
{
    const struct quire_json_decoding *decoding = state;
    const struct scratch *scratch = chunk->scratch;
    return quire_survey_add(decoding->survey, scratch->seen, error);
}

static int parse(const void *state, struct quire_text_chunk *chunk, struct quire_error *error)
{
    const struct quire_json_decoding *decoding = state;
    struct scratch *scratch = chunk->scratch;
    if (scratch == NULL) scratch = chunk->scratch = quire_alloc_zero(1, sizeof(*scratch));
    if (scratch == NULL || quire_column_reserve(chunk->columns, scratch->rows) != 0)
        return quire_fail_memory(error, decoding->operation);
    if (decoding->survey != NULL) QUIRE_TRY(begin_part(decoding->survey, scratch, error));
    struct parsing parsing = {
        .decoding = decoding,
        .chunk = chunk,
        .cursor =
            {
                .at = chunk->bytes,
                .start = chunk->bytes,
                .end = chunk->bytes + chunk->size,
                .operation = decoding->operation,
                .read = decoding->read,
                .lines = decoding->layout == QUIRE_JSON_LINES,
                .check_utf8 = !quire_utf8_is_valid(chunk->bytes, chunk->size),
                .unescaped = scratch->unescaped,
                .names = scratch->names,
            },
        .rules = {.null_bad = decoding->on_bad == QUIRE_ON_BAD_NULL, .nulled = &chunk->nulled},
    };
    int code = parse_chunk(&parsing, error);
    scratch->unescaped = parsing.cursor.unescaped;
    scratch->names = parsing.cursor.names;
    scratch->rows = chunk->columns->length + chunk->columns->length / 16;
    return code;
}

static int split(void *state, const uint8_t *bytes, size_t size, size_t from, bool at_end,
                 size_t *end, struct quire_error *error)
{
    struct quire_json_decoding *decoding = state;
    const uint8_t *line;
    switch (decoding->layout) {
    case QUIRE_JSON_ARRAY:
        return quire_json_split_items(&decoding->split, bytes, size, from, at_end, end, error);
    case QUIRE_JSON_LINES:
        line = memrchr(bytes + from, '\n', size - from);
        *end = at_end ? size : line != NULL ? (size_t)(line - bytes) + 1 : 0;
        return 0;
    default: *end = at_end ? size : 0; return 0;
    }
}

/* --- Opening --------------------------------------------------------------------------- */

static void decoding_free(void *state)
{
    struct quire_json_decoding *decoding = state;
    quire_field_close(decoding->field);
    quire_arena_release(&decoding->arena);
    quire_arena_release(&decoding->sample.arena);
    quire_free(decoding);
}

/* NULL when memory is out. */
static struct quire_json_decoding *decoding_new(const char *operation,
                                                enum quire_json_layout layout,
                                                const struct quire_json_decoder_options *options,
                                                const struct quire_record_policy *policy)
{
    struct quire_json_decoding *decoding = quire_alloc_zero(1, sizeof(*decoding));
    if (decoding == NULL) return NULL;
    decoding->operation = operation;
    decoding->layout = layout;
    decoding->policy = policy;
    decoding->on_bad = policy->on_bad;
    decoding->inferred = policy->schema == NULL;
    decoding->read = (struct quire_json_read){
        .repeated = (enum quire_json_repeated)options->repeated_keys,
        .extra = policy->extra,
        .missing = policy->missing,
        .any_case = policy->any_case,
        .escape_names = policy->mixed == QUIRE_MIXED_JSON,
        .replace_utf8 = options->invalid_utf8 == QUIRE_JSON_UTF8_REPLACE,
        .epoch = options->timestamps == 1,
        .binary_hex = options->binary == 1,
    };
    decoding->sample.policy = (struct quire_infer_policy){
        .mixed =
            policy->mixed == QUIRE_MIXED_JSON ? QUIRE_INFER_MIXED_JSON : QUIRE_INFER_MIXED_ERROR,
        .numbers = policy->numbers == QUIRE_NUMBERS_FLOAT ? QUIRE_INFER_FLOAT : QUIRE_INFER_EXACT,
        .keep_text = options->keep_text,
    };
    return decoding;
}

static int decoder_open(const char *operation, enum quire_json_layout layout, struct quire_in *in,
                        const struct quire_json_decoder_options *options,
                        const struct quire_record_policy *policy, struct quire_context *context,
                        struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_text_decoding calls = {.start = quire_json_start,
                                                     .split = split,
                                                     .parse = parse,
                                                     .scratch_free = scratch_free,
                                                     .free = decoding_free};
    struct quire_json_decoding *decoding = decoding_new(operation, layout, options, policy);
    if (decoding == NULL) return quire_fail_memory(error, operation);
    int code =
        quire_text_decoder_open(operation, &calls, decoding, in, policy, context, stream, error);
    if (code != 0)
        decoding_free(decoding);
    else
        decoding->policy = NULL;
    return code;
}

/* The records are parsed like any, into no columns. */
static int survey_records(const char *operation, enum quire_json_layout layout, struct quire_in *in,
                          const struct quire_json_decoder_options *options,
                          const struct quire_record_policy *policy, struct quire_context *context,
                          struct quire_survey *survey, struct quire_error *error)
{
    static const struct quire_text_decoding calls = {.start = quire_json_start,
                                                     .split = split,
                                                     .parse = parse,
                                                     .join = join,
                                                     .scratch_free = scratch_free,
                                                     .free = decoding_free};
    struct ArrowSchema nothing = {.release = NULL};
    struct quire_record_policy records = *policy;
    QUIRE_TRY(quire_schema_parse("", 0, &nothing, error));
    records.schema = &nothing;
    struct quire_json_decoding *decoding = decoding_new(operation, layout, options, &records);
    int code = decoding != NULL ? 0 : quire_fail_memory(error, operation);
    if (decoding != NULL) {
        decoding->survey = survey;
        code = quire_text_survey(operation, &calls, decoding, in, &records, context, error);
    }
    quire_schema_release(&nothing);
    return code;
}

int quire_json_decoder_open(struct quire_in *in, const void *options,
                            const struct quire_record_policy *policy, struct quire_context *context,
                            struct ArrowArrayStream *stream, struct quire_error *error)
{
    return decoder_open("read json", QUIRE_JSON_ARRAY, in, options, policy, context, stream, error);
}

int quire_jsonl_decoder_open(struct quire_in *in, const void *options,
                             const struct quire_record_policy *policy,
                             struct quire_context *context, struct ArrowArrayStream *stream,
                             struct quire_error *error)
{
    return decoder_open("read jsonl", QUIRE_JSON_LINES, in, options, policy, context, stream,
                        error);
}

int quire_json_survey(struct quire_in *in, const void *options,
                      const struct quire_record_policy *policy, struct quire_context *context,
                      struct quire_survey *survey, struct quire_error *error)
{
    return survey_records("read json", QUIRE_JSON_ARRAY, in, options, policy, context, survey,
                          error);
}

int quire_jsonl_survey(struct quire_in *in, const void *options,
                       const struct quire_record_policy *policy, struct quire_context *context,
                       struct quire_survey *survey, struct quire_error *error)
{
    return survey_records("read jsonl", QUIRE_JSON_LINES, in, options, policy, context, survey,
                          error);
}
