/* Hilbert's curve after J. Skilling, "Programming the Hilbert curve" (AIP Conf. Proc. 707, 2004):
 * the axes are turned, from the highest bit down, into the bits of the place, which are then
 * interleaved as those of Morton's curve are. */
#include "table/upkeep/cluster_curve.h"

#include <string.h>

static void turn(uint16_t *x, size_t n)
{
    const uint16_t high = 1u << (QUIRE_CLUSTER_BITS - 1);
    uint16_t gray = 0;
    for (uint16_t bit = high; bit > 1; bit >>= 1) {
        const uint16_t below = (uint16_t)(bit - 1);
        for (size_t i = 0; i < n; i++) {
            if ((x[i] & bit) != 0) {
                x[0] ^= below;
            } else {
                uint16_t swapped = (x[0] ^ x[i]) & below;
                x[0] ^= swapped;
                x[i] ^= swapped;
            }
        }
    }
    for (size_t i = 1; i < n; i++)
        x[i] ^= x[i - 1];
    for (uint16_t bit = high; bit > 1; bit >>= 1)
        if ((x[n - 1] & bit) != 0) gray ^= (uint16_t)(bit - 1);
    for (size_t i = 0; i < n; i++)
        x[i] ^= gray;
}

void quire_cluster_curve(enum quire_cluster_curve curve, uint16_t *places, size_t n, uint8_t *out)
{
    size_t at = 0;
    if (curve == QUIRE_CURVE_HILBERT) turn(places, n);
    memset(out, 0, 2 * n);
    for (int bit = QUIRE_CLUSTER_BITS - 1; bit >= 0; bit--)
        for (size_t i = 0; i < n; i++, at++)
            out[at / 8] |= (uint8_t)((places[i] >> bit & 1) << (7 - at % 8));
}
