/* Private to expr: an expression as a tree. What the parser makes, what bind gives types
 * to, and what evaluation walks.
 *
 * All nodes of an expression and their texts live in one arena. Operators are calls of
 * functions with the operator's name, so that there is one table of what can be computed. */
#ifndef QUIRE_EXPR_EXPR_NODE_H
#define QUIRE_EXPR_EXPR_NODE_H

#include "base/alloc.h"
#include "base/decimal.h"
#include "data/view.h"
#include "expr/expr_type.h"

#define QUIRE_EXPR_OPERATION  "evaluate"
#define QUIRE_EXPR_TEXT_MAX   65536 /* bytes of an expression */
#define QUIRE_EXPR_DEPTH_MAX  200   /* of nesting as it is written */
#define QUIRE_EXPR_HEIGHT_MAX 1000  /* of the tree: operators of one precedence in a row, too */
#define QUIRE_EXPR_NODES_MAX  20000
#define QUIRE_EXPR_ARGS_MAX   10000 /* of one call, or list of IN */
#define QUIRE_EXPR_BLOCK_ROWS 1024  /* rows evaluated at a time, fewer of a large tree */

struct quire_expr_function;

enum quire_expr_node_kind {
    QUIRE_EXPR_LITERAL,
    QUIRE_EXPR_COLUMN,
    QUIRE_EXPR_CALL,
    QUIRE_EXPR_CAST /* written, or put in by bind; args[0] to type */
};

struct quire_interval {
    int64_t months, days, micros;
};

struct quire_expr_node {
    enum quire_expr_node_kind kind;
    struct quire_expr_type type; /* LITERAL and CAST: from the parser; else from bind */
    size_t at;                   /* where in the text it begins, in characters */
    int height;                  /* of the tree below, by the parser */

    /* CALL, CAST */
    const struct quire_expr_function *function;
    struct quire_expr_node **args;
    size_t args_size;
    bool lenient; /* CAST: TRY_CAST, null where a value does not fit */
    bool implied; /* CAST: put in by bind */
    /* CAST: a time that the finer unit cannot hold becomes its last or first, which is right only
     * where it is compared. */
    bool clamps;

    /* COLUMN: the name's parts; bind finds the field and the way to it. A call of ".", a field of
     * what its argument gives, has one part. */
    const char **parts;
    size_t parts_size;
    const uint32_t *path; /* child numbers from the root down */
    size_t path_size;
    const struct quire_field *field;

    /* LITERAL: one value; is_null takes precedence. */
    bool is_null;
    bool computed; /* not written so: bind has computed it */
    union {
        bool boolean;
        int64_t integer; /* also dates and times */
        double real;
        struct quire_decimal decimal;
        struct quire_bytes bytes;
        struct quire_interval interval;
    } value;
};

struct quire_expr {
    struct quire_arena arena;       /* the parser's nodes */
    struct quire_arena bound_arena; /* what bind adds; dropped when it binds anew */
    char *text;
    const struct quire_expr_node *parsed;
    struct quire_expr_node *bound; /* NULL before bind */
    struct quire_field *schema;    /* bound to; NULL */
    size_t block_rows;             /* that the bound tree is evaluated for at a time */
    bool has_now;                  /* now_us was given, and is not the clock's */
    int64_t now_us;
    int64_t bound_now_us; /* what the bound tree means by it */
    bool conditions_are_all;
};

/* Fails with the place in the text, from 1 in characters, in the message. */
int quire_expr_fail_at(struct quire_error *error, int code, size_t at, const char *format, ...)
    QUIRE_PRINTF(4, 5);

/* How many bytes of a text a message shows: whole characters, 60 bytes at most. */
int quire_expr_shown(const char *text, size_t size);

/* Parses the whole text into nodes of the arena. */
int quire_expr_parse_text(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_expr_node **root, struct quire_error *error);

/* Makes the tree that evaluates `parsed` over rows of the schema. */
struct quire_expr_binding {
    const struct quire_field *schema;
    struct quire_arena *arena;
    int64_t now_us;
    size_t nodes; /* counted */
    struct quire_error *error;
};
/* A field of a struct by name: exactly, or else the only one that is so but for the case of
 * letters. Fails when it is none or more than one; parsed has the name's place in the text. */
int quire_expr_find_field(const struct quire_expr_node *parsed, const struct quire_field *parent,
                          const char *name, uint32_t *index, struct quire_error *error);

int quire_expr_bind_node(struct quire_expr_binding *binding, const struct quire_expr_node *parsed,
                         struct quire_expr_node **bound);

#endif
