/* The beginning of a JSON input: what its layout is, and what a sample of its
 * records says about the columns.
 *
 * Bad records of the sample end it, unless they are to be rejected: then they are
 * left out here, and refused with their place when all is parsed. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/json/json_decode.h"
#include "format/json/json_infer.h"
#include "format/text/wanted.h"
#include "quire/batch.h"

/* --- Layout -------------------------------------------------------------------------- */

static size_t skip_blank(const uint8_t *bytes, size_t size, size_t at)
{
    while (at < size &&
           (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\n' || bytes[at] == '\r'))
        at++;
    return at;
}

static int fail_at(const struct quire_json_decoding *decoding, size_t byte, const char *cause,
                   const char *hint, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, decoding->operation, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)byte);
    if (hint != NULL) quire_error_hint(error, "%s", hint);
    return QUIRE_INPUT;
}

/* A document that is one object has nothing after it. */
static int check_single(const struct quire_json_decoding *decoding, const uint8_t *bytes,
                        size_t size, size_t at, struct quire_error *error)
{
    size_t after = skip_blank(bytes, size, at + quire_json_item_size(bytes + at, size - at));
    if (after == size) return 0;
    return fail_at(decoding, after, "something follows the object",
                   "objects one after another are JSON Lines: --from jsonl", error);
}

/* Looks at the document's first brackets; *known stays false when there is too
 * little to see. */
static int find_layout(struct quire_json_decoding *decoding, const uint8_t *bytes, size_t size,
                       bool all, size_t at, bool *known, struct quire_error *error)
{
    at = skip_blank(bytes, size, at);
    *known = at < size;
    decoding->records_at = (int64_t)at;
    if (at == size)
        return all ? fail_at(decoding, at, "the input is empty and an array is expected",
                             "no records are written as []", error)
                   : 0;
    if (bytes[at] == '{') {
        decoding->layout = QUIRE_JSON_SINGLE;
        return check_single(decoding, bytes, size, at, error);
    }
    if (bytes[at] != '[')
        return fail_at(decoding, at, "the input is not an array of objects", NULL, error);
    decoding->records_at = (int64_t)at + 1;
    at = skip_blank(bytes, size, at + 1);
    *known = at < size;
    if (at == size)
        return all ? fail_at(decoding, at, "the input ends and the array is not closed", NULL,
                             error)
                   : 0;
    if (bytes[at] != '{' && bytes[at] != ']')
        return fail_at(decoding, at, "the items of the array are not objects", NULL, error);
    return 0;
}

/* --- The sample ----------------------------------------------------------------------- */

/* Is the record at the cursor an object and JSON, and all of its line? Nothing is moved. */
static int check_record(struct quire_json_cursor *cursor, struct quire_error *error)
{
    const uint8_t *first = cursor->at;
    int code = quire_json_skip(cursor, error);
    if (code == 0 && cursor->lines) {
        quire_json_skip_blank(cursor);
        if (*cursor->at != '\n' && cursor->at < cursor->end)
            code = quire_json_fail_expected(cursor, "the end of the line", error);
    }
    cursor->at = first;
    if (code == 0 && *first != '{')
        code = quire_json_fail(cursor, error, "a record is an object, and this is not");
    return code;
}

/* Infers from the record at the cursor and moves past it. A bad record that is to
 * be rejected later makes *good false and is moved over as a line, if it is one. */
static int sample_record(struct quire_json_decoding *decoding, struct quire_json_cursor *cursor,
                         bool *good, struct quire_error *error)
{
    const uint8_t *first = cursor->at;
    int code = check_record(cursor, error);
    *good = code == 0;
    decoding->sample.rows++;
    if (code == 0)
        code = quire_json_infer_record(cursor, &decoding->sample.arena, decoding->sample.root,
                                       &decoding->sample.policy, error);
    else if (code != QUIRE_MEMORY && decoding->on_bad == QUIRE_ON_BAD_REJECT)
        code = 0;
    if (code != 0) quire_error_at(error, decoding->sample.rows, NULL, QUIRE_NOWHERE);
    if (code != 0 || *good || decoding->layout != QUIRE_JSON_LINES) return code;
    const uint8_t *line = memchr(first, '\n', (size_t)(cursor->end - first));
    cursor->at = line != NULL ? line : cursor->end;
    return 0;
}

/* Infers from the whole records between sample.at and end. */
static int sample_records(struct quire_json_decoding *decoding, const uint8_t *bytes, size_t end,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_json_cursor_release)
    struct quire_json_cursor cursor = {
        .at = bytes + decoding->sample.at,
        .start = bytes,
        .end = bytes + end,
        .operation = decoding->operation,
        .read = decoding->read,
        .lines = decoding->layout == QUIRE_JSON_LINES,
        .check_utf8 = !quire_utf8_is_valid(bytes + decoding->sample.at, end - decoding->sample.at),
    };
    while (decoding->sample.rows < decoding->sample.rows_max) {
        bool good = false;
        quire_json_skip_blank(&cursor);
        if (cursor.lines && *cursor.at == '\n') {
            cursor.at++;
            continue;
        }
        if (decoding->layout == QUIRE_JSON_ARRAY && *cursor.at == ',') {
            cursor.at++;
            quire_json_skip_blank(&cursor);
        }
        if (cursor.at >= cursor.end) break;
        QUIRE_TRY(sample_record(decoding, &cursor, &good, error));
        decoding->sample.ended = !good && decoding->layout != QUIRE_JSON_LINES;
        if (decoding->sample.ended) break;
    }
    decoding->sample.at = (size_t)(cursor.at - bytes);
    return 0;
}

/* The end of the last whole record; sample.at when there is none. */
static size_t sample_end(const struct quire_json_decoding *decoding, const uint8_t *bytes,
                         size_t size, bool at_end)
{
    size_t at = decoding->sample.at, end = 0;
    const uint8_t *line;
    struct quire_json_split split = {0};
    switch (decoding->layout) {
    case QUIRE_JSON_LINES:
        if (at_end) return size;
        line = memrchr(bytes + at, '\n', size - at);
        return line != NULL ? (size_t)(line - bytes) + 1 : at;
    case QUIRE_JSON_SINGLE: return at_end ? size : at;
    case QUIRE_JSON_ARRAY:
        if (quire_json_split_items(&split, bytes + at, size - at, 0, at_end, &end, NULL) == 0 &&
            !split.finished)
            return at + end;
        return at + split.last;
    }
    return at;
}

/* Shows the inference what is new in bytes; *done when it has seen enough. */
static int take_sample(struct quire_json_decoding *decoding, const uint8_t *bytes, size_t size,
                       bool at_end, bool enough, bool *done, struct quire_error *error)
{
    if (decoding->sample.at < (size_t)decoding->records_at)
        decoding->sample.at = (size_t)decoding->records_at;
    size_t end = sample_end(decoding, bytes, size, at_end);
    if (end > decoding->sample.at) QUIRE_TRY(sample_records(decoding, bytes, end, error));
    *done = at_end || enough || decoding->sample.ended ||
            decoding->sample.rows >= decoding->sample.rows_max;
    if (*done && !at_end && !decoding->sample.ended && decoding->sample.rows == 0)
        return quire_text_fail_sample(decoding->operation, size, error);
    return 0;
}

/* --- The schema ----------------------------------------------------------------------- */

static int finish_schema(struct quire_json_decoding *decoding, struct ArrowSchema *schema,
                         struct quire_error *error)
{
    struct ArrowSchema inferred = {.release = NULL};
    const struct ArrowSchema *full = decoding->policy->schema;
    if (full == NULL) {
        QUIRE_TRY(
            quire_infer_finish(decoding->sample.root, &decoding->sample.policy, &inferred, error));
        full = &inferred;
    }
    int code = quire_field_open(full, &decoding->field, error);
    quire_schema_release(&inferred);
    quire_arena_release(&decoding->sample.arena);
    QUIRE_TRY(code);
    int64_t *column_of = quire_arena_alloc(&decoding->arena, (decoding->field->children_size + 1) *
                                                                 sizeof(*column_of));
    if (column_of == NULL) return quire_fail_memory(error, decoding->operation);
    QUIRE_TRY(quire_text_wanted_columns(decoding->operation, decoding->policy, decoding->field,
                                        column_of, error));
    if (quire_json_shape_init(&decoding->shape, decoding->field, column_of, &decoding->arena) != 0)
        return quire_fail_memory(error, decoding->operation);
    return quire_text_wanted_schema(decoding->operation, decoding->field, column_of, schema, error);
}

static int begin_sample(struct quire_json_decoding *decoding, struct quire_error *error)
{
    const struct quire_record_policy *policy = decoding->policy;
    if (decoding->sample.root != NULL) return 0;
    decoding->sample.rows_max = policy->infer_rows > 0 ? policy->infer_rows : QUIRE_TEXT_INFER_ROWS;
    decoding->sample.root = quire_infer_new(&decoding->sample.arena);
    if (decoding->sample.root == NULL) return quire_fail_memory(error, decoding->operation);
    quire_infer_struct(decoding->sample.root);
    return 0;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are the interface's */
int quire_json_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                     bool *need_more, size_t *skip, struct ArrowSchema *schema,
                     struct quire_error *error)
{
    struct quire_json_decoding *decoding = state;
    bool known = true, done = true;
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    decoding->records_at = (int64_t)mark;
    if (decoding->layout != QUIRE_JSON_LINES)
        QUIRE_TRY(find_layout(decoding, bytes, size, at_end || enough, mark, &known, error));
    if (known && decoding->policy->schema == NULL) {
        QUIRE_TRY(begin_sample(decoding, error));
        QUIRE_TRY(take_sample(decoding, bytes, size, at_end, enough, &done, error));
    }
    *need_more = !known || !done;
    if (*need_more) return 0;
    *skip = (size_t)decoding->records_at;
    return finish_schema(decoding, schema, error);
}
