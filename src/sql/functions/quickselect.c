/* Hoare's FIND with Dijkstra's three parts, so that many equal values cost nothing. */
#include "sql/functions/quickselect.h"

#include <math.h>

#include "base/hash.h"

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* The value that belongs at a place is put there, none before it is greater, none behind it less.
 */
static double select_at(double *items, size_t size, size_t place)
{
    size_t low = 0, high = size - 1;
    while (low < high) {
        size_t less = low, greater = high, i = low;
        double pivot = items[low + quire_hash_mix(low * 31 + high) % (high - low + 1)];
        while (i <= greater) {
            if (items[i] < pivot)
                swap(&items[less++], &items[i++]);
            else if (items[i] > pivot)
                swap(&items[i], &items[greater--]);
            else
                i++;
        }
        if (place < less)
            high = less - 1;
        else if (place > greater)
            low = greater + 1;
        else
            break;
    }
    return items[place];
}

double quire_sql_place(double *items, size_t size, double place)
{
    size_t at = place > 0 ? (size_t)place : 0;
    double rest = place - (double)at, low = select_at(items, size, at), high = (double)INFINITY;
    if (!(rest > 0) || at + 1 == size) return low;
    for (size_t i = at + 1; i < size; i++)
        if (items[i] < high) high = items[i];
    return high > low ? low + rest * (high - low) : low;
}
