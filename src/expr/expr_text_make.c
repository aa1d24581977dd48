/* Functions that build new text. */
#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"
#include "expr/expr_text.h"

#define TEXT_MAX (1 << 28) /* bytes of the texts that are built for a block of rows */

static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};
static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};

enum side { PAD_LEFT, PAD_RIGHT };

static int bind_pad(struct quire_arena *arena, struct quire_expr_node *call,
                    struct quire_error *error)
{
    static const struct quire_expr_type *const types[] = {&string, &int32, &string};
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], types[i], error));
    call->type = string;
    return 0;
}

/* Bytes only, or all as text. */
static int bind_concat(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    bool binary = call->args_size > 0;
    for (size_t i = 0; i < call->args_size; i++)
        binary = binary && call->args[i]->type.id == QUIRE_EXPR_BINARY;
    if (!binary) return quire_expr_bind_texts(arena, call, error);
    call->type = call->args[0]->type;
    return 0;
}

/* Room for the text of a row. */
static int make(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                struct quire_vector *out, size_t row, size_t size, uint8_t **room)
{
    *room = NULL;
    if (size > TEXT_MAX || size > TEXT_MAX - eval->made)
        return quire_eval_fail_row(eval, call, out, row, "texts of more than %d bytes in %d rows",
                                   TEXT_MAX, QUIRE_EXPR_BLOCK_ROWS);
    eval->made += size;
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
        for (; search->size > 0 && (at = quire_text_find(text, search, from)) >= 0; found++)
            from = (size_t)at + search->size;
        if (found == 0) continue;
        QUIRE_TRY(
            make(eval, call, out, i, text->size - found * search->size + found * by->size, &to));
        if (to == NULL) continue;
        for (from = 0; found > 0; found--, from = (size_t)at + search->size) {
            at = quire_text_find(text, search, from);
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
        int64_t wanted = args[1].integers[i], have = (int64_t)quire_text_length(text);
        if (out->null[i]) continue;
        if (wanted <= have || pad->size == 0) {
            out->bytes[i] = quire_text_substring(text, 1, wanted < 0 ? 0 : wanted);
            continue;
        }
        int64_t more = wanted - have, of = (int64_t)quire_text_length(pad);
        size_t rest = quire_text_byte_of(pad, more % of),
               size = (size_t)(more / of) * pad->size + rest;
        uint8_t *to;
        QUIRE_TRY(make(eval, call, out, i, text->size + size, &to));
        if (to == NULL) continue;
        uint8_t *padding = call->function->detail == PAD_LEFT ? to : to + text->size;
        if (text->size > 0)
            memcpy(call->function->detail == PAD_LEFT ? to + size : to, text->data, text->size);
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
            size = quire_text_step(text, at);
            memcpy(to + text->size - at - size, text->data + at, size);
        }
    }
    return 0;
}

/* Letters of all scripts, one for one. detail: to upper case. */
static int case_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    bool upper = call->function->detail != 0;
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        uint8_t *to;
        if (out->null[i]) continue;
        /* A letter's other case takes at most half as many bytes again. */
        QUIRE_TRY(make(eval, call, out, i, text->size * 2, &to));
        size_t size = 0;
        for (size_t at = 0; to != NULL && at < text->size; at += quire_text_step(text, at)) {
            uint32_t letter = quire_text_character(text, at);
            letter = upper ? quire_text_upper(letter) : quire_text_lower(letter);
            if (letter >= QUIRE_TEXT_NONE)
                to[size++] = text->data[at];
            else
                size += (size_t)quire_utf8_encode(letter, to + size);
        }
        out->bytes[i].size = size;
    }
    return 0;
}

const struct quire_expr_function quire_expr_text_make_functions[] = {
    {"concat", 0, -1, bind_concat, concat_kernel, NULL, 0},
    {"concat_ws", 1, -1, quire_expr_bind_texts, NULL, eval_concat_ws, 0},
    {"replace", 2, 3, quire_expr_bind_texts, replace_kernel, NULL, 0},
    {"repeat", 2, 2, quire_expr_bind_text_and_counts, repeat_kernel, NULL, 0},
    {"lpad", 2, 3, bind_pad, pad_kernel, NULL, PAD_LEFT},
    {"rpad", 2, 3, bind_pad, pad_kernel, NULL, PAD_RIGHT},
    {"reverse", 1, 1, quire_expr_bind_texts, reverse_kernel, NULL, 0},
    {"lower", 1, 1, quire_expr_bind_texts, case_kernel, NULL, 0},
    {"lcase", 1, 1, quire_expr_bind_texts, case_kernel, NULL, 0},
    {"upper", 1, 1, quire_expr_bind_texts, case_kernel, NULL, 1},
    {"ucase", 1, 1, quire_expr_bind_texts, case_kernel, NULL, 1},
    {.name = NULL},
};
