/* Names of tables, by patterns. Values that come from pipelines are made safe before they are put
 * in: whatever a pipeline is called, the name stays below its folder. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "quire/runlog_write.h"

#define OPERATION      "configure"
#define VALUE_SIZE_MAX 100 /* of one value in a name */
#define NAME_SIZE_MAX  240
#define STAMP_SIZE     16 /* "20240101_120000" */

struct naming {
    const struct quire_runlog_options *options;
    const char *pipeline_id, *run_mode;
    const char *date, *timestamp;
};

static bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* Bytes of one character of UTF-8 become one '_'. */
static int append_safe(struct quire_buf *out, const char *value)
{
    int code = 0;
    for (size_t i = 0, size = 0; code == 0 && value[i] != '\0' && size < VALUE_SIZE_MAX; i++) {
        if (((uint8_t)value[i] & 0xc0) == 0x80) continue;
        code = quire_buf_push(out, (uint8_t)(is_safe(value[i]) ? value[i] : '_'));
        size++;
    }
    return code;
}

static const char *find_value(const struct naming *naming, const char *name, size_t size)
{
    const struct {
        const char *name, *value;
    } values[] = {{"schema", naming->options->table_schema},
                  {"table_name", naming->options->table_name},
                  {"pipeline_id", naming->pipeline_id},
                  {"run_mode", naming->run_mode},
                  {"date", naming->date},
                  {"timestamp", naming->timestamp}};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strlen(values[i].name) == size && memcmp(values[i].name, name, size) == 0)
            return values[i].value;
    return NULL;
}

static int fail_pattern(const char *option, const char *pattern, const char *why,
                        struct quire_error *error)
{
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "%s: '%.100s' is not a pattern: %s (letters, digits, '_', '-', '.', and "
                      "{schema}, {table_name}, {pipeline_id}, {run_mode}, {date}, {timestamp})",
                      option, pattern, why);
}

static int fill_pattern(const struct naming *naming, const char *option, const char *pattern,
                        struct quire_buf *out, struct quire_error *error)
{
    for (const char *at = pattern; *at != '\0';) {
        int code;
        if (*at == '{') {
            const char *end = strchr(at, '}');
            if (end == NULL) return fail_pattern(option, pattern, "a '{' without its '}'", error);
            const char *value = find_value(naming, at + 1, (size_t)(end - at - 1));
            if (value == NULL)
                return fail_pattern(option, pattern, "there is no such placeholder", error);
            code = append_safe(out, value);
            at = end + 1;
        } else if (is_safe(*at) || *at == '.') {
            code = quire_buf_push(out, (uint8_t)*at++);
        } else {
            return fail_pattern(option, pattern, "it has other characters", error);
        }
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

/* "schema.name": both parts are there, and no part is "..". */
static int check_whole(const struct quire_buf *name, struct quire_error *error)
{
    const char *text = (const char *)name->data;
    const char *dot = strchr(text, '.');
    if (name->size <= NAME_SIZE_MAX && dot != NULL && dot != text && dot[1] != '\0' &&
        strstr(text, "..") == NULL && text[name->size - 1] != '.')
        return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "table-name-pattern: '%.100s' is not a name of a table: SCHEMA.NAME of %d "
                      "characters at most",
                      text, NAME_SIZE_MAX);
}

static bool ends_with(const struct quire_buf *text, const struct quire_buf *end)
{
    return end->size > 0 && text->size >= end->size &&
           memcmp(text->data + text->size - end->size, end->data, end->size) == 0;
}

static int build_name(const struct naming *naming, struct quire_buf *out, struct quire_error *error)
{
    const struct quire_runlog_options *options = naming->options;
    const char *pattern = options->table_name_pattern;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0}, suffix = {0};
    QUIRE_TRY(fill_pattern(naming, "table-name-pattern",
                           pattern != NULL ? pattern : "{schema}.{table_name}", &name, error));
    if (options->table_suffix_pattern != NULL)
        QUIRE_TRY(fill_pattern(naming, "table-suffix-pattern", options->table_suffix_pattern,
                               &suffix, error));
    int code = 0;
    if (name.size == 0 || memchr(name.data, '.', name.size) == NULL) {
        code = append_safe(out, options->table_schema);
        if (code == 0) code = quire_buf_push(out, '.');
    }
    if (code == 0) code = quire_buf_append(out, name.data, name.size);
    if (code == 0 && !ends_with(&name, &suffix))
        code = quire_buf_append(out, suffix.data, suffix.size);
    if (code == 0) code = quire_buf_terminate(out);
    return code != 0 ? quire_fail_memory(error, OPERATION) : check_whole(out, error);
}

/* "20240101_120000" of now. */
static void stamp_now(char out[STAMP_SIZE])
{
    char text[QUIRE_TIME_TEXT_MAX];
    size_t size = 0;
    char *end = quire_time_format_timestamp(quire_time_wall_us() / 1000000, QUIRE_SECOND, 'T',
                                            false, 0, text);
    for (const char *at = text; at < end && size < STAMP_SIZE - 1; at++)
        if (*at >= '0' && *at <= '9')
            out[size++] = *at;
        else if (*at == 'T')
            out[size++] = '_';
    out[size] = '\0';
}

int quire_runlog_table_name(const struct quire_runlog_options *options, const char *pipeline_id,
                            const char *run_mode, const char *timestamp, char **name,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    char stamp[STAMP_SIZE], date[STAMP_SIZE];
    if (options->table_schema == NULL || options->table_name == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "table-schema and table-name: they are missing");
    stamp_now(stamp);
    memcpy(date, stamp, sizeof(date));
    date[strcspn(date, "_")] = '\0';
    const struct naming naming = {options, pipeline_id != NULL ? pipeline_id : "unknown",
                                  run_mode != NULL ? run_mode : "initial",
                                  timestamp != NULL ? timestamp : date,
                                  timestamp != NULL ? timestamp : stamp};
    QUIRE_TRY(build_name(&naming, &out, error));
    *name = quire_strndup((const char *)out.data, out.size);
    return *name != NULL ? 0 : quire_fail_memory(error, OPERATION);
}
