/* Values that are equal in memory have equal texts. Those that differ may have equal ones too, as
 * the empty text and null: they have two slots and one file. */
#include "table/partition_cache.h"

#include "base/hash.h"

static struct quire_bytes value_of(const struct quire_view *view, int64_t row, uint8_t *bit)
{
    if (view->field->kind == QUIRE_KIND_BOOL) {
        *bit = quire_view_bool(view, row);
        return (struct quire_bytes){bit, 1};
    }
    if (quire_kind_is_string(view->field->kind) || quire_kind_is_binary(view->field->kind))
        return quire_view_bytes(view, row);
    return (struct quire_bytes){quire_view_fixed(view, row), (size_t)view->field->width};
}

/* Each value behind its size, so that no two rows of different values have one key. */
static int append_value(const struct quire_view *view, int64_t row, struct quire_buf *key)
{
    uint8_t bit;
    struct quire_bytes bytes = {NULL, 0};
    size_t size = SIZE_MAX;
    if (!quire_view_is_null(view, row)) {
        bytes = value_of(view, row, &bit);
        size = bytes.size;
    }
    int code = quire_buf_append(key, &size, sizeof(size));
    return code != 0 || bytes.size == 0 ? code : quire_buf_append(key, bytes.data, bytes.size);
}

static bool has_key(const struct quire_partition_slot *slot, const struct quire_buf *key)
{
    return slot != NULL && slot->file != 0 && slot->key.size == key->size &&
           memcmp(slot->key.data, key->data, key->size) == 0;
}

struct quire_partition_slot *quire_partition_cache_find(struct quire_partition_cache *cache,
                                                        const struct quire_view *view,
                                                        const int64_t *columns, size_t columns_size,
                                                        int64_t row)
{
    struct quire_buf *key = &cache->key;
    quire_buf_clear(key);
    for (size_t i = 0; i < columns_size; i++)
        if (append_value(&view->children[columns[i]], row, key) != 0) return NULL;
    if (has_key(cache->last, key)) return cache->last;
    uint64_t hash = quire_hash_bytes(key->data, key->size);
    struct quire_partition_slot *slot = &cache->slots[hash % QUIRE_PARTITION_CACHE_SLOTS];
    cache->last = slot;
    if (has_key(slot, key)) return slot;
    slot->file = 0;
    quire_buf_clear(&slot->key);
    return quire_buf_append(&slot->key, key->data, key->size) == 0 ? slot : NULL;
}

void quire_partition_cache_release(struct quire_partition_cache *cache)
{
    for (size_t i = 0; i < QUIRE_PARTITION_CACHE_SLOTS; i++)
        quire_buf_release(&cache->slots[i].key);
    quire_buf_release(&cache->key);
}
