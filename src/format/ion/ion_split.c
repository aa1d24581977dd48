/* In text only quotes, comments, brackets and colons count. A cut lies after a bracket
 * that closes a value, or before a token that cannot belong to the value before it: one
 * that no "::" precedes, and that is not a long string after another. */
#include "format/ion/ion_split.h"

#include <string.h>

#include "base/sse2.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_text_token.h"

enum kind { NOTHING, COLON, LONG, OTHER };

struct split {
    const uint8_t *at, *end, *cut;
    size_t depth;
    enum kind last; /* token at the top */
    bool items;     /* of a list: cuts before commas */
    bool closed;
};

/* The first byte from `at` on that is a quote, a bracket of any kind or a slash. */
static const uint8_t *find_structure(const uint8_t *at, const uint8_t *end)
{
#if QUIRE_SSE2
    const __m128i lower = _mm_set1_epi8(0x20), pair = _mm_set1_epi8((char)0xfe);
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* '[' and ']' are '{' and '}' but for one bit, '(' and ')' one another. */
        __m128i folded = _mm_or_si128(bytes, lower);
        __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')),
                         _mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))),
            _mm_or_si128(_mm_cmpeq_epi8(_mm_and_si128(bytes, pair), _mm_set1_epi8('(')),
                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
        found = _mm_or_si128(found, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')),
                                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'))));
        int mask = _mm_movemask_epi8(found);
        if (mask != 0) return at + __builtin_ctz((unsigned)mask);
    }
#endif
    while (at < end && *at != '"' && *at != '\'' && *at != '/' && (*at & 0xfe) != '(' &&
           (*at | 0x20) != '{' && (*at | 0x20) != '}')
        at++;
    return at;
}

/* The first byte from `at` on that is the quote or a backslash. */
static const uint8_t *find_quote(const uint8_t *at, const uint8_t *end, uint8_t quote)
{
#if QUIRE_SSE2
    const __m128i quotes = _mm_set1_epi8((char)quote), escapes = _mm_set1_epi8('\\');
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        int mask = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, escapes)));
        if (mask != 0) return at + __builtin_ctz((unsigned)mask);
    }
#endif
    while (at < end && *at != quote && *at != '\\')
        at++;
    return at;
}

/* Past the quoted text here, or NULL when it does not end. */
static const uint8_t *past_quoted(const uint8_t *at, const uint8_t *end)
{
    uint8_t quote = *at;
    bool is_long = quote == '\'' && end - at >= 3 && quire_ion_is_long(at);
    at += is_long ? 3 : 1;
    for (at = find_quote(at, end, quote); at < end; at = find_quote(at, end, quote)) {
        if (*at == '\\') {
            at += end - at < 2 ? 1 : 2;
            continue;
        }
        if (!is_long) return at + 1;
        if (end - at < 3) return NULL;
        if (quire_ion_is_long(at)) return at + 3;
        at++;
    }
    return NULL;
}

static const uint8_t *past_comment(const uint8_t *at, const uint8_t *end)
{
    bool line = at[1] == '/';
    for (at += 2; at < end; at++) {
        if (line && (*at == '\n' || *at == '\r')) return at;
        if (!line && *at == '*' && end - at > 1 && at[1] == '/') return at + 2;
    }
    return NULL;
}

/* Past "{{ … }}": a slash in a blob begins no comment. */
static const uint8_t *past_lob(const uint8_t *at, const uint8_t *end)
{
    for (at += 2; at != NULL && at < end;) {
        if (*at == '}') return end - at < 2 ? NULL : at + 2;
        if (*at == '\'' && end - at < 3) return NULL;
        at = *at == '"' || *at == '\'' ? past_quoted(at, end) : at + 1;
    }
    return NULL;
}

/* Notes a token that begins here. */
static void note_token(struct split *split, enum kind kind)
{
    if (split->depth > 0) return;
    if (!split->items && split->last > COLON && !(split->last == LONG && kind == LONG))
        split->cut = split->at;
    split->last = kind;
}

/* One token that is not blank; false when the bytes end within it. */
static bool take_token(struct split *split)
{
    const uint8_t *at = split->at, *end = split->end, *past = at + 1;
    bool pair = end - at > 1;
    switch (*at) {
    case '/':
        if (!pair) return false;
        if (at[1] == '/' || at[1] == '*') {
            past = past_comment(at, end);
            break;
        }
        note_token(split, OTHER);
        break;
    case '\'':
        if (end - at < 3) return false;
        note_token(split, quire_ion_is_long(at) ? LONG : OTHER);
        past = past_quoted(at, end);
        break;
    case '"':
        note_token(split, OTHER);
        past = past_quoted(at, end);
        break;
    case '{':
        if (!pair) return false;
        note_token(split, OTHER);
        if (at[1] == '{')
            past = past_lob(at, end);
        else
            split->depth++;
        break;
    case '[':
    case '(':
        note_token(split, OTHER);
        split->depth++;
        break;
    case '}':
    case ']':
    case ')':
        split->closed = split->closed || split->depth == 0;
        if (split->depth > 0) split->depth--;
        if (split->depth == 0) split->cut = past;
        if (split->depth == 0) split->last = NOTHING;
        break;
    case ',':
        if (split->items && split->depth == 0) split->cut = at;
        break;
    case ':':
        if (split->depth == 0) split->last = COLON;
        break;
    default:
        note_token(split, OTHER);
        while (past < end && !quire_ion_is(*past, QUIRE_ION_STOP) && *past != ':' && *past != '/')
            past++;
    }
    if (past == NULL) return false;
    split->at = past;
    return true;
}

static void scan(struct split *split)
{
    while (split->at < split->end && !(split->items && split->closed)) {
        if (split->depth > 0) split->at = find_structure(split->at, split->end);
        if (split->at == split->end) return;
        if (quire_ion_is(*split->at, QUIRE_ION_BLANK))
            split->at++;
        else if (!take_token(split))
            return;
    }
}

size_t quire_ion_split_text(const uint8_t *bytes, size_t size)
{
    struct split split = {.at = bytes, .end = bytes + size, .cut = bytes};
    scan(&split);
    return (size_t)(split.cut - bytes);
}

size_t quire_ion_split_items(const uint8_t *bytes, size_t size, int *closed)
{
    struct split split = {.at = bytes, .end = bytes + size, .cut = bytes, .items = true};
    scan(&split);
    *closed = split.closed;
    return (size_t)(split.cut - bytes);
}

size_t quire_ion_split_binary(const uint8_t *bytes, size_t size, bool *annotated)
{
    bool any = false;
    const uint8_t *at = bytes, *end = bytes + size;
    while (at < end) {
        const uint8_t *after;
        __builtin_prefetch(at + 1024);
        if (end - at >= 3 && quire_ion_take_record(at, &after) != NULL && after <= end) {
            at = after;
            continue;
        }
        uint64_t length = *at & 15;
        unsigned code = *at >> 4;
        const uint8_t *body = at + 1;
        any = any || code == 14;
        if (*at == 0xe0) {
            length = 3;
        } else if (length == 15 || code == 1) {
            length = 0;
        } else if (length == 14 || (code == 13 && length == 1)) {
            if (!quire_ion_take_varuint(&body, end, &length)) {
                if (end - at > QUIRE_ION_HEADER_MAX) at = end; /* no length: the reader says so */
                break;
            }
        }
        if (length > (uint64_t)(end - body)) break;
        at = body + length;
    }
    if (annotated != NULL) *annotated = any;
    return (size_t)(at - bytes);
}
