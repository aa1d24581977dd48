/* Walks down to the value that differs ("tags.2.x": items of lists are numbered from 0). */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "data/array_equal_private.h"
#include "data/value_text.h"

#define SHOWN_SIZE_MAX 160
#define TEXT_SIZE_MAX  256

/* Where a difference is told. */
struct told {
    struct quire_unequal *unequal; /* NULL: not wanted */
    struct quire_error *difference;
};

static void cut(struct quire_buf *text, size_t most)
{
    if (text->size <= most) return;
    text->size = most;
    while (text->size > 0 && (text->data[text->size] & 0xc0) == 0x80)
        text->size--;
}

void quire_unequal_release(struct quire_unequal *unequal)
{
    quire_buf_release(&unequal->a_text);
    quire_buf_release(&unequal->b_text);
}

int quire_unequal_text(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    static const struct quire_value_style style;
    quire_buf_clear(out);
    QUIRE_TRY(quire_value_write(view, row, &style, out));
    size_t size = out->size;
    cut(out, TEXT_SIZE_MAX);
    if (out->size < size) QUIRE_TRY(quire_buf_append_text(out, "…"));
    return quire_buf_terminate(out);
}

static int show_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    static const struct quire_value_style style;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf valid = {0};
    QUIRE_TRY(quire_value_write(view, row, &style, &text));
    size_t size = text.size;
    cut(&text, SHOWN_SIZE_MAX);
    if (quire_kind_is_string(view->field->kind)) {
        QUIRE_TRY(quire_utf8_repair(&valid, text.data, text.size));
        QUIRE_TRY(quire_json_append_string(out, (const char *)valid.data, valid.size, false));
    } else {
        QUIRE_TRY(quire_buf_append(out, text.data, text.size));
    }
    if (text.size < size) QUIRE_TRY(quire_buf_append_text(out, "..."));
    return quire_buf_terminate(out);
}

static bool is_compound(const struct quire_field *field)
{
    return quire_kind_is_nested(field->kind) || field->kind == QUIRE_KIND_UNION ||
           field->kind == QUIRE_KIND_RUN_END || field->kind == QUIRE_KIND_DICTIONARY;
}

/* Strings stand in quotes, so that "null" and "" are not taken for a null and for
 * nothing. */
static const char *shown_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    if (quire_view_is_null(view, row)) return "null";
    if (is_compound(view->field)) return "a value";
    return show_value(view, row, out) == 0 ? (const char *)out->data : "(memory is out)";
}

/* What one side has, for unequal. */
static const char *side_text(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    if (quire_view_is_null(view, row)) return NULL;
    if (is_compound(view->field)) return "a value";
    return quire_unequal_text(view, row, out) == 0 ? (const char *)out->data : "(memory is out)";
}

static void describe_leaf(struct quire_pair pair, const struct told *told)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf a_text = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf b_text = {0};
    quire_fail(told->difference, QUIRE_INPUT, QUIRE_EQUAL_OPERATION,
               "%s in the first, %s in the second", shown_value(pair.a, pair.a_row, &a_text),
               shown_value(pair.b, pair.b_row, &b_text));
    if (told->unequal == NULL) return;
    told->unequal->a = side_text(pair.a, pair.a_row, &told->unequal->a_text);
    told->unequal->b = side_text(pair.b, pair.b_row, &told->unequal->b_text);
}

/* Lists of one content, but for items that one has more. */
static void describe_sizes(int64_t a, int64_t b, const struct told *told)
{
    struct quire_unequal *unequal = told->unequal;
    quire_fail(told->difference, QUIRE_INPUT, QUIRE_EQUAL_OPERATION,
               "%" PRId64 " items in the first, %" PRId64 " in the second", a, b);
    if (unequal == NULL) return;
    snprintf(unequal->a_items, sizeof(unequal->a_items), "%" PRId64 " items", a);
    snprintf(unequal->b_items, sizeof(unequal->b_items), "%" PRId64 " items", b);
    unequal->a = unequal->a_items;
    unequal->b = unequal->b_items;
}

static void describe(struct quire_pair pair, const struct told *told);

static void describe_list(struct quire_pair pair, const struct told *told)
{
    struct quire_range a = quire_view_range(pair.a, pair.a_row);
    struct quire_range b = quire_view_range(pair.b, pair.b_row);
    int64_t shorter = a.size < b.size ? a.size : b.size;
    struct quire_pair items = {&pair.a->children[0], &pair.b->children[0], a.start, b.start};
    int64_t same = quire_pair_equal_rows(items, shorter);
    if (same == shorter) {
        describe_sizes(a.size, b.size, told);
        return;
    }
    char item[24];
    describe(quire_pair_after(items, same), told);
    snprintf(item, sizeof(item), "%" PRId64, same);
    quire_error_outer_column(told->difference, item);
}

static void describe_struct(struct quire_pair pair, const struct told *told)
{
    for (size_t i = 0; i < pair.a->children_size; i++) {
        struct quire_pair child = quire_pair_child(pair, i);
        if (quire_pair_equal_rows(child, 1) == 1) continue;
        describe(child, told);
        quire_error_outer_column(told->difference, child.a->field->name);
        return;
    }
}

static void describe(struct quire_pair pair, const struct told *told)
{
    const struct quire_field *field = pair.a->field;
    struct quire_pair inner;
    if (quire_view_is_null(pair.a, pair.a_row) != quire_view_is_null(pair.b, pair.b_row)) {
        describe_leaf(pair, told);
    } else if (field->kind == QUIRE_KIND_STRUCT) {
        describe_struct(pair, told);
    } else if (quire_kind_is_nested(field->kind)) {
        describe_list(pair, told);
    } else if (field->kind == QUIRE_KIND_DICTIONARY) {
        describe(quire_pair_dictionary(pair), told);
    } else if (!quire_view_has_inner(pair.a)) {
        describe_leaf(pair, told);
    } else if (quire_pair_inner(pair, &inner)) {
        describe(inner, told);
    } else {
        quire_fail(told->difference, QUIRE_INPUT, QUIRE_EQUAL_OPERATION,
                   "the types in the union differ");
        if (told->unequal != NULL) told->unequal->a = told->unequal->b = "a value";
    }
}

void quire_pair_describe(struct quire_pair pair, struct quire_unequal *unequal,
                         struct quire_error *difference)
{
    const struct told told = {unequal, difference};
    describe(pair, &told);
}
