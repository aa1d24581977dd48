/* LIKE and ILIKE. Only the last % is tried again with more, which finds whatever there is to find
 * in time of the text times the pattern at most. Patterns with no other wildcard are looked for
 * byte by byte: UTF-8 is found in UTF-8 only where characters begin. */
#include <string.h>

#include "base/fail.h"
#include "expr/expr_text.h"

static uint32_t character(const struct quire_bytes *text, size_t at, bool ignore_case)
{
    uint32_t code = quire_text_character(text, at);
    return ignore_case ? quire_text_lower(code) : code;
}

/* The pattern's element at `at`: its size, and whether it is a wildcard by itself. */
struct element {
    size_t size;
    uint32_t code; /* '%' and '_' that are wildcards have any set */
    bool any;
};

static struct element element_at(const struct quire_like *like, size_t at)
{
    const struct quire_bytes *pattern = &like->pattern;
    size_t size = quire_text_step(pattern, at);
    uint32_t code = character(pattern, at, false);
    if (code == like->escape && at + size < pattern->size)
        return (struct element){.size = size + quire_text_step(pattern, at + size),
                                .code = character(pattern, at + size, like->ignore_case)};
    return (struct element){.size = size,
                            .code = character(pattern, at, like->ignore_case),
                            .any = code == '%' || code == '_'};
}

bool quire_like_match(const struct quire_like *like, const struct quire_bytes *text)
{
    size_t at = 0, p = 0, retry_at = 0, retry_p = SIZE_MAX;
    while (at < text->size || p < like->pattern.size) {
        if (p < like->pattern.size) {
            struct element element = element_at(like, p);
            if (element.any && element.code == '%') {
                p += element.size;
                retry_p = p;
                retry_at = at;
                continue;
            }
            if (at < text->size &&
                (element.any || character(text, at, like->ignore_case) == element.code)) {
                p += element.size;
                at += quire_text_step(text, at);
                continue;
            }
        }
        /* The last % takes one character more. */
        if (retry_p == SIZE_MAX || retry_at >= text->size) return false;
        retry_at += quire_text_step(text, retry_at);
        at = retry_at;
        p = retry_p;
    }
    return true;
}

/* --- Patterns of text and % alone ------------------------------------------------------------ */

static bool has_byte(const struct quire_bytes *bytes, int byte)
{
    return bytes->size > 0 && memchr(bytes->data, byte, bytes->size) != NULL;
}

static bool is_plain(const struct quire_like *like)
{
    return !like->ignore_case && like->escape < 0x80 && !has_byte(&like->pattern, '_') &&
           !has_byte(&like->pattern, (int)like->escape);
}

/* The bytes before the next %, or all; *more when there is one. */
static struct quire_bytes take_part(struct quire_bytes *pattern, bool *more)
{
    const uint8_t *wild = pattern->size > 0 ? memchr(pattern->data, '%', pattern->size) : NULL;
    size_t size = wild != NULL ? (size_t)(wild - pattern->data) : pattern->size;
    struct quire_bytes part = {pattern->data, size};
    *more = wild != NULL;
    pattern->data += size + (*more ? 1 : 0);
    pattern->size -= size + (*more ? 1 : 0);
    return part;
}

static bool same_bytes(const uint8_t *text, const struct quire_bytes *part)
{
    return part->size == 0 || memcmp(text, part->data, part->size) == 0;
}

/* The first part begins the text, the last ends it, those between are found from left to right. */
static bool match_plain(struct quire_bytes pattern, struct quire_bytes text)
{
    bool more = true;
    struct quire_bytes part = take_part(&pattern, &more);
    if (part.size > text.size || !same_bytes(text.data, &part)) return false;
    if (!more) return part.size == text.size;
    text.data += part.size;
    text.size -= part.size;
    for (;;) {
        part = take_part(&pattern, &more);
        if (!more)
            return part.size <= text.size && same_bytes(text.data + (text.size - part.size), &part);
        const uint8_t *found =
            part.size > 0 ? memmem(text.data, text.size, part.data, part.size) : text.data;
        if (part.size > 0 && found == NULL) return false;
        size_t passed = (size_t)(found - text.data) + part.size;
        text.data += passed;
        text.size -= passed;
    }
}

/* --- The functions -------------------------------------------------------------------------- */

static int like_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    static const uint8_t nothing[1];
    struct quire_bytes seen = {NULL, 0}; /* the pattern of the row before, and what it is */
    bool plain = false;
    for (size_t i = 0; i < eval->rows; i++) {
        struct quire_like like = {.pattern = args[1].bytes[i],
                                  .escape = '\\',
                                  .ignore_case = call->function->detail != 0};
        if (out->null[i]) continue;
        if (call->args_size == 3) {
            const struct quire_bytes *escape = &args[2].bytes[i];
            if (quire_text_length(escape) != 1) {
                QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "ESCAPE wants one character"));
                continue;
            }
            like.escape = character(escape, 0, false);
        }
        if (seen.data != like.pattern.data || seen.size != like.pattern.size ||
            call->args_size == 3)
            plain = is_plain(&like);
        seen = like.pattern;
        struct quire_bytes text = args[0].bytes[i];
        if (text.size == 0) text.data = nothing; /* NULL + 0 is undefined */
        if (like.pattern.size == 0) like.pattern.data = nothing;
        out->booleans[i] = plain ? match_plain(like.pattern, text) : quire_like_match(&like, &text);
    }
    return 0;
}

const struct quire_expr_function quire_expr_like_functions[] = {
    {"like", 2, 3, quire_expr_bind_text_question, like_kernel, NULL, 0},
    {"ilike", 2, 3, quire_expr_bind_text_question, like_kernel, NULL, 1},
    {.name = NULL},
};
