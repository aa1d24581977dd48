/* The lines of a table. In their place stands one narrow column for all columns that
 * are hidden. */
#include "base/fail.h"
#include "base/utf8.h"
#include "format/table/table.h"

/* The pieces of a line across the table. */
struct rule {
    const char *left, *line, *cross, *right;
};

static const struct rule top_rules[] = {{"┌", "─", "┬", "┐"}, {"+", "-", "+", "+"}};
static const struct rule middle_rules[] = {{"├", "─", "┼", "┤"}, {"+", "-", "+", "+"}};
static const struct rule bottom_rules[] = {{"└", "─", "┴", "┘"}, {"+", "-", "+", "+"}};

static int repeat(const char *text, size_t times, struct quire_buf *out)
{
    for (size_t i = 0; i < times; i++)
        QUIRE_TRY(quire_buf_append_text(out, text));
    return 0;
}

/* Is this column the first of those hidden? The others of them are not drawn at all. */
static bool stands_for_hidden(const struct quire_table_drawing *drawing, size_t column)
{
    return drawing->columns[column].hidden && (column == 0 || !drawing->columns[column - 1].hidden);
}

static bool is_drawn(const struct quire_table_drawing *drawing, size_t column)
{
    return !drawing->columns[column].hidden || stands_for_hidden(drawing, column);
}

static size_t drawn_width(const struct quire_table_drawing *drawing, size_t column)
{
    return drawing->columns[column].hidden ? drawing->cells->mark_width
                                           : drawing->columns[column].width;
}

static int draw_rule(const struct quire_table_drawing *drawing, const struct rule *rule,
                     struct quire_buf *out)
{
    for (size_t i = 0; i < drawing->columns_size; i++) {
        if (!is_drawn(drawing, i)) continue;
        QUIRE_TRY(quire_buf_append_text(out, i == 0 ? rule->left : rule->cross));
        QUIRE_TRY(repeat(rule->line, drawn_width(drawing, i) + 2, out));
    }
    QUIRE_TRY(quire_buf_append_text(out, rule->right));
    return quire_buf_push(out, '\n');
}

/* "| --- | ---: |" */
static int draw_markdown_rule(const struct quire_table_drawing *drawing, struct quire_buf *out)
{
    for (size_t i = 0; i < drawing->columns_size; i++) {
        if (!is_drawn(drawing, i)) continue;
        bool right = drawing->columns[i].right && !drawing->columns[i].hidden;
        QUIRE_TRY(quire_buf_push(out, '|'));
        QUIRE_TRY(repeat("-", drawn_width(drawing, i) + (right ? 1 : 2), out));
        if (right) QUIRE_TRY(quire_buf_push(out, ':'));
    }
    return quire_buf_append_text(out, "|\n");
}

static int draw_cell(const struct quire_table_drawing *drawing, size_t column,
                     struct quire_bytes text, struct quire_buf *out)
{
    size_t width = drawn_width(drawing, column), taken;
    QUIRE_TRY(quire_buf_push(out, ' '));
    size_t start = out->size;
    QUIRE_TRY(quire_table_cut(drawing->cells, text.data, text.size, width, out, &taken));
    size_t text_size = out->size - start;
    size_t blanks = width - taken;
    QUIRE_TRY(repeat(" ", blanks, out));
    if (drawing->columns[column].right && blanks > 0) {
        memmove(out->data + start + blanks, out->data + start, text_size);
        memset(out->data + start, ' ', blanks);
    }
    return quire_buf_push(out, ' ');
}

static int draw_texts(const struct quire_table_drawing *drawing, const struct quire_bytes *texts,
                      struct quire_buf *out)
{
    const char *mark = drawing->cells->mark;
    const char *line = drawing->style == QUIRE_TABLE_UNICODE ? "│" : "|";
    const struct quire_bytes hidden = {(const uint8_t *)mark, strlen(mark)};
    for (size_t i = 0; i < drawing->columns_size; i++) {
        if (!is_drawn(drawing, i)) continue;
        QUIRE_TRY(quire_buf_append_text(out, line));
        QUIRE_TRY(draw_cell(drawing, i, drawing->columns[i].hidden ? hidden : texts[i], out));
    }
    QUIRE_TRY(quire_buf_append_text(out, line));
    return quire_buf_push(out, '\n');
}

static int draw_names(const struct quire_table_drawing *drawing, bool types, struct quire_buf *out)
{
    size_t bytes = drawing->columns_size * sizeof(struct quire_bytes);
    struct quire_bytes *texts = quire_alloc(bytes);
    if (texts == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < drawing->columns_size; i++) {
        const struct quire_buf *text =
            types ? &drawing->columns[i].type : &drawing->columns[i].name;
        texts[i] = (struct quire_bytes){text->data, text->size};
    }
    int code = draw_texts(drawing, texts, out);
    quire_free(texts);
    return code;
}

int quire_table_draw_head(const struct quire_table_drawing *drawing, struct quire_buf *out)
{
    if (drawing->columns_size == 0) return 0;
    bool markdown = drawing->style == QUIRE_TABLE_MARKDOWN;
    if (!markdown) QUIRE_TRY(draw_rule(drawing, &top_rules[drawing->style], out));
    QUIRE_TRY(draw_names(drawing, false, out));
    if (markdown) return draw_markdown_rule(drawing, out);
    if (drawing->types) QUIRE_TRY(draw_names(drawing, true, out));
    return draw_rule(drawing, &middle_rules[drawing->style], out);
}

int quire_table_draw_row(const struct quire_table_drawing *drawing, const struct quire_bytes *texts,
                         struct quire_buf *out)
{
    return drawing->columns_size == 0 ? 0 : draw_texts(drawing, texts, out);
}

int quire_table_draw_foot(const struct quire_table_drawing *drawing, struct quire_buf *out)
{
    if (drawing->columns_size == 0 || drawing->style == QUIRE_TABLE_MARKDOWN) return 0;
    return draw_rule(drawing, &bottom_rules[drawing->style], out);
}
