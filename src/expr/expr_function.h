/* Private to expr: what can be computed. Each function, operators among them, is one row: how
 * many arguments it takes, how it is typed, and how it is evaluated. */
#ifndef QUIRE_EXPR_EXPR_FUNCTION_H
#define QUIRE_EXPR_EXPR_FUNCTION_H

#include "expr/expr_node.h"
#include "expr/expr_vector.h"

/* Gives call->type, and casts arguments to what the kernel takes (by quire_expr_cast_to). */
typedef int quire_expr_bind_call(struct quire_arena *arena, struct quire_expr_node *call,
                                 struct quire_error *error);

/* Computes the rows of out whose null is 0; it may make more of them null. args_size vectors,
 * all of the block's length. out->values has been allocated for its type. */
typedef int quire_expr_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                              const struct quire_vector *args, struct quire_vector *out);

/* Evaluates its arguments itself: not all of them for every row, or nulls mean something. */
typedef int quire_expr_lazy(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            struct quire_vector *out);

struct quire_expr_function {
    const char *name;       /* lower case */
    int args_min, args_max; /* -1: no bound */
    quire_expr_bind_call *bind;
    quire_expr_kernel *kernel; /* null where an argument is null; or */
    quire_expr_lazy *lazy;
    int detail; /* what a kernel shared by several functions is to do */
};

/* By name, any case; NULL. */
const struct quire_expr_function *quire_expr_function_find(const char *name, size_t size);
/* The name nearest to one that is not there; NULL. */
const char *quire_expr_function_nearest(const char *name, size_t size);

/* The tables, each the end of its file; a row without a name ends it. */
extern const struct quire_expr_function quire_expr_logic_functions[];
extern const struct quire_expr_function quire_expr_compare_functions[];
extern const struct quire_expr_function quire_expr_arithmetic_functions[];
extern const struct quire_expr_function quire_expr_number_functions[];
extern const struct quire_expr_function quire_expr_round_functions[];
extern const struct quire_expr_function quire_expr_text_functions[];
extern const struct quire_expr_function quire_expr_text_make_functions[];
extern const struct quire_expr_function quire_expr_like_functions[];
extern const struct quire_expr_function quire_expr_time_functions[];
extern const struct quire_expr_function quire_expr_date_functions[];
extern const struct quire_expr_function quire_expr_pattern_functions[];
extern const struct quire_expr_function quire_expr_nested_functions[];

/* --- For binding ------------------------------------------------------------------------- */

/* Puts a cast around an argument unless it is of the type. Fails where there is none. */
int quire_expr_cast_to(struct quire_arena *arena, struct quire_expr_node **arg,
                       const struct quire_expr_type *type, struct quire_error *error);
/* Casts arguments from number `first` on to one common type, which is put out: to compare in, or
 * of which one is the result (quire_expr_type_common). */
int quire_expr_cast_alike(struct quire_arena *arena, struct quire_expr_node *call, size_t first,
                          bool as_text, struct quire_expr_type *common, struct quire_error *error);
/* The common type of two, or a failure at the second. */
int quire_expr_find_common(const struct quire_expr_type *a, const struct quire_expr_node *b,
                           bool as_text, struct quire_expr_type *common, struct quire_error *error);
/* A number stays what it is; text and NULL become `type`; all else is refused. */
int quire_expr_as_number(struct quire_arena *arena, struct quire_expr_node **arg,
                         const struct quire_expr_type *type, struct quire_error *error);
/* Refuses an argument that is not boolean. */
int quire_expr_want_boolean(struct quire_arena *arena, struct quire_expr_node **arg,
                            struct quire_error *error);
/* Whether values of a type can become those of another at all. */
bool quire_expr_can_cast(const struct quire_expr_type *from, const struct quire_expr_type *to);

/* The kernel of casts, from args[0]; and a cast of values that have been computed. */
quire_expr_kernel quire_expr_cast_kernel;
int quire_expr_cast_vector(struct quire_expr_eval *eval, const struct quire_expr_node *cast,
                           const struct quire_vector *from, struct quire_vector *out);

#endif
