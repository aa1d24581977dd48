/* The types of a file's columns, from its first records.
 *
 * Quotes do not make a value text: `"12"` counts as `12`, since many writers quote
 * everything; only `""` is the empty string, where an empty field is a null. */
#include "format/csv/csv_names.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "data/infer.h"

#define INFER_ROWS_DEFAULT 10000

struct inference {
    const struct quire_csv_reader *reader;
    struct quire_infer_node **nodes; /* one a column of the file; NULL: not wanted */
    size_t nodes_size;
    struct quire_infer_policy policy;
    struct quire_buf scratch;
};

/* A number with a decimal comma is shown with a point; one with a point is none. */
static int see_comma(struct inference *inference, struct quire_infer_node *node,
                     struct quire_csv_text text)
{
    struct quire_infer_policy policy = inference->policy;
    double number;
    int code;
    if (quire_csv_comma_to_point(&text, &inference->scratch, &code) &&
        quire_number_parse_f64((char *)inference->scratch.data, inference->scratch.size, &number))
        text.bytes = inference->scratch.data;
    else
        policy.from_text = memchr(text.bytes, '.', text.size) == NULL;
    if (code == 0) quire_infer_string(node, (const char *)text.bytes, text.size, &policy);
    return code;
}

static int see_field(struct inference *inference, struct quire_infer_node *node,
                     const uint8_t *bytes, size_t start, size_t end, struct quire_error *error)
{
    struct quire_csv_text text;
    size_t bad;
    int code = quire_csv_unquote(&inference->reader->marks, bytes, start, end, &inference->scratch,
                                 &text, &bad);
    if (code == QUIRE_INPUT) return 0; /* parse tells, with its row */
    if (code != 0) return quire_csv_fail_unquote(code, bad, error);
    if (!inference->reader->options.infer || quire_csv_is_null_text(inference->reader, &text)) {
        quire_infer_null(node);
    } else if (inference->reader->options.decimal_comma) {
        if (see_comma(inference, node, text) != 0) return quire_fail_memory(error, QUIRE_CSV_READ);
    } else {
        quire_infer_string(node, (const char *)text.bytes, text.size, &inference->policy);
    }
    return 0;
}

/* One record; false when it is not whole. *start moves to the next. */
static bool record_end(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                       size_t start, size_t *end)
{
    size_t open = SIZE_MAX;
    size_t at = start;
    for (;;) {
        *end = quire_csv_field_end(marks, bytes, size, at, &open);
        if (*end >= size) return false;
        if (bytes[*end] == '\n') return true;
        at = *end + 1;
    }
}

static int see_record(struct inference *inference, const uint8_t *bytes, size_t start, size_t end,
                      struct quire_error *error)
{
    const struct quire_csv_marks *marks = &inference->reader->marks;
    size_t open;
    size_t trimmed = quire_csv_trim_cr(marks, bytes, start, end);
    for (size_t i = 0; i < inference->nodes_size; i++) {
        size_t stop = quire_csv_field_end(marks, bytes, trimmed, start, &open);
        if (inference->nodes[i] != NULL)
            QUIRE_TRY(see_field(inference, inference->nodes[i], bytes, start, stop, error));
        if (stop >= trimmed) break;
        start = stop + 1;
    }
    return 0;
}

/* *left counts the records that are still wanted. */
static int see_records(struct inference *inference, const uint8_t *bytes, size_t size, size_t start,
                       bool may_grow, int64_t *left, struct quire_error *error)
{
    const struct quire_csv_marks *marks = &inference->reader->marks;
    while (*left > 0 && start < size) {
        size_t end;
        bool comment = bytes[start] == marks->comment;
        if (comment) {
            const uint8_t *feed = memchr(bytes + start, '\n', size - start);
            end = feed != NULL ? (size_t)(feed - bytes) : size;
        } else if (!record_end(marks, bytes, size, start, &end) && may_grow) {
            break;
        }
        if (!comment && quire_csv_trim_cr(marks, bytes, start, end) > start) {
            QUIRE_TRY(see_record(inference, bytes, start, end, error));
            --*left;
        }
        start = end + 1;
    }
    return 0;
}

static int make_nodes(struct inference *inference, struct quire_arena *arena,
                      const struct quire_csv_names *names, struct quire_infer_node *root,
                      struct quire_error *error)
{
    inference->nodes = quire_arena_alloc(arena, (names->size + 1) * sizeof(*inference->nodes));
    if (inference->nodes == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    inference->nodes_size = names->size;
    for (size_t i = 0; i < names->size; i++) {
        const struct quire_csv_name *name = &names->names[i];
        inference->nodes[i] = NULL;
        if (!name->wanted) continue;
        struct quire_infer_node *node = quire_infer_field(arena, root, name->text, name->size);
        if (node == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
        if (quire_infer_is_closed(node, QUIRE_INFER_OTHER)) continue;
        quire_infer_null(node);
        inference->nodes[i] = node;
    }
    return 0;
}

static struct inference begin(const struct quire_csv_reader *reader)
{
    return (struct inference){
        .reader = reader,
        .policy =
            {
                .numbers = reader->policy.numbers == QUIRE_NUMBERS_FLOAT ? QUIRE_INFER_FLOAT
                                                                         : QUIRE_INFER_EXACT,
                .text_fallback = true,
                .keep_null = reader->policy.keep_null,
                .from_text = true,
            },
    };
}

int quire_csv_infer(const struct quire_csv_reader *reader, const struct quire_csv_names *names,
                    const uint8_t *bytes, size_t size, size_t start, bool may_grow, bool *need_more,
                    struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct inference inference = begin(reader);
    struct quire_infer_node *root = quire_infer_new(&arena);
    if (root == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    quire_infer_struct(root);
    QUIRE_TRY(make_nodes(&inference, &arena, names, root, error));
    int64_t left = reader->policy.infer_rows > 0 ? reader->policy.infer_rows : INFER_ROWS_DEFAULT;
    int code = 0;
    if (reader->options.infer)
        code = see_records(&inference, bytes, size, start, may_grow, &left, error);
    quire_buf_release(&inference.scratch);
    *need_more = reader->options.infer && left > 0 && may_grow;
    if (code != 0 || *need_more) return code;
    return quire_infer_finish(root, &inference.policy, schema, error);
}

/* --- Surveys ------------------------------------------------------------------- */

/* What was seen in a chunk; kept by its slot. */
struct seen {
    struct quire_arena arena;
    struct quire_infer_node *root;
};

void quire_csv_survey_scratch_free(void *scratch)
{
    struct seen *seen = scratch;
    quire_arena_release(&seen->arena);
    quire_free(seen);
}

int quire_csv_survey_parse(const void *state, struct quire_text_chunk *chunk,
                           struct quire_error *error)
{
    const struct quire_csv_reader *reader = state;
    if (chunk->scratch == NULL) chunk->scratch = quire_alloc_zero(1, sizeof(struct seen));
    struct seen *seen = chunk->scratch;
    if (seen == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    quire_arena_release(&seen->arena);
    QUIRE_TRY(quire_survey_part(reader->survey, &seen->arena, &seen->root, error));
    struct inference inference = begin(reader);
    QUIRE_TRY(make_nodes(&inference, &seen->arena, reader->header, seen->root, error));
    int64_t left = INT64_MAX;
    int code = 0;
    if (reader->options.infer)
        code = see_records(&inference, chunk->bytes, chunk->size, 0, false, &left, error);
    quire_buf_release(&inference.scratch);
    return code;
}

/* A file need not have records. */
int quire_csv_survey_names(const struct quire_csv_reader *reader, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct inference inference = begin(reader);
    struct quire_infer_node *root = NULL;
    QUIRE_TRY(quire_survey_part(reader->survey, &arena, &root, error));
    QUIRE_TRY(make_nodes(&inference, &arena, reader->header, root, error));
    return quire_survey_add(reader->survey, root, error);
}

int quire_csv_survey_join(void *state, struct quire_text_chunk *chunk, struct quire_error *error)
{
    const struct quire_csv_reader *reader = state;
    const struct seen *seen = chunk->scratch;
    return quire_survey_add(reader->survey, seen->root, error);
}
