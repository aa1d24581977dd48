/* Values of a model's fields: whether they are known, whether two say the same, and as JSON. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time_text.h"
#include "runlog/model/model.h"

union value {
    int64_t whole;
    double real;
    int32_t flag;
    const char *text;
};

static union value load(enum quire_model_kind kind, const void *at)
{
    union value value = {.whole = 0};
    switch (kind) {
    case QUIRE_MODEL_TIME:
    case QUIRE_MODEL_COUNT: memcpy(&value.whole, at, sizeof(value.whole)); break;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE: memcpy(&value.real, at, sizeof(value.real)); break;
    case QUIRE_MODEL_FLAG: memcpy(&value.flag, at, sizeof(value.flag)); break;
    default: memcpy(&value.text, at, sizeof(value.text)); break;
    }
    return value;
}

bool quire_model_is_known(const struct quire_model_field *field, const void *object)
{
    const union value value = load(field->kind, (const char *)object + field->offset);
    switch (field->kind) {
    case QUIRE_MODEL_TIME:
    case QUIRE_MODEL_COUNT: return value.whole != QUIRE_RUNLOG_UNKNOWN;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE: return !isnan(value.real);
    case QUIRE_MODEL_FLAG: return value.flag >= 0;
    default: return value.text != NULL;
    }
}

bool quire_model_says_same(const struct quire_model_field *a, const void *object_a,
                           const struct quire_model_field *b, const void *object_b)
{
    const union value one = load(a->kind, (const char *)object_a + a->offset);
    const union value other = load(b->kind, (const char *)object_b + b->offset);
    if (!quire_model_is_known(a, object_a) || !quire_model_is_known(b, object_b)) return false;
    switch (a->kind) {
    case QUIRE_MODEL_TIME:
    case QUIRE_MODEL_COUNT: return one.whole == other.whole;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE: return one.real == other.real;
    case QUIRE_MODEL_FLAG: return one.flag == other.flag;
    default: return strcmp(one.text, other.text) == 0;
    }
}

const struct quire_model_field *quire_model_field_called(const struct quire_model *model,
                                                         const char *name)
{
    for (size_t i = 0; i < model->fields_size; i++) {
        const char *own = model->fields[i].name; /* most differ in what they begin with */
        if (*own == *name && strcmp(own, name) == 0) return &model->fields[i];
    }
    return NULL;
}

/* --- As JSON --------------------------------------------------------------------------------- */

static void print_time(struct quire_json_writer *writer, int64_t value)
{
    char text[QUIRE_TIME_TEXT_MAX];
    char *end = quire_time_format_timestamp(value, QUIRE_MICRO, 'T', true, 0, text);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

void quire_model_print_metadata(struct quire_json_writer *writer, const char *text)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0, size = strlen(text);
    if (size > 0 && text[0] == '{' && quire_json_tree_parse(text, size, &arena, &root, &at) == 0)
        quire_json_writer_raw(writer, text, size);
    else
        quire_json_writer_string(writer, text);
}

void quire_model_print_value(const struct quire_model_field *field, const void *object,
                             struct quire_json_writer *writer)
{
    const union value value = load(field->kind, (const char *)object + field->offset);
    switch (field->kind) {
    case QUIRE_MODEL_TIME: print_time(writer, value.whole); return;
    case QUIRE_MODEL_COUNT: quire_json_writer_i64(writer, value.whole); return;
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE: quire_json_writer_f64(writer, value.real); return;
    case QUIRE_MODEL_FLAG: quire_json_writer_bool(writer, value.flag != 0); return;
    case QUIRE_MODEL_METADATA: quire_model_print_metadata(writer, value.text); return;
    default: quire_json_writer_string(writer, value.text);
    }
}

void quire_model_print_field(const struct quire_model_field *field, const void *object,
                             struct quire_json_writer *writer)
{
    if (!quire_model_is_known(field, object)) return;
    quire_json_writer_key(writer, field->name);
    quire_model_print_value(field, object, writer);
}

void quire_model_print(const struct quire_model *model, const void *object,
                       struct quire_json_writer *writer)
{
    for (size_t i = 0; i < model->fields_size; i++)
        quire_model_print_field(&model->fields[i], object, writer);
}
