/* LIKE and ILIKE. Only the last % is tried again with more, which finds whatever there is to find
 * in time of the text times the pattern at most. */
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
            if (quire_text_length(escape) != 1) {
                QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "ESCAPE wants one character"));
                continue;
            }
            like.escape = character(escape, 0, false);
        }
        out->booleans[i] = quire_like_match(&like, &args[0].bytes[i]);
    }
    return 0;
}

const struct quire_expr_function quire_expr_like_functions[] = {
    {"like", 2, 3, quire_expr_bind_text_question, like_kernel, NULL, 0},
    {"ilike", 2, 3, quire_expr_bind_text_question, like_kernel, NULL, 1},
    {.name = NULL},
};
