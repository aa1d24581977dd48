/* The Ion decoders: chunks of records into columns, whether text or binary.
 *
 * The reading thread cuts between top-level values (or items of the one list) and reads
 * symbol tables as it comes to them; workers parse, and look up which table is in force
 * where. */
#include "format/ion/ion_direct.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_split.h"
#include "format/ion/ion_text_token.h"

static const char operation[] = "read ion";

/* Kept from chunk to chunk by the slot that parses them. */
struct scratch {
    struct quire_ion_reader reader;
    struct quire_ion_writer json;
    struct quire_buf text;
    struct quire_ion_lane *lanes; /* see struct quire_ion_row */
    int64_t rows;                 /* of the chunk before: a guess at those of the next */
    /* What a survey saw in the chunk. */
    struct quire_arena seen_arena;
    struct quire_infer_node *seen;
};

static void scratch_free(void *pointer)
{
    struct scratch *scratch = pointer;
    if (scratch == NULL) return;
    quire_ion_reader_release(&scratch->reader);
    quire_ion_writer_release(&scratch->json);
    quire_buf_release(&scratch->text);
    quire_arena_release(&scratch->seen_arena);
    quire_free(scratch->lanes);
    quire_free(scratch);
}

/* --- Records ------------------------------------------------------------------------------ */

struct parsing {
    const struct quire_ion_decoding *decoding;
    struct quire_text_chunk *chunk;
    struct quire_ion_row row;
    bool in_list;
};

static const struct quire_ion_symbols *symbols_after(void *user, int64_t byte)
{
    const struct parsing *parsing = user;
    return quire_ion_symbols_at(parsing->decoding, parsing->chunk->offset + byte, true);
}

/* Notes what the record that has just begun has, instead of taking it. */
static int survey_record(struct parsing *parsing, struct quire_error *error)
{
    struct scratch *scratch = parsing->chunk->scratch;
    QUIRE_TRY(
        quire_ion_survey_record(parsing->row.reader, &scratch->seen_arena, scratch->seen, error));
    return quire_survey_check(parsing->decoding->survey, &scratch->seen_arena, error);
}

static int put_record(struct parsing *parsing, const struct quire_ion_value *value,
                      struct quire_error *error)
{
    if (value->event != QUIRE_ION_BEGIN || value->type != QUIRE_ION_STRUCT)
        return quire_ion_fail_at(parsing->row.reader, parsing->row.reader->start + value->at,
                                 QUIRE_INPUT, error, "a record is a struct, and this is %s%s",
                                 value->null ? "null." : "of type ",
                                 quire_ion_type_names[value->type]);
    if (parsing->decoding->survey != NULL) return survey_record(parsing, error);
    return quire_ion_put_struct(&parsing->row, value, parsing->chunk->columns,
                                &parsing->decoding->shape, true, error);
}

/* Of a record behind the sample that can be read, it was a value that its column did not
 * take. */
static void hint_sample(const struct parsing *parsing, const struct quire_ion_mark *before,
                        struct quire_error *error)
{
    const struct quire_ion_decoding *decoding = parsing->decoding;
    int64_t at = parsing->chunk->offset + (before->at - parsing->row.reader->start);
    bool strict = decoding->missing == QUIRE_MISSING_ERROR;
    if (decoding->sampled < 0 || at < decoding->sampled || strict) return;
    if (error != NULL && error->column[0] != '\0' && error->hint[0] == '\0')
        quire_error_hint(error, QUIRE_TEXT_HINT_SAMPLE);
}

/* A binary record as text, with a table before it where symbols have none. The reader stands
 * before it, and then behind. */
static int write_text(struct quire_ion_reader *reader, struct quire_ion_writer *text,
                      struct quire_error *error)
{
    struct quire_ion_value value;
    QUIRE_TRY(quire_ion_next(reader, &value, error));
    value.named = false;
    QUIRE_TRY(quire_ion_writer_mirror(text, reader->symbols, error));
    QUIRE_TRY(quire_ion_write(text, &value, error));
    while (text->depth > 0) {
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        QUIRE_TRY(quire_ion_write(text, &value, error));
    }
    return 0;
}

/* What cannot be read to its end is kept as a blob of its bytes. */
static int write_blob(struct quire_ion_writer *text, const uint8_t *bytes, size_t size,
                      struct quire_error *error)
{
    struct quire_ion_value value;
    quire_ion_clear(&value);
    value.type = QUIRE_ION_BLOB;
    value.bytes = (struct quire_ion_bytes){bytes, size};
    quire_buf_clear(&text->out);
    text->depth = 0;
    return quire_ion_write(text, &value, error);
}

static int reject_binary(struct parsing *parsing, const struct quire_ion_mark *before, size_t start,
                         size_t end, struct quire_error *error)
{
    struct quire_text_chunk *chunk = parsing->chunk;
    struct quire_ion_reader *reader = parsing->row.reader;
    struct quire_ion_mark after = quire_ion_mark_of(reader);
    struct quire_error other;
    QUIRE_CLEANUP(quire_ion_writer_release) struct quire_ion_writer text;
    int code = quire_ion_writer_init(&text, QUIRE_ION_FORM_TEXT, &other);
    quire_ion_go_back(reader, before);
    if (code == 0) code = write_text(reader, &text, &other);
    if (code != 0 && code != QUIRE_MEMORY)
        code = write_blob(&text, reader->start + start, end - start, &other);
    quire_ion_go_back(reader, &after);
    if (code == 0)
        code = quire_text_reject_as(chunk, chunk->records, text.out.data, text.out.size - 1, error);
    return code != 0 ? quire_fail_memory(error, operation) : 0;
}

/* A record that failed: taken back, and handed to the rejects or told. */
static int refuse_record(struct parsing *parsing, const struct quire_ion_mark *before, int64_t rows,
                         int code, struct quire_error *error)
{
    struct quire_text_chunk *chunk = parsing->chunk;
    struct quire_ion_reader *reader = parsing->row.reader;
    struct quire_ion_value value;
    struct quire_error other;
    quire_column_truncate(chunk->columns, rows);
    quire_ion_go_back(reader, before);
    /* A record that can be read may be left out; one that cannot ends it all. */
    bool readable = code == QUIRE_INPUT && quire_ion_next(reader, &value, &other) == 0 &&
                    (value.event != QUIRE_ION_BEGIN || quire_ion_skip(reader, &other) == 0);
    if (!readable || parsing->decoding->on_bad != QUIRE_ON_BAD_REJECT) {
        if (readable) hint_sample(parsing, before, error);
        quire_error_at(error, chunk->records, NULL, QUIRE_NOWHERE);
        return code;
    }
    size_t start = value.at, end = (size_t)(reader->at - reader->start);
    if (parsing->decoding->binary)
        QUIRE_TRY(reject_binary(parsing, before, start, end, error));
    else if (quire_text_reject(chunk, chunk->records, start, end - start, error) != 0)
        return quire_fail_memory(error, operation);
    quire_error_clear(error);
    return 0;
}

/* Is there nothing more in the chunk? A list may go on in the next one. */
static int at_end(struct parsing *parsing, bool *ended, struct quire_error *error)
{
    struct quire_ion_reader *reader = parsing->row.reader;
    if (!parsing->decoding->binary) QUIRE_TRY(quire_ion_space(reader, error));
    *ended = reader->at >= reader->end &&
             (!parsing->in_list || !parsing->chunk->last || parsing->decoding->binary);
    return 0;
}

static int parse_records(struct parsing *parsing, struct quire_error *error)
{
    struct quire_text_chunk *chunk = parsing->chunk;
    struct quire_ion_reader *reader = parsing->row.reader;
    for (;;) {
        struct quire_ion_value value;
        bool ended;
        bool items = parsing->decoding->layout == QUIRE_ION_ITEMS;
        if (parsing->row.blocks && items == parsing->in_list && reader->depth == (size_t)items)
            chunk->records += quire_ion_direct_block(&parsing->row, chunk->columns);
        QUIRE_TRY(at_end(parsing, &ended, error));
        if (ended && !reader->not_utf8) return 0;
        struct quire_ion_mark before = quire_ion_mark_of(reader);
        int64_t rows = chunk->columns->length, nulled = chunk->nulled;
        int code =
            quire_ion_direct_begin(reader, &value) ? 0 : quire_ion_next(reader, &value, error);
        if (code == 0 && value.event == QUIRE_ION_NONE) return 0;
        if (code == 0 && value.event == QUIRE_ION_END) {
            parsing->in_list = false;
            continue;
        }
        if (code == 0 && parsing->decoding->layout == QUIRE_ION_ITEMS && !parsing->in_list)
            return quire_ion_fail_at(reader, reader->start + value.at, QUIRE_INPUT, error,
                                     "something follows the list of records");
        if (code == 0) code = put_record(parsing, &value, error);
        if (__builtin_expect(code != 0, 0)) {
            chunk->nulled = nulled;
            QUIRE_TRY(refuse_record(parsing, &before, rows, code, error));
        }
        chunk->records++;
    }
}

/* --- Chunks ------------------------------------------------------------------------------- */

/* Does the chunk lie within the one list? Then its bracket is as good as open. */
static int begin_items(struct parsing *parsing, struct quire_error *error)
{
    const struct quire_ion_decoding *decoding = parsing->decoding;
    struct quire_ion_reader *reader = parsing->row.reader;
    int64_t offset = parsing->chunk->offset;
    parsing->in_list = decoding->layout == QUIRE_ION_ITEMS &&
                       (decoding->items_end < 0 || offset < decoding->items_end);
    if (!parsing->in_list) return 0;
    reader->began = offset == decoding->items_at;
    return quire_ion_push(reader, QUIRE_ION_LIST, reader->end, error);
}

/* What the slot keeps; NULL when memory is out. */
static struct scratch *scratch_of(const struct quire_ion_decoding *decoding,
                                  struct quire_text_chunk *chunk)
{
    bool binary = decoding->binary;
    if (chunk->scratch != NULL) return chunk->scratch;
    struct scratch *scratch = quire_alloc_zero(1, sizeof(*scratch));
    if (scratch == NULL) return NULL;
    if (binary)
        scratch->lanes =
            quire_alloc_zero(decoding->shape.members_size + 1, sizeof(*scratch->lanes));
    if ((binary && scratch->lanes == NULL) ||
        quire_ion_reader_init(&scratch->reader, binary, NULL, NULL) != 0 ||
        quire_ion_writer_init(&scratch->json, QUIRE_ION_FORM_JSON_LINES, NULL) != 0) {
        scratch_free(scratch);
        return NULL;
    }
    chunk->scratch = scratch;
    return scratch;
}

static int begin_part(const struct quire_survey *survey, struct scratch *scratch,
                      struct quire_error *error)
{
    quire_arena_release(&scratch->seen_arena);
    return quire_survey_part(survey, &scratch->seen_arena, &scratch->seen, error);
}

/* What comes before the end of a chunk that was parsed is not looked up any more. */
static int join(void *state, struct quire_text_chunk *chunk, struct quire_error *error)
{
    struct quire_ion_decoding *decoding = state;
    const struct scratch *scratch = chunk->scratch;
    quire_ion_places_drop(decoding, chunk->offset + (int64_t)chunk->size);
    if (decoding->survey == NULL) return 0;
    return quire_survey_add(decoding->survey, scratch->seen, error);
}

/* How many rows the first chunk of a slot may have, going by the size of its first record;
 * room for them is not more than some times the chunk. */
static int64_t guess_rows(const struct quire_ion_decoding *decoding,
                          const struct quire_text_chunk *chunk)
{
    const uint8_t *after;
    if (!decoding->binary || decoding->survey != NULL || chunk->size < 3 ||
        quire_ion_take_record(chunk->bytes, &after) == NULL)
        return 0;
    size_t rows = chunk->size / (size_t)(after - chunk->bytes);
    size_t most = 4 * chunk->size / (8 * ((size_t)chunk->columns->children_size + 1));
    return (int64_t)(rows < most ? rows + rows / 8 : most);
}

static int parse(const void *state, struct quire_text_chunk *chunk, struct quire_error *error)
{
    const struct quire_ion_decoding *decoding = state;
    struct scratch *scratch = scratch_of(decoding, chunk);
    if (scratch == NULL) return quire_fail_memory(error, operation);
    int code = scratch->rows > 0
                   ? quire_column_reserve_alike(chunk->columns, scratch->rows)
                   : quire_column_reserve(chunk->columns, guess_rows(decoding, chunk));
    if (code != 0) return quire_fail_memory(error, operation);
    if (decoding->survey != NULL) QUIRE_TRY(begin_part(decoding->survey, scratch, error));
    struct parsing parsing = {
        .decoding = decoding,
        .chunk = chunk,
        .row = {.decoding = decoding,
                .reader = &scratch->reader,
                .json = &scratch->json,
                .text = &scratch->text,
                .nulled = &chunk->nulled,
                .lanes = scratch->lanes,
                .blocks = quire_ion_direct_has_blocks(decoding, chunk->columns)},
    };
    struct quire_ion_reader *reader = &scratch->reader;
    if (scratch->lanes != NULL) quire_ion_lanes_init(decoding, chunk->columns, scratch->lanes);
    /* Places are counted from the chunk's start; the caller makes them absolute. */
    quire_ion_reader_set(reader, chunk->bytes, chunk->size, 0);
    reader->lines = reader->lines && chunk->offset == 0;
    if (chunk->offset > 0) reader->at = reader->start;
    reader->symbols = quire_ion_symbols_at(decoding, chunk->offset, false);
    reader->symbols_after = symbols_after;
    reader->symbols_user = &parsing;
    QUIRE_TRY(begin_items(&parsing, error));
    QUIRE_TRY(parse_records(&parsing, error));
    scratch->rows = chunk->columns->length;
    return 0;
}

/* --- Cutting ------------------------------------------------------------------------------- */

static size_t split_items(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size)
{
    if (decoding->binary) {
        int64_t left = decoding->items_end - decoding->cut;
        if (left <= 0) return size;
        return quire_ion_split_binary(bytes, (int64_t)size > left ? (size_t)left : size, NULL);
    }
    if (decoding->list_closed) return quire_ion_split_text(bytes, size);
    int closed = 0;
    size_t end = quire_ion_split_items(bytes, size, &closed);
    decoding->list_closed = closed != 0;
    return end;
}

/* Nothing follows: a list that goes on has lost its records. */
static int check_list(const struct quire_ion_decoding *decoding, struct quire_error *error)
{
    bool ended = decoding->binary ? decoding->cut >= decoding->items_end : decoding->list_closed;
    if (decoding->layout != QUIRE_ION_ITEMS || ended) return 0;
    quire_fail(error, QUIRE_INPUT, operation, "the input ends within the list of records");
    quire_error_at(error, QUIRE_NOWHERE, NULL, 0);
    return QUIRE_INPUT;
}

static int split(void *state, const uint8_t *bytes, size_t size, size_t from, bool at_end,
                 size_t *end, struct quire_error *error)
{
    struct quire_ion_decoding *decoding = state;
    bool items = decoding->layout == QUIRE_ION_ITEMS, annotated = true;
    (void)from;
    if (size == 0) return check_list(decoding, error);
    *end = items              ? split_items(decoding, bytes, size)
           : decoding->binary ? quire_ion_split_binary(bytes, size, &annotated)
                              : quire_ion_split_text(bytes, size);
    bool in_binary_list = items && decoding->binary && decoding->cut < decoding->items_end;
    if (at_end && (*end == 0 || !in_binary_list)) *end = size;
    if (*end == 0) return 0;
    if (!items && annotated)
        QUIRE_TRY(quire_ion_scan_tables(decoding, bytes, *end, decoding->cut, error));
    decoding->cut += (int64_t)*end;
    return 0;
}

const struct quire_text_decoding quire_ion_reading = {
    .start = quire_ion_start,
    .split = split,
    .parse = parse,
    .join = join,
    .scratch_free = scratch_free,
    .free = quire_ion_decoding_free,
};
