/* The builder: a column tree and the place in it where the next value goes.
 *
 * The root's length counts whole rows. Any failure truncates the tree to that
 * length, so that half a row is never left. Adding whole columns moves the root's
 * length only once all columns agree again. */
#include "data/builder_private.h"

#include "base/fail.h"
#include "data/column_private.h"

int quire_builder_new(const struct ArrowSchema *schema, struct quire_builder **builder,
                      struct quire_error *error)
{
    struct quire_builder *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, QUIRE_BUILDER_OPERATION);
    int code = quire_field_open(schema, &made->root, error);
    if (code == 0 && made->root->kind != QUIRE_KIND_STRUCT)
        code = quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION,
                          "the schema of a batch is a struct");
    if (code == 0) code = quire_column_new(made->root, &made->batch, error);
    if (code != 0) {
        quire_builder_free(made);
        return code;
    }
    *builder = made;
    return 0;
}

void quire_builder_free(struct quire_builder *builder)
{
    if (builder == NULL) return;
    quire_column_free(builder->batch);
    quire_field_close(builder->root);
    quire_free(builder);
}

/* The child of a frame that its next value goes to; NULL when a struct is full. */
static struct quire_column *frame_child(const struct quire_builder_frame *frame)
{
    struct quire_column *column = frame->column;
    if (column->field->kind == QUIRE_KIND_STRUCT)
        return frame->next < column->children_size ? &column->children[frame->next] : NULL;
    if (column->field->kind == QUIRE_KIND_MAP) return &column->children[0].children[frame->next];
    return &column->children[0];
}

static struct quire_column *next_column(const struct quire_builder *builder)
{
    if (builder->depth > 0) return frame_child(&builder->frames[builder->depth - 1]);
    if (builder->next >= builder->batch->children_size) return NULL;
    return &builder->batch->children[builder->next];
}

int quire_builder_target(struct quire_builder *builder, struct quire_column **column,
                         struct quire_error *error)
{
    if (builder->uneven)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION,
                          "rows cannot be added while columns differ in length");
    *column = next_column(builder);
    if (*column != NULL) return 0;
    int code = quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "more values than %s has",
                          builder->depth > 0 ? "the struct" : "the row");
    return quire_builder_drop(builder, code, error);
}

int quire_builder_drop(struct quire_builder *builder, int code, struct quire_error *error)
{
    const struct quire_column *column = next_column(builder);
    if (error != NULL && error->column[0] == '\0') {
        if (column != NULL) quire_error_outer_column(error, column->field->name);
        for (size_t i = builder->depth; i-- > 0;)
            quire_error_outer_column(error, builder->frames[i].target->field->name);
    }
    quire_error_at(error, builder->batch->length + 1, NULL, QUIRE_NOWHERE);
    quire_column_truncate(builder->batch, builder->batch->length);
    builder->depth = 0;
    builder->next = 0;
    return code;
}

int quire_builder_drop_code(struct quire_builder *builder, int code, struct quire_error *error)
{
    if (code == QUIRE_MEMORY)
        quire_fail_memory(error, QUIRE_BUILDER_OPERATION);
    else if (code == QUIRE_LIMIT)
        quire_fail(error, code, QUIRE_BUILDER_OPERATION, "a batch of this column is full");
    else
        quire_fail(error, code, QUIRE_BUILDER_OPERATION, "a fixed list of another size");
    return quire_builder_drop(builder, code, error);
}

int quire_builder_advance(struct quire_builder *builder, struct quire_error *error)
{
    if (builder->depth == 0) {
        builder->next++;
        return 0;
    }
    struct quire_builder_frame *frame = &builder->frames[builder->depth - 1];
    if (frame->column->field->kind == QUIRE_KIND_STRUCT) {
        frame->next++;
    } else if (frame->column->field->kind == QUIRE_KIND_MAP) {
        frame->next ^= 1;
        if (frame->next == 0) {
            int code = quire_column_end_struct(&frame->column->children[0]);
            if (code != 0) return quire_builder_drop_code(builder, code, error);
        }
    }
    return 0;
}

int quire_builder_null(struct quire_builder *builder, struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    if (!column->field->nullable) {
        int code = quire_fail(error, QUIRE_INPUT, QUIRE_BUILDER_OPERATION,
                              "no value for a field that is not null");
        return quire_builder_drop(builder, code, error);
    }
    int code = quire_column_append_null(column);
    if (code != 0) return quire_builder_drop_code(builder, code, error);
    return quire_builder_advance(builder, error);
}

int quire_builder_begin(struct quire_builder *builder, struct quire_error *error)
{
    struct quire_column *target;
    QUIRE_TRY(quire_builder_target(builder, &target, error));
    struct quire_column *column = target;
    while (column->dictionary != NULL)
        column = quire_column_dictionary_scratch(column);
    if (!quire_kind_is_nested(column->field->kind) || builder->depth == QUIRE_FIELD_DEPTH_MAX) {
        int code = quire_fail(error, QUIRE_INPUT, QUIRE_BUILDER_OPERATION,
                              "a nested value for a column that is not nested");
        return quire_builder_drop(builder, code, error);
    }
    builder->frames[builder->depth++] = (struct quire_builder_frame){column, target, 0};
    return 0;
}

/* Interns the value of a dictionary column, through dictionaries of dictionaries. */
static int intern(struct quire_column *target, const struct quire_column *column)
{
    if (target == column) return 0;
    QUIRE_TRY(intern(target->dictionary->values, column));
    return quire_column_dictionary_intern(target);
}

int quire_builder_end(struct quire_builder *builder, struct quire_error *error)
{
    if (builder->depth == 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "no nested value was begun");
    struct quire_builder_frame *frame = &builder->frames[builder->depth - 1];
    struct quire_column *column = frame->column;
    int code = 0;
    if (column->field->kind == QUIRE_KIND_STRUCT) {
        while (frame->next < column->children_size)
            QUIRE_TRY(quire_builder_null(builder, error));
        code = quire_column_end_struct(column);
    } else if (frame->next != 0) {
        code = quire_fail(error, QUIRE_INPUT, QUIRE_BUILDER_OPERATION, "a map key without a value");
        return quire_builder_drop(builder, code, error);
    } else {
        code = quire_column_end_list(column);
    }
    if (code == 0) code = intern(frame->target, column);
    if (code != 0) return quire_builder_drop_code(builder, code, error);
    builder->depth--;
    return quire_builder_advance(builder, error);
}

int quire_builder_end_row(struct quire_builder *builder, struct quire_error *error)
{
    if (builder->depth > 0) {
        int code =
            quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "a nested value was not ended");
        return quire_builder_drop(builder, code, error);
    }
    if (builder->uneven)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION,
                          "rows cannot be added while columns differ in length");
    while (builder->next < builder->batch->children_size)
        QUIRE_TRY(quire_builder_null(builder, error));
    int code = quire_column_end_struct(builder->batch);
    if (code != 0) return quire_builder_drop_code(builder, code, error);
    builder->next = 0;
    return 0;
}

int64_t quire_builder_rows(const struct quire_builder *builder)
{
    return builder->batch->length;
}

size_t quire_builder_memory(const struct quire_builder *builder)
{
    return sizeof(*builder) + quire_column_memory(builder->batch);
}

int quire_builder_finish(struct quire_builder *builder, struct ArrowArray *batch,
                         struct quire_error *error)
{
    if (builder->next > 0 || builder->depth > 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "a row was not ended");
    if (builder->uneven)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "columns differ in length");
    return quire_column_finish(builder->batch, batch, error);
}
