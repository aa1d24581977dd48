/* One value that is said twice, under two names, and not alike. The first name's is the row's, the
 * other one is kept in its metadata: which of them is wrong only who said them can tell. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/rows/rows.h"

#define SHOWN_MAX 80

static int print(const struct quire_rows_said *said, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_model_print_value(said->field, said->object, &writer);
    int code = quire_json_writer_finish(&writer);
    return code == 0 ? quire_buf_terminate(out) : code;
}

static int tell(const struct quire_rows_said *own, const struct quire_rows_said *other,
                struct quire_error *first)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf value = {0}, other_value = {0}, pointer = {0};
    const char *name = other->field->name;
    const struct quire_model_place place = {other->parent, name, strlen(name), 0};
    const struct quire_model_place at = {own->parent, own->field->name, strlen(own->field->name),
                                         0};
    int code = print(own, &value);
    if (code == 0) code = print(other, &other_value);
    if (code == 0) code = quire_model_append_pointer(&pointer, &place);
    if (code == 0) code = quire_buf_terminate(&pointer);
    if (code == 0)
        quire_model_fail(&at, first, "%.*s, and %.180s is %.*s", SHOWN_MAX,
                         (const char *)value.data, (const char *)pointer.data, SHOWN_MAX,
                         (const char *)other_value.data);
    return code;
}

int quire_rows_note_twice(struct quire_rows *rows, const struct quire_rows_said *own,
                          const struct quire_rows_said *other)
{
    if (own->field == NULL || !quire_model_is_known(own->field, own->object) ||
        !quire_model_is_known(other->field, other->object) ||
        quire_model_says_same(own->field, own->object, other->field, other->object))
        return 0;
    return rows->twice.values++ == 0 ? tell(own, other, &rows->twice.first) : 0;
}

/* The name that goes first, and the other one. */
static const char *const pairs[][2] = {
    {"run_mode", "mode"}, {"started_at", "start_time"}, {"ended_at", "end_time"}};
#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

int quire_rows_note_context(struct quire_rows *rows, const struct quire_model_place *place,
                            const struct quire_runlog_context *context)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < PAIRS; i++) {
        const struct quire_rows_said own = {
            place, quire_model_field_called(&quire_model_context, pairs[i][0]), context};
        const struct quire_rows_said other = {
            place, quire_model_field_called(&quire_model_context, pairs[i][1]), context};
        code = quire_rows_note_twice(rows, &own, &other);
    }
    return code;
}

int quire_rows_note_given(struct quire_rows *rows, const struct quire_runlog_context *context)
{
    const struct quire_model_place place = {NULL, "context", 7, 0};
    return context != NULL ? quire_rows_note_context(rows, &place, context) : 0;
}

/* A duration has no column, and of two names only the first one's value has one. */
int quire_rows_context_rest(const struct quire_runlog_context *context, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_model_print_field(quire_model_field_called(&quire_model_context, "duration_secs"),
                            context, &writer);
    for (size_t i = 0; i < PAIRS; i++) {
        const struct quire_model_field *own =
            quire_model_field_called(&quire_model_context, pairs[i][0]);
        const struct quire_model_field *other =
            quire_model_field_called(&quire_model_context, pairs[i][1]);
        if (quire_model_is_known(own, context) &&
            !quire_model_says_same(own, context, other, context))
            quire_model_print_field(other, context, &writer);
    }
    quire_json_writer_end_object(&writer);
    return quire_json_writer_finish(&writer);
}
