/* Functions that ask about text or take parts of it: by characters, not bytes, where a function
 * counts. Parts borrow the text that they are of. */
#include "expr/expr_text.h"

#include <string.h>

#include "base/fail.h"

static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};
static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};
static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};

/* --- Binding: what arguments are, and what comes out --------------------------------------- */

/* The first arguments are texts, the others counts. */
static int bind_texts(struct quire_arena *arena, struct quire_expr_node *call, size_t texts,
                      const struct quire_expr_type *result, struct quire_error *error)
{
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], i < texts ? &string : &int32, error));
    call->type = *result;
    return 0;
}

int quire_expr_bind_texts(struct quire_arena *arena, struct quire_expr_node *call,
                          struct quire_error *error)
{
    return bind_texts(arena, call, call->args_size, &string, error);
}

int quire_expr_bind_text_and_counts(struct quire_arena *arena, struct quire_expr_node *call,
                                    struct quire_error *error)
{
    return bind_texts(arena, call, 1, &string, error);
}

int quire_expr_bind_text_question(struct quire_arena *arena, struct quire_expr_node *call,
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

static int bind_part(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    return bind_texts(arena, call, 2, &string, error);
}

/* --- Questions ----------------------------------------------------------------------------- */

static int length_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out)
{
    bool bytes = call->function->detail != 0 || args[0].type.id == QUIRE_EXPR_BINARY;
    for (size_t i = 0; i < eval->rows; i++)
        out->integers[i] =
            (int64_t)(bytes ? args[0].bytes[i].size : quire_text_length(&args[0].bytes[i]));
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
            out->booleans[i] = quire_text_find(text, affix, 0) >= 0;
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
        if (needle->size == 0) { /* nothing is at the beginning, wherever it is looked for */
            out->integers[i] = 1;
            continue;
        }
        int64_t at = quire_text_find(in, needle, quire_text_byte_of(in, from - 1));
        if (at < 0) continue;
        const struct quire_bytes before = quire_text_part(in, 0, (size_t)at);
        out->integers[i] = (int64_t)quire_text_length(&before) + 1;
    }
    return 0;
}

/* --- Parts --------------------------------------------------------------------------------- */

enum side { BOTH, LEFT, RIGHT };

static int substring_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[0].bytes[i];
        int64_t number = args[1].integers[i];
        int64_t length = call->args_size == 3 ? args[2].integers[i] : INT64_MAX;
        if (out->null[i]) continue;
        switch (call->function->detail) {
        case LEFT: out->bytes[i] = quire_text_substring(text, 1, number); break;
        case RIGHT:
            out->bytes[i] = number <= 0 ? quire_text_part(text, 0, 0)
                                        : quire_text_substring(text, -number, INT64_MAX);
            break;
        default: out->bytes[i] = quire_text_substring(text, number, length);
        }
    }
    return 0;
}

/* Whether the character at `at` is one to trim. */
static bool is_trimmed(const struct quire_bytes *text, size_t at, const struct quire_bytes *set)
{
    const struct quire_bytes one = quire_text_part(text, at, at + quire_text_step(text, at));
    return quire_text_find(set, &one, 0) >= 0;
}

/* The characters to trim stand first where they are given. */
static int trim_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    static const struct quire_bytes blank = {(const uint8_t *)" ", 1};
    for (size_t i = 0; i < eval->rows; i++) {
        const struct quire_bytes *text = &args[call->args_size - 1].bytes[i];
        const struct quire_bytes *set = call->args_size == 2 ? &args[0].bytes[i] : &blank;
        size_t from = 0, to = text->size;
        if (out->null[i]) continue;
        while (call->function->detail != RIGHT && from < to && is_trimmed(text, from, set))
            from += quire_text_step(text, from);
        while (call->function->detail != LEFT && to > from) {
            size_t last = to - 1;
            for (size_t back = 0; back < 3 && last > from && (text->data[last] & 0xc0) == 0x80;)
                last--, back++;
            if (last + quire_text_step(text, last) != to) last = to - 1;
            if (!is_trimmed(text, last, set)) break;
            to = last;
        }
        out->bytes[i] = quire_text_part(text, from, to);
    }
    return 0;
}

/* SPLIT_PART(text, delimiter, n): the nth part, from the end when negative; "" beyond. */
static struct quire_bytes split_part(const struct quire_bytes *text,
                                     const struct quire_bytes *delimiter, int64_t n)
{
    int64_t parts = 1, at;
    size_t from = 0;
    if (delimiter->size == 0) return n == 1 || n == -1 ? *text : quire_text_part(text, 0, 0);
    for (; (at = quire_text_find(text, delimiter, from)) >= 0; from = (size_t)at + delimiter->size)
        parts++;
    if (n < 0) n = parts + n + 1;
    if (n < 1 || n > parts) return quire_text_part(text, 0, 0);
    for (from = 0; n > 1; n--)
        from = (size_t)quire_text_find(text, delimiter, from) + delimiter->size;
    at = quire_text_find(text, delimiter, from);
    return quire_text_part(text, from, at >= 0 ? (size_t)at : text->size);
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

const struct quire_expr_function quire_expr_text_functions[] = {
    {"length", 1, 1, bind_length, length_kernel, NULL, 0},
    {"len", 1, 1, bind_length, length_kernel, NULL, 0},
    {"char_length", 1, 1, bind_length, length_kernel, NULL, 0},
    {"character_length", 1, 1, bind_length, length_kernel, NULL, 0},
    {"octet_length", 1, 1, bind_length, length_kernel, NULL, 1},
    {"startswith", 2, 2, quire_expr_bind_text_question, affix_kernel, NULL, STARTS},
    {"endswith", 2, 2, quire_expr_bind_text_question, affix_kernel, NULL, ENDS},
    {"contains", 2, 2, quire_expr_bind_text_question, affix_kernel, NULL, CONTAINS},
    {"instr", 2, 2, bind_place, place_kernel, NULL, 0},
    {"locate", 2, 3, bind_place, place_kernel, NULL, 1},
    {"substring", 2, 3, quire_expr_bind_text_and_counts, substring_kernel, NULL, BOTH},
    {"left", 2, 2, quire_expr_bind_text_and_counts, substring_kernel, NULL, LEFT},
    {"right", 2, 2, quire_expr_bind_text_and_counts, substring_kernel, NULL, RIGHT},
    {"btrim", 1, 2, quire_expr_bind_texts, trim_kernel, NULL, BOTH},
    {"ltrim", 1, 2, quire_expr_bind_texts, trim_kernel, NULL, LEFT},
    {"rtrim", 1, 2, quire_expr_bind_texts, trim_kernel, NULL, RIGHT},
    {"split_part", 3, 3, bind_part, split_kernel, NULL, 0},
    {.name = NULL},
};
