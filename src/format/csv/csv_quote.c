/* Fields that need a second look: quotes, escapes, UTF-8, formulas.
 *
 * A quote inside a quoted field is doubled, or follows the escape character when
 * there is one. Without quotes the escape character stands before every special
 * byte; without both, a special byte cannot be written. */
#include "format/csv/csv_write.h"

#include "base/fail.h"
#include "base/utf8.h"

static bool reads_as_null(const struct quire_csv_writer *writer, const uint8_t *text, size_t size)
{
    return size == 0 || (size == writer->null_size && memcmp(text, writer->null_text, size) == 0);
}

static bool needs_quotes(const struct quire_csv_run *run, const struct quire_csv_column *column,
                         const uint8_t *text, size_t size)
{
    const struct quire_csv_writer *writer = run->writer;
    if (column->quoted) return true;
    if (reads_as_null(writer, text, size)) return true;
    /* A byte order mark that opens the file would be taken for one. */
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) return true;
    for (size_t i = 0; i < size; i++) {
        if (writer->special[text[i]]) return true;
    }
    return false;
}

/* A spreadsheet would run such a field. */
static bool is_formula(const uint8_t *text, size_t size)
{
    return size > 0 && memchr("=+-@\t\r", text[0], 6) != NULL;
}

static void put_quoted(struct quire_csv_run *run, const uint8_t *text, size_t size, bool guard)
{
    const struct quire_csv_write_options *options = &run->writer->options;
    char *out = run->end;
    char quote = (char)options->quote;
    char before = (char)(options->escape >= 0 ? options->escape : options->quote);
    *out++ = quote;
    if (guard) *out++ = '\'';
    for (size_t i = 0; i < size; i++) {
        char c = (char)text[i];
        *out = before;
        out += c == quote || c == before;
        *out++ = c;
    }
    *out++ = quote;
    run->end = out;
}

static int fail_without_quotes(struct quire_csv_run *run)
{
    bool has_quote = run->writer->options.quote >= 0;
    quire_error_hint(run->error, has_quote ? "quoting=minimal quotes such values"
                                           : "set a quote, which such values are put in");
    return QUIRE_INPUT;
}

/* Refuses what would be read as a null, and an empty name; a name may be the text
 * of a null. */
static int check_no_null(struct quire_csv_run *run, const struct quire_csv_column *column,
                         const uint8_t *text, size_t size)
{
    bool is_name = column->field == NULL;
    if (is_name ? size > 0 : !reads_as_null(run->writer, text, size)) return 0;
    quire_fail(run->error, QUIRE_INPUT, "write csv", "%s needs quotes, and quoting is off",
               is_name     ? "an empty name"
               : size == 0 ? "an empty value"
                           : "a value that is the text of a null");
    return fail_without_quotes(run);
}

static int put_escaped(struct quire_csv_run *run, const uint8_t *text, size_t size)
{
    const struct quire_csv_writer *writer = run->writer;
    char *out = run->end;
    for (size_t i = 0; i < size; i++) {
        if (writer->special[text[i]]) {
            if (writer->options.escape < 0 || text[i] == 0) {
                quire_fail(run->error, QUIRE_INPUT, "write csv",
                           "a value has a byte (0x%02x) that needs quotes, and quoting is off",
                           text[i]);
                return fail_without_quotes(run);
            }
            *out++ = (char)writer->options.escape;
        }
        *out++ = (char)text[i];
    }
    run->end = out;
    return 0;
}

/* Makes text valid UTF-8 in run->repaired when the options say so. */
static int check_utf8(struct quire_csv_run *run, const uint8_t **text, size_t *size)
{
    size_t valid = quire_utf8_valid_prefix(*text, *size);
    if (valid == *size) return 0;
    if (run->writer->options.invalid_utf8 != QUIRE_CSV_UTF8_REPLACE) {
        quire_fail(run->error, QUIRE_INPUT, "write csv",
                   "a string is not UTF-8 at its byte %zu (0x%02x)", valid, (*text)[valid]);
        quire_error_hint(run->error, "invalid_utf8=replace puts U+FFFD there");
        return QUIRE_INPUT;
    }
    quire_buf_clear(&run->repaired);
    QUIRE_TRY(quire_utf8_repair(&run->repaired, *text, *size));
    *text = run->repaired.data;
    *size = run->repaired.size;
    return 0;
}

int quire_csv_put_text(struct quire_csv_run *run, const struct quire_csv_column *column,
                       const uint8_t *text, size_t size)
{
    const struct quire_csv_writer *writer = run->writer;
    if (column->string) QUIRE_TRY(check_utf8(run, &text, &size));
    QUIRE_TRY(quire_csv_run_reserve(run, 2 * size + QUIRE_CSV_SLACK));
    bool guard = column->string && writer->options.formula_guard && is_formula(text, size);
    if (writer->quotes && needs_quotes(run, column, text, size)) {
        put_quoted(run, text, size, guard);
        return 0;
    }
    if (!writer->quotes && !guard) QUIRE_TRY(check_no_null(run, column, text, size));
    if (guard) *run->end++ = '\'';
    if (!writer->quotes) return put_escaped(run, text, size);
    memcpy(run->end, text, size);
    run->end += size;
    return 0;
}
