/* The document is well formed, so that walking it needs no more than where values begin and
 * end. */
#include "json_walk.h"

#include <string.h>

static const char *skip_string(const char *at)
{
    for (at++; *at != '"' && *at != '\0'; at++)
        if (*at == '\\' && at[1] != '\0') at++;
    return *at == '"' ? at + 1 : at;
}

/* The end of the value that begins at. */
static const char *skip_value(const char *at)
{
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
        if (depth == 0) at += strcspn(at, ",]}");
    } while (depth > 0 && *at != '\0');
    return at;
}

bool quire_json_next_item(const char **at, bool keyed, struct quire_json_item *item)
{
    const char *from = *at + (**at == ',');
    if (*from == ']' || *from == '}' || *from == '\0') return false;
    item->key = NULL;
    if (keyed) {
        const char *key_end = skip_string(from);
        item->key = from + 1;
        item->key_size = (size_t)(key_end - from) - 2;
        from = key_end + 1;
    }
    item->value = from;
    item->end = skip_value(from);
    *at = item->end;
    return true;
}

bool quire_json_holds_objects(const char *value)
{
    return value[0] == '{' || (value[0] == '[' && value[1] == '{');
}

/* --- Text of values -------------------------------------------------------------------- */

static void put_utf8(char **out, unsigned c)
{
    if (c < 0x80) {
        *(*out)++ = (char)c;
    } else if (c < 0x800) {
        *(*out)++ = (char)(0xC0 | c >> 6);
        *(*out)++ = (char)(0x80 | (c & 0x3F));
    } else {
        *(*out)++ = (char)(0xE0 | c >> 12);
        *(*out)++ = (char)(0x80 | (c >> 6 & 0x3F));
        *(*out)++ = (char)(0x80 | (c & 0x3F));
    }
}

static unsigned hex_digits(const char *at)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 4 | (unsigned)(at[i] <= '9' ? at[i] - '0' : (at[i] | 0x20) - 'a' + 10);
    return value;
}

/* One escape; at stands on the letter after the backslash. The writer of reports escapes
 * only control characters as \u. */
static const char *put_escape(char **out, const char *at)
{
    static const char letters[] = "nrtbf", values[] = "\n\r\t\b\f";
    const char *found = strchr(letters, *at);
    if (*at == 'u') {
        put_utf8(out, hex_digits(at + 1));
        return at + 5;
    }
    *(*out)++ = found != NULL ? values[found - letters] : *at;
    return at + 1;
}

static bool is_full(const struct quire_json_value *text)
{
    return text->end > text->bytes + QUIRE_JSON_VALUE_MAX - 8;
}

/* A character that is begun is ended, for which is_full leaves room. */
static bool goes_on(const struct quire_json_value *text, char next)
{
    return ((unsigned char)next & 0xC0) == 0x80 &&
           text->end < text->bytes + QUIRE_JSON_VALUE_MAX - 1;
}

static void put_string(struct quire_json_value *text, const char *at, const char *end)
{
    while (at < end && (!is_full(text) || goes_on(text, *at))) {
        if (*at == '\\')
            at = put_escape(&text->end, at + 1);
        else
            *text->end++ = *at++;
    }
}

static void put_value(struct quire_json_value *text, const char *value, const char *end)
{
    static const char comma[] = ", ";
    struct quire_json_item item;
    const char *at = value + 1;
    if (value[0] == '"') {
        put_string(text, value + 1, end - 1);
    } else if (value[0] == '[') {
        while (quire_json_next_item(&at, false, &item) && !is_full(text)) {
            if (item.value != value + 1) put_string(text, comma, comma + 2);
            put_value(text, item.value, item.end);
        }
    } else {
        put_string(text, value, end);
    }
}

const char *quire_json_value_text(struct quire_json_value *text, const char *value, const char *end)
{
    text->end = text->bytes;
    put_value(text, value, end);
    *text->end = '\0';
    return text->bytes;
}
