/* The format "table": rows drawn for people.
 *
 * Widths come from the first rows (sample_rows of them, within SAMPLE_BYTES_MAX of
 * text); those are held as text until the head has been drawn, and later rows are
 * cut to the widths found. Memory is thus bounded whatever the number of rows. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/format.h"
#include "format/table/table.h"
#include "quire/batch.h"

static const char operation[] = "draw table";

#define SAMPLE_BYTES_MAX ((size_t)4 << 20)
#define FLUSH_BYTES      ((size_t)64 << 10)

struct table {
    struct quire_encoder head;
    struct quire_context *context;
    struct quire_out *out;
    enum quire_table_style style;
    bool types, count;
    size_t width, cell_width;
    size_t sample_bytes_max;
    int64_t sample_rows;
    char *null_text;

    struct quire_field *root;
    struct quire_view *view;
    struct quire_table_cells cells;
    struct quire_table_column *columns;
    size_t columns_size, hidden;

    struct quire_buf sample;      /* the texts of the rows held, end to end */
    struct quire_buf sample_ends; /* a size_t for each: where it ends in sample */
    int64_t sampled;              /* rows held */
    bool drawn;                   /* the head; nothing is held any more */
    struct quire_bytes *texts;    /* one for each column: the row being drawn */
    struct quire_buf pending;     /* lines to be written */
    size_t charged;               /* to the context's budget, for the sample */

    int64_t rows, bytes;
    int failed;
    struct quire_error error;
};

/* --- Making --- */

static void table_free(struct quire_encoder *encoder)
{
    struct table *table = (struct table *)encoder;
    if (table == NULL) return;
    quire_budget_return(&table->context->budget, table->charged);
    for (size_t i = 0; table->columns != NULL && i < table->columns_size; i++) {
        quire_buf_release(&table->columns[i].name);
        quire_buf_release(&table->columns[i].type);
    }
    quire_buf_release(&table->cells.raw);
    quire_buf_release(&table->cells.escaped);
    quire_buf_release(&table->sample);
    quire_buf_release(&table->sample_ends);
    quire_buf_release(&table->pending);
    quire_free(table->texts);
    quire_free(table->columns);
    quire_free(table->null_text);
    quire_view_free(table->view);
    quire_field_close(table->root);
    quire_free(table);
}

static bool is_number(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) field = field->dictionary;
    return quire_kind_is_integer(field->kind) || field->kind == QUIRE_KIND_DECIMAL ||
           (field->kind >= QUIRE_KIND_FLOAT16 && field->kind <= QUIRE_KIND_FLOAT64);
}

static size_t width_of(const struct quire_buf *text)
{
    return text->size > 0 ? quire_utf8_width(text->data, text->size) : 0;
}

static int init_column(struct table *table, const struct quire_field *field,
                       struct quire_table_column *column)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_table_cells *cells = &table->cells;
    column->right = is_number(field);
    QUIRE_TRY(quire_buf_append(&text, field->name, field->name_size));
    if (table->types && table->style == QUIRE_TABLE_MARKDOWN) {
        QUIRE_TRY(quire_buf_append_text(&text, " ("));
        QUIRE_TRY(quire_field_type_text(field, &text));
        QUIRE_TRY(quire_buf_push(&text, ')'));
    }
    QUIRE_TRY(quire_table_text(cells, text.data, text.size, table->cell_width, &column->name));
    column->widest = width_of(&column->name);
    if (!table->types || table->style == QUIRE_TABLE_MARKDOWN) return 0;
    quire_buf_clear(&text);
    QUIRE_TRY(quire_field_type_text(field, &text));
    QUIRE_TRY(quire_table_text(cells, text.data, text.size, table->cell_width, &column->type));
    size_t type_width = width_of(&column->type);
    if (type_width > column->widest) column->widest = type_width;
    return 0;
}

static int init_columns(struct table *table)
{
    table->columns_size = table->root->children_size;
    table->columns = quire_alloc_zero(table->columns_size + 1, sizeof(*table->columns));
    table->texts = quire_alloc_zero(table->columns_size + 1, sizeof(*table->texts));
    if (table->columns == NULL || table->texts == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < table->columns_size; i++)
        QUIRE_TRY(init_column(table, &table->root->children[i], &table->columns[i]));
    return 0;
}

static int init(struct table *table, const struct ArrowSchema *schema,
                const struct quire_table_options *options, struct quire_error *error)
{
    bool ascii = options->style == QUIRE_TABLE_ASCII;
    table->style = (enum quire_table_style)options->style;
    table->types = options->types;
    table->count = options->count;
    table->width = (size_t)options->width;
    table->cell_width = (size_t)options->cell_width;
    table->sample_rows = options->sample_rows;
    table->sample_bytes_max = SAMPLE_BYTES_MAX;
    size_t budget = table->context->budget.max;
    if (budget > 0 && budget / 8 < SAMPLE_BYTES_MAX) table->sample_bytes_max = budget / 8;
    table->null_text = quire_strdup(options->null_text != NULL ? options->null_text : "");
    if (table->null_text == NULL) return quire_fail_memory(error, operation);
    table->cells.null_text = table->null_text;
    table->cells.mark = ascii ? "..." : "…";
    table->cells.mark_width = ascii ? 3 : 1;
    table->cells.binary_hex = options->binary == 1;
    table->cells.escape_bar = table->style == QUIRE_TABLE_MARKDOWN;
    QUIRE_TRY(quire_field_open(schema, &table->root, error));
    QUIRE_TRY(quire_view_new(table->root, &table->view, error));
    return init_columns(table) != 0 ? quire_fail_memory(error, operation) : 0;
}

static int table_new(const struct ArrowSchema *schema, const void *options,
                     struct quire_context *context, struct quire_out *out,
                     struct quire_encoder **encoder, struct quire_error *error)
{
    struct table *table = quire_alloc_zero(1, sizeof(*table));
    if (table == NULL) return quire_fail_memory(error, operation);
    table->head.format = &quire_format_table;
    table->context = context;
    table->out = out;
    int code = init(table, schema, options, error);
    if (code != 0) {
        table_free(&table->head);
        return code;
    }
    *encoder = &table->head;
    return 0;
}

/* --- Drawing --- */

static struct quire_table_drawing drawing_of(const struct table *table)
{
    return (struct quire_table_drawing){.style = table->style,
                                        .types = table->types,
                                        .cells = &table->cells,
                                        .columns = table->columns,
                                        .columns_size = table->columns_size};
}

static int flush(struct table *table, struct quire_error *error)
{
    if (table->pending.size == 0) return 0;
    QUIRE_TRY(quire_out_write(table->out, table->pending.data, table->pending.size, error));
    table->bytes += (int64_t)table->pending.size;
    quire_buf_clear(&table->pending);
    return 0;
}

static int draw_row(struct table *table, struct quire_error *error)
{
    struct quire_table_drawing drawing = drawing_of(table);
    if (quire_table_draw_row(&drawing, table->texts, &table->pending) != 0)
        return quire_fail_memory(error, operation);
    return table->pending.size >= FLUSH_BYTES ? flush(table, error) : 0;
}

/* A part of the sample, which has no bytes while all texts are empty. */
static struct quire_bytes text_at(const struct table *table, size_t start, size_t end)
{
    const uint8_t *text = end > start ? table->sample.data + start : (const uint8_t *)"";
    return (struct quire_bytes){text, end - start};
}

/* Fits the columns, draws the head and the rows held. */
static int draw_sample(struct table *table, struct quire_error *error)
{
    table->hidden =
        quire_table_fit(table->columns, table->columns_size, table->width, table->cells.mark_width);
    struct quire_table_drawing drawing = drawing_of(table);
    if (quire_table_draw_head(&drawing, &table->pending) != 0)
        return quire_fail_memory(error, operation);
    const size_t *ends = (const size_t *)(const void *)table->sample_ends.data;
    size_t start = 0, next = 0;
    for (int64_t row = 0; row < table->sampled; row++) {
        for (size_t i = 0; i < table->columns_size; i++, next++) {
            table->texts[i] = text_at(table, start, ends[next]);
            start = ends[next];
        }
        QUIRE_TRY(draw_row(table, error));
    }
    table->drawn = true;
    quire_buf_release(&table->sample);
    quire_buf_release(&table->sample_ends);
    quire_budget_return(&table->context->budget, table->charged);
    table->charged = 0;
    return 0;
}

static int cell_failed(const struct table *table, size_t column, int code,
                       struct quire_error *error)
{
    quire_error_outer_column(error, table->root->children[column].name);
    quire_error_at(error, table->rows + 1, NULL, QUIRE_NOWHERE);
    return code;
}

static int sample_row(struct table *table, int64_t row, struct quire_error *error)
{
    for (size_t i = 0; i < table->columns_size; i++) {
        struct quire_table_column *column = &table->columns[i];
        size_t start = table->sample.size;
        int code = quire_table_cell(&table->cells, &table->view->children[i], row,
                                    table->cell_width, &table->sample, error);
        if (code != 0) return cell_failed(table, i, code, error);
        size_t end = table->sample.size;
        size_t width = end > start ? quire_utf8_width(table->sample.data + start, end - start) : 0;
        if (width > column->widest) column->widest = width;
        if (quire_buf_append(&table->sample_ends, &end, sizeof(end)) != 0)
            return quire_fail_memory(error, operation);
    }
    table->sampled++;
    size_t held = table->sample.capacity + table->sample_ends.capacity;
    quire_budget_return(&table->context->budget, table->charged);
    quire_budget_force(&table->context->budget, held);
    table->charged = held;
    return 0;
}

static int stream_row(struct table *table, int64_t row, struct quire_error *error)
{
    quire_buf_clear(&table->sample);
    quire_buf_clear(&table->sample_ends);
    for (size_t i = 0; i < table->columns_size; i++) {
        if (!table->columns[i].hidden) {
            int code = quire_table_cell(&table->cells, &table->view->children[i], row,
                                        table->columns[i].width, &table->sample, error);
            if (code != 0) return cell_failed(table, i, code, error);
        }
        size_t end = table->sample.size;
        if (quire_buf_append(&table->sample_ends, &end, sizeof(end)) != 0)
            return quire_fail_memory(error, operation);
    }
    const size_t *ends = (const size_t *)(const void *)table->sample_ends.data;
    for (size_t i = 0; i < table->columns_size; i++)
        table->texts[i] = text_at(table, i > 0 ? ends[i - 1] : 0, ends[i]);
    return draw_row(table, error);
}

static int write_rows(struct table *table, const struct ArrowArray *batch,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_context_check(table->context, error));
    QUIRE_TRY(quire_view_set(table->view, batch, error));
    for (int64_t row = 0; row < batch->length; row++) {
        if (!table->drawn &&
            (table->sampled >= table->sample_rows || table->sample.size >= table->sample_bytes_max))
            QUIRE_TRY(draw_sample(table, error));
        if (table->drawn)
            QUIRE_TRY(stream_row(table, row, error));
        else
            QUIRE_TRY(sample_row(table, row, error));
        table->rows++;
    }
    return 0;
}

/* Keeps the first failure and hands it out again. */
static int sticky(struct table *table, int code, struct quire_error *error)
{
    if (code != 0) table->failed = code;
    if (code != 0 && error != NULL) *error = table->error;
    return code;
}

static int table_write(struct quire_encoder *encoder, struct ArrowArray *batch,
                       struct quire_error *error)
{
    struct table *table = (struct table *)encoder;
    int code = table->failed;
    if (code == 0) code = write_rows(table, batch, &table->error);
    quire_array_release(batch);
    return sticky(table, code, error);
}

/* "3 rows, 19 columns, 7 hidden" */
static int draw_count(struct table *table)
{
    struct quire_buf *out = &table->pending;
    if (table->style == QUIRE_TABLE_MARKDOWN) QUIRE_TRY(quire_buf_push(out, '\n'));
    QUIRE_TRY(quire_buf_printf(out, "%" PRId64 " row%s, %zu column%s", table->rows,
                               table->rows == 1 ? "" : "s", table->columns_size,
                               table->columns_size == 1 ? "" : "s"));
    if (table->hidden > 0) QUIRE_TRY(quire_buf_printf(out, ", %zu hidden", table->hidden));
    return quire_buf_push(out, '\n');
}

static int finish(struct table *table, struct quire_error *error)
{
    if (!table->drawn) QUIRE_TRY(draw_sample(table, error));
    struct quire_table_drawing drawing = drawing_of(table);
    if (quire_table_draw_foot(&drawing, &table->pending) != 0)
        return quire_fail_memory(error, operation);
    if (table->count && draw_count(table) != 0) return quire_fail_memory(error, operation);
    return flush(table, error);
}

static int table_finish(struct quire_encoder *encoder, struct quire_file_stats *stats,
                        struct quire_error *error)
{
    struct table *table = (struct table *)encoder;
    int code = table->failed;
    if (code == 0) code = finish(table, &table->error);
    QUIRE_TRY(sticky(table, code, error));
    if (stats != NULL)
        *stats = (struct quire_file_stats){.rows = table->rows, .bytes = table->bytes};
    return 0;
}

/* --- The format --- */

#define AT(field) offsetof(struct quire_table_options, field)

/* clang-format off */
static const struct quire_option option_rows[] = {
    {"style", QUIRE_OPTION_CHOICE, "unicode", AT(style), "lines between the cells",
     "unicode|ascii|markdown", 0, 0},
    {"width", QUIRE_OPTION_INT, "0", AT(width),
     "columns of the terminal to fit the table into; 0: as wide as it gets", NULL, 0, 100000},
    {"cell_width", QUIRE_OPTION_INT, "32", AT(cell_width),
     "columns of the terminal that one cell takes at most", NULL, 1, 10000},
    {"sample_rows", QUIRE_OPTION_INT, "1000", AT(sample_rows),
     "rows that the widths are taken from; later ones are cut to these", NULL, 1, 1000000},
    {"null_text", QUIRE_OPTION_TEXT, "null", AT(null_text), "text of a null", NULL, 0, 0},
    {"binary", QUIRE_OPTION_CHOICE, "base64", AT(binary), "spelling of binary values",
     "base64|hex", 0, 0},
    {"types", QUIRE_OPTION_BOOL, "on", AT(types), "types below the column names", NULL, 0, 0},
    {"count", QUIRE_OPTION_BOOL, "on", AT(count), "last line with the number of rows", NULL, 0, 0},
};
/* clang-format on */

const struct quire_format quire_format_table = {
    .name = "table",
    .extensions = "",
    .summary = "a drawn table for people (output only)",
    .encoder_options = {option_rows, sizeof(option_rows) / sizeof(option_rows[0]),
                        sizeof(struct quire_table_options)},
    .encoder_new = table_new,
    .encoder_write = table_write,
    .encoder_finish = table_finish,
    .encoder_free = table_free,
};
