/* By counting: as many steps as there are rows and partitions. */
#include "table/rows/row_order.h"

#include "base/fail.h"

int quire_row_order_find(struct quire_row_order *order, const uint32_t *numbers, size_t first,
                         size_t n, size_t partitions)
{
    size_t start = 0;
    quire_buf_clear(&order->ends);
    quire_buf_clear(&order->refs);
    QUIRE_TRY(quire_buf_reserve(&order->ends, (partitions + 1) * sizeof(size_t)));
    QUIRE_TRY(quire_buf_reserve(&order->refs, (n + 1) * sizeof(struct quire_row_ref)));
    order->partitions = partitions;
    size_t *ends = (size_t *)(void *)order->ends.data;
    struct quire_row_ref *refs = quire_row_order_refs(order);
    memset(ends, 0, partitions * sizeof(*ends));
    for (size_t i = 0; i < n; i++)
        ends[numbers[i]]++;
    for (size_t i = 0; i < partitions; i++) {
        size_t count = ends[i];
        ends[i] = start;
        start += count;
    }
    for (size_t i = 0; i < n; i++)
        refs[ends[numbers[i]]++] = (struct quire_row_ref){0, (uint32_t)(first + i)};
    return 0;
}

size_t quire_row_order_of(const struct quire_row_order *order, size_t partition,
                          const struct quire_row_ref **refs)
{
    const size_t *ends = (const size_t *)(const void *)order->ends.data;
    if (partition >= order->partitions) return 0;
    size_t start = partition > 0 ? ends[partition - 1] : 0;
    if (refs != NULL) *refs = (const struct quire_row_ref *)(const void *)order->refs.data + start;
    return ends[partition] - start;
}

size_t quire_row_order_leader(const struct quire_row_order *order, size_t n)
{
    for (size_t i = 0; i < order->partitions; i++)
        if (quire_row_order_of(order, i, NULL) >= n / 4 * 3 + 1) return i;
    return QUIRE_NO_PARTITION;
}

struct quire_row_ref *quire_row_order_refs(struct quire_row_order *order)
{
    return (struct quire_row_ref *)(void *)order->refs.data;
}

size_t quire_row_order_memory(const struct quire_row_order *order)
{
    return order->refs.capacity + order->ends.capacity;
}

void quire_row_order_release(struct quire_row_order *order)
{
    quire_buf_release(&order->refs);
    quire_buf_release(&order->ends);
}
