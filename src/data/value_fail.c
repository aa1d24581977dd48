/* Saying why a text is not a value, with the text shown so that it cannot spoil
 * a terminal or pass the size of the message. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/value_text.h"

#define SHOWN_MAX 60

/* Quotes the first SHOWN_MAX bytes; controls and bytes that are not UTF-8 as \xNN. */
static void show(const char *text, size_t size, char *out, size_t capacity)
{
    size_t shown = size < SHOWN_MAX ? size : SHOWN_MAX, used = 0;
    while (shown < size && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    used += (size_t)snprintf(out, capacity, "\"");
    for (size_t at = 0; at < shown;) {
        const uint8_t *here = (const uint8_t *)text + at;
        size_t left = shown - at < 4 ? shown - at : 4;
        size_t valid = quire_utf8_valid_prefix(here, left);
        uint32_t codepoint;
        size_t step = valid > 0 ? (size_t)quire_utf8_decode(here, &codepoint) : 1;
        if (valid == 0 || *here < 0x20 || *here == 0x7f)
            used += (size_t)snprintf(out + used, capacity - used, "\\x%02x", *here);
        else
            used += (size_t)snprintf(out + used, capacity - used, "%.*s", (int)step, text + at);
        at += step;
    }
    snprintf(out + used, capacity - used, "%s\"", shown < size ? "…" : "");
}

int quire_value_fail(enum quire_value_result result, const struct quire_field *field,
                     const char *text, size_t size, const char *operation,
                     struct quire_error *error)
{
    if (result == QUIRE_VALUE_MEMORY) return quire_fail_memory(error, operation);
    if (result == QUIRE_VALUE_FULL)
        return quire_fail(error, QUIRE_LIMIT, operation, "a batch of this column is full");
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf type = {0};
    if (quire_field_type_text(field, &type) != 0 || quire_buf_terminate(&type) != 0)
        return quire_fail_memory(error, operation);
    const char *name = (const char *)type.data;
    const char *article = strchr("aeio", name[0]) != NULL ? "an" : "a";
    char shown[SHOWN_MAX * 4 + 16];
    show(text, size, shown, sizeof(shown));
    switch (result) {
    case QUIRE_VALUE_RANGE:
        return quire_fail(error, QUIRE_INPUT, operation, "%s is out of the range of %s %s", shown,
                          article, name);
    case QUIRE_VALUE_PRECISE:
        return quire_fail(error, QUIRE_INPUT, operation, "%s has more digits than %s %s keeps",
                          shown, article, name);
    case QUIRE_VALUE_UTF8:
        return quire_fail(error, QUIRE_INPUT, operation, "%s is not valid UTF-8", shown);
    default:
        return quire_fail(error, QUIRE_INPUT, operation, "%s is not %s %s", shown, article, name);
    }
}
