/* Settings in YAML or JSON: any text is a mapping of names to values, or refused with a reason; a
 * name is there once, and the same text gives the same settings. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "fuzz.h"
#include "quire/option.h"

struct given {
    struct quire_buf text;
    int64_t line;
};

static int take(void *user, const struct quire_setting *setting, bool is_list, int64_t line,
                struct quire_error *error)
{
    struct given *given = user;
    (void)error;
    (void)is_list;
    FUZZ_CHECK(setting->name != NULL && setting->value != NULL, "line %lld", (long long)line);
    FUZZ_CHECK(line >= 0, "%s: line %lld", setting->name, (long long)line);
    given->line = line;
    return quire_buf_printf(&given->text, "%s = %s\n", setting->name, setting->value);
}

static int parse(const char *text, size_t size, struct given *given)
{
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_settings_parse(text, size, take, given, &error);
    if (code != 0) fuzz_check_error(code, &error);
    return code;
}

void fuzz_config(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct given once = {.line = 0}, again = {.line = 0};
    char *text = fuzz_take_text(&bytes);
    int code = parse(text, size, &once);
    FUZZ_CHECK(parse(text, size, &again) == code, "%d", code);
    FUZZ_CHECK(once.text.size == again.text.size && once.line == again.line, "%zu, %zu",
               once.text.size, again.text.size);
    quire_buf_release(&once.text);
    quire_buf_release(&again.text);
    quire_free(text);
}
