/* The public face of the JSON writer. The writer asserts that its caller nests
 * rightly; a caller from outside is checked here first, and told. */
#include "quire/json.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fail.h"
#include "base/json_text.h"

static const char operation[] = "write report";

#define DEPTH_MAX 60

struct quire_json {
    struct quire_buf text;
    struct quire_json_writer writer;
};

int quire_json_new(struct quire_json **json, struct quire_error *error)
{
    struct quire_json *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, operation);
    made->writer = quire_json_writer_to(&made->text);
    *json = made;
    return 0;
}

void quire_json_free(struct quire_json *json)
{
    if (json == NULL) return;
    quire_buf_release(&json->text);
    quire_free(json);
}

void quire_json_clear(struct quire_json *json)
{
    quire_buf_clear(&json->text);
    json->writer = quire_json_writer_to(&json->text);
}

static bool in_object(const struct quire_json_writer *writer)
{
    return writer->depth > 0 && (writer->objects >> writer->depth & 1) == 1;
}

/* May a value stand here? Else the document has failed. */
static bool allows_value(struct quire_json *json)
{
    struct quire_json_writer *writer = &json->writer;
    bool second = writer->depth == 0 && json->text.size > 0;
    if (writer->code == 0 && (second || (in_object(writer) && !writer->after_key)))
        writer->code = QUIRE_USAGE;
    return writer->code == 0;
}

static bool allows_container(struct quire_json *json)
{
    if (!allows_value(json)) return false;
    if (json->writer.depth >= DEPTH_MAX) json->writer.code = QUIRE_LIMIT;
    return json->writer.code == 0;
}

static bool allows_end(struct quire_json *json, bool object)
{
    struct quire_json_writer *writer = &json->writer;
    bool fits = writer->depth > 0 && in_object(writer) == object && !writer->after_key;
    if (writer->code == 0 && !fits) writer->code = QUIRE_USAGE;
    return writer->code == 0;
}

void quire_json_begin_object(struct quire_json *json)
{
    if (allows_container(json)) quire_json_writer_begin_object(&json->writer);
}

void quire_json_end_object(struct quire_json *json)
{
    if (allows_end(json, true)) quire_json_writer_end_object(&json->writer);
}

void quire_json_begin_array(struct quire_json *json)
{
    if (allows_container(json)) quire_json_writer_begin_array(&json->writer);
}

void quire_json_end_array(struct quire_json *json)
{
    if (allows_end(json, false)) quire_json_writer_end_array(&json->writer);
}

void quire_json_key(struct quire_json *json, const char *key)
{
    struct quire_json_writer *writer = &json->writer;
    if (writer->code == 0 && (key == NULL || !in_object(writer) || writer->after_key))
        writer->code = QUIRE_USAGE;
    if (writer->code == 0) quire_json_writer_key(writer, key);
}

void quire_json_string(struct quire_json *json, const char *text)
{
    if (allows_value(json)) quire_json_writer_string(&json->writer, text);
}

void quire_json_i64(struct quire_json *json, int64_t value)
{
    if (allows_value(json)) quire_json_writer_i64(&json->writer, value);
}

void quire_json_f64(struct quire_json *json, double value)
{
    if (allows_value(json)) quire_json_writer_f64(&json->writer, value);
}

void quire_json_bool(struct quire_json *json, bool value)
{
    if (allows_value(json)) quire_json_writer_bool(&json->writer, value);
}

void quire_json_null(struct quire_json *json)
{
    if (allows_value(json)) quire_json_writer_null(&json->writer);
}

void quire_json_raw(struct quire_json *json, const char *text, size_t size)
{
    if (allows_value(json)) quire_json_writer_raw(&json->writer, text, size);
}

static int fail(int code, struct quire_error *error)
{
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, operation);
    if (code == QUIRE_LIMIT)
        return quire_fail(error, code, operation, "the document is nested deeper than %d",
                          DEPTH_MAX);
    return quire_fail(error, code, operation, "keys, values and ends are out of order");
}

int quire_json_text(struct quire_json *json, const char **text, size_t *size,
                    struct quire_error *error)
{
    int code = json->writer.code;
    if (code != 0) return fail(code, error);
    if (json->writer.depth > 0 || json->text.size == 0)
        return quire_fail(error, QUIRE_USAGE, operation, "the document is not complete");
    if (quire_buf_terminate(&json->text) != 0) return quire_fail_memory(error, operation);
    *text = (const char *)json->text.data;
    if (size != NULL) *size = json->text.size;
    return 0;
}
