/* Names compared. The glob matcher needs no recursion: only the latest `*` can
 * usefully take more, so one place to go back to is enough; since `*` does not
 * pass a `/`, an earlier `*` is settled once its folder matched. */
#include "base/text.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool quire_text_equal_ignore_case(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool quire_text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Three rows of the table of distances between prefixes; the row for a's first i
 * bytes is rows[i % 3]. */
size_t quire_text_distance(const char *a, const char *b, size_t max)
{
    size_t a_size = strlen(a);
    size_t b_size = strlen(b);
    if (a_size > QUIRE_TEXT_DISTANCE_SIZE_MAX || b_size > QUIRE_TEXT_DISTANCE_SIZE_MAX)
        return max + 1;
    size_t rows[3][QUIRE_TEXT_DISTANCE_SIZE_MAX + 1];
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t best = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            best = smaller(best, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, rows[(i - 2) % 3][j - 2] + 1);
            row[j] = best;
        }
    }
    return smaller(rows[a_size % 3][b_size], max + 1);
}

/* Bytes of the character at text, which is not at its end: 1 for what is not UTF-8. */
static size_t character_size(const char *text)
{
    unsigned char lead = (unsigned char)text[0];
    size_t size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) return 1;
    }
    return size;
}

/* UTF-8 sorts by bytes as by codepoints. */
static int compare_characters(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int order = memcmp(a, b, smaller(a_size, b_size));
    if (order != 0) return order;
    return (a_size > b_size) - (a_size < b_size);
}

/* The first byte after the set that opens at pattern[0] == '[', or NULL when it
 * does not close. A `]` in first place is a member. */
static const char *set_end(const char *pattern)
{
    const char *p = pattern + 1;
    if (*p == '!' || *p == '^') p++;
    if (*p == ']') p++;
    while (*p != '\0' && *p != ']')
        p++;
    return *p == ']' ? p + 1 : NULL;
}

/* Whether a character is in the set between pattern and end (past its `]`). */
static bool set_has(const char *pattern, const char *end, const char *character, size_t size)
{
    const char *p = pattern + 1;
    bool negated = *p == '!' || *p == '^';
    if (negated) p++;
    bool found = false;
    while (p < end - 1) {
        const char *low = p;
        size_t low_size = character_size(low);
        const char *high = low;
        size_t high_size = low_size;
        p += low_size;
        if (p[0] == '-' && p + 1 < end - 1) {
            high = p + 1;
            high_size = character_size(high);
            p = high + high_size;
        }
        if (compare_characters(character, size, low, low_size) >= 0 &&
            compare_characters(character, size, high, high_size) <= 0)
            found = true;
    }
    return found != negated;
}

/* Matches one pattern element that is not `*` with the character at text.
 * Returns where the pattern goes on, or NULL. */
static const char *match_one(const char *pattern, const char *text, size_t size)
{
    if (*pattern == '?') return *text != '/' ? pattern + 1 : NULL;
    if (*pattern == '[') {
        const char *end = set_end(pattern);
        if (end != NULL) return *text != '/' && set_has(pattern, end, text, size) ? end : NULL;
    }
    if (*pattern == '\\' && pattern[1] != '\0') pattern++;
    if (*pattern == '\0') return NULL;
    size_t pattern_size = character_size(pattern);
    return compare_characters(pattern, pattern_size, text, size) == 0 ? pattern + pattern_size
                                                                      : NULL;
}

bool quire_text_glob_match(const char *pattern, const char *text)
{
    const char *star = NULL;   /* after the latest `*` */
    const char *resume = NULL; /* where that `*` has got to in text */
    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = text;
            continue;
        }
        size_t size = character_size(text);
        const char *next = match_one(pattern, text, size);
        if (next != NULL) {
            pattern = next;
            text += size;
            continue;
        }
        if (star == NULL || *resume == '/') return false;
        resume += character_size(resume);
        pattern = star;
        text = resume;
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
