/* The option rows of CSV and TSV, the checks between options, and the formats
 * themselves: TSV is CSV whose delimiter is a tab unless told otherwise. */
#include "format/csv/csv.h"

#include "base/fail.h"
#include "format/format.h"
#include "format/text/encode.h"

#define WRITE_AT(field) offsetof(struct quire_csv_write_options, field)
#define READ_AT(field)  offsetof(struct quire_csv_read_options, field)

/* clang-format off */
#define WRITE_ROWS(delimiter_default)                                                              \
    {"delimiter", QUIRE_OPTION_CHAR, delimiter_default, WRITE_AT(delimiter),                       \
     "character between fields", NULL, 0, 0},                                                      \
    {"quote", QUIRE_OPTION_CHAR, "\"", WRITE_AT(quote), "character around fields that need it",    \
     NULL, 0, 0},                                                                                  \
    {"escape", QUIRE_OPTION_CHAR, "none", WRITE_AT(escape),                                        \
     "character before a quote inside quotes; none doubles the quote", NULL, 0, 0},                \
    {"line_end", QUIRE_OPTION_CHOICE, "lf", WRITE_AT(line_end), "end of each record", "lf|crlf",   \
     0, 0},                                                                                        \
    {"header", QUIRE_OPTION_CHOICE, "on", WRITE_AT(header), "first line with the column names",    \
     "on|off|quoted", 0, 0},                                                                       \
    {"quoting", QUIRE_OPTION_CHOICE, "minimal", WRITE_AT(quoting),                                 \
     "which fields are quoted; nulls never are", "minimal|all|nonnumeric|none", 0, 0},             \
    {"null_text", QUIRE_OPTION_TEXT, NULL, WRITE_AT(null_text), "text of a null", NULL, 0, 0},     \
    {"float_precision", QUIRE_OPTION_KEYED, NULL, WRITE_AT(float_precision),                       \
     "digits after the point of floats, for all columns or for one by its name", NULL, 0, 0},      \
    {"decimal_comma", QUIRE_OPTION_BOOL, "off", WRITE_AT(decimal_comma),                           \
     "a comma instead of a point in floats and decimals", NULL, 0, 0},                             \
    {"bom", QUIRE_OPTION_BOOL, "off", WRITE_AT(bom), "byte order mark at the start", NULL, 0, 0},  \
    {"binary", QUIRE_OPTION_CHOICE, "base64", WRITE_AT(binary), "spelling of binary values",       \
     "base64|hex", 0, 0},                                                                          \
    {"timestamp_separator", QUIRE_OPTION_CHOICE, "T", WRITE_AT(timestamp_separator),               \
     "between date and time", "T|space", 0, 0},                                                    \
    {"formula_guard", QUIRE_OPTION_BOOL, "off", WRITE_AT(formula_guard),                           \
     "an apostrophe before strings that a spreadsheet would run (= + - @ tab CR)", NULL, 0, 0},    \
    {"invalid_utf8", QUIRE_OPTION_CHOICE, "error", WRITE_AT(invalid_utf8),                         \
     "what becomes of strings that are not UTF-8", "error|replace", 0, 0},

#define READ_ROWS(delimiter_default)                                                               \
    {"delimiter", QUIRE_OPTION_CHAR, delimiter_default, READ_AT(delimiter),                        \
     "character between fields", NULL, 0, 0},                                                      \
    {"quote", QUIRE_OPTION_CHAR, "\"", READ_AT(quote),                                             \
     "character around fields; none reads every byte as it stands", NULL, 0, 0},                   \
    {"escape", QUIRE_OPTION_CHAR, "none", READ_AT(escape),                                         \
     "character that takes the next one as it stands; none: quotes are doubled", NULL, 0, 0},      \
    {"header", QUIRE_OPTION_CHOICE, "on", READ_AT(header),                                         \
     "whether the first record has the column names; else they are column_1, column_2", "on|off",  \
     0, 0},                                                                                        \
    {"null_text", QUIRE_OPTION_TEXT, NULL, READ_AT(null_text),                                     \
     "unquoted text that is a null, as an empty field is", NULL, 0, 0},                            \
    {"infer", QUIRE_OPTION_BOOL, "on", READ_AT(infer),                                             \
     "find column types in a sample; off reads every column as string", NULL, 0, 0},               \
    {"decimal_comma", QUIRE_OPTION_BOOL, "off", READ_AT(decimal_comma),                            \
     "numbers have a comma instead of a point", NULL, 0, 0},                                       \
    {"comment", QUIRE_OPTION_CHAR, "none", READ_AT(comment),                                       \
     "lines that begin with this character are skipped", NULL, 0, 0},                              \
    {"skip_rows", QUIRE_OPTION_INT, "0", READ_AT(skip_rows),                                       \
     "lines to pass over before the header", NULL, 0, INT64_MAX},                                  \
    {"ragged", QUIRE_OPTION_CHOICE, "error", READ_AT(ragged),                                      \
     "what becomes of records with too few fields: an error, or nulls", "error|pad", 0, 0},        \
    {"binary", QUIRE_OPTION_CHOICE, "base64", READ_AT(binary), "spelling of binary values",        \
     "base64|hex", 0, 0},                                                                          \
    {"encoding", QUIRE_OPTION_CHOICE, "utf-8", READ_AT(encoding), "encoding of the text",          \
     "utf-8", 0, 0},                                                                               \
    {"invalid_utf8", QUIRE_OPTION_CHOICE, "error", READ_AT(invalid_utf8),                          \
     "what becomes of text that is not UTF-8", "error|replace", 0, 0},
/* clang-format on */

static const struct quire_option csv_write_rows[] = {WRITE_ROWS(",")};
static const struct quire_option csv_read_rows[] = {READ_ROWS(",")};
static const struct quire_option tsv_write_rows[] = {WRITE_ROWS("tab")};
static const struct quire_option tsv_read_rows[] = {READ_ROWS("tab")};

#define TABLE(rows, type)                                      \
    {                                                          \
        (rows), sizeof(rows) / sizeof((rows)[0]), sizeof(type) \
    }

/* Numbers, times and words begin with these, so that as a quote they mean two things. */
static bool begins_values(int32_t mark)
{
    int32_t letter = mark | 0x20;
    return (mark >= '0' && mark <= '9') || (letter >= 'a' && letter <= 'z') || mark == '+' ||
           mark == '-' || mark == '.' || mark == ' ';
}

/* No two marks may be the same character, nor one that ends records; a quote must
 * not be taken for a part of a value. */
static int check_marks(const char *operation, int32_t delimiter, int32_t quote, int32_t escape,
                       int32_t comment, struct quire_error *error)
{
    const char *const names[] = {"delimiter", "quote", "escape", "comment"};
    const int32_t marks[] = {delimiter, quote, escape, comment};
    if (delimiter < 0) return quire_fail(error, QUIRE_USAGE, operation, "a delimiter is needed");
    for (int i = 0; i < 4; i++) {
        if (marks[i] == '\n' || marks[i] == '\r' || marks[i] == 0)
            return quire_fail(error, QUIRE_USAGE, operation, "%s cannot be a line end or NUL",
                              names[i]);
        for (int j = 0; j < i; j++) {
            bool quote_escapes_itself = j == 1 && i == 2;
            if (marks[i] >= 0 && marks[i] == marks[j] && !quote_escapes_itself)
                return quire_fail(error, QUIRE_USAGE, operation, "%s and %s cannot both be '%c'",
                                  names[j], names[i], marks[i]);
        }
    }
    if (quote >= 0 && begins_values(quote))
        return quire_fail(error, QUIRE_USAGE, operation,
                          "quote cannot be '%c', which values without quotes may begin with",
                          quote);
    return 0;
}

static int check_null_text(const char *operation, const char *text, int32_t delimiter,
                           int32_t quote, int32_t escape, struct quire_error *error)
{
    for (const char *c = text; c != NULL && *c != '\0'; c++) {
        if (*c == delimiter || *c == quote || *c == escape || *c == '\n' || *c == '\r')
            return quire_fail(error, QUIRE_USAGE, operation,
                              "null_text cannot hold a delimiter, quote, escape or line end");
    }
    return 0;
}

int quire_csv_check_write(const struct quire_csv_write_options *options, struct quire_error *error)
{
    static const char operation[] = "write csv";
    QUIRE_TRY(
        check_marks(operation, options->delimiter, options->quote, options->escape, -1, error));
    QUIRE_TRY(check_null_text(operation, options->null_text, options->delimiter, options->quote,
                              options->escape, error));
    bool quotes = options->quoting == QUIRE_CSV_QUOTE_ALL ||
                  options->quoting == QUIRE_CSV_QUOTE_NONNUMERIC ||
                  options->header == QUIRE_CSV_HEADER_QUOTED;
    if (options->quote < 0 && quotes)
        return quire_fail(error, QUIRE_USAGE, operation, "quoting needs a quote character");
    return 0;
}

int quire_csv_check_read(const struct quire_csv_read_options *options, struct quire_error *error)
{
    static const char operation[] = "read csv";
    QUIRE_TRY(check_marks(operation, options->delimiter, options->quote, options->escape,
                          options->comment, error));
    return check_null_text(operation, options->null_text, options->delimiter, options->quote,
                           options->escape, error);
}

static int csv_encoder_new(const struct ArrowSchema *schema, const void *options,
                           struct quire_context *context, struct quire_out *out,
                           struct quire_encoder **encoder, struct quire_error *error)
{
    return quire_csv_encoder_new(&quire_format_csv, schema, options, context, out, encoder, error);
}

const struct quire_format quire_format_csv = {
    .name = "csv",
    .extensions = ".csv",
    .summary = "comma-separated values (RFC 4180)",
    .flags = QUIRE_FORMAT_APPEND,
    .encoder_options = TABLE(csv_write_rows, struct quire_csv_write_options),
    .decoder_options = TABLE(csv_read_rows, struct quire_csv_read_options),
    .encoder_new = csv_encoder_new,
    .encoder_write = quire_text_encoder_write,
    .encoder_finish = quire_text_encoder_finish,
    .encoder_free = quire_text_encoder_free,
    .decoder_open = quire_csv_decoder_open,
    .survey = quire_csv_survey,
};

static int tsv_encoder_new(const struct ArrowSchema *schema, const void *options,
                           struct quire_context *context, struct quire_out *out,
                           struct quire_encoder **encoder, struct quire_error *error)
{
    return quire_csv_encoder_new(&quire_format_tsv, schema, options, context, out, encoder, error);
}

const struct quire_format quire_format_tsv = {
    .name = "tsv",
    .extensions = ".tsv|.tab",
    .summary = "tab-separated values, quoted as CSV is",
    .flags = QUIRE_FORMAT_APPEND,
    .encoder_options = TABLE(tsv_write_rows, struct quire_csv_write_options),
    .decoder_options = TABLE(tsv_read_rows, struct quire_csv_read_options),
    .encoder_new = tsv_encoder_new,
    .encoder_write = quire_text_encoder_write,
    .encoder_finish = quire_text_encoder_finish,
    .encoder_free = quire_text_encoder_free,
    .decoder_open = quire_csv_decoder_open,
    .survey = quire_csv_survey,
};
