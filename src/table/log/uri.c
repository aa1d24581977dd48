#include "table/log/uri.h"

#include "base/base64.h"

int quire_uri_decode(const struct quire_bytes *text, struct quire_buf *out)
{
    if (text->size == 0 || memchr(text->data, '%', text->size) == NULL)
        return quire_buf_append(out, text->data, text->size);
    for (size_t i = 0; i < text->size; i++) {
        uint8_t byte = text->data[i], escaped;
        if (byte == '%' && text->size - i > 2 &&
            quire_hex_decode((const char *)text->data + i + 1, 2, &escaped)) {
            byte = escaped;
            i += 2;
        }
        int code = quire_buf_push(out, byte);
        if (code != 0) return code;
    }
    return 0;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-_.~/=", c) != NULL);
}

int quire_uri_encode(const char *bytes, size_t size, struct quire_buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)bytes[i];
        const char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        int code = is_plain(bytes[i]) ? quire_buf_push(out, byte)
                                      : quire_buf_append(out, escape, sizeof(escape));
        if (code != 0) return code;
    }
    return 0;
}
