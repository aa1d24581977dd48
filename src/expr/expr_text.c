/* Text: by characters, not bytes, where a function counts. Results that are a part of an
 * argument borrow it; others are built in the evaluation's arena. */
#include "expr/expr_text.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "base/fail.h"
#include "base/utf8.h"

#define TEXT_MAX (1 << 30) /* bytes of a result */

static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};
static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};
static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};

/* --- Binding: what arguments are, and what comes out --------------------------------------- */

/* detail is not what these look at: arguments by their number. */
static int bind_texts(struct quire_arena *arena, struct quire_expr_node *call, size_t texts,
                      const struct quire_expr_type *result, struct quire_error *error)
{
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], i < texts ? &string : &int32, error));
    call->type = *result;
    return 0;
}

static int bind_text_of_texts(struct quire_arena *arena, struct quire_expr_node *call,
                              struct quire_error *error)
{
    return bind_texts(arena, call, call->args_size, &string, error);
}

static int bind_text_and_counts(struct quire_arena *arena, struct quire_expr_node *call,
                                struct quire_error *error)
{
    return bind_texts(arena, call, 1, &string, error);
}

static int bind_boolean_of_texts(struct quire_arena *arena, struct quire_expr_node *call,
                                 struct quire_error *error)
{
    return bind_texts(arena, call, call->args_size, &boolean, error);
}

static int bind_place(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    return bind_texts(arena, call, 2, &int32, error);
}

/* Binary stays binary: its length is that of its bytes. */
static int bind_length(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    call->type = int32;
    if (call->args[0]->type.id == QUIRE_EXPR_BINARY) return 0;
    return quire_expr_cast_to(arena, &call->args[0], &string, error);
}

static int bind_pad(struct quire_arena *arena, struct quire_expr_node *call,
                    struct quire_error *error)
{
    static const struct quire_expr_type *const types[] = {&string, &int32, &string};
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], types[i], error));
    call->type = string;
    return 0;
}

static int bind_part(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    return bind_texts(arena, call, 2, &string, error);
}

/* --- Characters ---------------------------------------------------------------------------- */

/* Bytes of the character that begins here. */
static size_t step(const struct quire_bytes *text, size_t at)
{
    uint8_t byte = text->data[at];
    size_t size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return size < text->size - at ? size : text->size - at;
}

size_t quire_expr_text_length(const struct quire_bytes *text)
{
    size_t characters = 0;
    for (size_t i = 0; i < text->size; i++)
        characters += (text->data[i] & 0xc0) != 0x80;
    return characters;
}

/* The byte at which character number n begins; the size when there are fewer. */
static size_t byte_of(const struct quire_bytes *text, int64_t n)
{
    size_t at = 0;
    for (; n > 0 && at < text->size; n--)
        at += step(text, at);
    return at;
}

static struct quire_bytes part(const struct quire_bytes *text, size_t from, size_t to)
{
    return (struct quire_bytes){text->size > 0 ? text->data + from : text->data, to - from};
}

/* Where needle is first at or after a byte; -1. */
static int64_t find(const struct quire_bytes *text, const struct quire_bytes *needle, size_t from)
{
    if (needle->size > text->size - from) return -1;
    if (needle->size == 0) return (int64_t)from;
    const uint8_t *found = memmem(text->data + from, text->size - from, needle->data, needle->size);
    return found != NULL ? found - text->data : -1;
}

/* --- LIKE ---------------------------------------------------------------------------------- */

static uint32_t character(const struct quire_bytes *text, size_t at, bool fold)
{
    uint32_t code = text->data[at];
    if (code >= 0x80) quire_utf8_decode(text->data + at, &code);
    return fold && code < 0x80 && code >= 'A' && code <= 'Z' ? code + 32 : code;
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
    size_t size = step(pattern, at);
    uint32_t code = character(pattern, at, false);
    if (code == like->escape && at + size < pattern->size)
        return (struct element){.size = size + step(pattern, at + size),
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
                at += step(text, at);
                continue;
            }
        }
        /* The last % takes one character more. */
        if (retry_p == SIZE_MAX || retry_at >= text->size) return false;
        retry_at += step(text, retry_at);
        at = retry_at;
        p = retry_p;
    }
    return true;
}

static int like_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        struct quire_like like = {.pattern = args[1].bytes[i],
                                  .escape = '\\',
                                  .ignore_case = call->function->detail != 0};
        if (out->null[i]) continue;
        if (call->args_size == 3) {
            const struct quire_bytes *escape = &args[2].bytes[i];
            if (quire_expr_text_length(escape) != 1) {
                QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "ESCAPE wants one character"));
                continue;
            }
            like.escape = character(escape, 0, false);
        }
        out->booleans[i] = quire_like_match(&like, &args[0].bytes[i]);
    }
    return 0;
}

/* --- Questions ----------------------------------------------------------------------------- */

static int length_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out)
{
    bool bytes = call->function->detail != 0 || args[0].type.id == QUIRE_EXPR_BINARY;
    for (size_t i = 0; i < eval->rows; i++)
        out->integers[i] =
            (int64_t)(bytes ? args[0].bytes[i].size : quire_expr_text_length(&args[0].bytes[i]));
    return 0;
}

enum affix { STARTS, ENDS, CONTAINS };

static int affix_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i], *affix = &args[1].bytes[i];
        if (out->null[i]) continue;
        if (affix->size == 0 || affix->size > text->size)
            out->booleans[i] = affix->size == 0;
        else if (call->function->detail == CONTAINS)
            out->booleans[i] = find(text, affix, 0) >= 0;
        else
            out->booleans[i] =
                memcmp(text->data + (call->function->detail == ENDS ? text->size - affix->size : 0),
                       affix->data, affix->size) == 0;
    }
    return 0;
}

/* INSTR(text, needle); LOCATE(needle, text [, from]). Places count characters from 1; 0: none. */
static int place_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    int text = call->function->detail;
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *in = &args[text].bytes[i], *needle = &args[1 - text].bytes[i];
        int64_t from = call->args_size == 3 ? args[2].integers[i] : 1;
        if (out->null[i] || from < 1) continue;
        int64_t at = find(in, needle, byte_of(in, from - 1));
        if (at < 0) continue;
        const struct quire_bytes before = part(in, 0, (size_t)at);
        out->integers[i] = (int64_t)quire_expr_text_length(&before) + 1;
    }
    return 0;
}

/* --- Parts --------------------------------------------------------------------------------- */

/* SUBSTRING(text, from [, length]): from counts from 1, negative ones from the end. */
static struct quire_bytes substring(const struct quire_bytes *text, int64_t from, int64_t length)
{
    int64_t size = (int64_t)quire_expr_text_length(text);
    int64_t start = from > 0 ? from - 1 : from < 0 ? size + from : 0;
    int64_t end = length > INT64_MAX / 2 ? size : start + length;
    start = start < 0 ? 0 : start;
    if (end <= start || start >= size) return part(text, 0, 0);
    return part(text, byte_of(text, start), byte_of(text, end));
}

enum side { MIDDLE, LEFT, RIGHT };

static int substring_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        int64_t number = args[1].integers[i];
        int64_t length = call->args_size == 3 ? args[2].integers[i] : INT64_MAX;
        if (out->null[i]) continue;
        switch (call->function->detail) {
        case LEFT: out->bytes[i] = substring(text, 1, number); break;
        case RIGHT:
            out->bytes[i] = number <= 0 ? part(text, 0, 0) : substring(text, -number, INT64_MAX);
            break;
        default: out->bytes[i] = substring(text, number, length);
        }
    }
    return 0;
}

/* Whether the character at `at` is one to trim. */
static bool is_trimmed(const struct quire_bytes *text, size_t at, const struct quire_bytes *set)
{
    const struct quire_bytes one = part(text, at, at + step(text, at));
    return find(set, &one, 0) >= 0;
}

static int trim_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    static const struct quire_bytes blank = {(const uint8_t *)" ", 1};
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        const struct quire_bytes *set = call->args_size == 2 ? &args[1].bytes[i] : &blank;
        size_t from = 0, to = text->size;
        if (out->null[i]) continue;
        while (call->function->detail != RIGHT && from < to && is_trimmed(text, from, set))
            from += step(text, from);
        while (call->function->detail != LEFT && to > from) {
            size_t last = to - 1;
            while (last > from && (text->data[last] & 0xc0) == 0x80)
                last--;
            if (!is_trimmed(text, last, set)) break;
            to = last;
        }
        out->bytes[i] = part(text, from, to);
    }
    return 0;
}

/* SPLIT_PART(text, delimiter, n): the nth part, from the end when negative; "" beyond. */
static struct quire_bytes split_part(const struct quire_bytes *text,
                                     const struct quire_bytes *delimiter, int64_t n)
{
    int64_t parts = 1, at;
    size_t from = 0;
    if (delimiter->size == 0) return n == 1 || n == -1 ? *text : part(text, 0, 0);
    for (; (at = find(text, delimiter, from)) >= 0; from = (size_t)at + delimiter->size)
        parts++;
    if (n < 0) n = parts + n + 1;
    if (n < 1 || n > parts) return part(text, 0, 0);
    for (from = 0; n > 1; n--)
        from = (size_t)find(text, delimiter, from) + delimiter->size;
    at = find(text, delimiter, from);
    return part(text, from, at >= 0 ? (size_t)at : text->size);
}

static int split_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (args[2].integers[i] == 0)
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "parts are counted from 1"));
        else
            out->bytes[i] = split_part(&args[0].bytes[i], &args[1].bytes[i], args[2].integers[i]);
    }
    return 0;
}

/* --- New text ------------------------------------------------------------------------------ */

/* Room for the text of a row. */
static int make(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                struct quire_vector *out, size_t row, size_t size, uint8_t **room)
{
    *room = NULL;
    if (size > TEXT_MAX)
        return quire_eval_fail_row(eval, call, out, row, "a text of more than %d bytes", TEXT_MAX);
    *room = quire_eval_alloc(eval, size + 1);
    if (*room == NULL) return QUIRE_MEMORY;
    out->bytes[row] = (struct quire_bytes){*room, size};
    return 0;
}

static int concat_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        size_t size = 0;
        uint8_t *to;
        if (out->null[i]) continue;
        for (size_t arg = 0; arg < call->args_size; arg++)
            size += args[arg].bytes[i].size;
        QUIRE_TRY(make(eval, call, out, i, size, &to));
        for (size_t arg = 0; to != NULL && arg < call->args_size; arg++) {
            const struct quire_bytes *from = &args[arg].bytes[i];
            if (from->size > 0) memcpy(to, from->data, from->size);
            to += from->size;
        }
    }
    return 0;
}

/* CONCAT_WS(separator, …): arguments that are null are passed over. */
static int eval_concat_ws(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          struct quire_vector *out)
{
    struct quire_vector result;
    struct quire_vector *args = quire_eval_alloc(eval, call->args_size * sizeof(*args));
    if (args == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_eval_node(eval, call->args[i], &args[i]));
    QUIRE_TRY(quire_vector_new(eval, &string, &result));
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *separator = &args[0].bytes[i];
        size_t size = 0, parts = 0;
        uint8_t *to;
        result.null[i] = args[0].null[i];
        if (result.null[i]) continue;
        for (size_t arg = 1; arg < call->args_size; arg++)
            if (!args[arg].null[i])
                size += args[arg].bytes[i].size + (parts++ > 0 ? separator->size : 0);
        QUIRE_TRY(make(eval, call, &result, i, size, &to));
        if (to == NULL) continue;
        parts = 0;
        for (size_t arg = 1; arg < call->args_size; arg++) {
            const struct quire_bytes *from = &args[arg].bytes[i];
            if (args[arg].null[i]) continue;
            if (parts++ > 0 && separator->size > 0)
                to = (uint8_t *)memcpy(to, separator->data, separator->size) + separator->size;
            if (from->size > 0) to = (uint8_t *)memcpy(to, from->data, from->size) + from->size;
        }
    }
    *out = result;
    return 0;
}

static int replace_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    static const struct quire_bytes nothing = {(const uint8_t *)"", 0};
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i], *search = &args[1].bytes[i];
        const struct quire_bytes *by = call->args_size == 3 ? &args[2].bytes[i] : &nothing;
        size_t found = 0, from = 0;
        uint8_t *to;
        int64_t at;
        if (out->null[i]) continue;
        out->bytes[i] = *text;
        for (; search->size > 0 && (at = find(text, search, from)) >= 0; found++)
            from = (size_t)at + search->size;
        if (found == 0) continue;
        QUIRE_TRY(
            make(eval, call, out, i, text->size - found * search->size + found * by->size, &to));
        if (to == NULL) continue;
        for (from = 0; found > 0; found--, from = (size_t)at + search->size) {
            at = find(text, search, from);
            memcpy(to, text->data + from, (size_t)at - from);
            to += (size_t)at - from;
            if (by->size > 0) memcpy(to, by->data, by->size);
            to += by->size;
        }
        memcpy(to, text->data + from, text->size - from);
    }
    return 0;
}

static int repeat_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        size_t times = args[1].integers[i] > 0 ? (size_t)args[1].integers[i] : 0;
        uint8_t *to;
        if (out->null[i]) continue;
        QUIRE_TRY(make(eval, call, out, i, text->size * times, &to));
        for (size_t n = 0; to != NULL && text->size > 0 && n < times; n++)
            memcpy(to + n * text->size, text->data, text->size);
    }
    return 0;
}

/* LPAD and RPAD: to a count of characters, cut where there are more. */
static int pad_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                      const struct quire_vector *args, struct quire_vector *out)
{
    static const struct quire_bytes blank = {(const uint8_t *)" ", 1};
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        const struct quire_bytes *pad = call->args_size == 3 ? &args[2].bytes[i] : &blank;
        int64_t wanted = args[1].integers[i], have = (int64_t)quire_expr_text_length(text);
        if (out->null[i]) continue;
        if (wanted <= have || pad->size == 0) {
            out->bytes[i] = substring(text, 1, wanted < 0 ? 0 : wanted);
            continue;
        }
        int64_t more = wanted - have, of = (int64_t)quire_expr_text_length(pad);
        size_t rest = byte_of(pad, more % of), size = (size_t)(more / of) * pad->size + rest;
        uint8_t *to;
        QUIRE_TRY(make(eval, call, out, i, text->size + size, &to));
        if (to == NULL) continue;
        uint8_t *padding = call->function->detail == LEFT ? to : to + text->size;
        if (text->size > 0)
            memcpy(call->function->detail == LEFT ? to + size : to, text->data, text->size);
        for (size_t at = 0; at < size; at += pad->size)
            memcpy(padding + at, pad->data, size - at < pad->size ? size - at : pad->size);
    }
    return 0;
}

static int reverse_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        uint8_t *to;
        if (out->null[i]) continue;
        QUIRE_TRY(make(eval, call, out, i, text->size, &to));
        for (size_t at = 0, size; to != NULL && at < text->size; at += size) {
            size = step(text, at);
            memcpy(to + text->size - at - size, text->data + at, size);
        }
    }
    return 0;
}

/* Letters of all scripts, one for one. detail: to upper case. */
static int case_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    bool upper = call->function->detail != 0;
    int code = 0;
    for (size_t i = 0; code == 0 && i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        uint8_t *to;
        if (out->null[i]) continue;
        /* A letter's other case takes at most half as many bytes again. */
        code = make(eval, call, out, i, text->size * 2, &to);
        if (code != 0 || to == NULL) continue;
        size_t size = 0;
        for (size_t at = 0; at < text->size; at += step(text, at)) {
            uint32_t letter = character(text, at, false);
            bool ascii = letter < 0x80 || locale == (locale_t)0;
            if (ascii && letter - (upper ? 'a' : 'A') < 26)
                letter ^= 32;
            else if (!ascii)
                letter = (uint32_t)(upper ? towupper_l((wint_t)letter, locale)
                                          : towlower_l((wint_t)letter, locale));
            size += (size_t)quire_utf8_encode(letter, to + size);
        }
        out->bytes[i].size = size;
    }
    if (locale != (locale_t)0) freelocale(locale);
    return code;
}

const struct quire_expr_function quire_expr_text_functions[] = {
    {"like", 2, 3, bind_boolean_of_texts, like_kernel, NULL, 0},
    {"ilike", 2, 3, bind_boolean_of_texts, like_kernel, NULL, 1},
    {"length", 1, 1, bind_length, length_kernel, NULL, 0},
    {"len", 1, 1, bind_length, length_kernel, NULL, 0},
    {"char_length", 1, 1, bind_length, length_kernel, NULL, 0},
    {"character_length", 1, 1, bind_length, length_kernel, NULL, 0},
    {"octet_length", 1, 1, bind_length, length_kernel, NULL, 1},
    {"startswith", 2, 2, bind_boolean_of_texts, affix_kernel, NULL, STARTS},
    {"endswith", 2, 2, bind_boolean_of_texts, affix_kernel, NULL, ENDS},
    {"contains", 2, 2, bind_boolean_of_texts, affix_kernel, NULL, CONTAINS},
    {"instr", 2, 2, bind_place, place_kernel, NULL, 0},
    {"locate", 2, 3, bind_place, place_kernel, NULL, 1},
    {"substring", 2, 3, bind_text_and_counts, substring_kernel, NULL, MIDDLE},
    {"left", 2, 2, bind_text_and_counts, substring_kernel, NULL, LEFT},
    {"right", 2, 2, bind_text_and_counts, substring_kernel, NULL, RIGHT},
    {"trim", 1, 2, bind_text_of_texts, trim_kernel, NULL, MIDDLE},
    {"ltrim", 1, 2, bind_text_of_texts, trim_kernel, NULL, LEFT},
    {"rtrim", 1, 2, bind_text_of_texts, trim_kernel, NULL, RIGHT},
    {"split_part", 3, 3, bind_part, split_kernel, NULL, 0},
    {"concat", 1, -1, bind_text_of_texts, concat_kernel, NULL, 0},
    {"concat_ws", 1, -1, bind_text_of_texts, NULL, eval_concat_ws, 0},
    {"replace", 2, 3, bind_text_of_texts, replace_kernel, NULL, 0},
    {"repeat", 2, 2, bind_text_and_counts, repeat_kernel, NULL, 0},
    {"lpad", 2, 3, bind_pad, pad_kernel, NULL, LEFT},
    {"rpad", 2, 3, bind_pad, pad_kernel, NULL, RIGHT},
    {"reverse", 1, 1, bind_text_of_texts, reverse_kernel, NULL, 0},
    {"lower", 1, 1, bind_text_of_texts, case_kernel, NULL, 0},
    {"lcase", 1, 1, bind_text_of_texts, case_kernel, NULL, 0},
    {"upper", 1, 1, bind_text_of_texts, case_kernel, NULL, 1},
    {"ucase", 1, 1, bind_text_of_texts, case_kernel, NULL, 1},
    {.name = NULL},
};
