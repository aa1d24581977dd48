/* gnuplot separates attributes by blanks, tabs and line ends, puts blanks around "=" where it
 * likes, and uses either quote. */
#include "chart/svg_tag.h"

#include <string.h>

struct quire_svg_span quire_svg_attribute(struct quire_svg_span tag, const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i + size < tag.size; i++) {
        if (memcmp(tag.text + i, name, size) != 0) continue;
        if (i > 0 && strchr(" \t\n", tag.text[i - 1]) == NULL) continue;
        size_t at = i + size;
        while (at < tag.size && (tag.text[at] == ' ' || tag.text[at] == '='))
            at++;
        if (at >= tag.size || (tag.text[at] != '"' && tag.text[at] != '\'')) continue;
        const char *end = memchr(tag.text + at + 1, tag.text[at], tag.size - at - 1);
        if (end == NULL) break;
        return (struct quire_svg_span){tag.text + at + 1, (size_t)(end - tag.text) - at - 1};
    }
    return (struct quire_svg_span){NULL, 0};
}

struct quire_svg_span quire_svg_attribute_or(struct quire_svg_span tag, const char *name,
                                             struct quire_svg_span otherwise)
{
    struct quire_svg_span found = quire_svg_attribute(tag, name);
    return found.text != NULL ? found : otherwise;
}

bool quire_svg_starts(struct quire_svg_span tag, const char *name)
{
    size_t size = strlen(name);
    return tag.size > size && memcmp(tag.text, name, size) == 0 &&
           strchr(" \t\n>/", tag.text[size]) != NULL;
}

void quire_svg_transform(struct quire_svg_span value, struct quire_svg_span *x,
                         struct quire_svg_span *y, struct quire_svg_span *scale)
{
    static const char move[] = "translate(", grow[] = ") scale(";
    size_t before = sizeof(move) - 1;
    *x = *y = *scale = (struct quire_svg_span){NULL, 0};
    if (value.size <= before || memcmp(value.text, move, before) != 0) return;
    const char *end = value.text + value.size, *at = value.text + before;
    const char *comma = memchr(at, ',', (size_t)(end - at));
    if (comma == NULL) return;
    const char *close = memchr(comma, ')', (size_t)(end - comma));
    if (close == NULL) return;
    *x = (struct quire_svg_span){at, (size_t)(comma - at)};
    *y = (struct quire_svg_span){comma + 1, (size_t)(close - comma) - 1};
    size_t left = (size_t)(end - close);
    if (left > sizeof(grow) && memcmp(close, grow, sizeof(grow) - 1) == 0)
        *scale = (struct quire_svg_span){close + sizeof(grow) - 1, left - sizeof(grow)};
}

bool quire_svg_in_alphabet(struct quire_svg_span value, const char *alphabet)
{
    if (value.text == NULL || value.size == 0) return false;
    for (size_t i = 0; i < value.size; i++) {
        if (value.text[i] == '\0' || strchr(alphabet, value.text[i]) == NULL) return false;
    }
    return true;
}

bool quire_svg_color(struct quire_svg_span value, uint32_t *rgb)
{
    if (value.text == NULL) return false;
    uint32_t parts[3] = {0};
    size_t part = 0;
    if (value.size > 4 && memcmp(value.text, "rgb(", 4) == 0) {
        for (size_t i = 4; i < value.size && part < 3; i++) {
            char c = value.text[i];
            if (c >= '0' && c <= '9' && parts[part] < 1000)
                parts[part] = parts[part] * 10 + (uint32_t)(c - '0');
            else if (c == ',' || c == ')')
                part++;
        }
        *rgb = (parts[0] & 0xff) << 16 | (parts[1] & 0xff) << 8 | (parts[2] & 0xff);
        return part == 3;
    }
    if (value.size != 7 || value.text[0] != '#') return false;
    *rgb = 0;
    for (size_t i = 1; i < 7; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = strchr(digits, value.text[i] | 0x20);
        if (value.text[i] == '\0' || digit == NULL) return false;
        *rgb = *rgb << 4 | (uint32_t)(digit - digits);
    }
    return true;
}
