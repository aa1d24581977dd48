#include "text_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/options.h"

int text_set_options(const struct quire_option_table *table, void *options, const char *set,
                     char separator, struct quire_error *error)
{
    char copy[256], *rest = NULL;
    const char separators[] = {separator, '\0'};
    assert_true(table->struct_size <= TEXT_OPTIONS_BYTES);
    int code = quire_options_init(table, options, error);
    snprintf(copy, sizeof(copy), "%s", set != NULL ? set : "");
    for (char *one = strtok_r(copy, separators, &rest); code == 0 && one != NULL;
         one = strtok_r(NULL, separators, &rest)) {
        char *value = strchr(one, '=');
        *value++ = '\0';
        code = quire_options_set(table, options, one, value, error);
    }
    return code;
}

static int note_reject(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    (void)error;
    return quire_buf_printf(user, "%lld:%lld:%s:%.*s|", (long long)reject->error->row,
                            (long long)reject->error->byte, reject->error->column,
                            (int)reject->record_size, reject->record);
}

int text_context(unsigned threads, int64_t memory, struct quire_context **context,
                 struct quire_error *error)
{
    const struct quire_context_options options = {.threads = threads > 0 ? threads : 1,
                                                  .memory_max = memory};
    return quire_context_new(&options, context, error);
}

int text_open(const struct text_reading *reading, struct memory_in *in,
              struct quire_context *context, struct ArrowArrayStream *stream,
              struct quire_error *error)
{
    const struct quire_option_table *table = &reading->format->decoder_options;
    _Alignas(16) char options[TEXT_OPTIONS_BYTES];
    struct ArrowSchema schema = {.release = NULL};
    struct quire_record_policy policy = *reading->policy;
    policy.counts = reading->counts;
    policy.reject = note_reject;
    policy.reject_user = reading->rejects;
    int code = text_set_options(table, options, reading->set, reading->separator, error);
    if (code == 0 && reading->schema != NULL) {
        code = quire_schema_parse(reading->schema, strlen(reading->schema), &schema, error);
        policy.schema = &schema;
    }
    if (code == 0)
        code = reading->format->decoder_open(&in->in, options, &policy, context, stream, error);
    quire_options_release(table, options);
    quire_schema_release(&schema);
    return code;
}

int text_take_one(struct ArrowArrayStream *stream, struct ArrowSchema *schema,
                  struct ArrowArray *batch, struct quire_error *error)
{
    struct ArrowArray more = {.release = NULL};
    int code = quire_stream_schema(stream, schema, error);
    if (code == 0) code = quire_stream_next(stream, batch, error);
    if (code == 0 && batch->release != NULL) code = quire_stream_next(stream, &more, error);
    assert_null(more.release);
    return code;
}

void text_expect_error(const struct quire_error *error, const char *what, int code, int64_t row,
                       int64_t byte, const char *column, const char *cause)
{
    if (error->code != code) fail_msg("%s: code %d and not %d", what, error->code, code);
    if (row >= 0) assert_int_equal(error->row, row);
    if (byte >= 0) assert_int_equal(error->byte, byte);
    if (column != NULL) assert_string_equal(error->column, column);
    if (strstr(error->cause, cause) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", what, error->cause, cause);
}
