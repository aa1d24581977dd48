#include "table/commit/commit_texts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json_text.h"

static int put_list(struct quire_json_writer *writer, const char *text)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_json_writer items = quire_json_writer_to(&list);
    quire_json_writer_begin_array(&items);
    quire_json_writer_string(&items, text);
    quire_json_writer_end_array(&items);
    quire_json_writer_string_sized(writer, (const char *)list.data, list.size);
    return quire_json_writer_finish(&items);
}

static int put_json(struct quire_json_writer *writer, const char *json)
{
    quire_json_writer_null(writer);
    if (writer->code != 0) return writer->code;
    writer->out->size -= 4; /* the null */
    return quire_buf_append_text(writer->out, json);
}

int quire_parameters_write(const struct quire_parameter *parameters, size_t size,
                           struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    int code = 0;
    quire_json_writer_begin_object(&writer);
    for (size_t i = 0; i < size && code == 0; i++) {
        const struct quire_parameter *one = &parameters[i];
        if (one->text == NULL) continue;
        quire_json_writer_key(&writer, one->name);
        if (one->form == QUIRE_PARAMETER_LIST)
            code = put_list(&writer, one->text);
        else if (one->form == QUIRE_PARAMETER_JSON)
            code = put_json(&writer, one->text);
        else
            quire_json_writer_string(&writer, one->text);
    }
    quire_json_writer_end_object(&writer);
    if (code == 0) code = quire_json_writer_finish(&writer);
    return code == 0 ? quire_buf_terminate(out) : code;
}

int quire_metrics_write(const struct quire_metric *metrics, size_t size, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    char text[24];
    quire_json_writer_begin_object(&writer);
    for (size_t i = 0; i < size; i++) {
        if (metrics[i].value < 0) continue;
        snprintf(text, sizeof(text), "%" PRId64, metrics[i].value);
        quire_json_writer_key(&writer, metrics[i].name);
        quire_json_writer_string(&writer, text);
    }
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&writer);
    return code == 0 ? quire_buf_terminate(out) : code;
}
