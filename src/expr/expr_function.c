/* Finding a function by its name. */
#include "expr/expr_function.h"

#include <string.h>

#include "base/text.h"

#define NAME_MAX_SIZE 32

static const struct quire_expr_function *const tables[] = {
    quire_expr_logic_functions,     quire_expr_compare_functions, quire_expr_arithmetic_functions,
    quire_expr_number_functions,    quire_expr_round_functions,   quire_expr_text_functions,
    quire_expr_text_make_functions, quire_expr_like_functions,    quire_expr_time_functions,
    quire_expr_date_functions,      quire_expr_pattern_functions, quire_expr_nested_functions,
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* The name, zero-terminated; false when it is too long for any. */
static bool copy_name(const char *name, size_t size, char *out)
{
    if (size >= NAME_MAX_SIZE) return false;
    memcpy(out, name, size);
    out[size] = '\0';
    return true;
}

const struct quire_expr_function *quire_expr_function_find(const char *name, size_t size)
{
    char wanted[NAME_MAX_SIZE];
    if (!copy_name(name, size, wanted)) return NULL;
    for (size_t i = 0; i < TABLES; i++)
        for (const struct quire_expr_function *row = tables[i]; row->name != NULL; row++)
            if (quire_text_equal_ignore_case(row->name, wanted)) return row;
    return NULL;
}

/* Operators are no names, nor are those that only a form calls. */
static bool is_name(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' && strchr(name, ' ') == NULL;
}

const char *quire_expr_function_nearest(const char *name, size_t size)
{
    char wanted[NAME_MAX_SIZE];
    size_t best = size / 2 + 1;
    const char *nearest = NULL;
    if (!copy_name(name, size, wanted)) return NULL;
    for (size_t i = 0; i < TABLES; i++) {
        for (const struct quire_expr_function *row = tables[i]; row->name != NULL; row++) {
            if (!is_name(row->name)) continue;
            size_t distance = quire_text_distance(wanted, row->name, best);
            if (distance >= best) continue;
            best = distance;
            nearest = row->name;
        }
    }
    return nearest;
}
