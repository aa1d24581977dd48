/* A structural scan: only quotes, backslashes and brackets count.
 *
 * 64 bytes a step: masks of these characters are made with SSE2, bits after an
 * odd run of backslashes are struck out, and a running parity of the quotes says
 * which brackets stand in strings (both after Langdale and Lemire, "Parsing
 * Gigabytes of JSON per Second", 2019). The few brackets left are walked one by
 * one. Bytes that do not fill a step wait for the next window, or are walked. */
#include "format/json/json_split.h"

#include "base/fail.h"
#include "base/sse2.h"

#define STEP 64

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* A bracket outside strings. */
static inline void note_bracket(struct quire_json_split *split, bool open, size_t at)
{
    if (split->closed) return;
    split->depth += open ? 1 : -1;
    if (split->depth == 0 && !open) {
        split->before = split->last;
        split->last = at + 1;
    } else if (split->depth < 0) {
        split->closed = true;
        split->close = at + 1;
    }
}

static void walk(struct quire_json_split *split, const uint8_t *bytes, size_t end)
{
    for (; split->seen < end; split->seen++) {
        uint8_t c = bytes[split->seen];
        if (split->escaped)
            split->escaped = false;
        else if (c == '\\')
            split->escaped = split->in_string;
        else if (c == '"')
            split->in_string = !split->in_string;
        else if (!split->in_string && ((c | 0x20) == '{' || (c | 0x20) == '}'))
            note_bracket(split, (c | 0x20) == '{', split->seen);
    }
}

#if QUIRE_SSE2

struct masks {
    uint64_t quotes, backslashes, brackets, opens;
};

static inline struct masks masks_of(const uint8_t *bytes)
{
    struct masks masks = {0};
    for (int i = 0; i < 4; i++) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        __m128i folded = _mm_or_si128(chunk, _mm_set1_epi8(0x20));
        __m128i open = _mm_cmpeq_epi8(folded, _mm_set1_epi8('{'));
        __m128i close = _mm_cmpeq_epi8(folded, _mm_set1_epi8('}'));
        __m128i quote = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'));
        masks.quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(quote) << 16 * i;
        masks.backslashes |= (uint64_t)(unsigned)_mm_movemask_epi8(backslash) << 16 * i;
        masks.opens |= (uint64_t)(unsigned)_mm_movemask_epi8(open) << 16 * i;
        masks.brackets |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(open, close))
                          << 16 * i;
    }
    return masks;
}

/* Bits of the bytes that a backslash escapes. */
static inline uint64_t escaped_bits(struct quire_json_split *split, uint64_t backslashes)
{
    uint64_t escaped = split->escaped;
    if (backslashes == 0) {
        split->escaped = false;
        return escaped;
    }
    backslashes &= ~escaped;
    while (backslashes != 0) {
        uint64_t bit = backslashes & -backslashes;
        backslashes &= ~(bit | bit << 1);
        escaped |= bit << 1;
        split->escaped = bit >> 63 != 0;
        if (split->escaped) return escaped;
    }
    split->escaped = false;
    return escaped;
}

static inline uint64_t prefix_xor(uint64_t bits)
{
    for (int shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

static void scan(struct quire_json_split *split, const uint8_t *bytes, size_t size)
{
    for (; split->seen + STEP <= size && !split->closed; split->seen += STEP) {
        struct masks masks = masks_of(bytes + split->seen);
        uint64_t escaped = escaped_bits(split, masks.backslashes);
        uint64_t strings = prefix_xor(masks.quotes & ~escaped);
        if (split->in_string) strings = ~strings;
        split->in_string = strings >> 63 != 0;
        for (uint64_t left = masks.brackets & ~strings; left != 0; left &= left - 1) {
            int bit = __builtin_ctzll(left);
            note_bracket(split, (masks.opens >> bit & 1) != 0, split->seen + (size_t)bit);
        }
    }
}

#else

static void scan(struct quire_json_split *split, const uint8_t *bytes, size_t size)
{
    walk(split, bytes, size);
}

#endif

static int fail_at(size_t byte, const char *cause, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, "read json", "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)byte);
    return QUIRE_INPUT;
}

/* What is left after the array must be blank. */
static int check_tail(const uint8_t *bytes, size_t from, size_t size, struct quire_error *error)
{
    for (size_t i = from; i < size; i++)
        if (!is_blank(bytes[i])) return fail_at(i, "something follows the end of the array", error);
    return 0;
}

int quire_json_split_items(struct quire_json_split *split, const uint8_t *bytes, size_t size,
                           size_t from, bool at_end, size_t *end, struct quire_error *error)
{
    if (from == 0) *split = (struct quire_json_split){.finished = split->finished};
    if (split->finished) {
        QUIRE_TRY(check_tail(bytes, 0, size, error));
        *end = size;
        return 0;
    }
    scan(split, bytes, size);
    if (at_end && !split->closed) walk(split, bytes, size);
    if (split->closed) {
        QUIRE_TRY(check_tail(bytes, split->close, size, error));
        split->finished = true;
        *end = size;
        return 0;
    }
    if (at_end) {
        return fail_at(size,
                       split->in_string ? "the input ends within a string"
                                        : "the input ends and the array is not closed",
                       error);
    }
    size_t after = split->last;
    while (after < size && is_blank(bytes[after]))
        after++;
    *end = after < size ? split->last : split->before;
    return 0;
}

size_t quire_json_item_size(const uint8_t *bytes, size_t size)
{
    struct quire_json_split split = {0};
    for (size_t i = 0; i < size; i++) {
        if (split.depth == 0 && !split.in_string && (bytes[i] == ',' || bytes[i] == ']')) return i;
        walk(&split, bytes, i + 1);
        if (split.last > 0) return split.last;
    }
    return size;
}
