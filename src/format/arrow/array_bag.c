#include "format/arrow/array_bag.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "quire/batch.h"

struct kept {
    struct kept *next;
    void (*release)(void *thing);
    void *thing;
};

struct quire_array_bag {
    atomic_size_t references;
    struct quire_arena arena;
    struct kept *kept;
};

struct quire_array_bag *quire_array_bag_new(void)
{
    struct quire_array_bag *bag = quire_alloc_zero(1, sizeof(*bag));
    if (bag != NULL) atomic_init(&bag->references, 1);
    return bag;
}

struct quire_array_bag *quire_array_bag_retain(struct quire_array_bag *bag)
{
    atomic_fetch_add_explicit(&bag->references, 1, memory_order_relaxed);
    return bag;
}

void quire_array_bag_release(struct quire_array_bag *bag)
{
    if (bag == NULL) return;
    if (atomic_fetch_sub_explicit(&bag->references, 1, memory_order_acq_rel) > 1) return;
    for (struct kept *kept = bag->kept; kept != NULL; kept = kept->next)
        kept->release(kept->thing);
    quire_arena_release(&bag->arena);
    quire_free(bag);
}

void *quire_array_bag_alloc(struct quire_array_bag *bag, size_t size)
{
    return quire_arena_alloc(&bag->arena, size);
}

int quire_array_bag_keep(struct quire_array_bag *bag, void (*release)(void *thing), void *thing)
{
    struct kept *kept = quire_arena_alloc(&bag->arena, sizeof(*kept));
    if (kept == NULL) return QUIRE_MEMORY;
    *kept = (struct kept){bag->kept, release, thing};
    bag->kept = kept;
    return 0;
}

int quire_array_bag_keep_block(struct quire_array_bag *bag, void *block)
{
    return quire_array_bag_keep(bag, quire_free, block);
}

static void give_back(void *thing)
{
    quire_block_give_back(thing);
}

struct quire_block *quire_array_bag_take(struct quire_array_bag *bag,
                                         struct quire_block_cache *cache, size_t size)
{
    struct quire_block *block = quire_block_take(cache, size);
    if (block == NULL || quire_array_bag_keep(bag, give_back, block) == 0) return block;
    quire_block_give_back(block);
    return NULL;
}

static void release_bag(void *thing)
{
    quire_array_bag_release(thing);
}

int quire_array_bag_keep_bag(struct quire_array_bag *bag, struct quire_array_bag *other)
{
    QUIRE_TRY(quire_array_bag_keep(bag, release_bag, other));
    quire_array_bag_retain(other);
    return 0;
}

static void release_node(struct ArrowArray *array)
{
    struct quire_array_bag *bag = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        quire_array_release(array->children[i]);
    quire_array_release(array->dictionary);
    array->release = NULL;
    quire_array_bag_release(bag);
}

void quire_array_bag_node(struct quire_array_bag *bag, struct ArrowArray *array)
{
    *array =
        (struct ArrowArray){.release = release_node, .private_data = quire_array_bag_retain(bag)};
}

int quire_array_bag_children(struct quire_array_bag *bag, struct ArrowArray *array, size_t children,
                             bool dictionary)
{
    size_t nodes = children + (dictionary ? 1 : 0);
    if (nodes == 0) return 0;
    struct ArrowArray *list = quire_arena_alloc(&bag->arena, nodes * sizeof(*list));
    struct ArrowArray **pointers =
        quire_arena_alloc(&bag->arena, (children + 1) * sizeof(struct ArrowArray *));
    if (list == NULL || pointers == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < nodes; i++) {
        list[i] = (struct ArrowArray){.release = NULL};
        if (i < children) pointers[i] = &list[i];
    }
    array->children = children > 0 ? pointers : NULL;
    array->n_children = (int64_t)children;
    array->dictionary = dictionary ? &list[children] : NULL;
    return 0;
}

int quire_array_bag_borrow(struct quire_array_bag *bag, const struct ArrowArray *from,
                           struct ArrowArray *array)
{
    quire_array_bag_node(bag, array);
    array->length = from->length;
    array->null_count = from->null_count;
    array->offset = from->offset;
    array->n_buffers = from->n_buffers;
    array->buffers = from->buffers;
    QUIRE_TRY(
        quire_array_bag_children(bag, array, (size_t)from->n_children, from->dictionary != NULL));
    for (int64_t i = 0; i < from->n_children; i++)
        QUIRE_TRY(quire_array_bag_borrow(bag, from->children[i], array->children[i]));
    return from->dictionary != NULL
               ? quire_array_bag_borrow(bag, from->dictionary, array->dictionary)
               : 0;
}
