/* Where the last whole record of a run of bytes ends: all that the reading thread
 * has to know, so it looks at every byte once and keeps nothing. */
#include "format/csv/csv_read.h"

#define BLOCK 64

static size_t after_last_feed(const uint8_t *bytes, size_t size)
{
    const uint8_t *feed = memrchr(bytes, '\n', size);
    return feed != NULL ? (size_t)(feed - bytes) + 1 : 0;
}

/* The vector way; false when a stray quote wants the other. */
static bool split_blocks(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                         size_t *end, bool *closed)
{
    struct quire_csv_quotes quoting = {.before = 1};
    uint8_t tail[BLOCK];
    *end = 0;
    for (size_t at = 0; at < size; at += BLOCK) {
        const uint8_t *block_bytes = bytes + at;
        if (size - at < BLOCK) {
            memset(tail, 0, sizeof(tail));
            memcpy(tail, bytes + at, size - at);
            block_bytes = tail;
        }
        struct quire_csv_block block = quire_csv_classify(marks, block_bytes);
        uint64_t feeds = block.line_feeds & ~quire_csv_inside(&quoting, &block);
        if (quoting.stray) return false;
        if (feeds != 0) *end = at + 64 - (size_t)__builtin_clzll(feeds);
    }
    *closed = quoting.inside == 0;
    return true;
}

/* Byte by byte; *open is SIZE_MAX unless a quote is left open. */
static size_t split_bytes(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                          size_t *open)
{
    size_t end = 0;
    *open = SIZE_MAX;
    for (size_t at = 0; at < size;) {
        if (at == end && bytes[at] == marks->comment) {
            const uint8_t *feed = memchr(bytes + at, '\n', size - at);
            if (feed == NULL) return end;
            at = end = (size_t)(feed - bytes) + 1;
            continue;
        }
        size_t field_end = quire_csv_field_end(marks, bytes, size, at, open);
        if (field_end >= size) return end;
        at = field_end + 1;
        if (bytes[field_end] == '\n') end = at;
    }
    return end;
}

int quire_csv_split(void *state, const uint8_t *bytes, size_t size, size_t from, bool at_end,
                    size_t *end, struct quire_error *error)
{
    (void)from;
    const struct quire_csv_reader *reader = state;
    const struct quire_csv_marks *marks = &reader->marks;
    bool quotes = marks->quote >= 0 && memchr(bytes, marks->quote, size) != NULL;
    bool closed = true;
    if (!quotes && marks->escape < 0) {
        *end = at_end ? size : after_last_feed(bytes, size);
        return 0;
    }
    size_t open = SIZE_MAX;
    if (marks->escape >= 0 || marks->comment >= 0 ||
        !split_blocks(marks, bytes, size, end, &closed) || (at_end && !closed))
        *end = split_bytes(marks, bytes, size, &open);
    if (!at_end) return 0;
    if (open != SIZE_MAX) return quire_csv_fail_open(open, error);
    *end = size;
    return 0;
}
