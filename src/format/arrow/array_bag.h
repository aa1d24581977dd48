/* What the arrays of one batch stand on, kept until the last of them is released:
 * memory for their nodes, and whatever else has to live as long (bodies, mappings, other
 * bags). References are counted, by any thread: every node of a batch holds one, since a
 * consumer may move any child out and release the rest. */
#ifndef QUIRE_ARROW_ARRAY_BAG_H
#define QUIRE_ARROW_ARRAY_BAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/block_cache.h"
#include "quire/arrow.h"

struct quire_array_bag;

/* NULL when memory is out. The caller holds the one reference. */
struct quire_array_bag *quire_array_bag_new(void);
struct quire_array_bag *quire_array_bag_retain(struct quire_array_bag *bag);
void quire_array_bag_release(struct quire_array_bag *bag); /* NULL is fine */

/* Memory that lives as long as the bag; NULL when it is out. Not thread-safe. */
void *quire_array_bag_alloc(struct quire_array_bag *bag, size_t size);
/* Has release(thing) called when the bag goes. 0, or QUIRE_MEMORY, and thing is then
 * still the caller's. Not thread-safe. */
int quire_array_bag_keep(struct quire_array_bag *bag, void (*release)(void *thing), void *thing);
/* A block from quire_alloc. */
int quire_array_bag_keep_block(struct quire_array_bag *bag, void *block);
/* A block that is taken, and given back with the bag; NULL when memory is out. */
struct quire_block *quire_array_bag_take(struct quire_array_bag *bag,
                                         struct quire_block_cache *cache, size_t size);
int quire_array_bag_keep_bag(struct quire_array_bag *bag, struct quire_array_bag *other);

/* Makes an array a node of the bag: zero but for its release, which lets go of a
 * reference that is taken here, and of children and dictionary. */
void quire_array_bag_node(struct quire_array_bag *bag, struct ArrowArray *array);
/* Gives a node room for children, all released, and for a dictionary. */
int quire_array_bag_children(struct quire_array_bag *bag, struct ArrowArray *array, size_t children,
                             bool dictionary);
/* A node with the buffers of another array, which the bag must keep alive by other means. */
int quire_array_bag_borrow(struct quire_array_bag *bag, const struct ArrowArray *from,
                           struct ArrowArray *array);

#endif
