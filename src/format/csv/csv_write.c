/* What is decided when a CSV file is begun: how each column is written.
 *
 * Numbers, dates and the like are written without a look at their characters
 * when no option can make them need quotes; only then is their text built apart
 * and handled as strings are. */
#include "format/csv/csv_write.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/options.h"
#include "format/json/json_shape.h"
#include "format/text/encode.h"

#define OPERATION     "write csv"
#define PRECISION_MAX 20

static void writer_free(void *state)
{
    struct quire_csv_writer *writer = state;
    if (writer == NULL) return;
    quire_field_close(writer->root);
    quire_free(writer->columns);
    quire_free(writer->null_text);
    quire_free(writer);
}

static bool is_float(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_FLOAT16 && kind <= QUIRE_KIND_FLOAT64;
}

static bool is_numeric(enum quire_kind kind)
{
    return quire_kind_is_integer(kind) || is_float(kind) || kind == QUIRE_KIND_DECIMAL;
}

/* The fastest way to write a kind whose text needs no quotes. */
static enum quire_csv_op plain_op(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_NULL: return QUIRE_CSV_NULL;
    case QUIRE_KIND_BOOL: return QUIRE_CSV_BOOL;
    case QUIRE_KIND_INT8: return QUIRE_CSV_INT8;
    case QUIRE_KIND_INT16: return QUIRE_CSV_INT16;
    case QUIRE_KIND_INT32: return QUIRE_CSV_INT32;
    case QUIRE_KIND_INT64: return QUIRE_CSV_INT64;
    case QUIRE_KIND_UINT8: return QUIRE_CSV_UINT8;
    case QUIRE_KIND_UINT16: return QUIRE_CSV_UINT16;
    case QUIRE_KIND_UINT32: return QUIRE_CSV_UINT32;
    case QUIRE_KIND_UINT64: return QUIRE_CSV_UINT64;
    case QUIRE_KIND_FLOAT32: return QUIRE_CSV_FLOAT32;
    case QUIRE_KIND_FLOAT64: return QUIRE_CSV_FLOAT64;
    case QUIRE_KIND_TIMESTAMP: return QUIRE_CSV_MOMENT;
    case QUIRE_KIND_STRING: return QUIRE_CSV_STRING;
    case QUIRE_KIND_LARGE_STRING: return QUIRE_CSV_LARGE_STRING;
    case QUIRE_KIND_STRING_VIEW: return QUIRE_CSV_BYTES;
    /* Their text may be any word, null_text too, unless it is a UUID. */
    case QUIRE_KIND_FIXED_BINARY:
        return field->extension == QUIRE_EXTENSION_UUID ? QUIRE_CSV_BOUNDED : QUIRE_CSV_TEXT;
    default:
        return quire_value_writer_of(field) != NULL && quire_value_text_max(field) > 0
                   ? QUIRE_CSV_BOUNDED
                   : QUIRE_CSV_TEXT;
    }
}

/* Could the text of a number, date or word be taken for something else? */
static bool marks_meet_values(const struct quire_csv_write_options *options)
{
    static const char of_values[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ+-.:/= ";
    const int32_t marks[] = {options->delimiter, options->quote, options->escape};
    for (int i = 0; i < 3; i++) {
        if (marks[i] > 0 && strchr(of_values, marks[i]) != NULL) return true;
        if (marks[i] == ',' && options->decimal_comma) return true;
    }
    return false;
}

/* Could null_text be the text of a value that is no string? */
static bool null_meets_values(const char *text)
{
    static const char *const words[] = {"true", "false", "nan", "inf", "-inf"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(text, words[i]) == 0) return true;
    }
    return strpbrk(text, "0123456789=") != NULL || strlen(text) >= 32;
}

static int set_precision(const struct quire_csv_writer *writer, struct quire_csv_column *column,
                         struct quire_error *error)
{
    column->precision = -1;
    const char *text = quire_options_keyed(writer->options.float_precision, column->field->name);
    if (text == NULL || !is_float(column->field->kind)) return 0;
    int64_t digits;
    if (!quire_number_parse_i64(text, strlen(text), &digits, NULL) || digits < 0 ||
        digits > PRECISION_MAX)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "float_precision is a count of digits from 0 to %d, not \"%s\"",
                          PRECISION_MAX, text);
    column->precision = (int)digits;
    column->op = QUIRE_CSV_FIXED;
    column->text_max = QUIRE_FIXED_TEXT_MAX;
    return 0;
}

/* What stands in the cells of a dictionary's or run-end encoded column. */
static const struct quire_field *value_field(const struct quire_field *field)
{
    for (;;) {
        if (field->kind == QUIRE_KIND_DICTIONARY)
            field = field->dictionary;
        else if (field->kind == QUIRE_KIND_RUN_END)
            field = &field->children[1];
        else
            return field;
    }
}

static int set_column(const struct quire_csv_writer *writer, bool apart,
                      struct quire_csv_column *column, struct quire_error *error)
{
    const struct quire_csv_write_options *options = &writer->options;
    const struct quire_field *field = column->field;
    enum quire_kind kind = field->kind;
    column->op = plain_op(field);
    const struct quire_field *value = value_field(field);
    /* A union may have strings. */
    column->string = quire_kind_is_string(value->kind) || value->kind == QUIRE_KIND_UNION;
    if (kind == QUIRE_KIND_DICTIONARY)
        column->op =
            quire_kind_is_string(field->dictionary->kind) ? QUIRE_CSV_BYTES : QUIRE_CSV_TEXT;
    column->writer = quire_value_writer_of(field);
    column->text_max = column->op < QUIRE_CSV_STRING ? quire_value_text_max(field) : 0;
    QUIRE_TRY(set_precision(writer, column, error));
    column->quoted = options->quoting == QUIRE_CSV_QUOTE_ALL ||
                     (options->quoting == QUIRE_CSV_QUOTE_NONNUMERIC && !is_numeric(value->kind));
    column->point_to_comma =
        options->decimal_comma && (is_float(value->kind) || value->kind == QUIRE_KIND_DECIMAL);
    bool bounded = column->op > QUIRE_CSV_NULL && column->op < QUIRE_CSV_STRING;
    if (bounded && (apart || column->quoted || column->point_to_comma)) {
        column->op = QUIRE_CSV_TEXT;
        column->text_max = 0;
    }
    return 0;
}

static int set_columns(struct quire_csv_writer *writer, struct quire_error *error)
{
    const struct quire_field *root = writer->root;
    bool apart = marks_meet_values(&writer->options) || null_meets_values(writer->null_text);
    writer->columns = quire_alloc_zero(root->children_size + 1, sizeof(*writer->columns));
    if (writer->columns == NULL) return quire_fail_memory(error, OPERATION);
    writer->row_max = QUIRE_CSV_SLACK;
    for (size_t i = 0; i < root->children_size; i++) {
        struct quire_csv_column *column = &writer->columns[i];
        column->field = &root->children[i];
        int code = set_column(writer, apart, column, error);
        if (code != 0) {
            quire_error_at(error, QUIRE_NOWHERE, column->field->name, QUIRE_NOWHERE);
            return code;
        }
        size_t text_max = column->text_max + 8; /* integers are stored as whole words */
        writer->row_max += (text_max > writer->null_size ? text_max : writer->null_size) + 1;
    }
    return 0;
}

/* Keys of float_precision must be columns that hold floats. */
static int check_precision(const struct quire_csv_writer *writer, struct quire_error *error)
{
    const struct quire_keyed *keyed = writer->options.float_precision;
    for (; keyed != NULL; keyed = keyed->next) {
        if (keyed->key[0] == '\0') continue;
        int64_t i = quire_field_child(writer->root, keyed->key, strlen(keyed->key));
        if (i < 0 || !is_float(writer->root->children[i].kind))
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "float_precision.%s: there is no column of floats by that name",
                              keyed->key);
    }
    return 0;
}

/* what: two of the members, in words. */
static int check_members(const struct quire_json_shape *shape, const char *what,
                         struct quire_error *error)
{
    for (size_t i = 0; i < shape->members_size; i++) {
        const struct quire_json_member *member = &shape->members[i];
        if (quire_json_shape_find(shape, (const uint8_t *)member->name, member->name_size) ==
            (int64_t)i)
            continue;
        quire_fail(error, QUIRE_USAGE, OPERATION, "%s have the same name", what);
        quire_error_at(error, QUIRE_NOWHERE, member->name, QUIRE_NOWHERE);
        return QUIRE_USAGE;
    }
    return 0;
}

static int check_children(const struct quire_json_shape *shape, const struct quire_field *field,
                          struct quire_error *error)
{
    for (size_t i = 0; i < shape->children_size; i++) {
        int code = check_members(&shape->children[i], "two fields of one object", error);
        if (code == 0) code = check_children(&shape->children[i], &field->children[i], error);
        if (code == 0) continue;
        quire_error_outer_column(error, field->children[i].name);
        return code;
    }
    return 0;
}

/* Columns that share a name could not be told apart in the header, nor members in
 * the JSON of a nested value. */
static int check_names(const struct quire_csv_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_json_shape shape;
    if (quire_json_shape_init(&shape, writer->root, NULL, &arena) != 0)
        return quire_fail_memory(error, OPERATION);
    if (writer->options.header != QUIRE_CSV_HEADER_OFF)
        QUIRE_TRY(check_members(&shape, "two columns", error));
    return check_children(&shape, writer->root, error);
}

static void set_special(struct quire_csv_writer *writer)
{
    const struct quire_csv_write_options *options = &writer->options;
    const int32_t marks[] = {options->delimiter, options->quote, options->escape, '\n', '\r', 0};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (marks[i] >= 0) writer->special[marks[i]] = true;
    }
}

static int writer_init(struct quire_csv_writer *writer, const struct ArrowSchema *schema,
                       const struct quire_csv_write_options *options, struct quire_error *error)
{
    QUIRE_TRY(quire_csv_check_write(options, error));
    QUIRE_TRY(quire_field_open(schema, &writer->root, error));
    if (writer->root->kind != QUIRE_KIND_STRUCT || writer->root->children_size == 0) {
        quire_fail(error, QUIRE_USAGE, OPERATION, "a csv file needs at least one column");
        quire_error_hint(error, "a schema (--schema) says which columns no records have");
        return QUIRE_USAGE;
    }
    writer->options = *options;
    if (options->escape == options->quote) writer->options.escape = -1;
    writer->null_text = quire_strdup(options->null_text != NULL ? options->null_text : "");
    if (writer->null_text == NULL) return quire_fail_memory(error, OPERATION);
    writer->null_size = strlen(writer->null_text);
    writer->style.binary_hex = writer->json.binary_hex = options->binary == 1;
    writer->style.space_separator = options->timestamp_separator == 1;
    writer->json.floats = QUIRE_JSON_FLOATS_STRING; /* as null they would not read back */
    writer->json.replace_utf8 = options->invalid_utf8 == QUIRE_CSV_UTF8_REPLACE;
    writer->quotes = options->quoting != QUIRE_CSV_QUOTE_NONE && options->quote >= 0;
    writer->plain_strings = options->quoting == QUIRE_CSV_QUOTE_MINIMAL && writer->quotes &&
                            !options->formula_guard && writer->null_size == 0 &&
                            writer->options.escape < 0;
    set_special(writer);
    QUIRE_TRY(check_names(writer, error));
    QUIRE_TRY(check_precision(writer, error));
    QUIRE_TRY(set_columns(writer, error));
    /* The caller's texts are not borrowed beyond this call. */
    writer->options.null_text = NULL;
    writer->options.float_precision = NULL;
    return 0;
}

static int put_header(struct quire_csv_run *run)
{
    const struct quire_csv_writer *writer = run->writer;
    const struct quire_csv_column name = {
        .string = true,
        .quoted = writer->options.header == QUIRE_CSV_HEADER_QUOTED ||
                  writer->options.quoting == QUIRE_CSV_QUOTE_ALL ||
                  writer->options.quoting == QUIRE_CSV_QUOTE_NONNUMERIC,
    };
    for (size_t i = 0; i < writer->root->children_size; i++) {
        const struct quire_field *field = &writer->root->children[i];
        int code = quire_csv_put_text(run, &name, (const uint8_t *)field->name, field->name_size);
        if (code != 0) {
            quire_error_at(run->error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
            return code;
        }
        *run->end++ = (char)writer->options.delimiter;
    }
    run->end--;
    if (writer->options.line_end == QUIRE_CSV_CRLF) *run->end++ = '\r';
    *run->end++ = '\n';
    return 0;
}

static int write_begin(const void *state, struct quire_buf *out, struct quire_error *error)
{
    const struct quire_csv_writer *writer = state;
    if (writer->options.bom && quire_buf_append(out, "\xef\xbb\xbf", 3) != 0)
        return quire_fail_memory(error, OPERATION);
    if (writer->options.header == QUIRE_CSV_HEADER_OFF) return 0;
    struct quire_csv_run run = {.writer = writer, .out = out, .error = error};
    int code = quire_csv_run_grow(&run, writer->row_max);
    if (code == 0) code = put_header(&run);
    quire_buf_release(&run.repaired);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    out->size = (size_t)(run.end - (char *)out->data);
    return code;
}

int quire_csv_encoder_new(const struct quire_format *format, const struct ArrowSchema *schema,
                          const struct quire_csv_write_options *options,
                          struct quire_context *context, struct quire_out *out,
                          struct quire_encoder **encoder, struct quire_error *error)
{
    static const struct quire_text_encoding encoding = {
        .rows = quire_csv_write_rows,
        .begin = write_begin,
        .free = writer_free,
    };
    struct quire_csv_writer *writer = quire_alloc_zero(1, sizeof(*writer));
    if (writer == NULL) return quire_fail_memory(error, OPERATION);
    int code = writer_init(writer, schema, options, error);
    if (code == 0)
        code = quire_text_encoder_new(format, &encoding, writer, writer->root, context, out,
                                      encoder, error);
    if (code != 0) writer_free(writer);
    return code;
}
