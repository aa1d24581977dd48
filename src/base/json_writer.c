/* The writer of small JSON documents. Nesting is two bit sets, one bit a level:
 * whether the level is an object, and whether it has a member already. */
#include "base/json_text.h"

#include <assert.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"

static void put(struct quire_json_writer *writer, const void *bytes, size_t size)
{
    if (writer->code == 0) writer->code = quire_buf_append(writer->out, bytes, size);
}

/* What stands before a value or a key: a comma between members. */
static void begin_member(struct quire_json_writer *writer)
{
    if (writer->after_key) {
        writer->after_key = false;
        return;
    }
    uint64_t bit = UINT64_C(1) << writer->depth;
    if (writer->depth > 0 && (writer->filled & bit) != 0) put(writer, ",", 1);
    writer->filled |= bit;
}

static void begin_value(struct quire_json_writer *writer)
{
    if (writer->code != 0) return;
    assert(writer->after_key || (writer->objects >> writer->depth & 1) == 0);
    begin_member(writer);
}

static void begin_container(struct quire_json_writer *writer, bool object)
{
    begin_value(writer);
    if (writer->depth == QUIRE_JSON_WRITER_DEPTH_MAX && writer->code == 0)
        writer->code = QUIRE_LIMIT;
    if (writer->code != 0) return;
    put(writer, object ? "{" : "[", 1);
    writer->depth++;
    uint64_t bit = UINT64_C(1) << writer->depth;
    writer->filled &= ~bit;
    writer->objects = object ? writer->objects | bit : writer->objects & ~bit;
}

static void end_container(struct quire_json_writer *writer, bool object)
{
    if (writer->code != 0) return;
    assert(writer->depth > 0 && !writer->after_key);
    assert((writer->objects >> writer->depth & 1) == (object ? 1 : 0));
    put(writer, object ? "}" : "]", 1);
    writer->depth--;
}

void quire_json_writer_begin_object(struct quire_json_writer *writer)
{
    begin_container(writer, true);
}

void quire_json_writer_end_object(struct quire_json_writer *writer)
{
    end_container(writer, true);
}

void quire_json_writer_begin_array(struct quire_json_writer *writer)
{
    begin_container(writer, false);
}

void quire_json_writer_end_array(struct quire_json_writer *writer)
{
    end_container(writer, false);
}

static void put_string(struct quire_json_writer *writer, const char *bytes, size_t size)
{
    if (writer->code != 0) return;
    if (quire_utf8_is_valid(bytes, size)) {
        writer->code = quire_json_append_string(writer->out, bytes, size, false);
        return;
    }
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    writer->code = quire_utf8_repair(&repaired, (const uint8_t *)bytes, size);
    if (writer->code != 0) return;
    writer->code =
        quire_json_append_string(writer->out, (const char *)repaired.data, repaired.size, false);
}

void quire_json_writer_key(struct quire_json_writer *writer, const char *key)
{
    if (writer->code != 0) return;
    assert(!writer->after_key && (writer->objects >> writer->depth & 1) == 1);
    begin_member(writer);
    put_string(writer, key, strlen(key));
    put(writer, ":", 1);
    writer->after_key = true;
}

void quire_json_writer_string_sized(struct quire_json_writer *writer, const char *bytes,
                                    size_t size)
{
    begin_value(writer);
    put_string(writer, bytes, size);
}

void quire_json_writer_string(struct quire_json_writer *writer, const char *text)
{
    if (text == NULL)
        quire_json_writer_null(writer);
    else
        quire_json_writer_string_sized(writer, text, strlen(text));
}

void quire_json_writer_i64(struct quire_json_writer *writer, int64_t value)
{
    char text[QUIRE_INT_TEXT_MAX];
    begin_value(writer);
    put(writer, text, (size_t)(quire_number_format_i64(value, text) - text));
}

void quire_json_writer_f64(struct quire_json_writer *writer, double value)
{
    if (!isfinite(value)) {
        quire_json_writer_null(writer);
        return;
    }
    char text[QUIRE_FLOAT_TEXT_MAX];
    begin_value(writer);
    put(writer, text, (size_t)(quire_number_format_f64(value, text) - text));
}

void quire_json_writer_bool(struct quire_json_writer *writer, bool value)
{
    begin_value(writer);
    put(writer, value ? "true" : "false", value ? 4 : 5);
}

void quire_json_writer_null(struct quire_json_writer *writer)
{
    begin_value(writer);
    put(writer, "null", 4);
}

void quire_json_writer_raw(struct quire_json_writer *writer, const char *json, size_t size)
{
    begin_value(writer);
    put(writer, json, size);
}

int quire_json_writer_finish(const struct quire_json_writer *writer)
{
    assert(writer->code != 0 || (writer->depth == 0 && !writer->after_key));
    return writer->code;
}
