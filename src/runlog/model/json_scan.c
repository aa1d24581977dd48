/* A window over the text moves along; it grows only while a value is held. */
#include "runlog/model/json_scan.h"

#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"

_Static_assert(QUIRE_JSON_TREE_DEPTH_MAX == 200 && QUIRE_JSON_SCAN_VALUE_MAX == 16777216,
               "errors name them");
#define OPERATION    "run log"
#define WINDOW_BYTES ((size_t)64 << 10)

void quire_json_scan_release(struct quire_json_scan *scan)
{
    quire_buf_release(&scan->window);
}

void quire_json_scan_seek(struct quire_json_scan *scan, int64_t offset)
{
    int64_t within = offset - scan->offset;
    if (within >= 0 && (uint64_t)within <= scan->window.size) {
        scan->at = (size_t)within;
    } else {
        scan->offset = offset;
        scan->at = 0;
        quire_buf_clear(&scan->window);
    }
    scan->held = SIZE_MAX;
}

int64_t quire_json_scan_tell(const struct quire_json_scan *scan)
{
    return scan->offset + (int64_t)scan->at;
}

int quire_json_scan_fail(const struct quire_json_scan *scan, const char *why,
                         struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, OPERATION, "it is not JSON: %s", why);
    quire_error_at(error, QUIRE_NOWHERE, NULL, quire_json_scan_tell(scan));
    return QUIRE_INPUT;
}

/* A bound is passed by one value: others can be read all the same. */
static int fail_bound(const struct quire_json_scan *scan, const char *why,
                      struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, OPERATION, "%s", why);
    quire_error_at(error, QUIRE_NOWHERE, NULL, quire_json_scan_tell(scan));
    return QUIRE_INPUT;
}

/* More of the text behind what the window has; none at the end. Drops what is not held. */
static int fill(struct quire_json_scan *scan, bool *more, struct quire_error *error)
{
    size_t keep = scan->held < scan->at ? scan->held : scan->at;
    struct quire_buf *window = &scan->window;
    if (keep > 0) {
        memmove(window->data, window->data + keep, window->size - keep);
        window->size -= keep;
        scan->offset += (int64_t)keep;
        scan->at -= keep;
        if (scan->held != SIZE_MAX) scan->held -= keep;
    }
    if (window->size > QUIRE_JSON_SCAN_VALUE_MAX)
        return fail_bound(scan, "one value has more than 16777216 bytes", error);
    int64_t left = scan->in->size - scan->offset - (int64_t)window->size;
    size_t want = left < (int64_t)WINDOW_BYTES ? (size_t)(left > 0 ? left : 0) : WINDOW_BYTES;
    *more = want > 0;
    if (want == 0) return 0;
    if (quire_buf_reserve(window, want) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(scan->in->ops->read_at(scan->in, scan->offset + (int64_t)window->size,
                                     quire_buf_end(window), want, error));
    window->size += want;
    return 0;
}

static inline int next_byte(struct quire_json_scan *scan, int *c, struct quire_error *error)
{
    if (scan->at == scan->window.size) {
        bool more = false;
        QUIRE_TRY(fill(scan, &more, error));
        if (!more) {
            *c = -1;
            return 0;
        }
    }
    *c = scan->window.data[scan->at];
    return 0;
}

int quire_json_scan_peek(struct quire_json_scan *scan, int *c, struct quire_error *error)
{
    for (;;) {
        QUIRE_TRY(next_byte(scan, c, error));
        if (*c != ' ' && *c != '\n' && *c != '\r' && *c != '\t') return 0;
        scan->at++;
    }
}

static bool begins(const char *text, size_t size, const char *word)
{
    return size >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

int quire_json_scan_pass_mark(struct quire_json_scan *scan, struct quire_error *error)
{
    static const char mark[] = "\xef\xbb\xbf", little[] = "\xff\xfe", big[] = "\xfe\xff";
    int c;
    QUIRE_TRY(next_byte(scan, &c, error));
    if (c < 0) return 0;
    const char *text = (const char *)scan->window.data + scan->at;
    size_t size = scan->window.size - scan->at;
    if (begins(text, size, mark)) scan->at += 3;
    bool wide = size >= 2 && (text[0] == '\0' || text[1] == '\0');
    if (wide || begins(text, size, little) || begins(text, size, big))
        return quire_json_scan_fail(scan, "it is UTF-16 or UTF-32, and JSON is UTF-8", error);
    return 0;
}

int quire_json_scan_take(struct quire_json_scan *scan, char c, bool *taken,
                         struct quire_error *error)
{
    int next;
    QUIRE_TRY(quire_json_scan_peek(scan, &next, error));
    *taken = next == c;
    if (*taken) scan->at++;
    return 0;
}

int quire_json_scan_expect(struct quire_json_scan *scan, char c, struct quire_error *error)
{
    bool taken = false;
    char why[] = "'x' is missing";
    QUIRE_TRY(quire_json_scan_take(scan, c, &taken, error));
    why[1] = c;
    return taken ? 0 : quire_json_scan_fail(scan, why, error);
}

/* --- Values ---------------------------------------------------------------------------------- */

/* Goes past bytes of the window that nothing is to be done for. */
static inline void pass(struct quire_json_scan *scan, const bool stops[256])
{
    const uint8_t *bytes = scan->window.data;
    size_t at = scan->at, size = scan->window.size;
    while (at < size && !stops[bytes[at]])
        at++;
    scan->at = at;
}

/* Behind the quote that ends a text; stands behind the one that begins it. */
static int skip_string(struct quire_json_scan *scan, struct quire_error *error)
{
    static const bool stops[256] = {['"'] = true, ['\\'] = true, ['\n'] = true};
    int c;
    for (;;) {
        pass(scan, stops);
        QUIRE_TRY(next_byte(scan, &c, error));
        if (c < 0 || c == '\n') return quire_json_scan_fail(scan, "a text does not end", error);
        scan->at++;
        if (c == '"') return 0;
        if (c != '\\') continue;
        QUIRE_TRY(next_byte(scan, &c, error));
        if (c < 0 || c == '\n') return quire_json_scan_fail(scan, "a text does not end", error);
        scan->at++;
    }
}

static bool ends_word(int c)
{
    return c < 0 || c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ']' ||
           c == '}' || c == '{' || c == '[' || c == '"' || c == ':';
}

static int skip_word(struct quire_json_scan *scan, struct quire_error *error)
{
    int c;
    size_t size = 0;
    for (;; size++, scan->at++) {
        QUIRE_TRY(next_byte(scan, &c, error));
        if (ends_word(c)) break;
    }
    return size > 0 ? 0 : quire_json_scan_fail(scan, "a value is missing", error);
}

static int skip_container(struct quire_json_scan *scan, struct quire_error *error)
{
    static const bool stops[256] = {
        ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true, ['\n'] = true};
    int64_t depth = 0;
    int c;
    do {
        pass(scan, stops);
        QUIRE_TRY(next_byte(scan, &c, error));
        if (c < 0 || (c == '\n' && scan->by_line))
            return quire_json_scan_fail(scan, "it ends within a value", error);
        scan->at++;
        if (c == '"') QUIRE_TRY(skip_string(scan, error));
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    } while (depth > 0);
    return 0;
}

int quire_json_scan_skip(struct quire_json_scan *scan, struct quire_error *error)
{
    int c;
    QUIRE_TRY(quire_json_scan_peek(scan, &c, error));
    if (c == '{' || c == '[') return skip_container(scan, error);
    if (c != '"') return skip_word(scan, error);
    scan->at++;
    return skip_string(scan, error);
}

/* What a line begins with that goes on with what is above it. */
static bool goes_on(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '}' || c == ']' || c == ',' ||
           c == '"';
}

int quire_json_scan_next_line(struct quire_json_scan *scan, bool *passed, struct quire_error *error)
{
    int c;
    *passed = false;
    for (;;) {
        QUIRE_TRY(next_byte(scan, &c, error));
        if (c < 0) return 0;
        scan->at++;
        if (c != '\n') continue;
        QUIRE_TRY(next_byte(scan, &c, error));
        if (!goes_on(c)) return 0;
        *passed = true;
    }
}

static const char *why_none(const char *text, size_t at, size_t size)
{
    if (!quire_utf8_is_valid(text, size)) return "a text is not UTF-8";
    if (begins(text + at, size - at, "NaN") || begins(text + at, size - at, "Infinity"))
        return "NaN and Infinity are no values; null says that there is none";
    /* Of UTF-16, as some write what they cannot: no text has it. */
    const char *escape = at > 6 ? text + at - 6 : "      ";
    if (begins(escape, 6, "\\ud") || begins(escape, 6, "\\uD"))
        return "half of a pair of \\u escapes stands alone";
    return "what stands here is no value";
}

int quire_json_scan_value(struct quire_json_scan *scan, struct quire_arena *arena,
                          struct quire_json_node **node, struct quire_error *error)
{
    int c;
    size_t at = 0;
    QUIRE_TRY(quire_json_scan_peek(scan, &c, error));
    scan->held = scan->at;
    int code = quire_json_scan_skip(scan, error);
    size_t begin = scan->held;
    scan->held = SIZE_MAX;
    QUIRE_TRY(code);
    const char *text = (const char *)scan->window.data + begin;
    size_t end = scan->at - begin;
    code = quire_json_tree_parse(text, end, arena, node, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code == 0) return 0;
    scan->at = begin + at;
    if (code == QUIRE_LIMIT)
        return fail_bound(scan, "JSON that is nested more than 200 deep", error);
    return quire_json_scan_fail(scan, why_none(text, scan->at - begin, end), error);
}

int quire_json_scan_member(struct quire_json_scan *scan, bool first, struct quire_arena *arena,
                           const struct quire_json_node **key, struct quire_error *error)
{
    struct quire_json_node *node = NULL;
    bool end = false;
    int c;
    *key = NULL;
    if (first) QUIRE_TRY(quire_json_scan_expect(scan, '{', error));
    QUIRE_TRY(quire_json_scan_take(scan, '}', &end, error));
    if (end) return 0;
    if (!first) QUIRE_TRY(quire_json_scan_expect(scan, ',', error));
    QUIRE_TRY(quire_json_scan_peek(scan, &c, error));
    if (c != '"') return quire_json_scan_fail(scan, "a member's name is missing", error);
    QUIRE_TRY(quire_json_scan_value(scan, arena, &node, error));
    QUIRE_TRY(quire_json_scan_expect(scan, ':', error));
    *key = node;
    return 0;
}

int quire_json_scan_item(struct quire_json_scan *scan, bool first, bool *more,
                         struct quire_error *error)
{
    bool end = false;
    if (first) QUIRE_TRY(quire_json_scan_expect(scan, '[', error));
    QUIRE_TRY(quire_json_scan_take(scan, ']', &end, error));
    *more = !end;
    if (!end && !first) QUIRE_TRY(quire_json_scan_expect(scan, ',', error));
    return 0;
}
