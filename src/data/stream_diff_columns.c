/* Which columns two streams have in common, and as what type they are compared
 * where their types differ. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/schema_text.h"
#include "data/stream_diff_private.h"
#include "data/widen.h"

/* --- Telling --- */

int quire_diff_tell(struct quire_diff_state *diff, const struct quire_difference *difference,
                    struct quire_error *error)
{
    diff->result.same = false;
    if (diff->options->report == NULL) return 0;
    return diff->options->report(diff->options->user, difference, error);
}

static int type_texts(struct quire_diff_state *diff, const struct quire_field *a,
                      const struct quire_field *b, struct quire_error *error)
{
    quire_buf_clear(&diff->a_text);
    quire_buf_clear(&diff->b_text);
    if ((a != NULL && quire_field_type_text(a, &diff->a_text) != 0) ||
        (b != NULL && quire_field_type_text(b, &diff->b_text) != 0) ||
        quire_buf_terminate(&diff->a_text) != 0 || quire_buf_terminate(&diff->b_text) != 0)
        return quire_fail_memory(error, QUIRE_DIFF_OPERATION);
    return 0;
}

/* A column that only one side has, or whose types (type_texts) differ. */
static int tell_column(struct quire_diff_state *diff, enum quire_difference_kind kind,
                       const char *name, bool in_a, bool in_b, struct quire_error *error)
{
    struct quire_difference difference = {.kind = kind, .row = QUIRE_NOWHERE, .column = name};
    difference.a = in_a ? (const char *)diff->a_text.data : NULL;
    difference.b = in_b ? (const char *)diff->b_text.data : NULL;
    quire_buf_clear(&diff->cause);
    int code;
    if (in_a && in_b)
        code = quire_buf_printf(&diff->cause, "%s in the first, %s in the second", difference.a,
                                difference.b);
    else
        code = quire_buf_printf(&diff->cause, "only the %s has this column (%s)",
                                in_a ? "first" : "second", in_a ? difference.a : difference.b);
    if (code != 0 || quire_buf_terminate(&diff->cause) != 0)
        return quire_fail_memory(error, QUIRE_DIFF_OPERATION);
    difference.cause = (const char *)diff->cause.data;
    return quire_diff_tell(diff, &difference, error);
}

/* --- Columns --- */

static int set_common(struct quire_diff_column *column, const struct quire_buf *type,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    if (quire_buf_append_text(&text, "value ") != 0 ||
        quire_buf_append(&text, type->data, type->size) != 0)
        return quire_fail_memory(error, QUIRE_DIFF_OPERATION);
    return quire_schema_parse((const char *)text.data, text.size, &column->common, error);
}

int quire_diff_fall_back(struct quire_diff_column *column, bool *changed, struct quire_error *error)
{
    char string[] = "string";
    const struct quire_buf type = {(uint8_t *)string, strlen(string), 0};
    *changed = !column->as_text;
    if (column->as_text) return 0;
    column->as_text = true;
    quire_schema_release(&column->common);
    return set_common(column, &type, error);
}

static void release_nothing(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

/* The type that both widen to as inputs of one file do, if there is one. */
static int set_widened(struct quire_diff_state *diff, struct quire_diff_column *column,
                       struct quire_error *error)
{
    struct ArrowSchema a_child = *diff->a.schema.children[column->a_index];
    struct ArrowSchema b_child = *diff->b.schema.children[column->b_index];
    struct ArrowSchema *a_children = &a_child, *b_children = &b_child;
    a_child.name = b_child.name = "value";
    const struct ArrowSchema a = {.format = "+s",
                                  .name = "",
                                  .n_children = 1,
                                  .children = &a_children,
                                  .release = release_nothing};
    const struct ArrowSchema b = {.format = "+s",
                                  .name = "",
                                  .n_children = 1,
                                  .children = &b_children,
                                  .release = release_nothing};
    const struct quire_widening rules = {.exact = true};
    return quire_schema_widen(&a, &b, &rules, &column->common, error);
}

static bool is_text(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) field = field->dictionary;
    return quire_kind_is_string(field->kind);
}

/* Which of two types that do not widen can hold the values of both, at best:
 * decimals are exact. NULL: neither, so that their texts are compared. That goes for
 * whatever meets text, of which 01 and 1 are two. */
static const struct quire_field *better(const struct quire_field *a, const struct quire_field *b)
{
    if (is_text(a) || is_text(b)) return NULL;
    if (a->kind == QUIRE_KIND_DICTIONARY) return b;
    if (b->kind == QUIRE_KIND_DICTIONARY) return a;
    if (a->kind == QUIRE_KIND_DECIMAL && b->kind == QUIRE_KIND_DECIMAL)
        return a->scale >= b->scale ? a : b;
    if (a->kind == QUIRE_KIND_DECIMAL) return a;
    return b->kind == QUIRE_KIND_DECIMAL ? b : NULL;
}

static int choose_type(struct quire_diff_state *diff, struct quire_diff_column *column,
                       struct quire_error *error)
{
    const struct quire_field *a = &diff->a.root->children[column->a_index];
    const struct quire_field *b = &diff->b.root->children[column->b_index];
    bool changed;
    int code = set_widened(diff, column, error);
    if (code == 0 || code == QUIRE_MEMORY) return code;
    quire_error_clear(error);
    const struct quire_field *best = better(a, b);
    if (best == NULL) return quire_diff_fall_back(column, &changed, error);
    return set_common(column, best == a ? &diff->a_text : &diff->b_text, error);
}

static bool is_named(const struct quire_field *field, const struct quire_field *as)
{
    return field->name_size == as->name_size && memcmp(field->name, as->name, as->name_size) == 0;
}

/* Of several columns of one name the nth is that which is the nth on the other side. -1: none. */
static int64_t find_other(const struct quire_field *from, size_t index,
                          const struct quire_field *to)
{
    const struct quire_field *wanted = &from->children[index];
    int64_t other = quire_field_child(to, wanted->name, wanted->name_size);
    size_t before = 0;
    if (quire_field_child(from, wanted->name, wanted->name_size) == (int64_t)index) return other;
    for (size_t i = 0; i < index; i++)
        before += is_named(&from->children[i], wanted);
    for (size_t i = 0; i < to->children_size; i++)
        if (is_named(&to->children[i], wanted) && before-- == 0) return (int64_t)i;
    return -1;
}

static int match_column(struct quire_diff_state *diff, size_t index, struct quire_error *error)
{
    const struct quire_field *a = &diff->a.root->children[index];
    int64_t other = find_other(diff->a.root, index, diff->b.root);
    const struct quire_field *b = other >= 0 ? &diff->b.root->children[other] : NULL;
    QUIRE_TRY(type_texts(diff, a, b, error));
    if (b == NULL) return tell_column(diff, QUIRE_DIFFERENCE_COLUMN, a->name, true, false, error);
    struct quire_diff_column *column = &diff->columns[diff->columns_size++];
    column->a_index = (int64_t)index;
    column->b_index = other;
    if (strcmp((const char *)diff->a_text.data, (const char *)diff->b_text.data) == 0) return 0;
    QUIRE_TRY(tell_column(diff, QUIRE_DIFFERENCE_TYPE, a->name, true, true, error));
    return choose_type(diff, column, error);
}

static int tell_order(struct quire_diff_state *diff, struct quire_error *error)
{
    const struct quire_difference difference = {.kind = QUIRE_DIFFERENCE_ORDER,
                                                .row = QUIRE_NOWHERE,
                                                .cause = "the columns stand in another order"};
    for (size_t i = 1; i < diff->columns_size; i++)
        if (diff->columns[i].b_index < diff->columns[i - 1].b_index)
            return quire_diff_tell(diff, &difference, error);
    return 0;
}

int quire_diff_match(struct quire_diff_state *diff, struct quire_error *error)
{
    diff->columns = quire_alloc_zero(diff->a.root->children_size + 1, sizeof(*diff->columns));
    if (diff->columns == NULL) return quire_fail_memory(error, QUIRE_DIFF_OPERATION);
    for (size_t i = 0; i < diff->a.root->children_size; i++)
        QUIRE_TRY(match_column(diff, i, error));
    for (size_t i = 0; i < diff->b.root->children_size; i++) {
        const struct quire_field *b = &diff->b.root->children[i];
        if (find_other(diff->b.root, i, diff->a.root) >= 0) continue;
        QUIRE_TRY(type_texts(diff, NULL, b, error));
        QUIRE_TRY(tell_column(diff, QUIRE_DIFFERENCE_COLUMN, b->name, false, true, error));
    }
    diff->result.columns = (int64_t)diff->columns_size;
    return tell_order(diff, error);
}
