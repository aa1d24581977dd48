/* The beginning of an input: how its records stand in it, and what a sample of them
 * says about the columns.
 *
 * A sample is read from its first byte whenever more of it is shown. Bad records end it,
 * unless they are to be rejected: then they are left out here, and refused with their
 * place when all is parsed. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/options.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_direct.h"
#include "format/ion/ion_split.h"
#include "format/ion/ion_text_token.h"
#include "quire/batch.h"

static const char operation[] = "read ion";

#define INFER_ROWS_DEFAULT 10000

/* --- Symbol tables ------------------------------------------------------------------- */

static int note_place(void *user, int64_t byte, const struct quire_ion_symbols *symbols,
                      struct quire_error *error)
{
    struct quire_ion_decoding *decoding = user;
    struct quire_ion_place *place = quire_arena_alloc(&decoding->arena, sizeof(*place));
    if (place == NULL) return quire_fail_memory(error, operation);
    const struct quire_ion_place *before = atomic_load(&decoding->places);
    *place = (struct quire_ion_place){byte, symbols, before};
    atomic_store(&decoding->places, place);
    return 0;
}

const struct quire_ion_symbols *quire_ion_symbols_at(const struct quire_ion_decoding *decoding,
                                                     int64_t byte, bool inclusive)
{
    const struct quire_ion_place *place = atomic_load(&decoding->places);
    while (place != NULL && (inclusive ? place->byte > byte : place->byte >= byte))
        place = place->before;
    return place != NULL ? place->symbols : &quire_ion_system;
}

static int scan(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                int64_t byte, struct quire_error *error)
{
    struct quire_ion_reader *scanner = &decoding->scanner;
    struct quire_ion_value value;
    scanner->follow = note_place;
    scanner->symbols_user = decoding;
    quire_ion_reader_set(scanner, bytes, size, byte);
    scanner->lines = false;
    do {
        int code = quire_ion_next(scanner, &value, error);
        if (code == 0 && value.event == QUIRE_ION_BEGIN) code = quire_ion_skip(scanner, error);
        /* What cannot be read is told of when it is parsed, with its row; but for tables,
         * which are only read here. */
        bool table = scanner->depth > 0 && scanner->frames[0].type == QUIRE_ION_STRUCT;
        if (code == QUIRE_INPUT && !table && !decoding->binary) return 0;
        if (code != 0) {
            if (error != NULL && error->byte != QUIRE_NOWHERE) error->byte -= byte;
            return code;
        }
    } while (value.event != QUIRE_ION_NONE);
    return 0;
}

/* Is the annotation wrapper's first annotation $ion_symbol_table? */
static bool is_table(const struct quire_ion_header *header)
{
    const uint8_t *at = header->body;
    uint64_t size, id;
    return quire_ion_take_varuint(&at, header->end, &size) &&
           quire_ion_take_varuint(&at, header->end, &id) && id == QUIRE_ION_SYSTEM_SYMBOL_TABLE;
}

static int scan_binary(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                       int64_t byte, struct quire_error *error)
{
    const uint8_t *at = bytes, *end = bytes + size;
    while (at < end) {
        struct quire_ion_header header = {.end = at + 4};
        bool marker = *at == 0xe0 && end - at >= 4;
        if (!marker && quire_ion_take_header(at, end, &header) != NULL) return 0;
        if (marker || (header.code == 14 && is_table(&header))) {
            int code = scan(decoding, at, (size_t)(header.end - at), byte + (at - bytes), error);
            if (code != 0) {
                if (error != NULL && error->byte != QUIRE_NOWHERE) error->byte += at - bytes;
                return code;
            }
        }
        at = header.end;
    }
    return 0;
}

int quire_ion_scan_tables(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                          int64_t byte, struct quire_error *error)
{
    if (decoding->binary) return scan_binary(decoding, bytes, size, byte, error);
    /* Text without these cannot have a system value; escapes may hide its name. */
    bool dollar = memchr(bytes, '$', size) != NULL, escape = memchr(bytes, '\\', size) != NULL;
    if (!(dollar &&
          (memmem(bytes, size, "$ion", 4) != NULL || memmem(bytes, size, "$3", 2) != NULL)) &&
        !(escape && memmem(bytes, size, "::", 2) != NULL))
        return 0;
    return scan(decoding, bytes, size, byte, error);
}

/* --- The sample ------------------------------------------------------------------------ */

struct sample {
    struct quire_arena arena;
    struct quire_ion_reader reader;
    struct quire_infer_policy policy;
    struct quire_infer_node *root;
    int64_t rows, rows_max;
    bool known; /* the layout is */
};

static void sample_release(struct sample *sample)
{
    quire_arena_release(&sample->arena);
    quire_ion_reader_release(&sample->reader);
}

static int fail_record(const struct quire_ion_reader *reader, const struct quire_ion_value *value,
                       struct quire_error *error)
{
    return quire_ion_fail_at(reader, reader->start + value->at, QUIRE_INPUT, error,
                             "a record is a struct, and this is of type %s",
                             quire_ion_type_names[value->type]);
}

/* Infers from the records at the reader, of which the first is `value`. */
static int sample_records(struct quire_ion_decoding *decoding, struct sample *sample,
                          struct quire_ion_value *value, struct quire_error *error)
{
    struct quire_ion_reader *reader = &sample->reader;
    while (value->event != QUIRE_ION_NONE && value->event != QUIRE_ION_END &&
           sample->rows < sample->rows_max) {
        int code = 0;
        bool record = value->event == QUIRE_ION_BEGIN && value->type == QUIRE_ION_STRUCT;
        sample->rows++;
        if (record)
            code = quire_ion_infer_record(reader, &sample->arena, sample->root, error);
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
    return decoding->binary ? quire_ion_split_binary(bytes, size)
                            : quire_ion_split_text(bytes, size);
}

/* Looks for a list at the top that is longer than the sample. */
static void find_long_list(struct quire_ion_decoding *decoding, struct sample *sample,
                           const uint8_t *bytes, size_t whole, size_t size)
{
    struct quire_ion_reader *reader = &sample->reader;
    struct quire_ion_header header = {.code = 0};
    const uint8_t *at = bytes + whole, *end = bytes + size;
    if (decoding->layout == QUIRE_ION_ITEMS || sample->rows > 0) return;
    if (!decoding->binary) {
        reader->end = end;
        reader->at = at;
        if (quire_ion_space(reader, NULL) != 0 || *reader->at != '[') return;
        decoding->layout = QUIRE_ION_ITEMS;
        decoding->items_at = reader->at + 1 - bytes;
        decoding->items_end = -1;
        return;
    }
    uint64_t length = *at & 15;
    if (at >= end || *at >> 4 != 11 || length == 15) return;
    header.body = at + 1;
    if (length == 14 && !quire_ion_take_varuint(&header.body, end, &length)) return;
    decoding->layout = QUIRE_ION_ITEMS;
    decoding->items_at = header.body - bytes;
    decoding->items_end = decoding->items_at + (int64_t)length;
}

/* Items of a list that goes on past the sample. */
static int sample_items(struct quire_ion_decoding *decoding, struct sample *sample,
                        const uint8_t *bytes, size_t size, struct quire_error *error)
{
    struct quire_ion_reader *reader = &sample->reader;
    size_t from = (size_t)decoding->items_at;
    int closed = 0;
    struct quire_ion_value value;
    size_t end = decoding->binary ? quire_ion_split_binary(bytes + from, size - from)
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
            QUIRE_TRY(quire_ion_infer_record(reader, &sample->arena, sample->root, error));
        else if (decoding->on_bad != QUIRE_ON_BAD_REJECT)
            return fail_record(reader, &value, error);
        else if (value.event == QUIRE_ION_BEGIN)
            QUIRE_TRY(quire_ion_skip(reader, error));
    }
    return 0;
}

static int take_sample(struct quire_ion_decoding *decoding, struct sample *sample,
                       const uint8_t *bytes, size_t size, bool at_end, struct quire_error *error)
{
    struct quire_ion_reader *reader = &sample->reader;
    struct quire_ion_value value = {.event = QUIRE_ION_NONE};
    size_t whole = sample_size(decoding, bytes, size, at_end);
    quire_ion_reader_set(reader, bytes, whole, 0);
    QUIRE_TRY(quire_ion_next(reader, &value, error));
    sample->known = value.event != QUIRE_ION_NONE;
    if (value.event == QUIRE_ION_BEGIN && value.type == QUIRE_ION_LIST) {
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

/* --- The schema ------------------------------------------------------------------------- */

static int fail_unknown(const struct quire_field *field, const char *name,
                        struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_USAGE, operation, "there is no column \"%s\"", name);
    const char **names = quire_alloc((field->children_size + 1) * sizeof(*names));
    if (names == NULL) return code;
    for (size_t i = 0; i < field->children_size; i++)
        names[i] = field->children[i].name;
    const char *nearest = quire_options_nearest(names, field->children_size, name);
    if (nearest != NULL) quire_error_hint(error, "did you mean %s?", nearest);
    quire_free(names);
    return code;
}

/* Numbers the wanted columns in the order of the file; the others get -1. */
static int number_columns(const struct quire_ion_decoding *decoding, int64_t *column_of,
                          struct quire_error *error)
{
    const struct quire_record_policy *policy = decoding->policy;
    const struct quire_field *field = decoding->field;
    bool some = policy->columns != NULL || policy->columns_given;
    int64_t next = 0;
    for (size_t i = 0; i < field->children_size; i++)
        column_of[i] = some ? -1 : 0;
    for (size_t i = 0; policy->columns != NULL && i < policy->columns_size; i++) {
        const char *name = policy->columns[i];
        int64_t index = quire_field_child(field, name, strlen(name));
        if (index < 0) return fail_unknown(field, name, error);
        column_of[index] = 0;
    }
    for (size_t i = 0; i < field->children_size; i++)
        if (column_of[i] == 0) column_of[i] = next++;
    return 0;
}

static int wanted_schema(const struct quire_field *field, const int64_t *column_of,
                         struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_field wanted = *field;
    wanted.children_size = 0;
    wanted.children = quire_alloc((field->children_size + 1) * sizeof(*wanted.children));
    if (wanted.children == NULL) return quire_fail_memory(error, operation);
    for (size_t i = 0; i < field->children_size; i++)
        if (column_of[i] >= 0) wanted.children[wanted.children_size++] = field->children[i];
    int code = quire_field_to_schema(&wanted, schema, error);
    quire_free(wanted.children);
    return code;
}

/* The column that takes annotations must be a list of strings. */
static int find_annotations(struct quire_ion_decoding *decoding, const int64_t *column_of,
                            struct quire_error *error)
{
    const char *name = decoding->annotations_name;
    decoding->annotations = -1;
    if (name == NULL) return 0;
    int64_t index = quire_field_child(decoding->field, name, strlen(name));
    const struct quire_field *field = index >= 0 ? &decoding->field->children[index] : NULL;
    if (field == NULL || field->kind != QUIRE_KIND_LIST ||
        !quire_kind_is_string(field->children[0].kind)) {
        quire_fail(error, QUIRE_USAGE, operation,
                   "the column \"%.100s\" is to take annotations, and is no list<string>", name);
        return QUIRE_USAGE;
    }
    decoding->annotations = column_of[index];
    return 0;
}

static int finish_schema(struct quire_ion_decoding *decoding, struct sample *sample,
                         struct ArrowSchema *schema, struct quire_error *error)
{
    struct ArrowSchema inferred = {.release = NULL};
    const struct ArrowSchema *full = decoding->policy->schema;
    if (full == NULL) {
        if (decoding->annotations_name != NULL)
            QUIRE_TRY(quire_ion_infer_annotations(&sample->arena, sample->root,
                                                  decoding->annotations_name, error));
        QUIRE_TRY(quire_infer_finish(sample->root, &sample->policy, &inferred, error));
        full = &inferred;
    }
    int code = quire_field_open(full, &decoding->field, error);
    quire_schema_release(&inferred);
    QUIRE_TRY(code);
    int64_t *column_of = quire_arena_alloc(&decoding->arena, (decoding->field->children_size + 1) *
                                                                 sizeof(*column_of));
    if (column_of == NULL) return quire_fail_memory(error, operation);
    QUIRE_TRY(number_columns(decoding, column_of, error));
    QUIRE_TRY(find_annotations(decoding, column_of, error));
    if (quire_json_shape_init(&decoding->shape, decoding->field, column_of, &decoding->arena) !=
            0 ||
        quire_ion_direct_init(&decoding->shape, decoding->field, &decoding->arena,
                              &decoding->direct) != 0)
        return quire_fail_memory(error, operation);
    return wanted_schema(decoding->field, column_of, schema, error);
}

static int init_sample(struct quire_ion_decoding *decoding, struct sample *sample,
                       struct quire_error *error)
{
    const struct quire_record_policy *policy = decoding->policy;
    *sample = (struct sample){.rows = 0};
    sample->rows_max = policy->infer_rows > 0 ? policy->infer_rows : INFER_ROWS_DEFAULT;
    if (policy->schema != NULL) sample->rows_max = 1; /* for the layout alone */
    sample->policy.mixed =
        policy->mixed == QUIRE_MIXED_JSON ? QUIRE_INFER_MIXED_JSON : QUIRE_INFER_MIXED_ERROR;
    sample->policy.numbers =
        policy->numbers == QUIRE_NUMBERS_FLOAT ? QUIRE_INFER_FLOAT : QUIRE_INFER_EXACT;
    sample->root = quire_infer_new(&sample->arena);
    if (sample->root == NULL) return quire_fail_memory(error, operation);
    quire_infer_struct(sample->root);
    return quire_ion_reader_init(&sample->reader, decoding->binary, &decoding->catalog, error);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are the interface's */
int quire_ion_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                    bool *need_more, size_t *skip, struct ArrowSchema *schema,
                    struct quire_error *error)
{
    struct quire_ion_decoding *decoding = state;
    QUIRE_CLEANUP(sample_release) struct sample sample = {.rows = 0};
    decoding->binary = quire_ion_is_binary(bytes, size);
    decoding->layout = QUIRE_ION_STREAM;
    QUIRE_TRY(init_sample(decoding, &sample, error));
    QUIRE_TRY(take_sample(decoding, &sample, bytes, size, at_end, error));
    *need_more = !at_end && !enough && sample.rows < sample.rows_max;
    if (*need_more) return 0;
    if (!at_end && sample.rows == 0) {
        quire_fail(error, QUIRE_LIMIT, operation,
                   "no whole record in the first %zu bytes, from which types are inferred", size);
        quire_error_hint(error, "give a schema, or a larger memory budget (--memory)");
        return QUIRE_LIMIT;
    }
    decoding->sampled = decoding->policy->schema == NULL ? sample.reader.at - bytes : -1;
    decoding->scanner.binary = decoding->binary;
    *skip = 0;
    if (decoding->layout == QUIRE_ION_ITEMS) {
        /* What precedes the list is system values, the list's own header left out. */
        const struct quire_ion_symbols *symbols = sample.reader.symbols;
        if (symbols != &quire_ion_system)
            QUIRE_TRY(quire_ion_scan_tables(decoding, bytes, (size_t)decoding->items_at, 0, error));
        *skip = (size_t)decoding->items_at;
    }
    decoding->cut = (int64_t)*skip;
    return finish_schema(decoding, &sample, schema, error);
}
