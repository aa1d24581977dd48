/* Values of name=value lines. What has blanks, quotes or control characters is quoted as in JSON,
 * so that a line can be taken apart whatever a producer says. */
#include <stdio.h>
#include <string.h>

#include "runlog/write/writer.h"

#define PIECE_MAX 6 /* "\u001f" */
#define END_SIZE  5 /* "...\"" and the zero */

static bool is_plain(const char *text)
{
    if (text[0] == '\0') return false;
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == '"' || *at == '\\' || *at == '=' || *at == 0x7f)
            return false;
    return strlen(text) < QUIRE_WRITE_QUOTE_MAX - END_SIZE;
}

/* One byte as it stands within quotes; returns its size. */
static size_t put(char c, char *out)
{
    if ((unsigned char)c < ' ' || c == 0x7f)
        return (size_t)snprintf(out, PIECE_MAX + 1, "\\u%04x", (unsigned char)c);
    size_t size = 0;
    if (c == '"' || c == '\\') out[size++] = '\\';
    out[size++] = c;
    return size;
}

const char *quire_write_quote(const char *text, char out[QUIRE_WRITE_QUOTE_MAX])
{
    if (is_plain(text)) {
        memcpy(out, text, strlen(text) + 1);
        return out;
    }
    size_t size = 0;
    out[size++] = '"';
    while (*text != '\0' && size + PIECE_MAX + END_SIZE < QUIRE_WRITE_QUOTE_MAX)
        size += put(*text++, out + size);
    if (*text != '\0') {
        /* No part of a character of UTF-8 stands before the dots. */
        while (((unsigned char)*text & 0xc0) == 0x80) {
            text--;
            size--;
        }
        memcpy(out + size, "...", 3);
        size += 3;
    }
    memcpy(out + size, "\"", 2);
    return out;
}
