/* Names of tables, by patterns. Values that come from pipelines are made safe before they are put
 * in: whatever a pipeline is called, the name stays below its folder. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "quire/runlog_write.h"
#include "runlog/write/table_pattern.h"

#define OPERATION      "configure"
#define VALUE_SIZE_MAX 100 /* bytes of one value in a name */
#define NAME_SIZE_MAX  240
#define STAMP_SIZE     16 /* "20240101_120000" */

struct naming {
    const struct quire_runlog_options *options;
    const char *pipeline_id, *run_mode;
    const char *date, *timestamp;
};

/* How many bytes the character at the beginning of a text has; *is_name whether one of a name may
 * be there. What is no UTF-8 is a byte, and none. */
static size_t look_at(const char *text, bool *is_name)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t codepoint = 0;
    *is_name = false;
    if (strnlen(text, size) < size || !quire_utf8_is_valid(at, size)) return 1;
    (void)quire_utf8_decode(at, &codepoint);
    *is_name = quire_utf8_is_name(codepoint);
    return size;
}

/* Characters of names stay, whatever their script, and each other one becomes '_'. What is too long
 * is cut before a character. */
static int append_safe(struct quire_buf *out, const char *value)
{
    size_t most = out->size + VALUE_SIZE_MAX;
    while (*value != '\0') {
        bool stays = false;
        size_t size = look_at(value, &stays);
        if (out->size + (stays ? size : 1) > most) return 0;
        QUIRE_TRY(stays ? quire_buf_append(out, value, size) : quire_buf_push(out, '_'));
        value += size;
    }
    return 0;
}

/* What stands in braces in a pattern. */
static const char *const fields[] = {"schema",   "table_name", "pipeline_id",
                                     "run_mode", "date",       "timestamp"};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* FIELDS where there is none of that name. */
static size_t find_field(const char *name, size_t size)
{
    size_t at = 0;
    while (at < FIELDS && (strlen(fields[at]) != size || memcmp(fields[at], name, size) != 0))
        at++;
    return at;
}

static const char *find_value(const struct naming *naming, const char *name, size_t size)
{
    const char *const values[FIELDS + 1] = {naming->options->table_schema,
                                            naming->options->table_name,
                                            naming->pipeline_id,
                                            naming->run_mode,
                                            naming->date,
                                            naming->timestamp};
    return values[find_field(name, size)];
}

static int fail_pattern(const char *option, const char *pattern, const char *why,
                        struct quire_error *error)
{
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "%s: '%.100s' is not a pattern: %s (letters, digits, '_', '-', '.', and "
                      "{schema}, {table_name}, {pipeline_id}, {run_mode}, {date}, {timestamp})",
                      option, pattern, why);
}

int quire_table_pattern_check(const char *option, const char *pattern, struct quire_error *error)
{
    for (const char *at = pattern; at != NULL && *at != '\0';) {
        bool stays = false;
        size_t size = look_at(at, &stays);
        if (*at == '{') {
            const char *end = strchr(at, '}');
            if (end == NULL) return fail_pattern(option, pattern, "a '{' without its '}'", error);
            if (find_field(at + 1, (size_t)(end - at - 1)) == FIELDS)
                return fail_pattern(option, pattern, "there is no such field", error);
            size = (size_t)(end - at) + 1;
        } else if (!stays && *at != '.') {
            return fail_pattern(option, pattern, "it has other characters", error);
        }
        at += size;
    }
    return 0;
}

/* Of a pattern that was checked. */
static int fill_pattern(const struct naming *naming, const char *pattern, struct quire_buf *out)
{
    for (const char *at = pattern; *at != '\0';) {
        bool stays = false;
        size_t size = look_at(at, &stays);
        if (*at == '{') {
            size = strcspn(at, "}") + 1;
            const char *value = find_value(naming, at + 1, size - 2);
            if (value != NULL) QUIRE_TRY(append_safe(out, value));
        } else {
            QUIRE_TRY(quire_buf_append(out, at, size));
        }
        at += size;
    }
    return 0;
}

/* A folder of this name would make a table of the one that it is in. */
static bool is_log(const char *name, size_t size)
{
    static const char log[] = "_delta_log";
    return size == sizeof(log) - 1 && memcmp(name, log, size) == 0;
}

/* "schema.name": both parts are there, and no part is "..", or a table's log. */
static int check_whole(const struct quire_buf *name, struct quire_error *error)
{
    const char *text = (const char *)name->data;
    const char *dot = strchr(text, '.');
    if (name->size <= NAME_SIZE_MAX && dot != NULL && dot != text && dot[1] != '\0' &&
        strstr(text, "..") == NULL && text[name->size - 1] != '.' &&
        !is_log(text, (size_t)(dot - text)) && !is_log(dot + 1, strlen(dot + 1)))
        return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "table-name-pattern: '%.100s' is not a name of a table: SCHEMA.NAME of %d "
                      "bytes at most, neither of them _delta_log",
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
    int code = fill_pattern(naming, pattern != NULL ? pattern : "{schema}.{table_name}", &name);
    if (code == 0 && options->table_suffix_pattern != NULL)
        code = fill_pattern(naming, options->table_suffix_pattern, &suffix);
    if (code != 0) return quire_fail_memory(error, OPERATION);
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

bool quire_table_pattern_has(const struct quire_runlog_options *options, const char *field)
{
    const char *patterns[] = {options->table_name_pattern, options->table_suffix_pattern};
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        if (patterns[i] != NULL && strstr(patterns[i], field) != NULL) return true;
    return false;
}

/* A pattern that says a part of the name itself needs no option for it. */
static int check_parts(const struct quire_runlog_options *options, struct quire_error *error)
{
    const char *pattern = options->table_name_pattern;
    bool schema =
        options->table_schema == NULL && (pattern == NULL || strchr(pattern, '.') == NULL ||
                                          quire_table_pattern_has(options, "{schema}"));
    bool name = options->table_name == NULL &&
                (pattern == NULL || quire_table_pattern_has(options, "{table_name}"));
    if (schema && name)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "table-schema and table-name: they are missing");
    if (schema || name)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "%s: it is missing: table-schema and table-name go together",
                          schema ? "table-schema" : "table-name");
    return 0;
}

bool quire_runlog_is_named(const struct quire_runlog_options *options)
{
    return options->table_schema != NULL || options->table_name != NULL ||
           options->table_name_pattern != NULL || options->table_suffix_pattern != NULL;
}

int quire_runlog_table_name(const struct quire_runlog_options *options, const char *pipeline_id,
                            const char *run_mode, const char *timestamp, char **name,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    char stamp[STAMP_SIZE], date[STAMP_SIZE];
    QUIRE_TRY(quire_table_pattern_check("table-name-pattern", options->table_name_pattern, error));
    QUIRE_TRY(
        quire_table_pattern_check("table-suffix-pattern", options->table_suffix_pattern, error));
    QUIRE_TRY(check_parts(options, error));
    stamp_now(stamp);
    memcpy(date, stamp, sizeof(date));
    date[strcspn(date, "_")] = '\0';
    if (timestamp == NULL) timestamp = options->table_timestamp;
    const struct naming naming = {options, pipeline_id != NULL ? pipeline_id : "unknown",
                                  run_mode != NULL ? run_mode : "initial",
                                  timestamp != NULL ? timestamp : date,
                                  timestamp != NULL ? timestamp : stamp};
    QUIRE_TRY(build_name(&naming, &out, error));
    *name = quire_strndup((const char *)out.data, out.size);
    return *name != NULL ? 0 : quire_fail_memory(error, OPERATION);
}
