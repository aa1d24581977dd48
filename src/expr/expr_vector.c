/* Vectors: room for a block of values, and moving single ones. */
#include "expr/expr_vector.h"

#include <string.h>

#include "base/fail.h"

void *quire_eval_alloc(struct quire_expr_eval *eval, size_t size)
{
    void *memory = quire_arena_alloc(&eval->arena, size);
    if (memory == NULL) (void)quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
    return memory;
}

void quire_eval_release(struct quire_expr_eval *eval)
{
    quire_arena_release(&eval->arena);
}

static size_t value_size(enum quire_expr_type_id id)
{
    switch (id) {
    case QUIRE_EXPR_NULL:
    case QUIRE_EXPR_BOOL: return sizeof(uint8_t);
    case QUIRE_EXPR_DECIMAL: return sizeof(struct quire_decimal);
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY: return sizeof(struct quire_bytes);
    default: return sizeof(int64_t);
    }
}

int quire_vector_new(struct quire_expr_eval *eval, const struct quire_expr_type *type,
                     struct quire_vector *vector)
{
    size_t size = value_size(type->id);
    struct quire_vector made = {.type = *type, .null = quire_eval_alloc(eval, eval->rows)};
    if (made.null == NULL) return QUIRE_MEMORY;
    made.values = quire_eval_alloc(eval, eval->rows * size);
    if (made.values == NULL) return QUIRE_MEMORY;
    memset(made.null, 0, eval->rows);
    /* Rows that are null are computed with, too. */
    memset(made.values, 0, eval->rows * size);
    *vector = made;
    return 0;
}

void quire_vector_copy(const struct quire_vector *from, size_t row, struct quire_vector *to)
{
    to->null[row] = from->null[row];
    switch (to->type.id) {
    case QUIRE_EXPR_NULL:
    case QUIRE_EXPR_BOOL: to->booleans[row] = from->booleans[row]; break;
    case QUIRE_EXPR_DECIMAL: to->decimals[row] = from->decimals[row]; break;
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY: to->bytes[row] = from->bytes[row]; break;
    default: to->integers[row] = from->integers[row]; break;
    }
}
